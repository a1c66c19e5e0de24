// Brackets and quotes are counted; every byte between them stays as it was sent.
// SPDX-License-Identifier: Apache-2.0
#include "base/json_split.h"

#include <algorithm>

namespace tt {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool take(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool is_at_end() {
    skip();
    return at_ == text_.size();
  }
  /// With its quotes; empty when there is none.
  std::string_view string() {
    skip();
    const std::size_t begin = at_;
    if (at_ >= text_.size() || text_[at_] != '"') return {};
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        return text_.substr(begin, at_ - begin);
      }
    }
    return {};
  }
  std::string_view value() {
    skip();
    if (at_ >= text_.size()) return {};
    if (text_[at_] == '"') return string();
    const std::size_t begin = at_;
    if (text_[at_] != '{' && text_[at_] != '[') {
      at_ = std::min(text_.find_first_of(",}] \t\r\n", at_), text_.size());
      return text_.substr(begin, at_ - begin);
    }
    return nested() ? text_.substr(begin, at_ - begin) : std::string_view();
  }

 private:
  void skip() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  bool nested() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        if (string().empty()) return false;
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return true;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::vector<RawMember>> split_object(std::string_view text) {
  Scanner scanner(text);
  std::vector<RawMember> members;
  if (!scanner.take('{')) return std::nullopt;
  while (!scanner.take('}')) {
    if (!members.empty() && !scanner.take(',')) return std::nullopt;
    const std::string_view name = scanner.string();
    if (name.empty() || !scanner.take(':')) return std::nullopt;
    const std::string_view value = scanner.value();
    if (value.empty()) return std::nullopt;
    members.push_back({name.substr(1, name.size() - 2), value});
  }
  if (!scanner.is_at_end()) return std::nullopt;
  return members;
}

std::optional<std::vector<std::string_view>> split_list(std::string_view text) {
  Scanner scanner(text);
  std::vector<std::string_view> elements;
  if (!scanner.take('[')) return std::nullopt;
  while (!scanner.take(']')) {
    if (!elements.empty() && !scanner.take(',')) return std::nullopt;
    const std::string_view value = scanner.value();
    if (value.empty()) return std::nullopt;
    elements.push_back(value);
  }
  if (!scanner.is_at_end()) return std::nullopt;
  return elements;
}

std::string_view find_member(const std::vector<RawMember>& members, std::string_view name) {
  for (const RawMember& member : members)
    if (member.name == name) return member.value;
  return {};
}

std::string_view raw_member(std::string_view text, std::string_view name) {
  const auto members = split_object(text);
  return members ? find_member(*members, name) : std::string_view{};
}

}  // namespace tt
