// One YAML file a generation, named by its number.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/generations.h"

#include <fmt/format.h>

#include <optional>

#include "base/text.h"
#include "base/units.h"
#include "pipeline/limits.h"

namespace tt::pipeline {
namespace {

// The first line of a file; the text follows. Files of before it was written have none.
constexpr std::string_view kSince = "# in force since ";

struct Kept {
  std::optional<WallNs> since_ns;
  std::string_view text;
};

Kept kept_in(std::string_view file) {
  const std::size_t end = file.find('\n');
  if (!file.starts_with(kSince) || end == std::string_view::npos) return {std::nullopt, file};
  return {parse_time(file.substr(kSince.size(), end - kSince.size())), file.substr(end + 1)};
}

}  // namespace

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

Result<std::uint64_t> Generations::keep(std::string_view text, WallNs now_ns) {
  TT_CHECK(disk_.create_directories(folder_));
  TT_TRY(const auto numbers, this->numbers());
  if (!numbers.empty()) {
    const auto newest = read_file(disk_, path(numbers.back()));
    if (newest.ok() && kept_in(*newest).text == text) return numbers.back();
  }
  const std::uint64_t number = numbers.empty() ? 1 : numbers.back() + 1;
  TT_CHECK(write_file(disk_, path(number),
                      fmt::format("{}{}\n{}", kSince, format_time_us(now_ns), text)));
  for (std::size_t i = 0; i + kGenerationsKept <= numbers.size(); ++i)
    TT_CHECK(disk_.remove(path(numbers[i])));
  return number;
}

Status Generations::drop(std::uint64_t number) { return disk_.remove(path(number)); }

Result<std::string> Generations::find(std::uint64_t number) const {
  TT_TRY(const std::string file, read_file(disk_, path(number)));
  return std::string(kept_in(file).text);
}

Result<std::uint64_t> Generations::newest_at(WallNs time_ns) const {
  TT_TRY(const auto numbers, this->numbers());
  for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
    const auto file = read_file(disk_, path(*number));
    if (!file.ok()) continue;  // Removed meanwhile by a reload: it was the oldest.
    const auto since_ns = kept_in(*file).since_ns;
    if (!since_ns) break;
    if (*since_ns <= time_ns) return *number;
  }
  return reject("no configuration of that time is kept");
}

}  // namespace tt::pipeline
