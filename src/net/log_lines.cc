// Cutting bytes into lines that may be shown.
// SPDX-License-Identifier: Apache-2.0
#include "net/log_lines.h"

#include <utility>

#include "base/text.h"
#include "base/utf8.h"

namespace tt::net {

void LogLines::take(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const bool has_end = end != std::string_view::npos;
    if (!is_in_long_line_) line_ += bytes.substr(0, end);
    const bool is_cut = line_.size() > kLineBytesMax;
    if (is_cut) line_.resize(kLineBytesMax);
    if (is_cut || (has_end && !is_in_long_line_)) tell(std::exchange(line_, {}), is_cut);
    is_in_long_line_ = !has_end && (is_in_long_line_ || is_cut);
    bytes.remove_prefix(has_end ? end + 1 : bytes.size());
  }
}

void LogLines::end() {
  if (!line_.empty()) tell(std::exchange(line_, {}), /*is_cut=*/false);
}

void LogLines::tell(std::string_view line, bool is_cut) {
  const std::string shown = printable(mask_ ? mask_(line, is_cut) : std::string(line), "\t");
  if (const std::string_view text = trim(shown); !text.empty())
    last_ = clip_bytes(text, kLastBytesMax);
  tell_(shown);
}

}  // namespace tt::net
