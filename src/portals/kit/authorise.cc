// Bearer (RFC 6750), Basic (RFC 7617) and client certificates.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/authorise.h"

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"

namespace tt::portals {
namespace {

/// The credentials after the scheme's name, which is compared without case.
std::string_view credentials(std::string_view header, std::string_view scheme) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ' ||
      !equal_ignoring_case(header.substr(0, scheme.size()), scheme))
    return {};
  return trim(header.substr(scheme.size() + 1));
}

bool fits_basic(const Auth::Basic& basic, std::string_view header) {
  const auto text = unbase64(credentials(header, "Basic"));
  if (!text) return false;
  const std::size_t colon = text->find(':');
  if (colon == std::string::npos) return false;
  // Both are compared always: which of them was wrong must not show in the time.
  const bool user = equal_constant_time(basic.user, std::string_view(*text).substr(0, colon));
  const bool password = verify_equal(basic.password, std::string_view(*text).substr(colon + 1));
  return user && password;
}

bool fits_certificate(const std::vector<std::string>& allowed, std::string_view names) {
  for (const std::string_view name : split(names, ','))
    if (std::find(allowed.begin(), allowed.end(), name) != allowed.end()) return !name.empty();
  return false;
}

}  // namespace

bool authorised(std::span<const Auth> auth, const net::Headers& headers,
                std::string_view client_certificate) {
  if (auth.empty()) return true;
  const std::string_view header = net::find_header(headers, "authorization");
  bool fits = false;
  for (const Auth& way : auth) {
    if (way.none) fits = true;
    if (way.bearer) {
      const std::string_view token = credentials(header, "Bearer");
      fits |= !token.empty() && verify_equal(*way.bearer, token);
    }
    if (way.basic) fits |= fits_basic(*way.basic, header);
    if (way.mtls_san) fits |= fits_certificate(*way.mtls_san, client_certificate);
  }
  return fits;
}

bool is_guarded(std::span<const Auth> auth) {
  return !auth.empty() &&
         std::none_of(auth.begin(), auth.end(), [](const Auth& way) { return way.none; });
}

bool is_foreign_origin(const net::Headers& headers) {
  const std::string_view origin = net::find_header(headers, "origin");
  if (origin.empty()) return false;
  const std::size_t scheme = origin.find("://");
  return scheme == std::string_view::npos ||
         !equal_ignoring_case(origin.substr(scheme + 3), net::find_header(headers, "host"));
}

bool allows_peer(const EntryCommon& common, std::string_view peer) {
  if (common.allow.empty() || peer == "unix" || peer == "stdin") return true;
  return std::any_of(common.allow.begin(), common.allow.end(),
                     [&](const config::Cidr& network) { return network.contains(peer); });
}

}  // namespace tt::portals
