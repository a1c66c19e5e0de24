// Keeps the texts of the configuration and finds lines in them.
// SPDX-License-Identifier: Apache-2.0
#include "config/files.h"

#include <utility>

namespace tt::config {
namespace {
const std::string kNothing;
}

int Files::add(std::string path, std::string text) {
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);  // A byte order mark would shift columns.
  files_.push_back({std::move(path), std::move(text)});
  return static_cast<int>(files_.size()) - 1;
}

const std::string& Files::path(int file) const {
  if (file < 0 || static_cast<std::size_t>(file) >= files_.size()) return kNothing;
  return files_[static_cast<std::size_t>(file)].path;
}

const std::string& Files::text(int file) const {
  if (file < 0 || static_cast<std::size_t>(file) >= files_.size()) return kNothing;
  return files_[static_cast<std::size_t>(file)].text;
}

std::string_view Files::line(int file, std::uint32_t line) const {
  const std::string_view text = this->text(file);
  std::size_t begin = 0;
  for (std::uint32_t at = 1; at < line; ++at) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) return {};
    begin = end + 1;
  }
  std::string_view found = text.substr(begin, text.find('\n', begin) - begin);
  if (!found.empty() && found.back() == '\r') found.remove_suffix(1);
  return found;
}

std::string Files::folder(int file) const {
  const std::string& path = this->path(file);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

void Files::hide(std::string secret) {
  // Masking a shorter one would blacken half the file and hide nothing.
  constexpr std::size_t kHiddenBytesMin = 4;
  if (secret.size() >= kHiddenBytesMin) hidden_.push_back(std::move(secret));
}

std::string Files::masked(std::string_view text) const {
  std::string out(text);
  // Sought in the text as it was: one secret may stand inside of another.
  for (const std::string& secret : hidden_)
    for (std::size_t at = 0; (at = text.find(secret, at)) != std::string_view::npos; ++at)
      out.replace(at, secret.size(), secret.size(), '*');
  return out;
}

}  // namespace tt::config
