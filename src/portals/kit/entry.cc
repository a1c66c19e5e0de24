// What every entry portal shares behind the templates of entry_impl.h.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/entry.h"

#include <algorithm>

namespace tt::portals::detail {

bool check_entry_path(std::string_view path, const config::Node& node,
                      config::ParseContext& context) {
  const bool is_good = path.size() > 1 && path.front() == '/' && path.back() != '/' &&
                       path.find("//") == std::string_view::npos &&
                       std::all_of(path.begin(), path.end(), [](char c) {
                         return c > 0x20 && c < 0x7f && c != '?' && c != '#' && c != '%';
                       });
  if (is_good) return true;
  const config::Node* written = node.find("path");
  context.diagnostics.error("bad-value", written ? written->place() : node.place(),
                            "an entry's path begins with `/` and has no query, no `%` and no `/` "
                            "at its end");
  return false;
}

net::HttpAnswer default_answer() { return {.status = 200, .content_type = "text/plain"}; }

}  // namespace tt::portals::detail
