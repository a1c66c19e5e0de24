// index_canonical: the index of an event read back. Its text is our own and its checksum was good,
// so this checks what the index relies on and nothing that the writer has already promised.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>

#include "base/short_text.h"
#include "event/batch_access.h"
#include "event/json_text.h"
#include "event/writer.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tt::event {
namespace {

// Finds quotes, backslashes and control characters, 64 bytes at a time: one bit a byte, so that the
// short strings of an event cost no loop of their own.
class SpecialFinder {
 public:
  SpecialFinder(const char* begin, const char* end) : begin_(begin), end_(end), block_(begin) {}

  /// The first special byte at or after `p`, which never goes back; the end when there is none.
  const char* next(const char* p) {
    const auto bit = static_cast<std::size_t>(p - block_);
    const std::uint64_t left = bit < kBlock ? specials_ >> bit : 0;
    return left != 0 ? p + __builtin_ctzll(left) : search(p);
  }

 private:
  static constexpr std::size_t kBlock = 64;

  // When the block has none from `p` on. Apart, so that next() is small enough to be inlined.
  [[gnu::noinline]] const char* search(const char* p) {
    specials_ = 0;
    for (block_ = p; block_ != end_; block_ += std::min(kBlock, bytes_left())) {
      specials_ = load();
      if (specials_ != 0) return block_ + __builtin_ctzll(specials_);
    }
    return end_;
  }

  std::size_t bytes_left() const { return static_cast<std::size_t>(end_ - block_); }

  // At the end the last whole block serves: it overlaps the one before.
  std::uint64_t load() const {
    const std::size_t left = bytes_left();
    if (left >= kBlock) return mask(block_);
    if (static_cast<std::size_t>(end_ - begin_) >= kBlock) {
      return mask(end_ - kBlock) >> (kBlock - left);
    }
    std::array<char, kBlock> copy;
    std::memcpy(copy.data(), block_, left);
    std::memset(copy.data() + left, ' ', kBlock - left);
    return mask(copy.data());
  }

#ifdef __SSE2__
  static std::uint64_t mask(const char* p) {
    const __m128i quotes = _mm_set1_epi8('"');
    const __m128i slashes = _mm_set1_epi8('\\');
    const __m128i controls = _mm_set1_epi8(0x1F);
    std::uint64_t found = 0;
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kBlock; i += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + i));
      const __m128i hits =
          _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quotes), _mm_cmpeq_epi8(bytes, slashes)),
                       _mm_cmpeq_epi8(_mm_min_epu8(bytes, controls), bytes));
      found |= static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(hits))) << i;
    }
    return found;
  }
#else
  static std::uint64_t mask(const char* p) {
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
      const bool hit = p[i] == '"' || p[i] == '\\' || static_cast<unsigned char>(p[i]) < 0x20;
      found |= static_cast<std::uint64_t>(hit) << i;
    }
    return found;
  }
#endif

  const char* const begin_;
  const char* const end_;
  const char* block_;
  std::uint64_t specials_ = 0;  // Of the 64 bytes at block_.
};

// Each function takes the place where its part begins and returns the place behind it, or null when
// the part is not what it has to be.
class Indexer {
 public:
  Indexer(std::string_view json, EventBatch& batch)
      : begin_(json.data()),
        end_(begin_ + json.size()),
        specials_(begin_, end_),
        fields_(BatchAccess::fields(batch)) {
    if (batch.empty()) return;
    const EventView last = batch[batch.size() - 1];
    before_ = last.json.data();
    expected_ = fields_.size() - last.fields.size();
    expected_end_ = fields_.size();
  }

  bool run() {
    const char* p = begin_;
    if (end_ - p < 2 || *p != '{') return false;
    if (p[1] == '}') return p + 2 == end_;
    do {
      Field& field = fields_.emplace_back();
      p = name(p + 1, field);
      if (p) p = value(p, field);
      if (!p || p == end_) return false;
    } while (*p == ',');
    return *p == '}' && p + 1 == end_;
  }

 private:
  static constexpr std::size_t kAroundName = 3;  // Two quotes and the colon.

  // Most events have the names of the one before them in the batch: one comparison finds where the
  // name ends.
  const char* name(const char* p, Field& field) {
    field.name_begin = position(p + 1);
    if (expected_ == expected_end_ || !is_at(p, fields_[expected_])) return other_name(p, field);
    return take(p, field);
  }

  // `"name":` of a field of the event before.
  bool is_at(const char* p, const Field& expected) const {
    const std::size_t bytes = expected.name_bytes + kAroundName;
    return static_cast<std::size_t>(end_ - p) >= bytes &&
           same_bytes(p, before_ + expected.name_begin - 1, bytes);
  }

  const char* take(const char* p, Field& field) {
    const Field& expected = fields_[expected_++];
    field.name_bytes = expected.name_bytes;
    field.name_is_escaped = expected.name_is_escaped;
    return p + expected.name_bytes + kAroundName;
  }

  // A field or two of the event before may be missing, or this one is new.
  [[gnu::noinline]] const char* other_name(const char* p, Field& field) {
    constexpr std::size_t kTries = 3;
    const std::size_t tries_end = std::min(expected_ + kTries, expected_end_);
    for (std::size_t i = expected_ + 1; i < tries_end; ++i) {
      if (!is_at(p, fields_[i])) continue;
      expected_ = i;
      return take(p, field);
    }
    bool is_escaped = false;
    const char* const behind = string(p, is_escaped);
    if (!behind || behind == end_ || *behind != ':') return nullptr;
    const auto bytes = static_cast<std::size_t>(behind - p - 2);
    if (bytes > kNameBytesMax) return nullptr;
    field.name_bytes = static_cast<std::uint16_t>(bytes);
    field.name_is_escaped = is_escaped;
    return behind + 1;
  }

  const char* value(const char* p, Field& field) {
    if (p == end_) return nullptr;
    const char* behind = nullptr;
    std::uint32_t quote = 0;
    if (*p == '"') {
      bool is_escaped = false;
      behind = string(p, is_escaped);
      field.type = FieldType::kString;
      field.value_is_escaped = is_escaped;
      quote = 1;
    } else if (*p == '[') {
      field.type = FieldType::kArray;
      behind = array(p + 1);
    } else if (*p == '{') {
      field.type = FieldType::kObject;
      if (end_ - p >= 2 && p[1] == '}') behind = p + 2;
    } else {
      behind = word(p, field.type);
    }
    if (!behind) return nullptr;
    field.value_begin = position(p) + quote;
    field.value_bytes = static_cast<std::uint32_t>(behind - p) - 2 * quote;
    return behind;
  }

  const char* string(const char* p, bool& is_escaped) {
    if (p == end_ || *p != '"') return nullptr;
    p = specials_.next(p + 1);
    while (p != end_ && *p == '\\' && end_ - p > 2) {
      is_escaped = true;
      p = specials_.next(p + 2);
    }
    return p != end_ && *p == '"' ? p + 1 : nullptr;
  }

  const char* array(const char* p) {
    if (p != end_ && *p == ']') return p + 1;
    while (p && p != end_) {
      bool is_escaped = false;
      FieldType type{};
      p = *p == '"' ? string(p, is_escaped) : word(p, type);
      if (!p || p == end_) return nullptr;
      if (*p == ']') return p + 1;
      if (*p != ',') return nullptr;
      ++p;
    }
    return nullptr;
  }

  const char* word(const char* p, FieldType& type) {
    const char* const begin = p;
    while (p != end_ && *p != ',' && *p != '}' && *p != ']') ++p;
    const auto found = type_of_word({begin, static_cast<std::size_t>(p - begin)});
    type = found.value_or(FieldType::kNull);
    return found ? p : nullptr;
  }

  std::uint32_t position(const char* p) const { return static_cast<std::uint32_t>(p - begin_); }

  const char* const begin_;
  const char* const end_;
  SpecialFinder specials_;
  std::vector<Field>& fields_;
  const char* before_ = nullptr;  // Text of the event before,
  std::size_t expected_ = 0;      // and its fields whose names may come next.
  std::size_t expected_end_ = 0;
};

}  // namespace

Status index_canonical(std::string_view json, EventBatch& batch) {
  auto& fields = BatchAccess::fields(batch);
  const std::size_t field_begin = fields.size();
  if (json.size() > 0xFFFF'FFFF || !Indexer(json, batch).run()) {
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
