// Renders answers to the bytes of HTTP/1.1.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/http.h"

namespace tt::net {

/// The value of the Date header, formatted once a second. Not thread safe: one a loop.
class DateText {
 public:
  std::string_view now();

 private:
  std::int64_t second_ = -1;
  char text_[32] = "";
};

enum class BodyCoding : unsigned char { kLength, kChunked, kUntilClose };

struct RenderOptions {
  bool is_http_1_0 = false;
  bool is_keep_alive = true;
  BodyCoding coding = BodyCoding::kLength;
};

/// True when an answer with that status never has a body (RFC 9110 section 6.4.1).
bool is_bodyless(int status);
/// Status line, Date, Content-Type, length or coding, the answer's headers, Connection. Control
/// characters in header values become spaces, so that no value can add a header.
void render_head(std::string& head, const HttpAnswer& answer, std::string_view date,
                 const RenderOptions& options);
/// The rendered answer as its head (with a Connection header when the default is not meant) and
/// body; `head` is used only when the head had to change.
struct SplitAnswer {
  std::string_view head, body;
};
SplitAnswer split_rendered(std::string_view rendered, std::string& head,
                           const RenderOptions& options);

}  // namespace tt::net
