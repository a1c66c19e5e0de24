// Column widths from the contents; nothing is cut, so that scripts may still read it.
// SPDX-License-Identifier: Apache-2.0
#include "apps/tictoc/table.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <vector>

#include "base/text.h"
#include "base/utf8.h"

namespace tt::tictoc {
namespace {

std::string to_text(const boost::json::value& value) {
  if (value.is_null()) return {};
  return printable(
      value.if_string() ? std::string(value.get_string()) : boost::json::serialize(value), "\n");
}

/// Cells below each other; no blanks at the end, which copies and comparisons would carry along.
std::string row_text(const std::vector<std::string>& row, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::size_t runes = std::min(count_runes(row[i]), widths[i]);
    line += row[i] + std::string(widths[i] - runes + 2, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string member_text(const boost::json::value& map, std::string_view name) {
  const boost::json::object* object = map.if_object();
  const boost::json::value* value = object ? object->if_contains(name) : nullptr;
  return value ? to_text(*value) : std::string();
}

void print_table(const boost::json::value& answer, std::string_view member,
                 std::initializer_list<const char*> columns) {
  const boost::json::object* object = answer.if_object();
  const boost::json::value* list = object ? object->if_contains(member) : nullptr;
  if (!list || !list->if_array() || list->get_array().empty()) {
    std::puts("none");
    return;
  }
  std::vector<std::vector<std::string>> rows(1);
  for (const char* column : columns) rows[0].emplace_back(column);
  for (const boost::json::value& element : list->get_array()) {
    auto& row = rows.emplace_back();
    for (const char* column : columns) {
      std::string text = member_text(element, column);
      std::replace(text.begin(), text.end(), '\n', ' ');
      row.push_back(std::move(text));
    }
  }
  std::vector<std::size_t> widths(columns.size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], count_runes(row[i]));
  for (const auto& row : rows) std::puts(row_text(row, widths).c_str());
}

void print_members(const boost::json::value& map) {
  const boost::json::object* object = map.if_object();
  if (!object) return;
  for (const auto& [name, value] : *object)
    std::puts(row_text({printable(name), to_text(value)}, {15, 0}).c_str());
}

}  // namespace tt::tictoc
