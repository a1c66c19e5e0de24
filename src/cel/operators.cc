// Arithmetic that refuses to overflow, and lookups in lists and maps.
// SPDX-License-Identifier: Apache-2.0
#include "cel/operators.h"

#include <cmath>
#include <limits>
#include <optional>

#include "cel/calendar.h"
#include "cel/compare.h"
#include "cel/limits.h"

namespace tt::cel {
namespace {

constexpr std::int64_t kIntMin = std::numeric_limits<std::int64_t>::min();

Value overflow() { return Value::error("integer overflow"); }
Value timestamp_range() { return Value::error("timestamp out of range (years 1 to 9999)"); }
Value duration_range() { return Value::error("duration out of range"); }

Value checked(Timestamp time) {
  return in_timestamp_range(time) ? Value::timestamp(time) : timestamp_range();
}

Value shift(Timestamp time, std::int64_t ns, int sign) {
  // Seconds and nanoseconds apart: the sum of both would not fit.
  std::int64_t seconds = ns / kNsPerSec * sign;
  std::int64_t nanos = static_cast<std::int64_t>(time.nanos) + ns % kNsPerSec * sign;
  if (nanos < 0) {
    nanos += kNsPerSec;
    --seconds;
  } else if (nanos >= kNsPerSec) {
    nanos -= kNsPerSec;
    ++seconds;
  }
  return checked({time.seconds + seconds, static_cast<std::uint32_t>(nanos)});
}

Value distance(Timestamp a, Timestamp b) {
  std::int64_t seconds = a.seconds - b.seconds;
  std::int64_t nanos = static_cast<std::int64_t>(a.nanos) - static_cast<std::int64_t>(b.nanos);
  // Of one sign: otherwise the seconds alone may not fit where the sum does.
  if (seconds < 0 && nanos > 0) {
    ++seconds;
    nanos -= kNsPerSec;
  } else if (seconds > 0 && nanos < 0) {
    --seconds;
    nanos += kNsPerSec;
  }
  std::int64_t ns = 0;
  if (__builtin_mul_overflow(seconds, kNsPerSec, &ns) || __builtin_add_overflow(ns, nanos, &ns)) {
    return duration_range();
  }
  return Value::duration(ns);
}

Value add_lists(const Value& a, const Value& b) {
  const auto& left = a.as_list();
  const auto& right = b.as_list();
  if (right.empty()) return a;
  if (left.empty()) return b;
  if (left.size() + right.size() > kListElementsMax) return Value::error("the list is too long");
  std::vector<Value> all;
  all.reserve(left.size() + right.size());
  all.insert(all.end(), left.begin(), left.end());
  all.insert(all.end(), right.begin(), right.end());
  return Value::list(std::move(all));
}

std::optional<std::string> joined(std::string_view a, std::string_view b) {
  if (a.size() + b.size() > kStringBytesMax) return std::nullopt;
  std::string text;
  text.reserve(a.size() + b.size());
  text += a;
  text += b;
  return text;
}

Value add_same(const Value& a, const Value& b) {
  switch (a.kind()) {
    case Kind::kString: {
      auto text = joined(a.as_string(), b.as_string());
      return text ? Value::string(*std::move(text)) : Value::error("the text is too long");
    }
    case Kind::kBytes: {
      auto bytes = joined(a.as_bytes(), b.as_bytes());
      return bytes ? Value::bytes(*std::move(bytes)) : Value::error("the bytes are too long");
    }
    case Kind::kList:
      return add_lists(a, b);
    case Kind::kDuration: {
      std::int64_t ns = 0;
      if (__builtin_add_overflow(a.as_duration_ns(), b.as_duration_ns(), &ns)) {
        return duration_range();
      }
      return Value::duration(ns);
    }
    default:
      return no_overload("+", kinds_text(a, b));
  }
}

struct Add {
  static bool ints(std::int64_t a, std::int64_t b, std::int64_t* r) {
    return __builtin_add_overflow(a, b, r);
  }
  static bool uints(std::uint64_t a, std::uint64_t b, std::uint64_t* r) {
    return __builtin_add_overflow(a, b, r);
  }
  static double doubles(double a, double b) { return a + b; }
};
struct Subtract {
  static bool ints(std::int64_t a, std::int64_t b, std::int64_t* r) {
    return __builtin_sub_overflow(a, b, r);
  }
  static bool uints(std::uint64_t a, std::uint64_t b, std::uint64_t* r) {
    return __builtin_sub_overflow(a, b, r);
  }
  static double doubles(double a, double b) { return a - b; }
};
struct Multiply {
  static bool ints(std::int64_t a, std::int64_t b, std::int64_t* r) {
    return __builtin_mul_overflow(a, b, r);
  }
  static bool uints(std::uint64_t a, std::uint64_t b, std::uint64_t* r) {
    return __builtin_mul_overflow(a, b, r);
  }
  static double doubles(double a, double b) { return a * b; }
};

/// The result for two numbers of one kind, nothing for other operands.
template <class Operation>
std::optional<Value> on_numbers(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return std::nullopt;
  if (a.is(Kind::kInt)) {
    std::int64_t result = 0;
    return Operation::ints(a.as_int(), b.as_int(), &result) ? overflow() : Value::int64(result);
  }
  if (a.is(Kind::kUint)) {
    std::uint64_t result = 0;
    return Operation::uints(a.as_uint(), b.as_uint(), &result) ? overflow() : Value::uint64(result);
  }
  if (a.is(Kind::kDouble)) {
    return Value::float64(Operation::doubles(a.as_double(), b.as_double()));
  }
  return std::nullopt;
}

/// A list position from an int, a uint or a whole double; nothing when it cannot be one.
std::optional<std::int64_t> position_of(const Value& key) {
  if (key.is(Kind::kInt)) return key.as_int();
  if (key.is(Kind::kUint)) {
    if (key.as_uint() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return -1;
    }
    return static_cast<std::int64_t>(key.as_uint());
  }
  if (key.is(Kind::kDouble)) {
    const double number = key.as_double();
    if (std::trunc(number) == number && std::fabs(number) < 0x1p53) {
      return static_cast<std::int64_t>(number);
    }
  }
  return std::nullopt;
}

enum class Lookup : unsigned char { kFound, kMissing, kWrong };

Lookup look_up(const Value& container, const Value& key, Value& found) {
  if (container.is(Kind::kList)) {
    const auto position = position_of(key);
    if (!position) return Lookup::kWrong;
    const auto& elements = container.as_list();
    if (*position < 0 || static_cast<std::uint64_t>(*position) >= elements.size()) {
      return Lookup::kMissing;
    }
    found = elements[static_cast<std::size_t>(*position)];
    return Lookup::kFound;
  }
  if (!container.is(Kind::kMap)) return Lookup::kWrong;
  if (!Map::is_key(key) && !key.is(Kind::kDouble)) return Lookup::kWrong;
  const Value* value = container.as_map().find(key);
  if (!value) return Lookup::kMissing;
  found = *value;
  return Lookup::kFound;
}

}  // namespace

std::string kinds_text(const Value& a) { return a.runtime_type().runtime_name(); }
std::string kinds_text(const Value& a, const Value& b) {
  return kinds_text(a) + ", " + kinds_text(b);
}

Value no_overload(std::string_view name, std::string_view kinds) {
  return Value::error("no overload of '" + std::string(name) + "' for (" + std::string(kinds) +
                      ")");
}

Value add(const Value& a, const Value& b) {
  if (auto number = on_numbers<Add>(a, b)) return *std::move(number);
  if (a.kind() == b.kind()) return add_same(a, b);
  if (a.is(Kind::kTimestamp) && b.is(Kind::kDuration)) {
    return shift(a.as_timestamp(), b.as_duration_ns(), 1);
  }
  if (a.is(Kind::kDuration) && b.is(Kind::kTimestamp)) {
    return shift(b.as_timestamp(), a.as_duration_ns(), 1);
  }
  return no_overload("+", kinds_text(a, b));
}

Value subtract(const Value& a, const Value& b) {
  if (auto number = on_numbers<Subtract>(a, b)) return *std::move(number);
  if (a.is(Kind::kTimestamp) && b.is(Kind::kTimestamp)) {
    return distance(a.as_timestamp(), b.as_timestamp());
  }
  if (a.is(Kind::kTimestamp) && b.is(Kind::kDuration)) {
    return shift(a.as_timestamp(), b.as_duration_ns(), -1);
  }
  if (a.is(Kind::kDuration) && b.is(Kind::kDuration)) {
    std::int64_t ns = 0;
    if (__builtin_sub_overflow(a.as_duration_ns(), b.as_duration_ns(), &ns)) {
      return duration_range();
    }
    return Value::duration(ns);
  }
  return no_overload("-", kinds_text(a, b));
}

Value multiply(const Value& a, const Value& b) {
  if (auto number = on_numbers<Multiply>(a, b)) return *std::move(number);
  return no_overload("*", kinds_text(a, b));
}

Value divide(const Value& a, const Value& b) {
  if (a.is(Kind::kInt) && b.is(Kind::kInt)) {
    if (b.as_int() == 0) return Value::error("division by zero");
    if (a.as_int() == kIntMin && b.as_int() == -1) return overflow();
    return Value::int64(a.as_int() / b.as_int());
  }
  if (a.is(Kind::kUint) && b.is(Kind::kUint)) {
    if (b.as_uint() == 0) return Value::error("division by zero");
    return Value::uint64(a.as_uint() / b.as_uint());
  }
  if (a.is(Kind::kDouble) && b.is(Kind::kDouble)) {
    return Value::float64(a.as_double() / b.as_double());
  }
  return no_overload("/", kinds_text(a, b));
}

Value modulo(const Value& a, const Value& b) {
  if (a.is(Kind::kInt) && b.is(Kind::kInt)) {
    if (b.as_int() == 0) return Value::error("modulus by zero");
    if (b.as_int() == -1) {
      return a.as_int() == kIntMin ? overflow() : Value::int64(0);
    }
    return Value::int64(a.as_int() % b.as_int());
  }
  if (a.is(Kind::kUint) && b.is(Kind::kUint)) {
    if (b.as_uint() == 0) return Value::error("modulus by zero");
    return Value::uint64(a.as_uint() % b.as_uint());
  }
  return no_overload("%", kinds_text(a, b));
}

Value negate(const Value& a) {
  if (a.is(Kind::kInt)) {
    return a.as_int() == kIntMin ? overflow() : Value::int64(-a.as_int());
  }
  if (a.is(Kind::kDouble)) return Value::float64(-a.as_double());
  return no_overload("-", kinds_text(a));
}

Value contains(const Value& a, const Value& b) {
  if (b.is(Kind::kList)) {
    std::int64_t steps_left = kCostMax;
    for (const Value& element : b.as_list()) {
      if (equal(a, element, steps_left)) return Value::boolean(true);
    }
    return steps_left < 0 ? Value::error("the list takes too long to search")
                          : Value::boolean(false);
  }
  if (b.is(Kind::kMap)) return Value::boolean(b.as_map().find(a) != nullptr);
  return no_overload("in", kinds_text(a, b));
}

Value index(const Value& container, const Value& key) {
  if (container.is(Kind::kOptional)) return optional_index(container, key);
  Value found;
  switch (look_up(container, key, found)) {
    case Lookup::kFound:
      return found;
    case Lookup::kMissing:
      if (container.is(Kind::kMap)) return Value::error("no such key: " + to_json_text(key));
      return Value::error("index " + display(key) + " is out of range, the list has " +
                          std::to_string(container.as_list().size()));
    case Lookup::kWrong:
      break;
  }
  return no_overload("[]", kinds_text(container, key));
}

Value optional_index(const Value& container, const Value& key) {
  if (container.is(Kind::kOptional)) {
    const Value* inner = container.as_optional();
    return inner ? optional_index(*inner, key) : container;
  }
  Value found;
  switch (look_up(container, key, found)) {
    case Lookup::kFound:
      return Value::optional(std::move(found));
    case Lookup::kMissing:
      return Value::none();
    case Lookup::kWrong:
      break;
  }
  return no_overload("[?]", kinds_text(container, key));
}

}  // namespace tt::cel
