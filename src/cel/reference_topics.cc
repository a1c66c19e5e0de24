// What the reference page says of types, operators, macros and rules, each with an example.
// SPDX-License-Identifier: Apache-2.0
#include "cel/reference.h"

namespace tt::cel {
namespace {

constexpr Topic kOperatorTopics[] = {
    {"a.b", "a field, or the entry of a map under a text", "{'b': 1}.b", "1"},
    {"a[b]", "an element of a list by position, an entry of a map by key", "[1, 2][1]", "2"},
    {"f(a), a.f(b)", "a function, a method", "'abc'.size() == size('abc')", "true"},
    {"{k: v}, [a]", "a map, a list", "{'a': [1, 2]}", "{\"a\":[1,2]}"},
    {"-a", "a number with the other sign; uint has none", "-(2)", "-2"},
    {"!a", "not; `!!` twice", "!false", "true"},
    {"a * b, a / b", "of two int, two uint or two double; whole numbers are cut towards 0",
     "-7 / 2", "-3"},
    {"a % b", "the rest, with the sign of the first; not of doubles", "-7 % 2", "-1"},
    {"a + b, a - b",
     "numbers; texts, bytes and lists end to end; times and durations as one expects",
     "timestamp('2026-01-31T12:00:00Z') - duration('90m')", "\"2026-01-31T10:30:00Z\""},
    {"a == b, a != b", "of any two values; what has different types is different, numbers excepted",
     "dyn(1) == 1.0 && dyn('1') != 1", "true"},
    {"a < b, a <= b, a > b, a >= b", "of numbers of any types, else of two values of one type",
     "1 < 1.5", "true"},
    {"a in b", "whether a list has the element, or a map the key", "2 in [1, 2]", "true"},
    {"a && b", "and", "true && false", "false"},
    {"a || b", "or", "true || false", "true"},
    {"a ? b : c", "one or the other; only that one is evaluated", "1 < 2 ? 'less' : 'more'",
     "\"less\""}};

constexpr Topic kTypeTopics[] = {
    {"bool", "`true`, `false`", "true", "true"},
    {"int", "64 bits with sign; `1`, `0x1F`", "0x1F", "31"},
    {"uint", "64 bits without sign; `1u`", "18446744073709551615u", "18446744073709551615"},
    {"double", "IEEE 754; `1.5`, `1e3`, `.5`", "1e3", "1000.0"},
    {"string",
     "Unicode code points; `'a'`, `\"a\"`, `'''lines'''`; escapes `\\n \\t \\\\ \\' \\\" \\x41 "
     "\\u00e9 \\U0001F600 \\101`; `r'raw'` has none",
     "r'\\d' + '\\u00e9'", "\"\\\\d\xc3\xa9\""},
    {"bytes", "`b'a\\xff'`; printed as base64", "b'abc'", "\"YWJj\""},
    {"list", "of any values", "[1, 'a', null]", "[1,\"a\",null]"},
    {"map", "keys are bool, int, uint or string, each once", "{1: 'a'}", "{\"1\":\"a\"}"},
    {"timestamp", "the years 1 to 9999 in nanoseconds", "timestamp(0)", "\"1970-01-01T00:00:00Z\""},
    {"duration", "nanoseconds, 292 years at most", "duration('1.5s')", "\"1.5s\""},
    {"null_type", "`null`", "null", "null"},
    {"type", "`int`, `list`, `google.protobuf.Timestamp`, ...",
     "type(timestamp(0)) == google.protobuf.Timestamp", "true"},
    {"optional_type", "a value or none; see below", "optional.none()", "null"},
    {"net.IP, net.CIDR", "addresses and blocks; see the network library", "ip('10.0.0.1')",
     "\"10.0.0.1\""}};

constexpr Topic kMacroTopics[] = {
    {"has(a.b)", "whether the field or the key is there", "has({'b': null}.b)", "true"},
    {"a.all(x, test)", "whether the test holds of every element (or key)", "[1, 2].all(x, x > 0)",
     "true"},
    {"a.exists(x, test)", "whether it holds of one or more", "[1, 2].exists(x, x > 1)", "true"},
    {"a.exists_one(x, test)", "whether it holds of exactly one; also `existsOne`",
     "[1, 2, 2].exists_one(x, x == 2)", "false"},
    {"a.map(x, value)", "a list of a value for each", "[1, 2].map(x, x * 10)", "[10,20]"},
    {"a.map(x, test, value)", "only for those of which the test holds",
     "[1, 2].map(x, x > 1, x * 10)", "[20]"},
    {"a.filter(x, test)", "those of which the test holds", "[1, 2, 3].filter(x, x != 2)", "[1,3]"},
    {"a.all(i, x, test)",
     "with position and element, or key and value; so too `exists`, "
     "`exists_one`",
     "{'a': 1}.all(k, v, k == 'a' && v == 1)", "true"},
    {"a.transformList(i, x, value)", "a list; with four arguments the third is a test",
     "['a', 'b'].transformList(i, x, x + string(i))", "[\"a0\",\"b1\"]"},
    {"a.transformMap(k, v, value)",
     "a map with the same keys; with four arguments the third is a "
     "test",
     "{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10)", "{\"b\":20}"},
    {"a.transformMapEntry(k, v, {key: value})", "a map with new keys; a key twice is an error",
     "{'a': 'x'}.transformMapEntry(k, v, {v: k})", "{\"x\":\"a\"}"},
    {"cel.bind(x, value, expression)", "a name for a value; evaluated once, and only when needed",
     "cel.bind(x, 2 + 3, x * x)", "25"},
    {"a.optMap(x, value)", "an optional of a value made of another's",
     "optional.of(2).optMap(x, x + 1).orValue(0)", "3"},
    {"a.optFlatMap(x, optional)", "the same, where making it may give none",
     "optional.of([1]).optFlatMap(x, x.first()).orValue(0)", "1"},
    {"math.greatest(a, b, ...)", "of any count of numbers; so too `math.least`",
     "math.least(3, 1u, 2.5, 7)", "1"}};

constexpr Topic kOptionalTopics[] = {
    {"a.?b", "the field or entry as an optional, none when it is absent; the rest of the chain too",
     "{'a': {'b': 1}}.?x.b.orValue(0)", "0"},
    {"a[?b]", "the element or entry as an optional", "[1, 2][?5].orValue(0)", "0"},
    {"[?a]", "a list without the elements that have no value", "[?optional.none(), 1]", "[1]"},
    {"{?k: v}", "a map without such entries", "{?'a': optional.of(1), ?'b': optional.none()}",
     "{\"a\":1}"}};

constexpr Topic kNumberTopics[] = {
    {"no mixing", "arithmetic takes one type; convert first", "double(1) + 0.5", "1.5"},
    {"overflow", "is an error, never a wrap", "9223372036854775807 + 1", "error"},
    {"division by zero", "is an error of whole numbers; doubles give an infinity or NaN", "1 / 0",
     "error"},
    {"comparison",
     "across types as on one line of numbers; beside a double, a whole number counts "
     "as the nearest double",
     "1u < 2 && 2 < 2.5", "true"},
    {"keys", "`1`, `1u` and `1.0` name the same key", "dyn({1: 'a'})[1u]", "\"a\""},
    {"NaN", "equals nothing, itself included", "0.0 / 0.0 == 0.0 / 0.0", "false"},
    {"numbers of events",
     "int when written without fraction and exponent and fitting 64 bits, "
     "else double",
     "type(1.0) == double", "true"}};

constexpr Topic kErrorTopics[] = {
    {"e && false", "is false: an error is forgotten where it decides nothing", "1 / 0 > 0 && false",
     "false"},
    {"e || true", "is true, on either side", "true || 1 / 0 > 0", "true"},
    {"e && true", "is the error", "1 / 0 > 0 && true", "error"},
    {"all, exists", "forget errors the same way", "[0, 1].exists(x, 1 / x > 0)", "true"},
    {"a missing field", "is an error, unless it is named or well known", "{'a': 1}.b", "error"},
    {"types known only when evaluated", "make an error there", "dyn('a') + dyn(1)", "error"}};

constexpr Topic kTimeTopics[] = {
    {"names", "of the IANA database: `Europe/Berlin`, with its daylight saving",
     "timestamp('2026-07-01T12:00:00Z').getHours('Europe/Berlin')", "14"},
    {"offsets", "`+02:00`, `-08:30`, `02:00`",
     "timestamp('2026-07-01T12:00:00Z').getHours('-08:30')", "3"},
    {"UTC", "without a zone", "timestamp('2026-07-01T14:00:00+02:00').getHours()", "12"},
    {"unknown", "a constant is an error of `check`, else of the evaluation",
     "timestamp(0).getHours('Nowhere/City')", "error"}};

constexpr Topic kRegexTopics[] = {
    {"anywhere", "`^` and `$` tie the pattern to the ends", "'abc'.matches('b')", "true"},
    {"flags",
     "`(?i)` ignores case, `(?s)` lets `.` match a newline, `(?m)` makes `^` and `$` know "
     "lines",
     "'ABC'.matches('(?i)^abc$')", "true"},
    {"Unicode", "classes as `\\pL`; a `.` is one code point", "'Ä'.matches(r'^\\pL$')", "true"},
    {"not there", "back references and look-around, so the time is linear in the text",
     "'aa'.matches(r'(a)\\1')", "error"}};

}  // namespace

std::span<const Topic> operator_topics() { return kOperatorTopics; }
std::span<const Topic> type_topics() { return kTypeTopics; }
std::span<const Topic> macro_topics() { return kMacroTopics; }
std::span<const Topic> optional_topics() { return kOptionalTopics; }
std::span<const Topic> number_topics() { return kNumberTopics; }
std::span<const Topic> error_topics() { return kErrorTopics; }
std::span<const Topic> time_topics() { return kTimeTopics; }
std::span<const Topic> regex_topics() { return kRegexTopics; }

}  // namespace tt::cel
