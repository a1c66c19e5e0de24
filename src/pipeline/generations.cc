// One YAML file a generation, named by its number.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/generations.h"

#include <fmt/format.h>

#include "base/text.h"
#include "pipeline/limits.h"

namespace tt::pipeline {

Generations::Generations(Disk& disk, std::string folder)
    : disk_(disk), folder_(std::move(folder)) {}

std::string Generations::path(std::uint64_t number) const {
  return fmt::format("{}/{:010}.yaml", folder_, number);
}

Result<std::vector<std::uint64_t>> Generations::numbers() const {
  TT_TRY(const auto entries, disk_.list(folder_));
  std::vector<std::uint64_t> numbers;
  for (const DirectoryEntry& entry : entries) {
    const std::string_view name = entry.name;
    if (!name.ends_with(".yaml")) continue;
    if (const auto number = parse_u64(name.substr(0, name.size() - 5))) numbers.push_back(*number);
  }
  return numbers;
}

Result<std::uint64_t> Generations::newest() const {
  if (!disk_.exists(folder_)) return reject(folder_ + " holds no configuration");
  TT_TRY(const auto numbers, this->numbers());
  if (numbers.empty()) return reject(folder_ + " holds no configuration");
  return numbers.back();
}

Result<std::uint64_t> Generations::keep(std::string_view text) {
  TT_CHECK(disk_.create_directories(folder_));
  TT_TRY(const auto numbers, this->numbers());
  if (!numbers.empty()) {
    const auto newest = read_file(disk_, path(numbers.back()));
    if (newest.ok() && *newest == text) return numbers.back();
  }
  const std::uint64_t number = numbers.empty() ? 1 : numbers.back() + 1;
  TT_CHECK(write_file(disk_, path(number), text));
  for (std::size_t i = 0; i + kGenerationsKept <= numbers.size(); ++i)
    TT_CHECK(disk_.remove(path(numbers[i])));
  return number;
}

Result<std::string> Generations::find(std::uint64_t number) const {
  return read_file(disk_, path(number));
}

}  // namespace tt::pipeline
