// index_canonical: the index of an event read back. Its text is our own and its checksum was good, so
// this checks what the index relies on and nothing that the writer has already promised.
// SPDX-License-Identifier: Apache-2.0
#include "event/batch_access.h"
#include "event/json_text.h"
#include "event/writer.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tt::event {
namespace {

bool ends_run(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

// The first quote, backslash or control character at or after `p`.
const char* skip_plain(const char* p, const char* end) {
#ifdef __SSE2__
  const __m128i quotes = _mm_set1_epi8('"');
  const __m128i slashes = _mm_set1_epi8('\\');
  const __m128i controls = _mm_set1_epi8(0x1F);
  for (; end - p >= 16; p += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i hits =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quotes), _mm_cmpeq_epi8(bytes, slashes)),
                     _mm_cmpeq_epi8(_mm_min_epu8(bytes, controls), bytes));
    const int mask = _mm_movemask_epi8(hits);
    if (mask != 0) return p + __builtin_ctz(static_cast<unsigned>(mask));
  }
#endif
  while (p != end && !ends_run(*p)) ++p;
  return p;
}

class Indexer {
 public:
  Indexer(std::string_view json, std::vector<Field>& fields)
      : begin_(json.data()), p_(begin_), end_(begin_ + json.size()), fields_(fields) {}

  bool run() {
    if (!take('{')) return false;
    if (take('}')) return p_ == end_;
    do {
      Field& field = fields_.emplace_back();
      bool is_escaped = false;
      const char* const name = p_ + 1;
      if (!string(is_escaped)) return false;
      const auto name_bytes = static_cast<std::size_t>(p_ - 1 - name);
      if (name_bytes > kNameBytesMax || !take(':')) return false;
      field.name_begin = static_cast<std::uint32_t>(name - begin_);
      field.name_bytes = static_cast<std::uint16_t>(name_bytes);
      field.name_is_escaped = is_escaped;
      if (!value(field)) return false;
    } while (take(','));
    return take('}') && p_ == end_;
  }

 private:
  bool take(char c) {
    if (p_ == end_ || *p_ != c) return false;
    ++p_;
    return true;
  }

  // Leaves p_ behind the closing quote.
  bool string(bool& is_escaped) {
    if (!take('"')) return false;
    while (true) {
      p_ = skip_plain(p_, end_);
      if (p_ == end_) return false;
      if (*p_ == '"') break;
      if (*p_ != '\\' || end_ - p_ < 2) return false;
      is_escaped = true;
      p_ += 2;
    }
    ++p_;
    return true;
  }

  bool value(Field& field) {
    const char* begin = p_;
    std::size_t quote = 0;
    if (p_ == end_) return false;
    if (*p_ == '"') {
      bool is_escaped = false;
      if (!string(is_escaped)) return false;
      field.type = FieldType::kString;
      field.value_is_escaped = is_escaped;
      quote = 1;
    } else if (*p_ == '[') {
      field.type = FieldType::kArray;
      if (!array()) return false;
    } else if (*p_ == '{') {
      field.type = FieldType::kObject;
      ++p_;
      if (!take('}')) return false;
    } else if (!word(field.type)) {
      return false;
    }
    field.value_begin = static_cast<std::uint32_t>(begin - begin_ + static_cast<long>(quote));
    field.value_bytes = static_cast<std::uint32_t>(static_cast<std::size_t>(p_ - begin) - 2 * quote);
    return true;
  }

  bool array() {
    ++p_;
    if (take(']')) return true;
    do {
      bool is_escaped = false;
      FieldType type{};
      if (p_ != end_ && *p_ == '"' ? !string(is_escaped) : !word(type)) return false;
    } while (take(','));
    return take(']');
  }

  bool word(FieldType& type) {
    const char* const begin = p_;
    while (p_ != end_ && *p_ != ',' && *p_ != '}' && *p_ != ']') ++p_;
    const auto found = type_of_word({begin, static_cast<std::size_t>(p_ - begin)});
    type = found.value_or(FieldType::kNull);
    return found.has_value();
  }

  const char* begin_;
  const char* p_;
  const char* end_;
  std::vector<Field>& fields_;
};

}  // namespace

Status index_canonical(std::string_view json, EventBatch& batch) {
  auto& fields = BatchAccess::fields(batch);
  const std::size_t field_begin = fields.size();
  if (json.size() > 0xFFFF'FFFF || !Indexer(json, fields).run()) {
    fields.resize(field_begin);
    return corrupt("not a flat JSON object in canonical form");
  }
  std::string& text = BatchAccess::text(batch);
  const std::size_t text_begin = text.size();
  text.append(json);
  BatchAccess::close(batch, text_begin, field_begin);
  return {};
}

}  // namespace tt::event
