// The list library: slices, order, duplicates, ranges.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cel/compare.h"
#include "cel/functions.h"
#include "cel/limits.h"
#include "cel/operators.h"

namespace tt::cel {
namespace {

using Arguments = std::span<const Value>;

std::int64_t count(const std::vector<Value>& list) {
  return static_cast<std::int64_t>(list.size());
}

Value slice(const CallContext& context, Arguments a) {
  const auto& list = a[0].as_list();
  const std::int64_t begin = a[1].as_int(), end = a[2].as_int();
  if (begin < 0 || end > count(list) || begin > end) {
    return Value::error("slice(" + std::to_string(begin) + ", " + std::to_string(end) +
                        ") is out of range, the list has " + std::to_string(list.size()));
  }
  if (!context.charge(end - begin)) return cost_error();
  return Value::list({list.begin() + begin, list.begin() + end});
}

Value reverse_list(const CallContext& context, Arguments a) {
  const auto& list = a[0].as_list();
  if (!context.charge(count(list))) return cost_error();
  return Value::list({list.rbegin(), list.rend()});
}

Value distinct(const CallContext& context, Arguments a) {
  std::vector<Value> kept;
  for (const Value& value : a[0].as_list()) {
    if (!context.charge(1 + count(kept))) return cost_error();
    const bool seen = std::any_of(kept.begin(), kept.end(), [&](const Value& other) {
      return equal(value, other, *context.cost_left);
    });
    if (!seen) kept.push_back(value);
  }
  return Value::list(std::move(kept));
}

Value sort(const CallContext& context, Arguments a) {
  std::vector<Value> sorted = a[0].as_list();
  if (!context.charge(count(sorted) * 8)) return cost_error();
  for (const Value& value : sorted) {
    const Order order = compare(sorted[0], value);
    if (value.kind() != sorted[0].kind() || order == Order::kIncomparable) {
      return no_overload("sort", kinds_text(a[0]));
    }
    if (order == Order::kUnordered) return Value::error("sort() cannot order NaN");
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Value& x, const Value& y) { return compare(x, y) == Order::kLess; });
  return Value::list(std::move(sorted));
}

bool flatten_into(const CallContext& context, const std::vector<Value>& list, std::int64_t depth,
                  std::vector<Value>& out) {
  for (const Value& value : list) {
    if (!context.charge(1)) return false;
    if (value.is(Kind::kList) && depth > 0) {
      if (!flatten_into(context, value.as_list(), depth - 1, out)) return false;
    } else {
      out.push_back(value);
    }
  }
  return true;
}

Value flatten(const CallContext& context, Arguments a) {
  const std::int64_t depth = a.size() > 1 ? a[1].as_int() : 1;
  if (depth < 0) return Value::error("flatten() takes a depth of 0 or more");
  std::vector<Value> flat;
  if (!flatten_into(context, a[0].as_list(), std::min<std::int64_t>(depth, kValueDepthMax), flat)) {
    return cost_error();
  }
  return Value::list(std::move(flat));
}

Value range(const CallContext& context, Arguments a) {
  const std::int64_t size = std::max<std::int64_t>(a[0].as_int(), 0);
  if (size > kCostMax || !context.charge(size)) return cost_error();
  std::vector<Value> numbers;
  for (std::int64_t i = 0; i < size; ++i) numbers.push_back(Value::int64(i));
  return Value::list(std::move(numbers));
}

Value first(const CallContext&, Arguments a) {
  const auto& list = a[0].as_list();
  return list.empty() ? Value::none() : Value::optional(list.front());
}

Value last(const CallContext&, Arguments a) {
  const auto& list = a[0].as_list();
  return list.empty() ? Value::none() : Value::optional(list.back());
}

}  // namespace

void add_list_functions(Library& library) {
  library.title("Lists library");
  library.method("slice", "list(T), int, int", "list(T)", slice);
  library.method("reverse", "list(T)", "list(T)", reverse_list);
  library.method("distinct", "list(T)", "list(T)", distinct);
  library.method("sort", "list(T)", "list(T)", sort);
  library.method("flatten", "list(dyn)", "list(dyn)", flatten);
  library.method("flatten", "list(dyn), int", "list(dyn)", flatten);
  library.method("first", "list(T)", "optional_type(T)", first);
  library.method("last", "list(T)", "optional_type(T)", last);
  library.function("lists.range", "int", "list(int)", range);
  library.about("slice", "the elements from one position up to another", "[1, 2, 3, 4].slice(1, 3)",
                "[2,3]");
  library.about("reverse", "the elements backwards", "[1, 2, 3].reverse()", "[3,2,1]");
  library.about("distinct", "each value once, in the order of their first occurrences",
                "[1, 2, 1, 1.0].distinct()", "[1,2]");
  library.about("sort", "the elements in order; all of one type", "['b', 'a'].sort()",
                "[\"a\",\"b\"]");
  library.about("flatten", "nested lists opened, one level or so many", "[1, [2, [3]]].flatten()",
                "[1,2,[3]]");
  library.about("first", "the first element, or none", "[1, 2].first().orValue(0)", "1");
  library.about("last", "the last element, or none", "[].last().orValue(0)", "0");
  library.about("lists.range", "the whole numbers from 0 up to a number", "lists.range(3)",
                "[0,1,2]");
}

}  // namespace tt::cel
