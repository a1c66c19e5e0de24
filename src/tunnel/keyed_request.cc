// Coding of idempotency keys: 36 bytes a request behind the name of the entry.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/keyed_request.h"

#include <algorithm>

#include "tunnel/tagged.h"

namespace tt::tunnel {
namespace {

constexpr std::size_t kRowBytes = kKeyBytes + 8 + 4 + 8;
constexpr std::size_t kRowsMax = 25'000;  // About 900 KB a record.

}  // namespace

Hash128 digest_key(std::string_view log_key, std::string_view idempotency_key) {
  const Sha256 digest = hmac_sha256(log_key, idempotency_key);
  return parse_key(as_text(digest));
}

std::string key_text(const Hash128& key) {
  std::string text(kKeyBytes, '\0');
  store(text.data(), key.low);
  store(text.data() + 8, key.high);
  return text;
}

Hash128 parse_key(std::string_view text) {
  if (text.size() < kKeyBytes) return {};
  return {load<std::uint64_t>(text.data()), load<std::uint64_t>(text.data() + 8)};
}

std::vector<std::string> encode_keys(std::span<const KeyedRequest> requests) {
  std::vector<const KeyedRequest*> sorted;
  sorted.reserve(requests.size());
  for (const KeyedRequest& request : requests) sorted.push_back(&request);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto* a, const auto* b) { return a->entry < b->entry; });
  std::vector<std::string> bodies;
  std::size_t rows = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i, ++rows) {
    const KeyedRequest& request = *sorted[i];
    if (i == 0 || request.entry != sorted[i - 1]->entry || rows == kRowsMax) {
      std::string fields;
      append_field(fields, Tag::kEntry, request.entry);
      std::string body(kFieldsLengthBytes, '\0');
      store(body.data(), static_cast<std::uint16_t>(fields.size()));
      bodies.push_back(body + fields);
      rows = 0;
    }
    char row[kRowBytes];
    store(row, request.key.low);
    store(row + 8, request.key.high);
    store(row + 16, request.first);
    store(row + 24, request.count);
    store(row + 28, request.received_ns);
    bodies.back().append(row, sizeof row);
  }
  return bodies;
}

void decode_keys(std::string_view body, std::vector<KeyedRequest>& requests) {
  const auto parts = split_body(body);
  if (!parts) return;
  std::string entry;
  FieldReader fields(parts->fields);
  while (const auto field = fields.next()) {
    if (field->tag == Tag::kEntry) entry = field->text();
  }
  for (std::string_view rows = parts->payload; rows.size() >= kRowBytes;
       rows.remove_prefix(kRowBytes)) {
    requests.push_back({.entry = entry,
                        .key = parse_key(rows),
                        .first = load<std::uint64_t>(rows.data() + 16),
                        .count = load<std::uint32_t>(rows.data() + 24),
                        .received_ns = load<std::int64_t>(rows.data() + 28)});
  }
}

}  // namespace tt::tunnel
