// The form in which a generation keeps its files: one text, which gives the files back.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/kept_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace tt::pipeline {
namespace {

// A comment, so that a person may hand one kept file back as a configuration; the size says where
// the next file begins whatever stands in this one.
constexpr std::string_view kPrefix = "# file of ";
constexpr std::string_view kMiddle = " bytes: ";

// A masked secret that stood there without quotes would pass for a YAML alias.
std::string without_aliases(std::string text) {
  constexpr std::string_view kMasked = "****";  // Shorter texts are never masked.
  for (std::size_t at = 0; (at = text.find(kMasked, at)) != std::string::npos;
       at = text.find_first_not_of('*', at)) {
    if (at == 0 || std::string_view(" \t\n:,[{-").find(text[at - 1]) != std::string_view::npos)
      text[at++] = 'x';
  }
  return text;
}

/// Cuts one file off the front of `text`; nothing when there is none in this form.
std::optional<ConfigText> take_file(std::string_view& text) {
  const std::string_view head = text.substr(0, text.find('\n'));
  const std::size_t middle = head.find(kMiddle);
  if (!head.starts_with(kPrefix) || middle == std::string_view::npos) return std::nullopt;
  const auto bytes = parse_u64(head.substr(kPrefix.size(), middle - kPrefix.size()));
  const std::size_t left = text.size() - std::min(text.size(), head.size() + 1);
  if (!bytes || *bytes > left) return std::nullopt;
  ConfigText file{std::string(head.substr(middle + kMiddle.size())),
                  without_aliases(std::string(text.substr(head.size() + 1, *bytes)))};
  text.remove_prefix(std::min(text.size(), head.size() + 1 + *bytes + 1));
  return file;
}

}  // namespace

std::string join_files(std::span<const ConfigText> files) {
  std::string all;
  for (const ConfigText& file : files)
    all += fmt::format("{}{}{}{}\n{}\n", kPrefix, file.text.size(), kMiddle, file.path, file.text);
  return all;
}

std::vector<ConfigText> split_files(std::string_view text) {
  std::vector<ConfigText> files;
  std::string_view rest = text;
  while (auto file = take_file(rest)) files.push_back(*std::move(file));
  // Kept by an earlier release, or changed by hand: one file then.
  if (!rest.empty() || files.empty())
    return {{"kept configuration", without_aliases(std::string(text))}};
  return files;
}

}  // namespace tt::pipeline
