// Reads and writes rates and networks.
// SPDX-License-Identifier: Apache-2.0
#include "config/values.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/text.h"

namespace tt::config {
namespace {

struct RateUnit {
  std::string_view word;
  double secs;
};
constexpr RateUnit kRateUnits[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};

}  // namespace

std::optional<Rate> parse_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto count = parse_u64(trim(text.substr(0, slash)));
  const std::string_view unit = trim(text.substr(slash + 1));
  if (!count) return std::nullopt;
  for (const RateUnit& known : kRateUnits)
    if (known.word == unit) return Rate(static_cast<double>(*count) / known.secs);
  return std::nullopt;
}

std::string format_rate(Rate rate) {
  for (const RateUnit& unit : kRateUnits) {
    const double count = rate.per_sec * unit.secs;
    if (count >= 1 && std::abs(count - std::round(count)) < 1e-6)
      return std::to_string(static_cast<std::int64_t>(std::llround(count))) + "/" +
             std::string(unit.word);
  }
  return std::to_string(static_cast<std::int64_t>(std::llround(rate.per_sec * 86400))) + "/d";
}

namespace {

// Fills `bytes`; gives 4, 16 or nothing. IPv4 mapped into IPv6 (RFC 4291 2.5.5.2) counts as IPv4.
int read_address(std::string_view text, std::array<std::uint8_t, 16>& bytes) {
  const std::string copy(text);
  bytes = {};
  if (inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1) return 4;
  if (inet_pton(AF_INET6, copy.c_str(), bytes.data()) != 1) return 0;
  constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::memcmp(bytes.data(), kMapped, sizeof kMapped) != 0) return 16;
  std::array<std::uint8_t, 16> v4{};
  std::copy_n(bytes.begin() + 12, 4, v4.begin());
  bytes = v4;
  return 4;
}

}  // namespace

std::optional<Cidr> parse_cidr(std::string_view text) {
  Cidr cidr;
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const int bytes = read_address(address, cidr.address);
  if (bytes == 0) return std::nullopt;
  cidr.is_v6 = bytes == 16;
  const auto bits_max = static_cast<std::uint64_t>(bytes) * 8;
  cidr.prefix_bits = static_cast<std::uint8_t>(bits_max);
  if (slash == std::string_view::npos) return cidr;
  const auto bits = parse_u64(text.substr(slash + 1));
  const bool is_mapped = bytes == 4 && address.find(':') != std::string_view::npos;
  if (!bits || *bits > bits_max || is_mapped) return std::nullopt;
  cidr.prefix_bits = static_cast<std::uint8_t>(*bits);
  return cidr;
}

bool Cidr::contains(std::string_view text) const {
  std::array<std::uint8_t, 16> other{};
  const int bytes = read_address(text, other);
  if (bytes == 0 || (bytes == 16) != is_v6) return false;
  const std::size_t whole = prefix_bits / 8;
  if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole),
                  other.begin()))
    return false;
  const int rest = prefix_bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
  return (address[whole] & mask) == (other[whole] & mask);
}

std::string Cidr::to_string() const {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(is_v6 ? AF_INET6 : AF_INET, address.data(), text, sizeof text);
  return std::string(text) + "/" + std::to_string(prefix_bits);
}

}  // namespace tt::config
