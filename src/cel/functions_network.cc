// The network library: IP addresses and CIDR blocks.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "cel/functions.h"

namespace tt::cel {
namespace {

using Arguments = std::span<const Value>;
using Bytes = std::array<unsigned char, 16>;

/// An IPv4 address uses the first 4 bytes.
struct Address {
  bool v6 = false;
  Bytes bytes{};
  bool operator==(const Address&) const = default;
  int bits() const { return v6 ? 128 : 32; }
};

std::string to_text(const Address& address) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(address.v6 ? AF_INET6 : AF_INET, address.bytes.data(), text, sizeof text);
  return text;
}

bool is_mapped(const Address& address) {
  constexpr std::array<unsigned char, 12> kPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return address.v6 && std::equal(kPrefix.begin(), kPrefix.end(), address.bytes.begin());
}

std::optional<Address> parse_address(std::string_view text) {
  // inet_pton reads only terminated texts, and no address is longer.
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return {};
  const std::string terminated(text);
  Address address;
  address.v6 = text.find(':') != std::string_view::npos;
  const int family = address.v6 ? AF_INET6 : AF_INET;
  if (inet_pton(family, terminated.c_str(), address.bytes.data()) != 1) return std::nullopt;
  if (!is_mapped(address)) return address;
  // An IPv4 address in IPv6 clothes: the library refuses the dotted form and unwraps the other.
  if (text.find('.') != std::string_view::npos) return std::nullopt;
  Address inner;
  std::copy(address.bytes.begin() + 12, address.bytes.end(), inner.bytes.begin());
  return inner;
}

class IpValue final : public Opaque {
 public:
  explicit IpValue(Address given) : address(given) {}
  const Type& type() const override {
    static const Type type = Type::opaque("net.IP");
    return type;
  }
  bool equals(const Opaque& other) const override {
    const auto* ip = dynamic_cast<const IpValue*>(&other);
    return ip && ip->address == address;
  }
  std::string display() const override { return to_text(address); }

  const Address address;
};

class CidrValue final : public Opaque {
 public:
  CidrValue(Address a, int p) : address(a), prefix(p) {}
  const Type& type() const override {
    static const Type type = Type::opaque("net.CIDR");
    return type;
  }
  bool equals(const Opaque& other) const override {
    const auto* cidr = dynamic_cast<const CidrValue*>(&other);
    return cidr && cidr->address == address && cidr->prefix == prefix;
  }
  std::string display() const override { return to_text(address) + "/" + std::to_string(prefix); }

  const Address address;
  const int prefix;
};

/// The address with all bits after the prefix zero.
Address masked(Address address, int prefix) {
  for (int bit = prefix; bit < address.bits(); ++bit) {
    address.bytes[static_cast<std::size_t>(bit / 8)] &=
        static_cast<unsigned char>(~(0x80u >> (bit % 8)));
  }
  return address;
}

std::optional<std::pair<Address, int>> parse_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_address(text.substr(0, slash));
  const std::string_view digits = text.substr(slash + 1);
  const auto prefix = parse_u64(digits);
  if (!address || !prefix || *prefix > static_cast<std::uint64_t>(address->bits()) ||
      (digits.size() > 1 && digits[0] == '0')) {
    return std::nullopt;
  }
  return std::pair(*address, static_cast<int>(*prefix));
}

// The checks before every call leave no other opaque type here.
const Address& ip_of(const Value& value) {
  return static_cast<const IpValue&>(value.as_opaque()).address;
}
const CidrValue& cidr_of(const Value& value) {
  return static_cast<const CidrValue&>(value.as_opaque());
}
Value make_ip(const Address& address) { return Value::opaque(std::make_shared<IpValue>(address)); }
Value make_cidr(const Address& address, int prefix) {
  return Value::opaque(std::make_shared<CidrValue>(address, prefix));
}
Value not_ip(std::string_view text) {
  return Value::error("cannot read " + json_string(text.substr(0, 60)) + " as an IP address");
}
Value not_cidr(std::string_view text) {
  return Value::error("cannot read " + json_string(text.substr(0, 60)) + " as a CIDR block");
}

Value ip(const CallContext&, Arguments a) {
  const auto address = parse_address(a[0].as_string());
  return address ? make_ip(*address) : not_ip(a[0].as_string());
}
Value is_ip(const CallContext&, Arguments a) {
  return Value::boolean(parse_address(a[0].as_string()).has_value());
}
Value is_canonical(const CallContext&, Arguments a) {
  const auto address = parse_address(a[0].as_string());
  if (!address) return not_ip(a[0].as_string());
  return Value::boolean(to_text(*address) == a[0].as_string());
}
Value family(const CallContext&, Arguments a) { return Value::int64(ip_of(a[0]).v6 ? 6 : 4); }

bool unspecified(const Address& a) { return a.bytes == Bytes{}; }
bool loopback(const Address& a) {
  if (!a.v6) return a.bytes[0] == 127;
  Bytes one{};
  one[15] = 1;
  return a.bytes == one;
}
bool multicast(const Address& a) { return a.v6 ? a.bytes[0] == 0xff : (a.bytes[0] & 0xf0) == 0xe0; }
bool link_local_multicast(const Address& a) {
  if (a.v6) return a.bytes[0] == 0xff && (a.bytes[1] & 0x0f) == 2;
  return a.bytes[0] == 224 && a.bytes[1] == 0 && a.bytes[2] == 0;
}
bool link_local_unicast(const Address& a) {
  if (a.v6) return a.bytes[0] == 0xfe && (a.bytes[1] & 0xc0) == 0x80;
  return a.bytes[0] == 169 && a.bytes[1] == 254;
}
bool global_unicast(const Address& a) {
  const bool broadcast = !a.v6 && std::all_of(a.bytes.begin(), a.bytes.begin() + 4,
                                              [](unsigned char byte) { return byte == 255; });
  return !broadcast && !unspecified(a) && !loopback(a) && !multicast(a) && !link_local_unicast(a);
}

template <bool (*kTest)(const Address&)>
Value test(const CallContext&, Arguments a) {
  return Value::boolean(kTest(ip_of(a[0])));
}

Value cidr(const CallContext&, Arguments a) {
  const auto block = parse_cidr(a[0].as_string());
  return block ? make_cidr(block->first, block->second) : not_cidr(a[0].as_string());
}
Value is_cidr(const CallContext&, Arguments a) {
  return Value::boolean(parse_cidr(a[0].as_string()).has_value());
}

bool holds(const CidrValue& block, const Address& address) {
  return block.address.v6 == address.v6 &&
         masked(address, block.prefix) == masked(block.address, block.prefix);
}

Value contains_ip(const CallContext&, Arguments a) {
  if (!a[1].is_string()) return Value::boolean(holds(cidr_of(a[0]), ip_of(a[1])));
  const auto address = parse_address(a[1].as_string());
  return address ? Value::boolean(holds(cidr_of(a[0]), *address)) : not_ip(a[1].as_string());
}
Value contains_cidr(const CallContext&, Arguments a) {
  const CidrValue& block = cidr_of(a[0]);
  if (!a[1].is_string()) {
    const CidrValue& inner = cidr_of(a[1]);
    return Value::boolean(inner.prefix >= block.prefix && holds(block, inner.address));
  }
  const auto inner = parse_cidr(a[1].as_string());
  if (!inner) return not_cidr(a[1].as_string());
  return Value::boolean(inner->second >= block.prefix && holds(block, inner->first));
}
Value mask(const CallContext&, Arguments a) {
  const CidrValue& block = cidr_of(a[0]);
  return make_cidr(masked(block.address, block.prefix), block.prefix);
}
Value prefix_length(const CallContext&, Arguments a) { return Value::int64(cidr_of(a[0]).prefix); }
Value ip_of_cidr(const CallContext&, Arguments a) { return make_ip(cidr_of(a[0]).address); }
Value text_of(const CallContext&, Arguments a) { return Value::string(a[0].as_opaque().display()); }

}  // namespace

void add_network_functions(Library& library) {
  library.title("Network library");
  library.function("ip", "string", "net.IP", ip);
  library.function("isIP", "string", "bool", is_ip);
  library.function("ip.isCanonical", "string", "bool", is_canonical);
  library.method("family", "net.IP", "int", family);
  library.method("isUnspecified", "net.IP", "bool", test<unspecified>);
  library.method("isLoopback", "net.IP", "bool", test<loopback>);
  library.method("isGlobalUnicast", "net.IP", "bool", test<global_unicast>);
  library.method("isLinkLocalMulticast", "net.IP", "bool", test<link_local_multicast>);
  library.method("isLinkLocalUnicast", "net.IP", "bool", test<link_local_unicast>);
  library.function("cidr", "string", "net.CIDR", cidr);
  library.function("isCIDR", "string", "bool", is_cidr);
  library.method("containsIP", "net.CIDR, net.IP", "bool", contains_ip);
  library.method("containsIP", "net.CIDR, string", "bool", contains_ip);
  library.method("containsCIDR", "net.CIDR, net.CIDR", "bool", contains_cidr);
  library.method("containsCIDR", "net.CIDR, string", "bool", contains_cidr);
  library.method("masked", "net.CIDR", "net.CIDR", mask);
  library.method("prefixLength", "net.CIDR", "int", prefix_length);
  library.method("ip", "net.CIDR", "net.IP", ip_of_cidr);
  library.function("string", "net.IP", "string", text_of);
  library.function("string", "net.CIDR", "string", text_of);
  library.about("ip", "an IPv4 or IPv6 address of a text, or the address of a block",
                "string(ip('2001:DB8::1'))", "\"2001:db8::1\"");
  library.about("isIP", "whether a text is an address", "isIP('10.0.0.256')", "false");
  library.about("ip.isCanonical", "whether an address is written the shortest way",
                "ip.isCanonical('2001:db8::1')", "true");
  library.about("family", "4 or 6", "ip('10.0.0.1').family()", "4");
  library.about("isUnspecified", "whether an address is 0.0.0.0 or ::", "ip('::').isUnspecified()",
                "true");
  library.about("isLoopback", "whether an address is one of the own host",
                "ip('127.0.0.1').isLoopback()", "true");
  library.about("isGlobalUnicast", "whether an address names one host, not only on the local link",
                "ip('192.168.0.1').isGlobalUnicast()", "true");
  library.about("isLinkLocalMulticast", "whether an address is in 224.0.0.0/24 or ff02::/16",
                "ip('ff02::1').isLinkLocalMulticast()", "true");
  library.about("isLinkLocalUnicast", "whether an address is in 169.254.0.0/16 or fe80::/10",
                "ip('169.254.169.254').isLinkLocalUnicast()", "true");
  library.about("cidr", "a block of addresses of a text", "string(cidr('10.0.0.0/8'))",
                "\"10.0.0.0/8\"");
  library.about("isCIDR", "whether a text is a block", "isCIDR('10.0.0.0/33')", "false");
  library.about("containsIP", "whether an address lies in a block",
                "cidr('10.0.0.0/8').containsIP('10.1.2.3')", "true");
  library.about("containsCIDR", "whether a block lies in another",
                "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')", "true");
  library.about("masked", "the block with the bits of its hosts zero",
                "string(cidr('10.1.2.3/8').masked())", "\"10.0.0.0/8\"");
  library.about("prefixLength", "how many bits name the network",
                "cidr('10.0.0.0/8').prefixLength()", "8");
  library.about("string", "an address or a block as text", "string(cidr('10.1.2.3/8').ip())",
                "\"10.1.2.3\"");
}

}  // namespace tt::cel
