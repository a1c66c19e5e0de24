// Tables by the place where the foreign word stands; the words are those of SQL, Python,
// JavaScript, Go templates, VRL, Bloblang, jq and the filters of Falco and Alertmanager.
// SPDX-License-Identifier: Apache-2.0
#include "cel/dialects.h"

#include <algorithm>
#include <span>

#include "base/text.h"

namespace tt::cel {
namespace {

struct Row {
  std::string_view words;  ///< Space separated.
  std::string_view hint;
};

constexpr Row kOperatorHints[] = {
    {"and", "write '&&'"},
    {"or", "write '||'"},
    {"not", "write '!(x in [...])' for 'x not in [...]', '!x' for 'not x'"},
    {"= := eq equals", "equality is written '=='"},
    {"<> ne", "inequality is written '!='"},
    {"gt ge lt le", "order is written '<', '<=', '>', '>='"},
    {"is isnot", "write '== null', or has(event.x) to ask whether an event has the field 'x'"},
    {"=~ ~ ~= ~~ regex regexp matches match rlike like ilike glob",
     "a regular expression is asked for with x.matches(\"...\")"},
    {"!~ !~~", "a regular expression is asked for with !x.matches(\"...\")"},
    {"contains icontains includes", "write x.contains(\"...\")"},
    {"startswith starts_with hasprefix", "write x.startsWith(\"...\")"},
    {"endswith ends_with hassuffix", "write x.endsWith(\"...\")"},
    {"exists", "write has(event.x)"},
    {"between", "write 'x >= 1 && x <= 9'"},
    {"if unless then", "a choice is written 'condition ? one : other'"},
    {"??", "write event.?x.orValue(\"other\") for a field that may be absent"},
    {"-> ::", "fields are selected with '.'"},
    {"=>", "at least is written '>='"},
    {"=<", "at most is written '<='"},
    {"^", "CEL has no powers; write x * x"},
    {"; ,", "one expression stands alone; join conditions with '&&'"},
    {")", "no '(' is open here"},
    {"]", "no '[' is open here"},
    {"}", "no '{' is open here"},
};

constexpr Row kValueHints[] = {
    {"not", "negation is written '!'"},
    {"/", "a regular expression is a text: x.matches(\"...\")"},
    {"?", "write event.?x.orValue(\"other\") for a field that may be absent"},
    {">", "inequality is written '!=', members are selected with '.'"},
    {"=", "equality is written '=='"},
    {"*", "there are no wildcards; write x.startsWith(\"...\") or x.matches(\"...\")"},
    {"$ @", "fields are written with their record: event.kind"},
    {"# ;", "one expression stands alone; comments begin with '//'"},
    {"\xE2\x80\x9C \xE2\x80\x9D \xE2\x80\x98 \xE2\x80\x99 \xC2\xAB \xC2\xBB",
     "texts stand in straight quotes: \"...\" or '...'"},
    {"&", "write '&&'"},
    {"|", "write '||'"},
    {"~ ^", "negation is written '!'"},
};

constexpr Row kNameHints[] = {
    {"none nil undefined nothing", "nothing is written 'null'; has(event.x) asks for a field"},
    {"null", "nothing is written 'null', in small letters"},
    {"true", "write 'true', in small letters"},
    {"false", "write 'false', in small letters"},
    {"now today current_time current_timestamp",
     "there is no now: decisions must be replayable; meta.received is when the event came"},
    {"this self root msg record evt e it payload body data doc log alert item",
     "the fields of an event are written event.NAME"},
    {"labels annotations tags", "the fields of an event are written event.NAME"},
    {"not", "negation is written '!'"},
    {"env secret", "an expression sees the event and its meta only"},
};

constexpr Row kFunctionHints[] = {
    {"now today time date current_timestamp timestamp_now",
     "there is no now(): decisions must be replayable; meta.received is when the event came"},
    {"len length count strlen char_length cardinality", "write size(x)"},
    {"lower lowercase tolower tolowercase downcase ascii_downcase lcase casefold",
     "write x.lowerAscii()"},
    {"upper uppercase toupper touppercase upcase ascii_upcase ucase", "write x.upperAscii()"},
    {"includes has_substring icontains instr strpos", "write x.contains(\"...\")"},
    {"starts_with hasprefix has_prefix beginswith", "write x.startsWith(\"...\")"},
    {"ends_with hassuffix has_suffix", "write x.endsWith(\"...\")"},
    {"match test re_match regex_match regexp_like regexp_matches rematch regex regexp rlike like "
     "glob search",
     "write x.matches(\"...\")"},
    {"defined isset is_defined exist present is_present",
     "write has(event.x) to ask whether an event has a field"},
    {"isnull is_null is_none isnil is_nullish not_null is_not_null notnull",
     "write event.x == null; !has(event.x) where the field may be absent"},
    {"empty isempty is_empty blank not_empty", "write x == \"\", or size(x) == 0"},
    {"str to_string tostring text tojson to_json", "write string(x)"},
    {"parseint parse_int to_int toint number to_number integer atoi", "write int(x)"},
    {"parsefloat parse_float to_float tofloat float", "write double(x)"},
    {"parse_timestamp to_timestamp todate to_date parse_time", "write timestamp(\"...\")"},
    {"parse_duration to_duration seconds minutes hours days interval", "write duration(\"5m\")"},
    {"concat append", "texts and lists are joined with '+'"},
    {"substr mid", "write x.substring(from, to)"},
    {"coalesce ifnull nvl default get or_else catch if_null dig",
     "write event.?x.orValue(\"other\")"},
    {"rand random uuid", "decisions must be replayable; sample(meta.id, 0.01) is one in a hundred"},
    {"any some any_of contains_any", "write list.exists(x, x == \"...\")"},
    {"every all_of for_all foreach", "write list.all(x, x == \"...\")"},
    {"select where reject grep", "write list.filter(x, x != \"...\")"},
    {"if iff iif case when cond", "write 'condition ? one : other'"},
    {"not", "negation is written '!'"},
    {"and", "write 'a && b'"},
    {"eq equals", "equality is written '=='"},
    {"ne", "inequality is written '!='"},
    {"between", "write 'x >= 1 && x <= 9'"},
    {"at_least severity_at_least", "write event.severity.atLeast(\"error\")"},
    {"env getenv secret", "an expression sees the event and its meta only"},
};

constexpr Row kMacroUsages[] = {
    {"has", "write has(event.x)"},
    {"all", "write list.all(x, x == \"...\")"},
    {"exists", "write list.exists(x, x == \"...\"); has(event.x) asks for a field"},
    {"exists_one existsOne", "write list.exists_one(x, x == \"...\")"},
    {"map", "write list.map(x, x + 1)"},
    {"filter", "write list.filter(x, x != \"...\")"},
    {"transformList", "write list.transformList(i, x, x + 1)"},
    {"transformMap", "write map.transformMap(key, value, value + 1)"},
    {"transformMapEntry", "write map.transformMapEntry(key, value, {value: key})"},
    {"optMap", "write optional.optMap(x, x + 1)"},
    {"optFlatMap", "write optional.optFlatMap(x, x.?y)"},
};

constexpr Row kUnitHints[] = {
    {"ns us ms s m h d w sec secs min mins hour hours day days",
     "a time span is written duration(\"5m\"); its units are h, m, s, ms, us, ns"},
    {"k kb kib mb mib g gb gib b", "write the number of bytes: 64 * 1024"},
};

std::string_view find(std::span<const Row> rows, std::string_view written) {
  for (const Row& row : rows) {
    for (const std::string_view word : split(row.words, ' ')) {
      if (!word.empty() && equal_ignoring_case(word, written)) return row.hint;
    }
  }
  return {};
}

}  // namespace

std::string_view hint_for_operator(std::string_view written) {
  return find(kOperatorHints, written);
}
std::string_view hint_for_value(std::string_view written) { return find(kValueHints, written); }
std::string_view hint_for_name(std::string_view name) { return find(kNameHints, name); }
std::string_view hint_for_function(std::string_view name) { return find(kFunctionHints, name); }
std::string_view usage_of_macro(std::string_view name) { return find(kMacroUsages, name); }
std::string_view hint_for_unit(std::string_view letters) { return find(kUnitHints, letters); }

}  // namespace tt::cel
