// Listen addresses as people write them.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>

#include "base/text.h"
#include "net/http_server.h"

namespace tt::net {

namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size() || !equal_ignoring_case(text.substr(0, prefix.size()), prefix)) {
    return false;
  }
  text.remove_prefix(prefix.size());
  return true;
}

Error bad(std::string_view text, std::string_view why) {
  return misconfigured("listen address \"" + std::string(text) + "\" " + std::string(why));
}

Result<ListenAddress> parse_unix(std::string_view whole, std::string_view path) {
  if (path.starts_with("//")) path.remove_prefix(2);
  if (!path.starts_with('/')) return bad(whole, "needs an absolute path, like unix:/run/name.sock");
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return bad(whole, "has a path longer than 107 bytes");
  }
  ListenAddress address;
  address.kind = ListenAddress::Kind::kUnix;
  address.path = path;
  return address;
}

bool is_host(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  for (const char c : host) {
    const bool is_fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    if (!is_fine) return false;
  }
  return true;
}

bool is_ipv6(std::string_view host) {
  in6_addr parsed;
  return inet_pton(AF_INET6, std::string(host).c_str(), &parsed) == 1;
}

}  // namespace

bool ListenAddress::is_loopback() const {
  if (kind == Kind::kUnix) return true;
  if (host == "localhost" || host == "::1") return true;
  in_addr parsed;
  return inet_pton(AF_INET, host.c_str(), &parsed) == 1 && (ntohl(parsed.s_addr) >> 24) == 127;
}

std::string ListenAddress::to_string() const {
  if (kind == Kind::kUnix) return "unix:" + path;
  std::string text = kind == Kind::kTls ? "tls://" : kind == Kind::kUdp ? "udp://" : "";
  const bool is_v6 = host.find(':') != std::string::npos;
  text += is_v6 ? "[" + host + "]" : host;
  return text + ":" + std::to_string(port);
}

Result<ListenAddress> parse_listen(std::string_view text) {
  const std::string_view whole = text;
  if (take_prefix(text, "unix:")) return parse_unix(whole, text);
  ListenAddress address;
  if (take_prefix(text, "tls://")) {
    address.kind = ListenAddress::Kind::kTls;
  } else if (take_prefix(text, "udp://")) {
    address.kind = ListenAddress::Kind::kUdp;
  } else if (!take_prefix(text, "tcp://") && text.find("://") != std::string_view::npos) {
    return bad(whole, "has an unknown scheme; use tcp://, tls://, udp:// or unix:");
  }
  for (const std::string_view scheme : {"tcp:", "tls:", "udp:"})
    if (std::string_view rest = text; text.size() == whole.size() && take_prefix(rest, scheme))
      return bad(whole,
                 "lacks the slashes; did you mean `" + std::string(scheme) + "//" +
                     std::string(rest.substr(std::min(rest.find_first_not_of('/'), rest.size()))) +
                     "`?");
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad(whole, "needs a port, like 127.0.0.1:8420");
  const std::optional<std::uint64_t> port = parse_u64(text.substr(colon + 1));
  if (!port || *port > 65'535) return bad(whole, "needs a port from 0 to 65535");
  address.port = static_cast<std::uint16_t>(*port);
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (!is_ipv6(host)) return bad(whole, "has no IPv6 address between the brackets");
  } else if (host.find(':') != std::string_view::npos) {
    return bad(whole, "needs brackets around its IPv6 address, like [::1]:8420");
  } else if (!is_host(host)) {
    return bad(whole, "needs a host; use 127.0.0.1 for this machine or 0.0.0.0 for everyone");
  }
  address.host = host;
  return address;
}

}  // namespace tt::net
