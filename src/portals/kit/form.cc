// https://url.spec.whatwg.org/#urlencoded-parsing, for one field.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/form.h"

#include <algorithm>

#include "base/text.h"

namespace tt::portals {
namespace {

std::string decoded(std::string_view text) {
  return percent_decode(text, true).value_or(std::string(text));
}

}  // namespace

std::optional<std::string> form_value(std::string_view form, std::string_view name) {
  form = trim(form);
  while (!form.empty()) {
    const std::string_view pair = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(pair.size() + 1, form.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (equals == pair.size() || decoded(pair.substr(0, equals)) != name) continue;
    return decoded(pair.substr(equals + 1));
  }
  return std::nullopt;
}

}  // namespace tt::portals
