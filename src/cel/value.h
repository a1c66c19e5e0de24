// Value: what CEL expressions compute with; 16 bytes, cheap to copy, immutable.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "cel/type.h"

namespace tt::cel {

class Map;

enum class Kind : unsigned char {
  kNull,
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kTimestamp,
  kDuration,
  kType,
  kList,
  kMap,
  kOptional,
  kOpaque,
  kError,   ///< Why there is no value.
  kAbsent,  ///< Only as an answer of Scope: the field is not there. Never leaves a program.
};

/// Seconds and nanoseconds (0..999,999,999) since 1970 in UTC; CEL's range is the years 1 to 9999,
/// more than int64 nanoseconds hold.
struct Timestamp {
  std::int64_t seconds = 0;
  std::uint32_t nanos = 0;
  auto operator<=>(const Timestamp&) const = default;
};

/// A value of a type that a library brings (`net.IP`). Immutable.
class Opaque {
 public:
  virtual ~Opaque() = default;
  virtual const Type& type() const = 0;
  virtual bool equals(const Opaque& other) const = 0;
  virtual std::string display() const = 0;
};

/// A string or bytes either *borrows* its characters (the caller keeps them alive) or shares an
/// owned copy; lists, maps and the rest share an immutable body. What Program::evaluate() returns
/// may borrow from the program and from what the scope borrowed; own() cuts those ties.
/// Copies may be used on several threads at once. Accessors assert the kind.
class Value {
 public:
  Value() = default;  ///< null
  Value(const Value& other) noexcept
      : kind_(other.kind_), hold_(other.hold_), aux_(other.aux_), bits_(other.bits_) {
    if (hold_ == Hold::kCounted) retain(bits_.body);
  }
  Value(Value&& other) noexcept
      : kind_(other.kind_), hold_(other.hold_), aux_(other.aux_), bits_(other.bits_) {
    other.kind_ = Kind::kNull;
    other.hold_ = Hold::kInline;
  }
  Value& operator=(const Value& other) noexcept {
    Value copy(other);
    swap(copy);
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    Value taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~Value() {
    if (hold_ == Hold::kCounted) release(bits_.body);
  }
  void swap(Value& other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(hold_, other.hold_);
    std::swap(aux_, other.aux_);
    std::swap(bits_, other.bits_);
  }

  static Value null() { return {}; }
  static Value absent() { return Value(Kind::kAbsent); }
  static Value boolean(bool value) {
    Value made(Kind::kBool);
    made.bits_.boolean = value;
    return made;
  }
  static Value int64(std::int64_t value) {
    Value made(Kind::kInt);
    made.bits_.int64 = value;
    return made;
  }
  static Value uint64(std::uint64_t value);
  static Value float64(double value);
  static Value string(std::string text);  ///< Shared; valid UTF-8.
  /// The caller keeps `text` alive. Nothing here ever makes one beyond 4 GiB.
  static Value borrowed(std::string_view text) {
    Value made(Kind::kString);
    made.bits_.text = text.data();
    made.aux_ = static_cast<std::uint32_t>(text.size());
    return made;
  }
  static Value bytes(std::string bytes);
  static Value borrowed_bytes(std::string_view bytes);
  static Value timestamp(WallNs time_ns);
  static Value timestamp(Timestamp time);
  static Value duration(std::int64_t ns);
  static Value type(Type type);
  static Value list(std::vector<Value> elements);
  static Value map(Map entries);
  static Value optional(Value value);
  static Value none();  ///< The empty optional.
  static Value opaque(std::shared_ptr<const Opaque> value);
  static Value error(std::string text);

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_error() const { return kind_ == Kind::kError; }
  bool is_absent() const { return kind_ == Kind::kAbsent; }
  bool is_true() const { return kind_ == Kind::kBool && bits_.boolean; }
  bool is_false() const { return kind_ == Kind::kBool && !bits_.boolean; }
  bool is_string() const { return kind_ == Kind::kString; }
  /// A string that as_string() gives without a look at a shared body.
  bool is_borrowed_string() const { return kind_ == Kind::kString && hold_ == Hold::kInline; }
  bool is_number() const { return kind_ >= Kind::kInt && kind_ <= Kind::kDouble; }

  bool as_bool() const;
  std::int64_t as_int() const;
  std::uint64_t as_uint() const;
  double as_double() const;
  /// Lives as long as this value (or what it borrows).
  std::string_view as_string() const {
    if (is_borrowed_string()) return {bits_.text, aux_};
    return shared_string();
  }
  std::string_view as_bytes() const;
  Timestamp as_timestamp() const;
  /// Clamped to what int64 nanoseconds hold (1677 to 2262).
  WallNs as_timestamp_ns() const;
  std::int64_t as_duration_ns() const;
  const Type& as_type() const;
  const std::vector<Value>& as_list() const;
  const Map& as_map() const;
  /// The value inside an optional, or nothing.
  const Value* as_optional() const;
  const Opaque& as_opaque() const;
  std::string_view error_text() const;
  /// Byte position in the expression where the error arose; -1 when not known.
  int error_position() const;
  /// Keeps a position that is already known. Only for errors.
  void set_error_position(int position);

  /// The run-time type: `type(x)`.
  Type runtime_type() const;
  /// A value that borrows nothing, deeply. An error when that would take kListElementsMax parts.
  Value own() const;
  /// An alias that counts no reference; the caller keeps this value alive. For constants.
  Value alias() const;

 private:
  friend class Map;
  struct Body;
  enum class Hold : unsigned char { kInline, kCounted, kAliased };
  explicit Value(Kind kind) : kind_(kind) {}
  Value(Kind kind, Body* body);
  std::string_view shared_string() const;
  Value own_within(std::int64_t& parts_left) const;
  static void retain(Body* body) noexcept;
  static void release(Body* body) noexcept;

  Kind kind_ = Kind::kNull;
  Hold hold_ = Hold::kInline;
  std::uint32_t aux_ = 0;  ///< Length of a borrowed text, nanos, or error position + 1.
  union Bits {
    bool boolean;
    std::int64_t int64;
    std::uint64_t uint64;
    double float64;
    const char* text;
    Body* body;
  } bits_{.uint64 = 0};
};

/// Keys and values in insertion order. Keys are bool, int, uint or string; 1, 1u and 1.0 name the
/// same key.
class Map {
 public:
  using Entry = std::pair<Value, Value>;
  /// False (and unchanged) when the key is there already. `key` must be a legal key.
  bool insert(Value key, Value value);
  /// Nothing when missing. Doubles find integer keys.
  const Value* find(const Value& key) const;
  const Value* find(std::string_view key) const { return find(Value::borrowed(key)); }
  const std::vector<Entry>& entries() const { return entries_; }
  std::size_t size() const { return entries_.size(); }
  void reserve(std::size_t count) { entries_.reserve(count); }
  static bool is_key(const Value& value);

 private:
  void index();
  std::vector<Entry> entries_;
  /// Positions in entries_ by hash, open addressing; empty while there are few entries.
  std::vector<std::uint32_t> slots_;
};

/// Canonical JSON: ints exact, doubles shortest (NaN and infinities as strings), timestamps RFC
/// 3339, durations as `1.5s`, bytes base64, types and opaques as their text, none and absent null,
/// map keys as text. An error value gives null.
std::string to_json_text(const Value& value);
/// Text for a template hole: strings as they are; null, none, absent and errors empty; numbers
/// shortest; timestamps RFC 3339; durations `1.5s`; lists and maps as JSON.
std::string display(const Value& value);

}  // namespace tt::cel
