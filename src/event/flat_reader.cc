// One pass over the tokens of a flat event: grammar, index, and a single copy of its text when the
// sender put no white space into it.
// SPDX-License-Identifier: Apache-2.0
#include "event/flat_reader.h"

#include <cstring>

#include "base/text.h"
#include "base/units.h"
#include "event/batch_access.h"
#include "event/named.h"
#include "event/time_text.h"

namespace tt::event {
namespace {

constexpr unsigned bit(NamedField field) { return 1u << field; }

// Eight characters at once against a form, in which 0 stands for any digit. Little endian, as all
// CPUs that this is packaged for.
struct Form {
  std::uint64_t text = 0;
  std::uint64_t digits = 0;  // 0xFF where a digit has to be.

  consteval explicit Form(std::string_view form) {
    for (std::size_t i = 0; i < 8; ++i) {
      text |= std::uint64_t{static_cast<unsigned char>(form[i])} << (8 * i);
      if (form[i] == '0') digits |= std::uint64_t{0xFF} << (8 * i);
    }
  }
  bool fits(const char* p) const {
    std::uint64_t word = 0;
    std::memcpy(&word, p, 8);
    const std::uint64_t high = digits & 0xF0F0F0F0F0F0F0F0u;
    const std::uint64_t six =
        digits & 0x0606060606060606u;  // Carries 0x3A to 0x3F into the high half.
    return (word & (high | ~digits)) == text && ((word + six) & high) == (text & high);
  }
};
constexpr Form kYearMonth("0000-00-");
constexpr Form kDayTime("00T00:00");

int two_digits(const char* p) { return (p[0] - '0') * 10 + (p[1] - '0'); }

// True for the commonest spelling of a time, `YYYY-MM-DDThh:mm:ss[.f]Z` on a day that every month
// has; false when only parse_time() can tell.
bool is_common_time(std::string_view text) {
  if (text.size() < 20 || text.size() == 21 || text.size() > 30) return false;
  const char* const p = text.data();
  if (!kYearMonth.fits(p) || !kDayTime.fits(p + 8) || p[16] != ':' || !is_digit(p[17]) ||
      !is_digit(p[18]) || p[text.size() - 1] != 'Z') {
    return false;
  }
  if (text.size() > 20) {
    if (p[19] != '.') return false;
    for (std::size_t i = 20; i + 1 < text.size(); ++i) {
      if (!is_digit(p[i])) return false;
    }
  }
  const int month = two_digits(p + 5);
  const int day = two_digits(p + 8);
  return month >= 1 && month <= 12 && day >= 1 && day <= 28 && two_digits(p + 11) <= 23 &&
         two_digits(p + 14) <= 59 && two_digits(p + 17) <= 59;
}

}  // namespace

FlatReader::FlatReader(EventBatch& batch, const Limits& limits, WallNs now_ns)
    : batch_(batch), limits_(limits), now_ns_(now_ns), names_(thread_names()) {}

void FlatReader::start(const Tokens& tokens) {
  tokens_ = tokens;
  next_backslash_ = 0;
}

std::size_t FlatReader::read(std::size_t i) {
  auto& fields = BatchAccess::fields(batch_);
  const std::size_t field_begin = fields.size();
  origin_ = tokens_.begins[i];
  is_compact_ = true;
  seen_ = 0;
  names_.begin_event();
  const std::size_t next = read_fields(i + 1);
  // Missing fields may yet come to both limits; the slow path decides close to them.
  constexpr std::size_t kAddedBytes = 64;
  constexpr std::size_t kAddedFields = 2;
  if (next == kNone || !(seen_ & bit(kMessage)) ||
      tokens_.begins[next - 1] - origin_ + kAddedBytes > limits_.event_bytes_max ||
      fields.size() - field_begin + kAddedFields > limits_.fields_max) {
    fields.resize(field_begin);
    return kNone;
  }
  write(origin_, tokens_.begins[next - 1] + 1, field_begin);
  return next;
}

// `i` is the token behind `{`. Each turn reads `"name" : value` and the comma or brace behind it.
// What the loop needs is in local variables: through `this` every store would reload it. Fields are
// written where they stay: a copy would have to wait for its parts.
std::size_t FlatReader::read_fields(std::size_t i) {
  auto& fields = BatchAccess::fields(batch_);
  const Tokens tokens = tokens_;
  const char* const text = tokens.text.data();
  const char* const text_end = text + tokens.text.size();
  const std::size_t origin = origin_;
  std::size_t bytes = 1;  // Without the white space between the tokens.
  unsigned seen = 0;
  while (true) {
    if (i + 3 >= tokens.count) return kNone;
    const std::uint32_t* const at = tokens.begins + i;
    const auto* name = names_.add_expected(text + at[0], text_end);
    if (!name && !(name = read_name(i))) return kNone;
    const std::size_t begin = at[2];
    std::size_t end = at[3];
    if (is_space(text[end - 1])) end = tokens.end(i + 2);

    Field& field = fields.emplace_back();
    field.name_begin = static_cast<std::uint32_t>(at[0] + 1 - origin);
    field.name_bytes = static_cast<std::uint16_t>(name->bytes - NameSet::kAround);
    i += 3;
    if (text[begin] == '"') {
      field.value_begin = static_cast<std::uint32_t>(begin + 1 - origin);
      field.value_bytes = static_cast<std::uint32_t>(end - begin - 2);
      field.type = FieldType::kString;
      if (next_backslash_ < end && !read_escapes(begin, end, field)) return kNone;
      if (name->named != kNotNamed) {
        seen |= 1u << name->named;
        if (name->named == kTimestamp && !is_good_time(field)) return kNone;
        if (name->named == kMessage && field.value_bytes == 0) return kNone;
      }
    } else {
      if (name->named != kNotNamed) return kNone;
      i = read_unquoted(i, end, field);
      if (i == kNone) return kNone;
    }
    bytes += name->bytes + (end - begin) + 1;

    const std::size_t closing = tokens.begins[i++];
    if (text[closing] == ',') continue;
    is_compact_ &= bytes == closing + 1 - origin;
    seen_ = seen;
    return text[closing] == '}' ? i : kNone;
  }
}

// Tokens `i` and the one behind it as a name that is new here and its colon; else null.
const NameSet::Name* FlatReader::read_name(std::size_t i) {
  const std::string_view quoted = tokens_.token(i);
  if (quoted.front() != '"' || tokens_.first(i + 1) != ':') return nullptr;
  if (quoted.size() - 2 > kNameBytesMax) return nullptr;
  const std::size_t begin = tokens_.begins[i];
  if (next_backslash_ < begin) find_backslash(begin);
  if (next_backslash_ < begin + quoted.size()) return nullptr;
  return names_.add(quoted.substr(1, quoted.size() - 2));
}

// `[begin, end)` is a string with its quotes, and a backslash stands somewhere before its end.
bool FlatReader::read_escapes(std::size_t begin, std::size_t end, Field& field) {
  if (next_backslash_ < begin) find_backslash(begin);
  if (next_backslash_ >= end) return true;
  field.value_is_escaped = true;
  find_backslash(end);
  return check_escapes(tokens_.text.substr(begin + 1, end - begin - 2)) == Escapes::kGood;
}

// A value that is no string; token `i` is the one behind its first. Returns the token behind it,
// and where it ends.
std::size_t FlatReader::read_unquoted(std::size_t i, std::size_t& end, Field& field) {
  const std::size_t begin = tokens_.begins[i - 1];
  const char first = tokens_.text[begin];
  field.value_begin = static_cast<std::uint32_t>(begin - origin_);
  if (first == '[' || first == '{') {
    field.type = first == '[' ? FieldType::kArray : FieldType::kObject;
    i = first == '[' ? read_array(i) : tokens_.first(i) == '}' ? i + 1 : kNone;
    if (i == kNone || i >= tokens_.count) return kNone;
    is_compact_ &= first == '[' || tokens_.begins[i - 1] == begin + 1;
    end = tokens_.end(i - 1);
  } else {
    const auto type = type_of_word({tokens_.text.data() + begin, end - begin});
    if (!type) return kNone;
    field.type = *type;
  }
  field.value_bytes = static_cast<std::uint32_t>(end - begin);
  return i;
}

// `i` is the token behind `[`; only scalars may follow. Returns the token behind `]`.
std::size_t FlatReader::read_array(std::size_t i) {
  is_compact_ &= tokens_.begins[i] == tokens_.begins[i - 1] + 1;
  if (tokens_.first(i) == ']') return i + 1;
  while (i + 1 < tokens_.count) {
    const auto item = tokens_.token(i);
    if (item.front() == '"') {
      const auto inside = item.substr(1, item.size() - 2);
      if (check_escapes(inside) != Escapes::kGood) return kNone;
    } else if (!type_of_word(item)) {
      return kNone;
    }
    const std::size_t behind = tokens_.begins[i + 1];
    is_compact_ &= behind == tokens_.begins[i] + item.size();
    const char closing = tokens_.first(i + 1);
    i += 2;
    if (closing == ']') return i;
    if (closing != ',' || i >= tokens_.count) return kNone;
    is_compact_ &= tokens_.begins[i] == behind + 1;
  }
  return kNone;
}

// False when a timestamp is none, or only the slow path can tell.
bool FlatReader::is_good_time(const Field& field) const {
  const std::string_view value(tokens_.text.data() + origin_ + field.value_begin,
                               field.value_bytes);
  return !field.value_is_escaped && (is_common_time(value) || parse_time(value));
}

// One search through the whole text serves all its strings: most have no backslash.
void FlatReader::find_backslash(std::size_t begin) {
  const char* const data = tokens_.text.data();
  const void* const found = std::memchr(data + begin, '\\', tokens_.text.size() - begin);
  next_backslash_ = found ? static_cast<std::size_t>(static_cast<const char*>(found) - data)
                          : tokens_.text.size();
}

void FlatReader::write(std::size_t begin, std::size_t end, std::size_t field_begin) {
  std::string& text = BatchAccess::text(batch_);
  const std::size_t text_begin = text.size();
  if (is_compact_) {
    text.append(tokens_.text.data() + begin, end - begin);
  } else {
    write_compact(begin, text_begin, field_begin);
  }
  add_missing(text_begin);
  BatchAccess::close(batch_, text_begin, field_begin);
}

void FlatReader::write_compact(std::size_t begin, std::size_t text_begin, std::size_t field_begin) {
  std::string& text = BatchAccess::text(batch_);
  auto& fields = BatchAccess::fields(batch_);
  const auto position = [&] { return static_cast<std::uint32_t>(text.size() - text_begin); };
  text += '{';
  for (std::size_t i = field_begin; i < fields.size(); ++i) {
    Field& field = fields[i];
    const std::uint32_t quote = field.type == FieldType::kString ? 1 : 0;
    const char* const name = tokens_.text.data() + begin + field.name_begin - 1;
    const char* const value = tokens_.text.data() + begin + field.value_begin - quote;
    field.name_begin = position() + 1;
    text.append(name, field.name_bytes + 2u) += ':';
    field.value_begin = position() + quote;
    if (field.type == FieldType::kArray || field.type == FieldType::kObject) {
      append_compact(text, {value, field.value_bytes});
      field.value_bytes = position() - field.value_begin;
    } else {
      text.append(value, field.value_bytes + 2 * quote);
    }
    text += ',';
  }
  text.back() = '}';
}

void FlatReader::add_missing(std::size_t text_begin) {
  if (!(seen_ & bit(kTimestamp))) add(text_begin, "timestamp", thread_time_text().quoted(now_ns_));
  if (!(seen_ & bit(kKind))) add(text_begin, "kind", "\"unknown\"");
}

void FlatReader::add(std::size_t text_begin, std::string_view name, std::string_view quoted) {
  std::string& text = BatchAccess::text(batch_);
  text.back() = ',';
  Field& field = BatchAccess::fields(batch_).emplace_back();
  field.name_begin = static_cast<std::uint32_t>(text.size() - text_begin + 1);
  field.name_bytes = static_cast<std::uint16_t>(name.size());
  field.value_begin = static_cast<std::uint32_t>(field.name_begin + name.size() + 3);
  field.value_bytes = static_cast<std::uint32_t>(quoted.size() - 2);
  field.type = FieldType::kString;
  text.append("\"").append(name).append("\":").append(quoted).append("}");
}

}  // namespace tt::event
