// The patterns of the grammar, by type of the result.
// SPDX-License-Identifier: Apache-2.0
#include "cel_grammar.h"

#include <algorithm>
#include <array>
#include <span>

namespace tt::fuzz {
namespace {

constexpr int kDepthMax = 12;
constexpr std::size_t kLengthMax = 4000;

/// `#b` is an expression of type b. The first pattern of a type is the shortest and has no parts.
/// b bool, i int, u uint, d double, s string, y bytes, t timestamp, r duration, l list of ints,
/// L list of strings, m map of strings to ints, o optional int, x anything; p, z, w, f are texts
/// with a meaning: a regular expression, a time zone, windows, a format.
struct Patterns {
  char type;
  std::span<const std::string_view> patterns;
};

constexpr std::string_view kBool[] = {"true",
                                      "false",
                                      "event.open",
                                      "has(event.load)",
                                      "has(event.absent)",
                                      "event.?load.hasValue()",
                                      "event.kind == \"urn:mon:cpu\"",
                                      "event.kind.startsWith(\"urn:mon:\")",
                                      "event.severity in [\"critical\", \"alert\"]",
                                      "event.severity.atLeast(\"warning\")",
                                      "(#b && #b)",
                                      "(#b || #b)",
                                      "(#b && #b || !#b)",
                                      "(!#b)",
                                      "(#b ? #b : #b)",
                                      "(#i < #i)",
                                      "(#i <= #d)",
                                      "(#u > #i)",
                                      "(#d >= #u)",
                                      "(#s < #s)",
                                      "(#y < #y)",
                                      "(#t > #t)",
                                      "(#r <= #r)",
                                      "(#i == #i)",
                                      "(#s == #s)",
                                      "(#s != #s)",
                                      "(#l == #l)",
                                      "(#m == #m)",
                                      "(#x == #x)",
                                      "(#o == #o)",
                                      "(#i in #l)",
                                      "(#s in #L)",
                                      "(#s in #m)",
                                      "#s.startsWith(#s)",
                                      "#s.endsWith(#s)",
                                      "#s.contains(#s)",
                                      "#s.matches(#p)",
                                      "#l.all(x, x < #i)",
                                      "#l.exists(x, #b && x > #i)",
                                      "#l.exists_one(y, y == #i)",
                                      "#L.all(v, v != #s)",
                                      "#m.exists(k, v, k == #s || v > #i)",
                                      "#l.all(i, v, i < v)",
                                      "#o.hasValue()",
                                      "bool(#s)",
                                      "sample(#s, #d)",
                                      "#t.within(#w, #z)",
                                      "math.isNaN(#d)",
                                      "isIP(#s)",
                                      "cel.bind(b, #b, b && #b)",
                                      "(type(#x) == type(#x))",
                                      "(#x == null)",
                                      "cidr(\"10.0.0.0/8\").containsIP(#s)"};
constexpr std::string_view kInt[] = {"0",
                                     "1",
                                     "2",
                                     "7",
                                     "63",
                                     "(-1)",
                                     "9223372036854775807",
                                     "-9223372036854775808",
                                     "event.count",
                                     "event.ports[0]",
                                     "(#i + #i)",
                                     "(#i - #i)",
                                     "(#i * #i)",
                                     "(#i / #i)",
                                     "(#i % #i)",
                                     "(-#i)",
                                     "(#b ? #i : #i)",
                                     "int(#u)",
                                     "int(#d)",
                                     "int(#s)",
                                     "int(#t)",
                                     "size(#s)",
                                     "#y.size()",
                                     "#l.size()",
                                     "size(#m)",
                                     "#s.indexOf(#s)",
                                     "#s.lastIndexOf(#s, #i)",
                                     "#l[#i]",
                                     "#m[#s]",
                                     "#t.getHours()",
                                     "#t.getDayOfYear(#z)",
                                     "#t.getFullYear()",
                                     "#r.getMinutes()",
                                     "#r.getMilliseconds()",
                                     "#o.orValue(#i)",
                                     "#o.value()",
                                     "math.greatest(#i, #i)",
                                     "math.least(#l)",
                                     "math.abs(#i)",
                                     "math.bitShiftLeft(#i, #i)",
                                     "math.bitXor(#i, #i)",
                                     "cel.bind(i, #i, i + i)",
                                     "#l.first().orValue(#i)",
                                     "#m.?count.orValue(#i)"};
constexpr std::string_view kUint[] = {"0u",        "1u",        "18446744073709551615u",
                                      "(#u + #u)", "(#u - #u)", "(#u * #u)",
                                      "(#u / #u)", "(#u % #u)", "uint(#i)",
                                      "uint(#d)",  "uint(#s)",  "math.bitNot(#u)"};
constexpr std::string_view kDouble[] = {"0.0",           "1.5",
                                        "(-0.0)",        "1e308",
                                        "event.load",    "(#d + #d)",
                                        "(#d - #d)",     "(#d * #d)",
                                        "(#d / #d)",     "(-#d)",
                                        "double(#i)",    "double(#u)",
                                        "double(#s)",    "math.round(#d)",
                                        "math.sqrt(#i)", "math.greatest(#d, #d)",
                                        "(#b ? #d : #d)"};
constexpr std::string_view kString[] = {"\"\"",
                                        "\"a\"",
                                        "\"abc\"",
                                        "\"1.5\"",
                                        "\"10.1.2.3\"",
                                        "'\\u00e9\\U0001F600'",
                                        "event.kind",
                                        "event.project",
                                        "event.actor",
                                        "event.labels.team",
                                        "event[\"labels.team\"]",
                                        "meta.entry",
                                        "(#s + #s)",
                                        "(#b ? #s : #s)",
                                        "string(#i)",
                                        "string(#d)",
                                        "string(#t)",
                                        "string(#r)",
                                        "string(#y)",
                                        "#s.charAt(#i)",
                                        "#s.substring(#i)",
                                        "#s.substring(#i, #i)",
                                        "#s.lowerAscii()",
                                        "#s.upperAscii()",
                                        "#s.trim()",
                                        "#s.reverse()",
                                        "#s.replace(#s, #s)",
                                        "#s.replace(#s, #s, #i)",
                                        "#L.join(#s)",
                                        "#f.format([#x, #x])",
                                        "#t.format(\"%Y-%m-%d %H:%M\", #z)",
                                        "strings.quote(#s)",
                                        "base64.encode(#y)",
                                        "#L[#i]",
                                        "cel.bind(s, #s, s + s)",
                                        "event.?nothing.orValue(#s)"};
constexpr std::string_view kBytes[] = {"b\"\"", "b\"a\\xff\"", "(#y + #y)", "bytes(#s)",
                                       "base64.decode(#s)"};
constexpr std::string_view kTime[] = {"timestamp(0)",    "timestamp(\"2026-01-31T12:00:00.5Z\")",
                                      "event.timestamp", "meta.received",
                                      "(#t + #r)",       "(#t - #r)",
                                      "timestamp(#s)",   "timestamp(#i)",
                                      "(#b ? #t : #t)"};
constexpr std::string_view kDuration[] = {"duration(\"0s\")", "duration(\"1h30m\")",
                                          "(#r + #r)",        "(#r - #r)",
                                          "(#t - #t)",        "duration(#s)"};
constexpr std::string_view kInts[] = {"[]",
                                      "[1, 2, 3]",
                                      "event.ports",
                                      "[#i]",
                                      "[#i, #i]",
                                      "[?#o]",
                                      "(#l + #l)",
                                      "#l.map(x, x + #i)",
                                      "#l.filter(x, #b)",
                                      "#l.map(x, #b, x * #i)",
                                      "#l.slice(#i, #i)",
                                      "#l.reverse()",
                                      "#l.sort()",
                                      "#l.distinct()",
                                      "lists.range(#i)",
                                      "#m.transformList(k, v, v)",
                                      "#l.transformList(i, v, i * v)",
                                      "#l.map(x, #l.exists(y, x == y), x)",
                                      "(#b ? #l : #l)"};
constexpr std::string_view kStrings[] = {"[]",
                                         "event.tags",
                                         "[#s]",
                                         "[#s, #s]",
                                         "(#L + #L)",
                                         "#s.split(#s)",
                                         "#s.split(#s, #i)",
                                         "#L.map(x, x + #s)",
                                         "#L.filter(x, x != #s)",
                                         "#m.map(k, k)",
                                         "#L.sort()"};
constexpr std::string_view kMap[] = {"{}",
                                     "{\"a\": 1}",
                                     "{#s: #i}",
                                     "{#s: #i, #s: #i}",
                                     "{?#s: #o}",
                                     "#m.transformMap(k, v, v + #i)",
                                     "#l.transformMapEntry(i, v, {string(v): i})"};
constexpr std::string_view kOptional[] = {"optional.none()",
                                          "optional.of(#i)",
                                          "optional.ofNonZeroValue(#i)",
                                          "#l[?#i]",
                                          "#m[?#s]",
                                          "#m.?a",
                                          "#o.or(#o)",
                                          "#o.optMap(v, v + #i)",
                                          "#o.optFlatMap(v, #o)",
                                          "#l.last()"};
constexpr std::string_view kAny[] = {"null",         "#b",       "#i",
                                     "#u",           "#d",       "#s",
                                     "#y",           "#t",       "#r",
                                     "#l",           "#L",       "#m",
                                     "#o",           "dyn(#x)",  "type(#x)",
                                     "[#x, #x]",     "{#s: #x}", "event.nothing",
                                     "event.builds", "event",    "cidr(\"10.0.0.0/8\")",
                                     "ip(#s)"};
constexpr std::string_view kPattern[] = {"\"\"",  "\"^urn:\"", "\"(a|b)*c\"", "'[a-z]+\\\\d{1,9}'",
                                         "\"[\"", "#s"};
constexpr std::string_view kZone[] = {"\"UTC\"", "\"Europe/Berlin\"", "\"+05:30\"", "\"No/Where\"",
                                      "#s"};
constexpr std::string_view kWindows[] = {"\"mon-fri 08:00-18:00\"", "\"sat,sun\"",
                                         "\"22:00-06:00\"", "#s"};
constexpr std::string_view kFormat[] = {"\"%s %s\"", "\"%d|%x\"", "\"%.3f %e\"", "\"%b %o %%\"",
                                        "#s"};

constexpr Patterns kGrammar[] = {
    {'b', kBool}, {'i', kInt},      {'u', kUint}, {'d', kDouble},  {'s', kString}, {'y', kBytes},
    {'t', kTime}, {'r', kDuration}, {'l', kInts}, {'L', kStrings}, {'m', kMap},    {'o', kOptional},
    {'x', kAny},  {'p', kPattern},  {'z', kZone}, {'w', kWindows}, {'f', kFormat}};

std::span<const std::string_view> patterns_of(char type) {
  const auto* found = std::find_if(std::begin(kGrammar), std::end(kGrammar),
                                   [&](const Patterns& p) { return p.type == type; });
  return found->patterns;
}

}  // namespace

const char* const kGrammarEvent =
    R"({"timestamp":"2026-01-31T12:00:00.25Z","kind":"urn:mon:cpu","message":"it is hot",)"
    R"("source":"urn:host:a","severity":"critical","project":"web","actor":"kim-bot","count":42,)"
    R"("load":0.75,"open":true,"nothing":null,"tags":["a","urn:mon:x",""],"ports":[80,443,-1],)"
    R"("labels":{"team":"ops","tier":"1"},"builds":[{"name":"one","ok":true},{"name":"two"}]})";

std::uint8_t Grammar::choose() { return at_ < size_ ? data_[at_++] : std::uint8_t{0}; }

std::string Grammar::expression() {
  constexpr std::string_view kRoots = "bbbbislmxdtruyLo";
  std::string out;
  append(kRoots[choose() % kRoots.size()], kDepthMax, out);
  return out;
}

void Grammar::append(char type, int depth, std::string& out) {
  const auto patterns = patterns_of(type);
  const bool is_last = depth <= 0 || out.size() > kLengthMax;
  // One choice in 256 mistakes the type, so that the checker has something to refuse.
  const std::uint8_t choice = is_last ? std::uint8_t{0} : choose();
  if (choice == 255) return append(kGrammar[choose() % std::size(kGrammar)].type, depth - 1, out);
  expand(patterns[choice % patterns.size()], depth, out);
}

void Grammar::expand(std::string_view pattern, int depth, std::string& out) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '#') {
      append(pattern[++i], depth - 1, out);
    } else {
      out += pattern[i];
    }
  }
}

}  // namespace tt::fuzz
