// Writing and reading ids.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/event_id.h"

#include <charconv>

#include "base/text.h"

namespace tt::tunnel {

std::string format_id(std::string_view log, Seq seq) {
  return std::string(IdText(log, seq).view());
}

IdText::IdText(std::string_view log, Seq seq) {
  bytes_ = log.copy(text_.data(), 8);
  text_[bytes_++] = '-';
  const auto end = std::to_chars(text_.data() + bytes_, text_.data() + text_.size(), seq).ptr;
  bytes_ = static_cast<std::size_t>(end - text_.data());
}

std::optional<Seq> parse_id(std::string_view log, std::string_view id) {
  if (id.size() <= log.size() + 1 || !id.starts_with(log) || id[log.size()] != '-') {
    return std::nullopt;
  }
  const std::string_view digits = id.substr(log.size() + 1);
  if (digits.size() > 1 && digits[0] == '0') return std::nullopt;  // One event, one id.
  return parse_u64(digits);
}

}  // namespace tt::tunnel
