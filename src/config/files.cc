// Keeps the texts of the configuration and finds lines in them.
// SPDX-License-Identifier: Apache-2.0
#include "config/files.h"

#include <utility>

#include "config/secret_text.h"

namespace tt::config {
namespace {

const std::string kNothing;

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// A short text is masked only where it stands alone.
bool is_secret_at(std::string_view text, std::size_t at, std::size_t length) {
  if (length >= kSecretBytesMin) return true;
  const std::size_t end = at + length;
  return (at == 0 || !is_word_byte(text[at - 1])) &&
         (end == text.size() || !is_word_byte(text[end]));
}

}  // namespace

int Files::add(std::string path, std::string text) {
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);  // A byte order mark would shift columns.
  // The same file, read for another purpose: what is told about it twice is recognised as that.
  for (std::size_t i = 0; i < files_.size(); ++i)
    if (files_[i].path == path && files_[i].text == text) return static_cast<int>(i);
  std::vector<std::size_t> line_begins{0};
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos;)
    line_begins.push_back(++at);
  files_.push_back({std::move(path), std::move(text), std::move(line_begins)});
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
  if (file < 0 || static_cast<std::size_t>(file) >= files_.size()) return {};
  const File& found = files_[static_cast<std::size_t>(file)];
  if (line == 0 || line > found.line_begins.size()) return {};
  const std::string_view rest = std::string_view(found.text).substr(found.line_begins[line - 1]);
  std::string_view text = rest.substr(0, rest.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

std::string Files::folder(int file) const {
  const std::string& path = this->path(file);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

void Files::hide(std::string secret) {
  if (!secret.empty()) hidden_.push_back(std::move(secret));
}

std::string Files::masked(std::string_view text) const {
  std::string out(text);
  // Sought in the text as it was: one secret may stand inside of another.
  for (const std::string& secret : hidden_)
    for (std::size_t at = 0; (at = text.find(secret, at)) != std::string_view::npos; ++at)
      if (is_secret_at(text, at, secret.size())) out.replace(at, secret.size(), secret.size(), '*');
  return out;
}

}  // namespace tt::config
