// One walk measures, three kinds of walks cut.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/shrink.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "base/utf8.h"

namespace tt::portals {
namespace {

namespace json = boost::json;

// Each step loses less than the next; a log excerpt of 256 bytes still says something.
constexpr std::array<std::size_t, 5> kStringBytes{64u << 10, 16u << 10, 4u << 10, 1024, 256};
constexpr std::array<std::size_t, 5> kListItems{1000, 100, 30, 10, 3};
// Quotes, colon, comma; digits of an index and its dot are counted with the name.
constexpr std::size_t kPunctuationBytes = 6;
constexpr std::size_t kNumberBytes = 32;

bool fits(const FlatCost& cost, const ShrinkLimits& limits) {
  return cost.bytes <= limits.bytes_max && cost.fields <= limits.fields_max &&
         cost.depth <= limits.depth_max;
}

/// Bytes of a string as JSON.
std::size_t text_bytes(std::string_view text) {
  std::size_t bytes = text.size();
  for (const char c : text) {
    if (c == '"' || c == '\\')
      ++bytes;
    else if (static_cast<unsigned char>(c) < 0x20)
      bytes += 5;
  }
  return bytes;
}

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

void measure(const json::value& value, std::size_t name_bytes, std::size_t depth, FlatCost& cost) {
  cost.depth = std::max(cost.depth, depth);
  const auto leaf = [&](std::size_t bytes) {
    ++cost.fields;
    cost.bytes += name_bytes + bytes + kPunctuationBytes;
  };
  if (const json::object* map = value.if_object()) {
    if (map->empty()) return leaf(2);
    for (const auto& [name, member] : *map)
      measure(member, name_bytes + 1 + text_bytes({name.data(), name.size()}), depth + 1, cost);
  } else if (const json::array* list = value.if_array()) {
    const bool is_flat = std::none_of(list->begin(), list->end(),
                                      [](const json::value& item) { return item.is_structured(); });
    if (!is_flat) {
      for (const json::value& item : *list) measure(item, name_bytes + 7, depth + 1, cost);
      return;
    }
    std::size_t bytes = 2;
    for (const json::value& item : *list) {
      const json::string* text = item.if_string();
      bytes += 3 + (text ? text_bytes(view(*text)) : kNumberBytes);
    }
    leaf(bytes);
  } else if (const json::string* text = value.if_string()) {
    leaf(text_bytes(view(*text)));
  } else {
    leaf(kNumberBytes);
  }
}

template <class F>
void each_child(json::value& value, F f) {
  if (json::object* map = value.if_object()) {
    for (auto& [name, member] : *map) f(member);
  } else if (json::array* list = value.if_array()) {
    for (json::value& item : *list) f(item);
  }
}

bool cut_strings(json::value& value, std::size_t bytes_max) {
  bool was_cut = false;
  if (json::string* text = value.if_string(); text && text->size() > bytes_max) {
    std::string kept(clip_bytes(view(*text), bytes_max));
    kept += "…";
    *text = kept;
    return true;
  }
  each_child(value, [&](json::value& child) { was_cut |= cut_strings(child, bytes_max); });
  return was_cut;
}

bool cut_lists(json::value& value, std::size_t items_max) {
  bool was_cut = false;
  if (json::array* list = value.if_array(); list && list->size() > items_max) {
    list->resize(items_max);
    was_cut = true;
  }
  each_child(value, [&](json::value& child) { was_cut |= cut_lists(child, items_max); });
  return was_cut;
}

/// Empties every map and list whose content would lie deeper than `depth_max`.
bool cut_depth(json::value& value, std::size_t depth, std::size_t depth_max) {
  if (value.is_structured() && depth >= depth_max) {
    const bool is_empty =
        value.is_object() ? value.if_object()->empty() : value.if_array()->empty();
    if (is_empty) return false;
    value = nullptr;
    return true;
  }
  bool was_cut = false;
  each_child(value, [&](json::value& child) { was_cut |= cut_depth(child, depth + 1, depth_max); });
  return was_cut;
}

/// Keeps the first members that fit.
void cut_members(json::value& value, std::size_t prefix_bytes, const ShrinkLimits& limits) {
  json::object* map = value.if_object();
  if (!map) {
    value = nullptr;
    return;
  }
  json::object kept;
  FlatCost total;
  for (auto& [name, member] : *map) {
    measure(member, prefix_bytes + 1 + text_bytes({name.data(), name.size()}), 1, total);
    if (!fits(total, limits)) break;
    kept.emplace(name, member);
  }
  value = std::move(kept);
}

}  // namespace

FlatCost flat_cost(const json::value& value, std::size_t prefix_bytes) {
  FlatCost cost;
  measure(value, prefix_bytes, 0, cost);
  return cost;
}

bool shrink_json(json::value& value, std::size_t prefix_bytes, const ShrinkLimits& limits) {
  bool was_cut = cut_depth(value, 0, limits.depth_max);
  const auto fits_now = [&] { return fits(flat_cost(value, prefix_bytes), limits); };
  const bool is_long = flat_cost(value, prefix_bytes).bytes > limits.bytes_max;
  for (std::size_t i = 0; is_long && i < kStringBytes.size() && !fits_now(); ++i)
    was_cut |= cut_strings(value, kStringBytes[i]);
  for (std::size_t i = 0; i < kListItems.size() && !fits_now(); ++i)
    was_cut |= cut_lists(value, kListItems[i]);
  for (std::size_t depth = flat_cost(value, prefix_bytes).depth; depth-- > 1 && !fits_now();)
    was_cut |= cut_depth(value, 0, depth);
  if (!fits_now()) {
    cut_members(value, prefix_bytes, limits);
    was_cut = true;
  }
  return was_cut;
}

}  // namespace tt::portals
