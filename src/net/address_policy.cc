// Which addresses a request may dial: classes of addresses, looking through embedded IPv4.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "net/http_client.h"

namespace tt::net {

namespace {

// 16 bytes in network order; IPv4 as ::ffff:a.b.c.d, so that both families compare alike.
using Bytes = std::array<unsigned char, 16>;

struct Network {
  Bytes prefix;
  int bits;
};

// From harmless to never: an address that embeds another one is as bad as the worse of the two.
enum class Class : unsigned char { kPublic, kPrivate, kForbidden };

constexpr Bytes from_v4(std::uint32_t address) {
  return {0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0xff,
          0xff,
          static_cast<unsigned char>(address >> 24),
          static_cast<unsigned char>(address >> 16),
          static_cast<unsigned char>(address >> 8),
          static_cast<unsigned char>(address)};
}

constexpr std::uint32_t v4(unsigned a, unsigned b, unsigned c, unsigned d) {
  return (a << 24) | (b << 16) | (c << 8) | d;
}

struct Range4 {
  std::uint32_t first;
  int bits;
  Class kind;
};

// IANA IPv4 Special-Purpose Address Registry, and the metadata services of clouds that are not
// link-local (Azure 168.63.129.16, Alibaba 100.100.100.200, Oracle 192.0.0.192).
constexpr Range4 kRanges4[] = {
    {v4(0, 0, 0, 0), 8, Class::kForbidden},        {v4(169, 254, 0, 0), 16, Class::kForbidden},
    {v4(224, 0, 0, 0), 4, Class::kForbidden},      {v4(255, 255, 255, 255), 32, Class::kForbidden},
    {v4(168, 63, 129, 16), 32, Class::kForbidden}, {v4(100, 100, 100, 200), 32, Class::kForbidden},
    {v4(192, 0, 0, 192), 32, Class::kForbidden},   {v4(10, 0, 0, 0), 8, Class::kPrivate},
    {v4(100, 64, 0, 0), 10, Class::kPrivate},      {v4(127, 0, 0, 0), 8, Class::kPrivate},
    {v4(172, 16, 0, 0), 12, Class::kPrivate},      {v4(192, 0, 0, 0), 24, Class::kPrivate},
    {v4(192, 0, 2, 0), 24, Class::kPrivate},       {v4(192, 88, 99, 0), 24, Class::kPrivate},
    {v4(192, 168, 0, 0), 16, Class::kPrivate},     {v4(198, 18, 0, 0), 15, Class::kPrivate},
    {v4(198, 51, 100, 0), 24, Class::kPrivate},    {v4(203, 0, 113, 0), 24, Class::kPrivate},
    {v4(240, 0, 0, 0), 4, Class::kPrivate},
};

Class classify4(std::uint32_t address) {
  Class worst = Class::kPublic;
  for (const Range4& range : kRanges4) {
    if (((address ^ range.first) >> (32 - range.bits)) == 0) worst = std::max(worst, range.kind);
  }
  return worst;
}

struct Range6 {
  Network network;
  Class kind;
};

// IANA IPv6 Special-Purpose Address Registry, and metadata services that are not link-local: all
// that AWS serves beside its instances (fd00:ec2::/32, "IPv6 on AWS"), Google fd20:ce::254, Akamai
// fd00:a9fe:a9fe::1, Scaleway fd00:42::42, Oracle fd00:c1::a9fe:a9fe, Alibaba fd00:100::100:200.
constexpr Range6 kRanges6[] = {
    {{{}, 128}, Class::kForbidden},           // ::
    {{{0xfe, 0x80}, 10}, Class::kForbidden},  // link-local
    {{{0xff}, 8}, Class::kForbidden},         // multicast
    {{{0xfd, 0, 0x0e, 0xc2}, 32}, Class::kForbidden},
    {{{0xfd, 0x20, 0, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}, 128}, Class::kForbidden},
    {{{0xfd, 0, 0xa9, 0xfe, 0xa9, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128}, Class::kForbidden},
    {{{0xfd, 0, 0, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x42}, 128}, Class::kForbidden},
    {{{0xfd, 0, 0, 0xc1, 0, 0, 0, 0, 0, 0, 0, 0, 0xa9, 0xfe, 0xa9, 0xfe}, 128}, Class::kForbidden},
    {{{0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0}, 128}, Class::kForbidden},
    {{{}, 96}, Class::kPrivate},                                    // ::1 and ::a.b.c.d
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, Class::kPrivate},  // ::ffff:0:a.b.c.d
    {{{0, 0x64, 0xff, 0x9b}, 96}, Class::kPrivate},                 // NAT64
    {{{0, 0x64, 0xff, 0x9b, 0, 1}, 48}, Class::kPrivate},           // local NAT64
    {{{1}, 64}, Class::kPrivate},                                   // discard only
    {{{1, 0, 0, 0, 0, 0, 0, 1}, 64}, Class::kPrivate},              // dummy prefix (RFC 9780)
    {{{0x20, 0x01}, 23}, Class::kPrivate},                          // 2001::/32 and protocols
    {{{0x20, 0x01, 0x0d, 0xb8}, 32}, Class::kPrivate},              // documentation
    {{{0x20, 0x02}, 16}, Class::kPrivate},                          // 6to4
    {{{0x3f, 0xff}, 20}, Class::kPrivate},                          // documentation
    {{{0x5f}, 16}, Class::kPrivate},                                // segment routing
    {{{0xfc}, 7}, Class::kPrivate},                                 // unique local
    {{{0xfe, 0xc0}, 10}, Class::kPrivate},                          // site-local
};

bool is_in(const Bytes& address, const Network& network) {
  const int whole = network.bits / 8;
  if (std::memcmp(address.data(), network.prefix.data(), whole) != 0) return false;
  const int rest = network.bits % 8;
  return rest == 0 || ((address[whole] ^ network.prefix[whole]) >> (8 - rest)) == 0;
}

std::uint32_t v4_at(const Bytes& b, int position) {
  return v4(b[position], b[position + 1], b[position + 2], b[position + 3]);
}

Class classify6(const Bytes& address) {
  Class worst = Class::kPublic;
  for (const Range6& range : kRanges6) {
    if (is_in(address, range.network)) worst = std::max(worst, range.kind);
  }
  const auto embeds = [&](int position) {
    worst = std::max(worst, classify4(v4_at(address, position)));
  };
  constexpr Network kZeros{{}, 64}, kNat64{{0, 0x64, 0xff, 0x9b}, 96};
  constexpr Network kLocalNat64{{0, 0x64, 0xff, 0x9b, 0, 1}, 48}, k6to4{{0x20, 0x02}, 16};
  constexpr Network kTeredo{{0x20, 0x01, 0, 0}, 32};
  const bool is_isatap = (address[8] & 0xfd) == 0 && address[9] == 0 && address[10] == 0x5e &&
                         address[11] == 0xfe;  // RFC 5214 section 6.1.
  const bool is_one = is_in(address, {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128});
  if (is_one) return worst;
  if (is_in(address, kZeros) || is_in(address, kNat64) || is_isatap) embeds(12);
  if (is_in(address, k6to4)) embeds(2);
  if (is_in(address, kTeredo)) {
    embeds(4);
    worst = std::max(worst, classify4(~v4_at(address, 12)));  // RFC 4380 section 4: inverted.
  }
  if (is_in(address, kLocalNat64)) {
    // RFC 6052 section 2.2: used as a /96, or as a /48 with the IPv4 bytes around the zero byte 8;
    // the layout that is not used leaves zeros.
    const std::uint32_t low = v4_at(address, 12);
    const std::uint32_t high = v4(address[6], address[7], address[9], address[10]);
    if (low != 0 || high == 0) worst = std::max(worst, classify4(low));
    if (high != 0) worst = std::max(worst, classify4(high));
  }
  return worst;
}

bool is_v4(const Bytes& address) {
  constexpr Network kMapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
  return is_in(address, kMapped);
}

Class classify(const Bytes& address) {
  return is_v4(address) ? classify4(v4_at(address, 12)) : classify6(address);
}

std::optional<Bytes> parse_address(std::string_view text) {
  const std::string terminated(text);
  if (terminated.size() != std::strlen(terminated.c_str())) return std::nullopt;
  in_addr four;
  if (inet_pton(AF_INET, terminated.c_str(), &four) == 1) return from_v4(ntohl(four.s_addr));
  Bytes six;
  if (inet_pton(AF_INET6, terminated.c_str(), six.data()) == 1) return six;
  return std::nullopt;
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<Bytes> prefix = parse_address(text.substr(0, slash));
  if (!prefix) return std::nullopt;
  if (slash == std::string_view::npos) return Network{*prefix, 128};
  const bool is_dotted = text.find(':') == std::string_view::npos;
  const std::optional<std::uint64_t> bits = parse_u64(text.substr(slash + 1));
  if (!bits || *bits > (is_dotted ? 32u : 128u)) return std::nullopt;
  return Network{*prefix, static_cast<int>(*bits) + (is_dotted ? 96 : 0)};
}

bool is_allowed(const AddressPolicy& policy, const Bytes& address) {
  const Class kind = classify(address);
  if (kind == Class::kPublic || (kind == Class::kPrivate && policy.allow_private)) return true;
  return std::any_of(policy.allow_networks.begin(), policy.allow_networks.end(),
                     [&](const std::string& text) {
                       const std::optional<Network> network = parse_network(text);
                       return network && is_in(address, *network);
                     });
}

}  // namespace

bool AddressPolicy::allows(const sockaddr* address) const {
  if (address->sa_family == AF_INET) {
    sockaddr_in four;
    std::memcpy(&four, address, sizeof(four));
    return is_allowed(*this, from_v4(ntohl(four.sin_addr.s_addr)));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 six;
    std::memcpy(&six, address, sizeof(six));
    Bytes bytes;
    std::memcpy(bytes.data(), &six.sin6_addr, bytes.size());
    return is_allowed(*this, bytes);
  }
  return false;
}

bool AddressPolicy::allows(std::string_view address) const {
  const std::optional<Bytes> bytes = parse_address(address);
  return bytes && is_allowed(*this, *bytes);
}

}  // namespace tt::net
