// Equality and order of values across kinds, as the language definition has them.
// SPDX-License-Identifier: Apache-2.0
#include "cel/compare.h"

#include <cmath>

#include "cel/limits.h"
#include "cel/value.h"

namespace tt::cel {
namespace {

template <class T>
Order order_of(const T& a, const T& b) {
  if (a < b) return Order::kLess;
  return b < a ? Order::kGreater : Order::kEqual;
}

Order flipped(Order order) {
  if (order == Order::kLess) return Order::kGreater;
  return order == Order::kGreater ? Order::kLess : order;
}

Order int_with_uint(std::int64_t a, std::uint64_t b) {
  if (a < 0) return Order::kLess;
  return order_of(static_cast<std::uint64_t>(a), b);
}

/// As doubles, after the range: the conformance suite wants 2^63 - 1 to equal 2^63 as a double.
Order integer_with_double(double a, double b, double least, double greatest) {
  if (std::isnan(b)) return Order::kUnordered;
  if (b > greatest) return Order::kLess;
  if (b < least) return Order::kGreater;
  return order_of(a, b);
}

Order number_with_double(const Value& a, double b) {
  switch (a.kind()) {
    case Kind::kInt:
      return integer_with_double(static_cast<double>(a.as_int()), b, -0x1p63, 0x1p63);
    case Kind::kUint:
      return integer_with_double(static_cast<double>(a.as_uint()), b, 0, 0x1p64);
    default:
      if (std::isnan(a.as_double()) || std::isnan(b)) return Order::kUnordered;
      return order_of(a.as_double(), b);
  }
}

Order compare_numbers(const Value& a, const Value& b) {
  if (b.is(Kind::kDouble)) return number_with_double(a, b.as_double());
  if (a.is(Kind::kDouble)) return flipped(number_with_double(b, a.as_double()));
  if (a.is(Kind::kInt)) {
    return b.is(Kind::kInt) ? order_of(a.as_int(), b.as_int())
                            : int_with_uint(a.as_int(), b.as_uint());
  }
  return b.is(Kind::kUint) ? order_of(a.as_uint(), b.as_uint())
                           : flipped(int_with_uint(b.as_int(), a.as_uint()));
}

bool equal_lists(const std::vector<Value>& a, const std::vector<Value>& b, std::int64_t& steps) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!equal(a[i], b[i], steps)) return false;
  }
  return true;
}

bool equal_maps(const Map& a, const Map& b, std::int64_t& steps) {
  if (a.size() != b.size()) return false;
  for (const auto& [key, value] : a.entries()) {
    const Value* other = b.find(key);
    if (!other || !equal(value, *other, steps)) return false;
  }
  return true;
}

bool equal_optionals(const Value* a, const Value* b, std::int64_t& steps) {
  if (!a || !b) return a == b;
  return equal(*a, *b, steps);
}

bool equal_texts(std::string_view a, std::string_view b, std::int64_t& steps) {
  if (a.size() != b.size()) return false;
  steps -= static_cast<std::int64_t>(a.size() / kBytesPerStep);
  return a == b;
}

}  // namespace

bool equal(const Value& a, const Value& b) {
  std::int64_t steps = kCostMax;
  return equal(a, b, steps);
}

bool equal(const Value& a, const Value& b, std::int64_t& steps_left) {
  if (--steps_left < 0) return false;
  if (a.is_number() && b.is_number()) return compare_numbers(a, b) == Order::kEqual;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return a.as_bool() == b.as_bool();
    case Kind::kString:
      return equal_texts(a.as_string(), b.as_string(), steps_left);
    case Kind::kBytes:
      return equal_texts(a.as_bytes(), b.as_bytes(), steps_left);
    case Kind::kTimestamp:
      return a.as_timestamp() == b.as_timestamp();
    case Kind::kDuration:
      return a.as_duration_ns() == b.as_duration_ns();
    case Kind::kType:
      return a.as_type().runtime_name() == b.as_type().runtime_name();
    case Kind::kList:
      return equal_lists(a.as_list(), b.as_list(), steps_left);
    case Kind::kMap:
      return equal_maps(a.as_map(), b.as_map(), steps_left);
    case Kind::kOptional:
      return equal_optionals(a.as_optional(), b.as_optional(), steps_left);
    case Kind::kOpaque:
      return a.as_opaque().equals(b.as_opaque());
    default:
      return false;
  }
}

Order compare(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return compare_numbers(a, b);
  if (a.kind() != b.kind()) return Order::kIncomparable;
  switch (a.kind()) {
    case Kind::kBool:
      return order_of(a.as_bool(), b.as_bool());
    case Kind::kString:
      return order_of(a.as_string(), b.as_string());
    case Kind::kBytes:
      return order_of(a.as_bytes(), b.as_bytes());
    case Kind::kTimestamp:
      return order_of(a.as_timestamp(), b.as_timestamp());
    case Kind::kDuration:
      return order_of(a.as_duration_ns(), b.as_duration_ns());
    default:
      return Order::kIncomparable;
  }
}

}  // namespace tt::cel
