// Frames of syslog over a connection: counted octets or lines, told apart frame by frame.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tt::portals::entry::syslog {

/// A line that is longer is cut into messages of this length; nothing of it is lost.
constexpr std::size_t kLineBytesMax = 64u << 10;
/// What counts more octets than this is no count but the beginning of a line.
constexpr std::size_t kCountedBytesMax = 256u << 10;

struct Frame {
  std::size_t bytes = 0;  ///< With its count or line end; 0: more must come.
  std::string_view text;
};

/// The first frame of `bytes`. At the end of a connection (`is_all`) what is there is a frame.
Frame next_frame(std::string_view bytes, bool is_all);

/// Framing::whole. Never nothing: any byte may begin a line.
std::optional<std::size_t> whole_frames(std::string_view bytes);

}  // namespace tt::portals::entry::syslog
