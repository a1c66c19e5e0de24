// MessagePack from untrusted bytes: measured before a single value is read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace tt::portals::entry::forward {

constexpr std::size_t kFrameBytesMax = 16u << 20;  ///< One value on the wire.
constexpr std::size_t kValuesMax = 1u << 20;       ///< Inside of one value, packed ones count as 1.
constexpr std::size_t kDepthMax = 32;              ///< Lists and maps inside of each other.

struct Extent {
  enum class Kind : std::uint8_t { kWhole, kPartial, kBad } kind = Kind::kPartial;
  std::size_t bytes = 0;  ///< Of a whole value; of a part how many it has at least.
};

/// How far the first value of `bytes` goes, with all that is in it. kBad: no MessagePack, or more
/// than the limits above. This is the gate: msgpuck's readers trust their bytes, and its own
/// mp_check() counts in an int, which lists of 2^32-1 overflow; so only whole values may be read.
Extent measure(std::string_view bytes);

/// Reads the parts of one value that measure() found whole. Each take moves past what it took; what
/// is of another type is not taken and reads as nothing.
class Values {
 public:
  explicit Values(std::string_view whole) : at_(whole.data()), end_(whole.data() + whole.size()) {}

  bool at_end() const { return at_ == end_; }
  bool is_nil() const;
  bool is_list() const;
  bool is_map() const;
  bool is_text() const;                      ///< `str` or `bin`: old senders know only one.
  std::optional<std::uint32_t> take_list();  ///< Its length; the elements follow.
  std::optional<std::uint32_t> take_map();   ///< Its length; keys and values follow in turn.
  std::optional<std::string_view> take_text();
  std::optional<std::int64_t> take_integer();  ///< One that fits.
  void skip();                                 ///< One value with all that is in it.
  /// One value as JSON text: keys become texts, bytes that are no UTF-8 U+FFFD, EventTime a time,
  /// other extensions base64, numbers that JSON cannot write texts.
  std::string take_json();
  void append_json(std::string& out);
  /// Integer or float seconds, or EventTime; nothing is taken when it is neither.
  struct Time {
    std::int64_t seconds = 0, nanoseconds = 0;
  };
  std::optional<Time> take_time();

 private:
  struct Extension {
    std::int8_t type = 0;
    std::string_view data;
  };
  std::optional<Extension> take_extension();

  const char* at_;
  const char* end_;
};

/// A writer of the few values that go back.
class PackedWriter {
 public:
  PackedWriter& list(std::uint32_t length);
  PackedWriter& map(std::uint32_t length);
  PackedWriter& text(std::string_view value);
  PackedWriter& bytes(std::string_view value);
  PackedWriter& boolean(bool value);
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace tt::portals::entry::forward
