// The string library: positions count code points, as everywhere in the language.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <optional>

#include "base/text.h"
#include "base/utf8.h"
#include "cel/format.h"
#include "cel/functions.h"
#include "cel/limits.h"

namespace tt::cel {
namespace {

using Arguments = std::span<const Value>;

/// A string by code points. In ASCII every byte is one; any other text is indexed, and the steps
/// for that are spent here, since they exceed what a caller charges for reading it.
class Runes {
 public:
  Runes(const CallContext& context, std::string_view text) : text_(text) {
    if (std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; })) return;
    static_cast<void>(context.charge(static_cast<std::int64_t>(text.size() / kIndexBytesPerStep)));
    for (std::size_t at = 0; at < text.size();) {
      starts_.push_back(at);
      next_rune(text, at);
    }
    starts_.push_back(text.size());
  }
  std::int64_t size() const {
    return static_cast<std::int64_t>(starts_.empty() ? text_.size() : starts_.size() - 1);
  }
  std::string_view part(std::int64_t begin, std::int64_t end) const {
    return text_.substr(byte(begin), byte(end) - byte(begin));
  }
  std::size_t byte(std::int64_t rune) const {
    const auto index = static_cast<std::size_t>(rune);
    return starts_.empty() ? index : starts_[index];
  }
  std::int64_t rune_at(std::size_t byte) const {
    if (starts_.empty()) return static_cast<std::int64_t>(byte);
    return std::lower_bound(starts_.begin(), starts_.end(), byte) - starts_.begin();
  }

 private:
  static constexpr std::size_t kIndexBytesPerStep = 8;
  std::string_view text_;
  std::vector<std::size_t> starts_;  ///< Empty for ASCII.
};

Value out_of_range(std::int64_t position) {
  return Value::error("index out of range: " + std::to_string(position));
}

Value text(std::string made) {
  if (made.size() > kStringBytesMax) return Value::error("the text is too long");
  return Value::string(std::move(made));
}

Value char_at(const CallContext& context, Arguments a) {
  const Runes runes(context, a[0].as_string());
  const std::int64_t at = a[1].as_int();
  if (at < 0 || at > runes.size()) return out_of_range(at);
  if (at == runes.size()) return Value::borrowed("");
  return text(std::string(runes.part(at, at + 1)));
}

Value index_of(const CallContext& context, Arguments a) {
  const Runes runes(context, a[0].as_string());
  const std::int64_t from = a.size() > 2 ? a[2].as_int() : 0;
  if (from < 0 || from > runes.size()) return out_of_range(from);
  const std::size_t found = a[0].as_string().find(a[1].as_string(), runes.byte(from));
  return Value::int64(found == std::string_view::npos ? -1 : runes.rune_at(found));
}

Value last_index_of(const CallContext& context, Arguments a) {
  const Runes runes(context, a[0].as_string());
  const std::int64_t last = a.size() > 2 ? a[2].as_int() : runes.size();
  if (last < 0 || last > runes.size()) return out_of_range(last);
  const std::size_t found = a[0].as_string().rfind(a[1].as_string(), runes.byte(last));
  return Value::int64(found == std::string_view::npos ? -1 : runes.rune_at(found));
}

Value substring(const CallContext& context, Arguments a) {
  const Runes runes(context, a[0].as_string());
  const std::int64_t begin = a[1].as_int();
  const std::int64_t end = a.size() > 2 ? a[2].as_int() : runes.size();
  if (begin < 0 || begin > runes.size()) return out_of_range(begin);
  if (end < 0 || end > runes.size()) return out_of_range(end);
  if (begin > end) {
    return Value::error("invalid substring range, start " + std::to_string(begin) + ", end " +
                        std::to_string(end));
  }
  return text(std::string(runes.part(begin, end)));
}

template <char kFrom, char kTo>
Value change_case(const CallContext&, Arguments a) {
  std::string changed(a[0].as_string());
  for (char& c : changed) {
    if (c >= kFrom && c <= kFrom + 25) c = static_cast<char>(c - kFrom + kTo);
  }
  return text(std::move(changed));
}

Value replace(const CallContext&, Arguments a) {
  const std::string_view whole = a[0].as_string(), from = a[1].as_string(), to = a[2].as_string();
  std::int64_t left = a.size() > 3 ? a[3].as_int() : -1;
  if (left < 0) left = std::numeric_limits<std::int64_t>::max();
  std::string made;
  std::size_t at = 0;
  while (left-- > 0) {
    // An empty text stands before every character and at the end.
    const std::size_t found = from.empty() ? at : whole.find(from, at);
    if (found == std::string_view::npos) break;
    made += whole.substr(at, found - at);
    made += to;
    at = found + from.size();
    if (made.size() > kStringBytesMax) return Value::error("the text is too long");
    if (!from.empty()) continue;
    if (at >= whole.size()) return text(std::move(made));
    const std::size_t begin = at;
    next_rune(whole, at);
    made += whole.substr(begin, at - begin);
  }
  made += whole.substr(std::min(at, whole.size()));
  return text(std::move(made));
}

Value split_text(const CallContext& context, Arguments a) {
  std::string_view rest = a[0].as_string();
  const std::string_view separator = a[1].as_string();
  const std::int64_t limit = a.size() > 2 ? a[2].as_int() : -1;
  std::vector<Value> parts;
  if (limit == 0) return Value::list({});
  while (limit < 0 || static_cast<std::int64_t>(parts.size()) + 1 < limit) {
    if (!context.charge(1)) return cost_error();
    std::size_t end = rest.find(separator);
    if (separator.empty()) {
      end = 0;
      if (rest.empty()) return Value::list(std::move(parts));
      next_rune(rest, end);
      if (end == rest.size()) break;
    }
    if (end == std::string_view::npos) break;
    parts.push_back(Value::string(std::string(rest.substr(0, end))));
    rest.remove_prefix(end + separator.size());
  }
  parts.push_back(Value::string(std::string(rest)));
  return Value::list(std::move(parts));
}

Value join_list(const CallContext& context, Arguments a) {
  const std::string_view separator = a.size() > 1 ? a[1].as_string() : std::string_view();
  std::string made;
  bool first = true;
  for (const Value& part : a[0].as_list()) {
    if (!part.is_string()) return Value::error("join() takes a list of strings");
    if (!first) made += separator;
    first = false;
    made += part.as_string();
    if (!context.charge(1)) return cost_error();
    if (made.size() > kStringBytesMax) break;
  }
  return text(std::move(made));
}

bool is_space(std::uint32_t rune) {
  return (rune >= 0x9 && rune <= 0xd) || rune == 0x20 || rune == 0x85 || rune == 0xa0 ||
         rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200a) || rune == 0x2028 || rune == 0x2029 ||
         rune == 0x202f || rune == 0x205f || rune == 0x3000;
}

Value trim_spaces(const CallContext&, Arguments a) {
  const std::string_view whole = a[0].as_string();
  std::optional<std::size_t> begin;
  std::size_t end = 0;
  for (std::size_t at = 0; at < whole.size();) {
    const std::size_t start = at;
    if (is_space(next_rune(whole, at))) continue;
    if (!begin) begin = start;
    end = at;
  }
  return text(begin ? std::string(whole.substr(*begin, end - *begin)) : std::string());
}

Value reverse_text(const CallContext& context, Arguments a) {
  const Runes runes(context, a[0].as_string());
  std::string made;
  for (std::int64_t i = runes.size(); i-- > 0;) made += runes.part(i, i + 1);
  return text(std::move(made));
}

Value quote(const CallContext&, Arguments a) {
  constexpr std::string_view kFrom = "\a\b\f\n\r\t\v\\\"", kTo = "abfnrtv\\\"";
  std::string made = "\"";
  for (const char c : to_utf8(a[0].as_string())) {
    const std::size_t special = kFrom.find(c);
    if (special == std::string_view::npos) {
      made += c;
    } else {
      made += '\\';
      made += kTo[special];
    }
  }
  return text(made + "\"");
}

Value format_list(const CallContext&, Arguments a) {
  return format_text(a[0].as_string(), a[1].as_list());
}

}  // namespace

void add_string_extensions(Library& library) {
  library.title("Strings library");
  library.method("charAt", "string, int", "string", char_at);
  library.method("indexOf", "string, string", "int", index_of);
  library.method("indexOf", "string, string, int", "int", index_of);
  library.method("lastIndexOf", "string, string", "int", last_index_of);
  library.method("lastIndexOf", "string, string, int", "int", last_index_of);
  library.method("substring", "string, int", "string", substring);
  library.method("substring", "string, int, int", "string", substring);
  library.method("lowerAscii", "string", "string", change_case<'A', 'a'>);
  library.method("upperAscii", "string", "string", change_case<'a', 'A'>);
  library.method("replace", "string, string, string", "string", replace);
  library.method("replace", "string, string, string, int", "string", replace);
  library.method("split", "string, string", "list(string)", split_text);
  library.method("split", "string, string, int", "list(string)", split_text);
  library.method("join", "list(string)", "string", join_list);
  library.method("join", "list(string), string", "string", join_list);
  library.method("trim", "string", "string", trim_spaces);
  library.method("reverse", "string", "string", reverse_text);
  library.method("format", "string, list(dyn)", "string", format_list);
  library.function("strings.quote", "string", "string", quote);
  library.about("charAt", "the character at a position; empty at the end", "'abc'.charAt(1)",
                "\"b\"");
  library.about("indexOf",
                "where a text first stands in another, from a position on; -1 when nowhere",
                "'a.b.c'.indexOf('.', 2)", "3");
  library.about("lastIndexOf",
                "where a text last stands in another, at or before a position; -1 when nowhere",
                "'a.b.c'.lastIndexOf('.')", "3");
  library.about("substring", "the characters from a position on, or up to another",
                "'abcdef'.substring(1, 3)", "\"bc\"");
  library.about("lowerAscii", "the letters A to Z made small", "'DISK Ä'.lowerAscii()",
                "\"disk Ä\"");
  library.about("upperAscii", "the letters a to z made great", "'disk'.upperAscii()", "\"DISK\"");
  library.about("replace", "every (or the first n) occurrence of a text replaced",
                "'a-b-c'.replace('-', '.', 1)", "\"a.b-c\"");
  library.about("split", "the parts between separators; with a limit the last part holds the rest",
                "'a,b,c'.split(',', 2)", "[\"a\",\"b,c\"]");
  library.about("join", "texts made one, with a separator or without", "['a', 'b'].join(', ')",
                "\"a, b\"");
  library.about("trim", "the text without blanks at its ends", "'  a b '.trim()", "\"a b\"");
  library.about("reverse", "the characters backwards", "'abc'.reverse()", "\"cba\"");
  library.about("format",
                "a text with the values of a list in its `%s %d %f %e %b %o %x %X %%`; a precision "
                "as in `%.2f`",
                "'%s: %.1f%%'.format(['disk', 97.25])", "\"disk: 97.2%\"");
  library.about("strings.quote", "the text in double quotes, with escapes",
                "strings.quote('a\\tb')", "\"\\\"a\\\\tb\\\"\"");
}

}  // namespace tt::cel
