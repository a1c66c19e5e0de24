// Joining and masking of URLs.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/url.h"

#include "base/secret.h"

namespace tt::portals {
namespace {

SensitiveText sensitive(std::string_view url, bool is_secret) {
  SensitiveText made;
  if (url.empty()) return made;
  return is_secret ? made.append_secret(url) : made.append_as(url, redact_urls(url));
}

}  // namespace

Result<SensitiveText> render_url(const config::UrlTemplate& url, const cel::Scope& scope) {
  if (url.is_secret()) return sensitive_url(url.base());
  TT_TRY(const std::string text, url.render(scope));
  return sensitive(text, false);
}

SensitiveText sensitive_url(const config::Url& url) {
  return sensitive(url.reveal(), url.is_secret());
}

SensitiveText join_url(const config::Url& base, std::string_view path) {
  std::string text = base.reveal();
  if (text.empty()) return {};
  while (text.ends_with('/')) text.pop_back();
  SensitiveText made = sensitive(text, base.is_secret());
  return made.append(path);
}

std::string target_of(const config::Url& url) {
  const auto parts = url.parts();
  return parts ? parts->origin() : "***";
}

}  // namespace tt::portals
