// Map: entries in insertion order, found by scanning while few and by hash beyond.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "base/digest.h"
#include "cel/compare.h"
#include "cel/value.h"

namespace tt::cel {
namespace {

constexpr std::size_t kScanMax = 8;
constexpr std::uint32_t kFree = 0xffffffff;

/// Numbers that are equal hash the same whatever their kind.
std::uint64_t hash_of(const Value& key) {
  switch (key.kind()) {
    case Kind::kBool:
      return key.as_bool() ? 0x9e3779b97f4a7c15u : 0x7f4a7c159e3779b9u;
    case Kind::kInt: {
      const std::int64_t number = key.as_int();
      return hash64({reinterpret_cast<const char*>(&number), sizeof number});
    }
    case Kind::kUint: {
      const std::uint64_t number = key.as_uint();
      return hash64({reinterpret_cast<const char*>(&number), sizeof number});
    }
    case Kind::kString:
      return hash64(key.as_string(), 1);
    default:
      return 0;
  }
}

/// A whole double becomes the integer it equals; a fraction can be no key.
const Value* as_key(const Value& given, Value& storage) {
  if (!given.is(Kind::kDouble)) return Map::is_key(given) ? &given : nullptr;
  const double number = given.as_double();
  if (std::trunc(number) != number) return nullptr;
  if (number >= -0x1p63 && number < 0x1p63) {
    storage = Value::int64(static_cast<std::int64_t>(number));
  } else if (number >= 0 && number < 0x1p64) {
    storage = Value::uint64(static_cast<std::uint64_t>(number));
  } else {
    return nullptr;
  }
  return &storage;
}

}  // namespace

bool Map::is_key(const Value& value) {
  return value.is(Kind::kBool) || value.is(Kind::kInt) || value.is(Kind::kUint) ||
         value.is(Kind::kString);
}

void Map::index() {
  std::size_t count = 32;
  while (count < entries_.size() * 4) count *= 2;
  slots_.assign(count, kFree);
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    std::size_t at = hash_of(entries_[i].first) & (count - 1);
    while (slots_[at] != kFree) at = (at + 1) & (count - 1);
    slots_[at] = i;
  }
}

const Value* Map::find(const Value& given) const {
  Value storage;
  const Value* key = as_key(given, storage);
  if (!key) return nullptr;
  if (slots_.empty()) {
    for (const Entry& entry : entries_) {
      if (equal(entry.first, *key)) return &entry.second;
    }
    return nullptr;
  }
  std::size_t at = hash_of(*key) & (slots_.size() - 1);
  for (; slots_[at] != kFree; at = (at + 1) & (slots_.size() - 1)) {
    const Entry& entry = entries_[slots_[at]];
    if (equal(entry.first, *key)) return &entry.second;
  }
  return nullptr;
}

bool Map::insert(Value key, Value value) {
  if (find(key)) return false;
  entries_.emplace_back(std::move(key), std::move(value));
  if (entries_.size() <= kScanMax) return true;
  if (slots_.size() < entries_.size() * 2) {
    index();
  } else {
    std::size_t at = hash_of(entries_.back().first) & (slots_.size() - 1);
    while (slots_[at] != kFree) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = static_cast<std::uint32_t>(entries_.size() - 1);
  }
  return true;
}

}  // namespace tt::cel
