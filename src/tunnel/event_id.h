// Seq and id: the names of events, within their log and everywhere.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tt::tunnel {

/// Name of an event in its log: rises with every event, is never used twice, may have holes.
using Seq = std::uint64_t;

/// `<log>-<seq>`: the log's 8 hexadecimal digits and the seq in decimal.
std::string format_id(std::string_view log, Seq seq);
/// The same, in memory of its own.
class IdText {
 public:
  IdText(std::string_view log, Seq seq);
  std::string_view view() const { return {text_.data(), bytes_}; }

 private:
  std::array<char, 32> text_;  // 8, a dash, at most 20.
  std::size_t bytes_ = 0;
};
/// The seq of an id of this log; nothing for another log or another form.
std::optional<Seq> parse_id(std::string_view log, std::string_view id);

}  // namespace tt::tunnel
