// Url and UrlTemplate: addresses, literal or secret, whose scheme, host and port take no holes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "template/template.h"

namespace tt::config {

/// Parts of a URL (RFC 3986), undecoded except userinfo.
struct UrlParts {
  std::string scheme;  ///< Lower case.
  std::string user, password;
  std::string host;        ///< Lower case; IPv6 without brackets; empty for `unix:`.
  std::uint16_t port = 0;  ///< The scheme's default when not written; 0 when it has none.
  bool has_port = false;
  std::string path;   ///< With its `/`, or empty; the file for `unix:/run/x.sock`.
  std::string query;  ///< Without `?`.

  bool is_tls() const { return scheme == "https" || scheme == "tls" || scheme == "wss"; }
  /// "https://host:8443": no userinfo, no path. Fit for logs and error texts.
  std::string origin() const;
  /// The whole again, with userinfo.
  std::string text() const;
};
/// kMisconfigured when it is none: needs a scheme, and a host except for `unix:`. A fragment is
/// refused. Texts never repeat the URL itself (it may hold a token).
Result<UrlParts> parse_url(std::string_view text);

/// An address as configured: a literal, or a secret reference (`{env: HOOK_URL}`), read when used.
class Url {
 public:
  Url() = default;
  explicit Url(std::string literal);
  explicit Url(Secret secret);
  bool empty() const { return literal_.empty() && secret_.empty(); }
  bool is_secret() const { return !secret_.empty(); }
  const Secret& secret() const { return secret_; }
  /// kMisconfigured when the secret has no text or is no URL.
  Result<UrlParts> parts() const;
  /// The whole text to connect to.
  std::string reveal() const;
  /// For people: origin and path without userinfo and tokens; `***` for secrets.
  std::string redacted() const;

 private:
  std::string literal_;
  Secret secret_;
};

/// An address whose path and query may hold `{{ CEL }}`, escaped for where they stand. A secret
/// reference stands for a whole URL without holes.
class UrlTemplate {
 public:
  UrlTemplate() = default;
  explicit UrlTemplate(Url constant) : base_(std::move(constant)) {}
  UrlTemplate(UrlParts base, tmpl::Template path, tmpl::Template query);

  bool empty() const { return base_.empty(); }
  bool has_holes() const { return path_.has_value(); }
  bool is_secret() const { return base_.is_secret(); }
  const Url& base() const { return base_; }
  /// The whole URL. A hole that fails is kReject with a text that begins with "template"; the
  /// scope's event decides, so the delivery becomes a dead letter `template`.
  Result<std::string> render(const cel::Scope& scope) const;
  /// For people. With holes: origin, path and query as written, without userinfo and tokens.
  std::string redacted() const;

 private:
  Url base_;  // With holes: scheme, userinfo, host and port, and the path and query as written.
  UrlParts parts_;
  std::optional<tmpl::Template> path_, query_;
};

}  // namespace tt::config
