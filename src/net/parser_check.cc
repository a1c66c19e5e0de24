// Two ways to feed the request parser must not differ.
// SPDX-License-Identifier: Apache-2.0
#include "net/parser_check.h"

#include <string>

#include "base/result.h"
#include "net/request_parser.h"

namespace tt::net {

namespace {

constexpr std::size_t kHeadBytesMax = 4'096, kFieldsMax = 32, kBodyBytesMax = 8'192;

// Reads requests from a text that grows, and notes what it saw.
class Transcript {
 public:
  void feed(std::string_view bytes) {
    unread_ += bytes;
    while (!has_ended_ && step()) {
    }
  }
  const std::string& text() const { return text_; }

 private:
  bool step() {
    if (!is_in_body_) return take_head();
    return parser_.head().is_chunked ? take_chunks() : take_length();
  }

  bool take_head() {
    const Parse parsed = parser_.parse_head(unread_, kHeadBytesMax, kFieldsMax);
    if (parsed == Parse::kNeedMore) return false;
    if (parsed != Parse::kDone) return end(parsed);
    const RequestHead& head = parser_.head();
    text_.append(head.method).append(" ").append(head.path).append("?").append(head.query);
    for (const auto& [name, value] : head.headers) {
      text_.append("\n").append(name).append(":").append(value);
    }
    TT_ASSERT(head.headers.size() <= kFieldsMax);
    TT_ASSERT(parser_.head_bytes() <= unread_.size());
    is_in_body_ = true;
    unread_.erase(0, parser_.head_bytes());
    return true;
  }

  bool take_length() {
    const std::uint64_t length = parser_.head().content_length;
    if (length > kBodyBytesMax) return end(Parse::kTooLarge);
    if (unread_.size() < length) return false;
    text_.append("\nbody ").append(unread_, 0, length);
    unread_.erase(0, length);
    return next();
  }

  bool take_chunks() {
    std::size_t used = 0;
    const Parse parsed = parser_.parse_chunks(unread_, used, body_, kBodyBytesMax);
    TT_ASSERT(used <= unread_.size());
    TT_ASSERT(body_.size() <= kBodyBytesMax);
    unread_.erase(0, used);
    if (parsed == Parse::kNeedMore) return false;
    if (parsed != Parse::kDone) return end(parsed);
    text_.append("\nbody ").append(body_);
    return next();
  }

  bool next() {
    parser_.reset();
    body_.clear();
    is_in_body_ = false;
    text_ += "\nend\n";
    return true;
  }

  bool end(Parse why) {
    text_ += why == Parse::kBad ? "\nbad" : "\ntoo large";
    has_ended_ = true;
    return false;
  }

  RequestParser parser_;
  std::string unread_, body_, text_;
  bool is_in_body_ = false, has_ended_ = false;
};

}  // namespace

bool is_parsed_alike(std::string_view bytes) {
  Transcript whole, split;
  whole.feed(bytes);
  for (const char& c : bytes) split.feed({&c, 1});
  return whole.text() == split.text();
}

}  // namespace tt::net
