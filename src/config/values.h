// Option types with a meaning: durations, sizes, rates, networks, paths.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/files.h"

namespace tt::config {

/// Nanoseconds; written with units, `90s` or `1h30m` (base/units.h). Converts like the number it
/// is.
struct Duration {
  std::int64_t ns = 0;
  constexpr Duration() = default;
  constexpr Duration(std::int64_t nanoseconds) : ns(nanoseconds) {}  // NOLINT
  constexpr operator std::int64_t() const { return ns; }             // NOLINT
};

/// Bytes; written `64KiB`, `10GiB` or as a bare number.
struct ByteSize {
  std::uint64_t bytes = 0;
  constexpr ByteSize() = default;
  constexpr ByteSize(std::uint64_t count) : bytes(count) {}   // NOLINT
  constexpr operator std::uint64_t() const { return bytes; }  // NOLINT
};

/// Events a second; written `30/m`, `5/s`, `1000/h`, `1/d`.
struct Rate {
  double per_sec = 0;
  constexpr Rate() = default;
  constexpr Rate(double events_per_sec) : per_sec(events_per_sec) {}  // NOLINT
  constexpr operator double() const { return per_sec; }               // NOLINT
};
std::optional<Rate> parse_rate(std::string_view text);
std::string format_rate(Rate rate);

/// A file or folder; relative ones are relative to the configuration file that names them.
struct Path {
  std::string text;      ///< Ready to open.
  std::string as_given;  ///< As in the configuration.
  Path() = default;
  Path(std::string path) : text(path), as_given(std::move(path)) {}  // NOLINT
  Path(const char* path) : Path(std::string(path)) {}                // NOLINT
  bool empty() const { return text.empty(); }
};

/// One network, `10.0.0.0/8` or `2001:db8::/32`; a bare address is a network of one.
struct Cidr {
  std::array<std::uint8_t, 16> address{};  ///< IPv4 in the first four bytes.
  std::uint8_t prefix_bits = 0;
  bool is_v6 = false;

  /// `address` as text ("192.0.2.7", "2001:db8::1", IPv4 mapped into IPv6 counts as IPv4).
  bool contains(std::string_view address) const;
  std::string to_string() const;
};
std::optional<Cidr> parse_cidr(std::string_view text);

/// A value and where it was written, for checks that come after parsing.
template <class T>
struct Located {
  T value{};
  Mark mark;
};

}  // namespace tt::config
