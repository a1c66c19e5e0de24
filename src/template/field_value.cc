// Reads JSON scalars, arrays and flattened groups of canonical events.
// SPDX-License-Identifier: Apache-2.0
#include "template/field_value.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/utf8.h"
#include "template/event_scope.h"

namespace tt::tmpl {
namespace {

std::uint32_t hex4(std::string_view digits) {
  std::uint32_t value = 0;
  for (char c : digits.substr(0, 4)) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
    value = value * 16 + static_cast<std::uint32_t>(digit & 15);
  }
  return value;
}

// Reads the \u escape at `at` (of the backslash), surrogate pairs included; moves past it.
std::uint32_t read_unicode(std::string_view text, std::size_t& at) {
  std::uint32_t rune = hex4(text.substr(at + 2));
  at += 6;
  if (rune < 0xd800 || rune > 0xdbff || text.substr(at, 2) != "\\u") return rune;
  const std::uint32_t low = hex4(text.substr(at + 2));
  if (low < 0xdc00 || low > 0xdfff) return rune;
  at += 6;
  return 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00);
}

char simple_escape(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    default:
      return c;
  }
}

constexpr std::size_t kChildrenToHash = 32;

// Fields of a group on their way to lists and maps.
struct Branch {
  std::string name;
  const event::Field* leaf = nullptr;
  std::vector<Branch> children;
  std::unordered_map<std::string, std::size_t> places;  // Of the children, once they are many.

  Branch& child(std::string_view child_name) {
    // Fields of one item stand together, so the last one is nearly always it.
    if (!children.empty() && children.back().name == child_name) return children.back();
    if (children.size() < kChildrenToHash) {
      for (Branch& child : children)
        if (child.name == child_name) return child;
    } else {
      for (std::size_t i = places.size(); i < children.size(); ++i)
        places.emplace(children[i].name, i);
      const auto place = places.find(std::string(child_name));
      if (place != places.end()) return children[place->second];
    }
    Branch& added = children.emplace_back();
    added.name = child_name;
    return added;
  }
};

constexpr int kGroupDepthMax = 64;

void insert(Branch& root, std::string_view path, const event::Field& field) {
  Branch* at = &root;
  for (int depth = 0; depth < kGroupDepthMax; ++depth) {
    const std::size_t dot = path.find('.');
    if (dot == std::string_view::npos) break;
    at = &at->child(path.substr(0, dot));
    path.remove_prefix(dot + 1);
  }
  at->child(path).leaf = &field;
}

bool is_list(Branch& branch) {
  const std::size_t count = branch.children.size();
  std::vector<Branch*> by_index(count);
  for (Branch& child : branch.children) {
    const std::optional<std::uint64_t> index = parse_u64(child.name);
    if (!index || *index >= count || by_index[*index] || std::to_string(*index) != child.name)
      return false;
    by_index[*index] = &child;
  }
  std::vector<Branch> ordered;
  ordered.reserve(count);
  for (Branch* child : by_index) ordered.push_back(std::move(*child));
  branch.children = std::move(ordered);
  return true;
}

cel::Value value_of(const event::EventView& event, Branch& branch) {
  if (branch.leaf) return field_value(event, *branch.leaf);
  if (is_list(branch)) {
    std::vector<cel::Value> items;
    items.reserve(branch.children.size());
    for (Branch& child : branch.children) items.push_back(value_of(event, child));
    return cel::Value::list(std::move(items));
  }
  cel::Map map;
  map.reserve(branch.children.size());
  for (Branch& child : branch.children) {
    cel::Value value = value_of(event, child);
    map.insert(cel::Value::string(std::move(child.name)), std::move(value));
  }
  return cel::Value::map(std::move(map));
}

}  // namespace

void append_unescaped(std::string& out, std::string_view inside) {
  for (std::size_t at = 0; at < inside.size();) {
    if (inside[at] != '\\' || at + 1 >= inside.size()) {
      out += inside[at++];
    } else if (inside[at + 1] == 'u' && at + 6 <= inside.size()) {
      append_rune(out, read_unicode(inside, at));
    } else {
      out += simple_escape(inside[at + 1]);
      at += 2;
    }
  }
}

std::string unescape_json(std::string_view inside) {
  std::string out;
  out.reserve(inside.size());
  append_unescaped(out, inside);
  return out;
}

cel::Value number_value(std::string_view json) {
  if (json.find_first_of(".eE") == std::string_view::npos)
    if (const auto number = parse_i64(json)) return cel::Value::int64(*number);
  if (const auto number = parse_double(json)) return cel::Value::float64(*number);
  return cel::Value::error("the number " + std::string(clip_bytes(json, 40)) + " is out of range");
}

cel::Value array_value(std::string_view json) {
  std::vector<cel::Value> items;
  std::size_t at = 1;
  while (at < json.size() && json[at] != ']') {
    const char c = json[at];
    if (c == ',' || c == ' ') {
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    if (c == '"') {
      bool is_escaped = false;
      for (; end < json.size() && json[end] != '"'; ++end)
        if (json[end] == '\\') is_escaped = true, ++end;
      const std::string_view inside = json.substr(at + 1, std::min(end, json.size()) - at - 1);
      items.push_back(is_escaped ? cel::Value::string(unescape_json(inside))
                                 : cel::Value::borrowed(inside));
      ++end;
    } else {
      end = std::min(json.find_first_of(",]", at), json.size());
      const std::string_view word = trim(json.substr(at, end - at));
      items.push_back(word == "true"    ? cel::Value::boolean(true)
                      : word == "false" ? cel::Value::boolean(false)
                      : word == "null"  ? cel::Value::null()
                                        : number_value(word));
    }
    at = end;
  }
  return cel::Value::list(std::move(items));
}

cel::Value field_value(const event::EventView& event, const event::Field& field) {
  const std::string_view json = event.json.substr(field.value_begin, field.value_bytes);
  switch (field.type) {
    case event::FieldType::kNull:
      return cel::Value::null();
    case event::FieldType::kFalse:
    case event::FieldType::kTrue:
      return cel::Value::boolean(field.type == event::FieldType::kTrue);
    case event::FieldType::kNumber:
      return number_value(json);
    case event::FieldType::kString:
      return field.value_is_escaped ? cel::Value::string(unescape_json(json))
                                    : cel::Value::borrowed(json);
    case event::FieldType::kArray:
      return array_value(json);
    case event::FieldType::kObject:
      return cel::Value::map({});
  }
  return cel::Value::null();
}

cel::Value group_value(const event::EventView& event, std::string_view group) {
  Branch root;
  std::string unescaped;
  for (const event::Field& field : event.fields) {
    std::string_view name = event.raw_name(field);
    if (field.name_is_escaped) name = unescaped = unescape_json(name);
    if (name.size() <= group.size() || name[group.size()] != '.' || !name.starts_with(group))
      continue;
    insert(root, name.substr(group.size() + 1), field);
  }
  return root.children.empty() ? cel::Value::absent() : value_of(event, root);
}

cel::Value whole_event(const event::EventView& event) {
  cel::Map map;
  map.reserve(event.fields.size());
  for (const event::Field& field : event.fields)
    map.insert(field.name_is_escaped ? cel::Value::string(event.name(field))
                                     : cel::Value::borrowed(event.raw_name(field)),
               field_value(event, field));
  return cel::Value::map(std::move(map));
}

}  // namespace tt::tmpl
