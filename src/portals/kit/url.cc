// Joining and masking of URLs.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/url.h"

#include "base/secret.h"

namespace tt::portals {
namespace {

/// A configured URL: userinfo and tokens in it are not for people's eyes.
SensitiveText literal(std::string_view url) {
  return SensitiveText().append_as(url, redact_urls(url));
}

}  // namespace

Result<SensitiveText> render_url(const config::UrlTemplate& url, const cel::Scope& scope) {
  if (url.is_secret()) return sensitive_url(url.base());
  TT_TRY(const std::string text, url.render(scope));
  return literal(text);
}

SensitiveText sensitive_url(const config::Url& url) {
  return url.is_secret() ? SensitiveText(url.secret()) : literal(url.reveal());
}

SensitiveText join_url(const config::Url& base, std::string_view path) {
  if (base.is_secret()) return SensitiveText().append_base(base.secret()).append(path);
  std::string text = base.reveal();
  while (text.ends_with('/')) text.pop_back();
  return literal(text).append(path);
}

bool check_base_url(const config::Url& url, std::string_view name, const config::Node& node,
                    config::ParseContext& context) {
  // The text of a secret is not there where a file is checked offline.
  if (url.empty() || (url.is_secret() && context.options.is_offline)) return true;
  const auto parts = url.parts();
  if (!parts.ok() || parts->query.empty()) return true;
  const config::Node* written = node.find(name);
  context.diagnostics.error(
      "bad-value", written ? written->place() : node.place(),
      "`" + std::string(name) + "` has a query, and this exit adds a path behind it",
      "leave out `?` and what follows");
  return false;
}

std::string target_of(const config::Url& url) {
  const auto parts = url.parts();
  return parts ? parts->origin() : "***";
}

std::string target_of(const config::UrlTemplate& url) {
  return url.has_holes() ? url.redacted() : target_of(url.base());
}

}  // namespace tt::portals
