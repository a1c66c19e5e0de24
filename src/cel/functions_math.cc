// The math library.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "cel/compare.h"
#include "cel/functions.h"
#include "cel/operators.h"

namespace tt::cel {
namespace {

using Arguments = std::span<const Value>;

/// The first of the greatest (or least) of numbers of any kinds.
Value extremum(std::span<const Value> numbers, Order wanted) {
  const Value* best = nullptr;
  for (const Value& number : numbers) {
    if (!number.is_number()) {
      return no_overload(wanted == Order::kGreater ? "math.greatest" : "math.least",
                         kinds_text(number));
    }
    if (!best || compare(number, *best) == wanted) best = &number;
  }
  return best ? *best : Value::error("the list has no numbers to choose from");
}

template <Order kWanted>
Value of_numbers(const CallContext&, Arguments a) {
  return extremum(a, kWanted);
}

template <Order kWanted>
Value of_list(const CallContext& context, Arguments a) {
  if (!context.charge(static_cast<std::int64_t>(a[0].as_list().size()))) return cost_error();
  return extremum(a[0].as_list(), kWanted);
}

template <double (*kFunction)(double)>
Value real(const CallContext&, Arguments a) {
  return Value::float64(kFunction(a[0].as_double()));
}

double to_double(const Value& value) {
  if (value.is(Kind::kInt)) return static_cast<double>(value.as_int());
  return value.is(Kind::kUint) ? static_cast<double>(value.as_uint()) : value.as_double();
}

Value square_root(const CallContext&, Arguments a) {
  return Value::float64(std::sqrt(to_double(a[0])));
}

Value absolute(const CallContext&, Arguments a) {
  if (a[0].is(Kind::kUint)) return a[0];
  if (a[0].is(Kind::kDouble)) return Value::float64(std::fabs(a[0].as_double()));
  return a[0].as_int() < 0 ? negate(a[0]) : a[0];
}

Value sign(const CallContext&, Arguments a) {
  switch (a[0].kind()) {
    case Kind::kInt:
      return Value::int64((a[0].as_int() > 0) - (a[0].as_int() < 0));
    case Kind::kUint:
      return Value::uint64(a[0].as_uint() > 0 ? 1 : 0);
    default:
      break;
  }
  const double number = a[0].as_double();
  if (std::isnan(number)) return a[0];
  return Value::float64((number > 0) - (number < 0));
}

Value is_nan(const CallContext&, Arguments a) {
  return Value::boolean(std::isnan(a[0].as_double()));
}
Value is_inf(const CallContext&, Arguments a) {
  return Value::boolean(std::isinf(a[0].as_double()));
}
Value is_finite(const CallContext&, Arguments a) {
  return Value::boolean(std::isfinite(a[0].as_double()));
}

std::uint64_t bits(const Value& value) {
  return value.is(Kind::kInt) ? static_cast<std::uint64_t>(value.as_int()) : value.as_uint();
}

Value of_bits(std::uint64_t result, Kind kind) {
  return kind == Kind::kInt ? Value::int64(static_cast<std::int64_t>(result))
                            : Value::uint64(result);
}

Value bit_and(const CallContext&, Arguments a) {
  return of_bits(bits(a[0]) & bits(a[1]), a[0].kind());
}
Value bit_or(const CallContext&, Arguments a) {
  return of_bits(bits(a[0]) | bits(a[1]), a[0].kind());
}
Value bit_xor(const CallContext&, Arguments a) {
  return of_bits(bits(a[0]) ^ bits(a[1]), a[0].kind());
}
Value bit_not(const CallContext&, Arguments a) { return of_bits(~bits(a[0]), a[0].kind()); }

Value shift(Arguments a, bool left) {
  const std::int64_t by = a[1].as_int();
  if (by < 0) return Value::error("a shift by " + std::to_string(by) + " bits");
  if (by > 63) return of_bits(0, a[0].kind());
  return of_bits(left ? bits(a[0]) << by : bits(a[0]) >> by, a[0].kind());
}

Value shift_left(const CallContext&, Arguments a) { return shift(a, true); }
/// Logical for ints too, as the library has it.
Value shift_right(const CallContext&, Arguments a) { return shift(a, false); }

void add_extremum(Library& library, std::string_view name, Implementation numbers,
                  Implementation list) {
  for (const std::string_view type : {"int", "uint", "double"}) {
    library.function(name, type, type, numbers);
    library.function(name, "list(" + std::string(type) + ")", type, list);
    for (const std::string_view other : {"int", "uint", "double"}) {
      library.function(name, std::string(type) + ", " + std::string(other),
                       type == other ? type : "dyn", numbers);
    }
  }
  library.function(name, "list(dyn)", "dyn", list);
}

}  // namespace

void add_math_functions(Library& library) {
  library.title("Math library");
  add_extremum(library, "math.greatest", of_numbers<Order::kGreater>, of_list<Order::kGreater>);
  add_extremum(library, "math.least", of_numbers<Order::kLess>, of_list<Order::kLess>);
  library.function("math.ceil", "double", "double", real<std::ceil>);
  library.function("math.floor", "double", "double", real<std::floor>);
  library.function("math.round", "double", "double", real<std::round>);
  library.function("math.trunc", "double", "double", real<std::trunc>);
  library.function("math.isNaN", "double", "bool", is_nan);
  library.function("math.isInf", "double", "bool", is_inf);
  library.function("math.isFinite", "double", "bool", is_finite);
  for (const std::string_view type : {"int", "uint", "double"}) {
    library.function("math.abs", type, type, absolute);
    library.function("math.sign", type, type, sign);
    library.function("math.sqrt", type, "double", square_root);
  }
  for (const std::string_view type : {"int", "uint"}) {
    const std::string pair = std::string(type) + ", " + std::string(type);
    library.function("math.bitAnd", pair, type, bit_and);
    library.function("math.bitOr", pair, type, bit_or);
    library.function("math.bitXor", pair, type, bit_xor);
    library.function("math.bitNot", type, type, bit_not);
    library.function("math.bitShiftLeft", std::string(type) + ", int", type, shift_left);
    library.function("math.bitShiftRight", std::string(type) + ", int", type, shift_right);
  }
  library.about("math.greatest", "the greatest of numbers, or of a list of them",
                "math.greatest(1, 2.5, 2u)", "2.5");
  library.about("math.least", "the least of numbers, or of a list of them", "math.least([3, 1, 2])",
                "1");
  library.about("math.ceil", "the next whole number upwards", "math.ceil(1.2)", "2.0");
  library.about("math.floor", "the next whole number downwards", "math.floor(-1.2)", "-2.0");
  library.about("math.round", "the nearest whole number, halves away from 0", "math.round(2.5)",
                "3.0");
  library.about("math.trunc", "the number without its fraction", "math.trunc(-1.9)", "-1.0");
  library.about("math.isNaN", "whether a double is not a number", "math.isNaN(0.0 / 0.0)", "true");
  library.about("math.isInf", "whether a double is infinite", "math.isInf(1.0 / 0.0)", "true");
  library.about("math.isFinite", "whether a double is neither", "math.isFinite(1.5)", "true");
  library.about("math.abs", "the number without its sign", "math.abs(-3)", "3");
  library.about("math.sign", "-1, 0 or 1", "math.sign(-2.5)", "-1.0");
  library.about("math.sqrt", "the square root; NaN of what is negative", "math.sqrt(16)", "4.0");
  library.about("math.bitAnd", "the bits that both have", "math.bitAnd(6, 3)", "2");
  library.about("math.bitOr", "the bits that either has", "math.bitOr(6, 3)", "7");
  library.about("math.bitXor", "the bits that only one has", "math.bitXor(6, 3)", "5");
  library.about("math.bitNot", "every bit turned", "math.bitNot(0)", "-1");
  library.about("math.bitShiftLeft", "bits moved to the left, zeros follow",
                "math.bitShiftLeft(1, 4)", "16");
  library.about("math.bitShiftRight", "bits moved to the right, zeros follow",
                "math.bitShiftRight(16, 4)", "1");
}

}  // namespace tt::cel
