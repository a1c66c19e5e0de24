// Takes addresses apart and renders those with holes.
// SPDX-License-Identifier: Apache-2.0
#include "config/url.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "cel/program.h"
#include "template/path.h"

namespace tt::config {
namespace {

constexpr auto kNotFound = std::string_view::npos;

/// The port of a scheme, 0 when it has none of its own; nothing for a scheme that nobody here
/// speaks.
std::optional<std::uint16_t> default_port(std::string_view scheme) {
  constexpr std::pair<std::string_view, std::uint16_t> kPorts[] = {
      {"http", 80},    {"https", 443}, {"ws", 80},       {"wss", 443},      {"smtp", 25},
      {"smtps", 465},  {"amqp", 5672}, {"amqps", 5671},  {"mqtt", 1883},    {"mqtts", 8883},
      {"redis", 6379}, {"nats", 4222}, {"socks5", 1080}, {"socks5h", 1080}, {"tcp", 0},
      {"tls", 0},      {"udp", 0}};
  for (const auto& [name, port] : kPorts)
    if (name == scheme) return port;
  return std::nullopt;
}

bool is_scheme(std::string_view text) {
  if (text.empty() || !((text[0] | 32) >= 'a' && (text[0] | 32) <= 'z')) return false;
  for (char c : text)
    if (!(((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
          c == '.'))
      return false;
  return true;
}

bool is_host_byte(char c) {
  return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_' || c == '*';
}

Status read_port(std::string_view text, UrlParts& parts) {
  const auto port = parse_u64(text);
  if (!port || *port > 65535) return misconfigured("the port of the URL is no number up to 65535");
  parts.port = static_cast<std::uint16_t>(*port);
  parts.has_port = true;
  return {};
}

Status read_host(std::string_view text, UrlParts& parts) {
  if (!text.empty() && text[0] == '[') {
    const std::size_t end = text.find(']');
    if (end == kNotFound) return misconfigured("the URL has `[` without `]`");
    parts.host = to_lower(text.substr(1, end - 1));
    if (parts.host.find_first_not_of("0123456789abcdef:.%") != kNotFound)
      return misconfigured("the host of the URL is no IPv6 address");
    text.remove_prefix(end + 1);
    if (text.empty()) return {};
    if (text[0] != ':') return misconfigured("the URL has text between `]` and the port");
    return read_port(text.substr(1), parts);
  }
  const std::size_t colon = text.find(':');
  parts.host = to_lower(text.substr(0, colon));
  for (char c : parts.host)
    if (!is_host_byte(c))
      return misconfigured("the host of the URL holds a character that no host has");
  return colon == kNotFound ? Status() : read_port(text.substr(colon + 1), parts);
}

Status read_authority(std::string_view text, UrlParts& parts) {
  const std::size_t at = text.rfind('@');
  if (at != kNotFound) {
    const std::string_view userinfo = text.substr(0, at);
    const std::size_t colon = userinfo.find(':');
    const auto user = percent_decode(userinfo.substr(0, colon));
    const auto password =
        colon == kNotFound ? std::string() : percent_decode(userinfo.substr(colon + 1));
    if (!user || !password) return misconfigured("the user part of the URL is not percent-encoded");
    parts.user = *user;
    parts.password = *password;
    text.remove_prefix(at + 1);
  }
  return read_host(text, parts);
}

}  // namespace

std::string UrlParts::origin() const {
  if (scheme == "unix") return "unix:" + path;
  std::string text = scheme + "://";
  text += host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (has_port && port != default_port(scheme)) text += ":" + std::to_string(port);
  return text;
}

std::string UrlParts::text() const {
  if (scheme == "unix") return "unix:" + path;
  std::string text = origin();
  if (!user.empty() || !password.empty()) {
    std::string userinfo = percent_encode(user);
    if (!password.empty()) userinfo += ":" + percent_encode(password);
    text.insert(scheme.size() + 3, userinfo + "@");
  }
  text += path;
  if (!query.empty()) text += "?" + query;
  return text;
}

Result<UrlParts> parse_url(std::string_view text) {
  UrlParts parts;
  for (char c : text)
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f')
      return misconfigured("the URL holds a blank or a control character; percent-encode it");
  const std::size_t colon = text.find(':');
  if (colon == kNotFound || !is_scheme(text.substr(0, colon)))
    return misconfigured("the URL has no scheme; write `https://...`");
  parts.scheme = to_lower(text.substr(0, colon));
  const auto port = default_port(parts.scheme);
  if (!port && parts.scheme != "unix")
    return misconfigured("unknown scheme `" + parts.scheme + ":`; most URLs begin with `https://`");
  text.remove_prefix(colon + 1);
  if (text.find('#') != kNotFound) return misconfigured("a URL with `#` cannot be asked for");
  if (parts.scheme == "unix") {
    if (text.starts_with("//")) text.remove_prefix(2);
    if (text.empty()) return misconfigured("the URL names no socket; write `unix:/run/x.sock`");
    parts.path = text;
    return parts;
  }
  if (!text.starts_with("//")) return misconfigured("the URL needs `//` after its scheme");
  text.remove_prefix(2);
  const std::size_t end = std::min(text.find_first_of("/?"), text.size());
  parts.port = *port;
  TT_CHECK(read_authority(text.substr(0, end), parts));
  if (parts.host.empty()) return misconfigured("the URL has no host");
  text.remove_prefix(end);
  const std::size_t query = text.find('?');
  parts.path = text.substr(0, query);
  if (query != kNotFound) parts.query = text.substr(query + 1);
  return parts;
}

Url::Url(std::string literal) : literal_(std::move(literal)) {}
Url::Url(Secret secret) : secret_(std::move(secret)) {}

std::string Url::reveal() const { return is_secret() ? secret_.reveal() : literal_; }

Result<UrlParts> Url::parts() const {
  const std::string text = reveal();
  if (text.empty()) return misconfigured(is_secret() ? "the secret URL has no text" : "no URL");
  return parse_url(text);
}

std::string Url::redacted() const {
  if (is_secret()) return "***";
  return redact_urls(literal_);
}

namespace {

/// Where the first parameter of a query with holes ends: an `&` in a hole is CEL.
std::size_t parameter_bytes(std::string_view query) {
  for (std::size_t at = 0; at < query.size(); ++at) {
    if (query[at] == '&') return at;
    if (!query.substr(at).starts_with("{{")) continue;
    const std::size_t end = query.find("}}", at);
    if (end == kNone) break;
    at = end + 1;
  }
  return query.size();
}

}  // namespace

UrlTemplate::UrlTemplate(UrlParts base, tmpl::Template path, tmpl::Template query)
    : base_(base.text()),
      parts_(std::move(base)),
      path_(std::move(path)),
      query_(std::move(query)) {}

std::string UrlTemplate::redacted() const {
  if (!has_holes()) return base_.redacted();
  std::string text = parts_.origin() + parts_.path;
  char before = '?';
  for (std::string_view rest = parts_.query; !rest.empty(); before = '&') {
    const std::string_view one = rest.substr(0, parameter_bytes(rest));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    const std::size_t equals = one.find('=');
    const bool is_secret = equals != kNone && is_secret_name(one.substr(0, equals));
    text += before;
    text += is_secret ? std::string(one.substr(0, equals + 1)) + "***" : std::string(one);
  }
  return text;
}

Result<std::string> UrlTemplate::render(const cel::Scope& scope) const {
  if (!has_holes()) {
    std::string text = base_.reveal();
    if (text.empty()) return misconfigured("the secret URL has no text");
    return text;
  }
  UrlParts parts = parts_;
  TT_TRY(parts.path, path_->render_strict(scope, tmpl::Escape::kPathSegment));
  TT_CHECK(tmpl::check_path(parts.path, parts_.path));
  TT_TRY(parts.query, query_->render_strict(scope, tmpl::Escape::kQueryValue));
  return parts.text();
}

}  // namespace tt::config
