// Optional values. `or` and `orValue` are planned as nodes of their own, because they leave their
// argument alone when they do not need it; they are declared here for the checker.
// SPDX-License-Identifier: Apache-2.0
#include "cel/functions.h"

namespace tt::cel {
namespace {

using Arguments = std::span<const Value>;

bool is_zero(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return !value.as_bool();
    case Kind::kInt:
      return value.as_int() == 0;
    case Kind::kUint:
      return value.as_uint() == 0;
    case Kind::kDouble:
      return value.as_double() == 0;
    case Kind::kString:
      return value.as_string().empty();
    case Kind::kBytes:
      return value.as_bytes().empty();
    case Kind::kTimestamp:
      return value.as_timestamp() == Timestamp{};
    case Kind::kDuration:
      return value.as_duration_ns() == 0;
    case Kind::kList:
      return value.as_list().empty();
    case Kind::kMap:
      return value.as_map().size() == 0;
    case Kind::kOptional:
      return !value.as_optional();
    default:
      return false;
  }
}

Value none(const CallContext&, Arguments) { return Value::none(); }
Value of(const CallContext&, Arguments a) { return Value::optional(a[0]); }
Value of_non_zero(const CallContext&, Arguments a) {
  return is_zero(a[0]) ? Value::none() : Value::optional(a[0]);
}
Value has_value(const CallContext&, Arguments a) {
  return Value::boolean(a[0].as_optional() != nullptr);
}
Value value(const CallContext&, Arguments a) {
  const Value* inner = a[0].as_optional();
  return inner ? *inner : Value::error("value() of an empty optional");
}
Value unwrap(const CallContext& context, Arguments a) {
  std::vector<Value> values;
  for (const Value& element : a[0].as_list()) {
    if (!context.charge(1)) return cost_error();
    if (!element.is(Kind::kOptional)) return Value::error("the list holds more than optionals");
    if (const Value* inner = element.as_optional()) values.push_back(*inner);
  }
  return Value::list(std::move(values));
}

}  // namespace

void add_optional_functions(Library& library) {
  library.title("Optionals library");
  library.function("optional.none", "", "optional_type(T)", none);
  library.function("optional.of", "T", "optional_type(T)", of);
  library.function("optional.ofNonZeroValue", "T", "optional_type(T)", of_non_zero);
  library.function("optional.unwrap", "list(optional_type(T))", "list(T)", unwrap);
  library.method("unwrapOpt", "list(optional_type(T))", "list(T)", unwrap);
  library.method("hasValue", "optional_type(T)", "bool", has_value);
  library.method("value", "optional_type(T)", "T", value);
  library.method("or", "optional_type(T), optional_type(T)", "optional_type(T)", nullptr);
  library.method("orValue", "optional_type(T), T", "T", nullptr);
  library.about("optional.none", "no value", "optional.none().hasValue()", "false");
  library.about("optional.of", "a value", "optional.of(1).value()", "1");
  library.about("optional.ofNonZeroValue", "a value, or none when it is 0, empty, false or null",
                "optional.ofNonZeroValue('').hasValue()", "false");
  library.about("optional.unwrap", "the values that a list of optionals has",
                "optional.unwrap([optional.of(1), optional.none()])", "[1]");
  library.about("unwrapOpt", "the same as a method",
                "[optional.of(1), optional.none()].unwrapOpt()", "[1]");
  library.about("hasValue", "whether there is a value", "{'a': 1}.?a.hasValue()", "true");
  library.about("value", "the value, an error when there is none", "{'a': 1}.?a.value()", "1");
  library.about("or", "this one, or the other when it has no value",
                "{'a': 1}.?b.or(optional.of(2)).value()", "2");
  library.about("orValue", "the value, or another when there is none", "{'a': 1}.?b.orValue(2)",
                "2");
}

}  // namespace tt::cel
