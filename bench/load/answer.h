// Reads the answers of an HTTP/1.1 server from the bytes of a connection.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tt::bench {

// One connection's reader; it keeps a head that came in parts, and skips bodies.
class AnswerReader {
 public:
  struct Answer {
    int status = 0;
    bool closes = false;
    bool has_retry_after = false;
  };

  enum class State { incomplete, complete, broken };

  // Takes all of `bytes`: a client that waits for each answer gets no more than one.
  State read(std::string_view bytes) {
    if (!in_body_) {
      std::string_view head = bytes;
      if (!kept_.empty()) head = kept_.append(bytes);
      const std::size_t end = head.find("\r\n\r\n");
      if (end == std::string_view::npos) {
        if (kept_.empty()) kept_ = bytes;
        return kept_.size() > kHeadMax ? State::broken : State::incomplete;
      }
      if (!read_head(head.substr(0, end + 2))) return State::broken;
      bytes = head.substr(end + 4);
      in_body_ = true;
      return skip(bytes.size());
    }
    return skip(bytes.size());
  }

  // Of a complete answer; ready for the next one then.
  Answer take() {
    const Answer answer = answer_;
    reset();
    return answer;
  }

  void reset() {
    kept_.clear();
    answer_ = {};
    in_body_ = false;
    body_left_ = 0;
  }

 private:
  static constexpr std::size_t kHeadMax = 16384;

  State skip(std::size_t count) {
    if (count > body_left_) return State::broken;
    body_left_ -= count;
    return body_left_ == 0 ? State::complete : State::incomplete;
  }

  // `head` ends with the line break of its last field.
  bool read_head(std::string_view head) {
    if (head.size() < 14 || !head.starts_with("HTTP/1.")) return false;
    answer_.status = (head[9] - '0') * 100 + (head[10] - '0') * 10 + (head[11] - '0');
    std::size_t at = head.find("\r\n") + 2;
    while (at < head.size()) {
      const std::size_t end = head.find("\r\n", at);
      if (!read_field(head.substr(at, end - at))) return false;
      at = end + 2;
    }
    return true;
  }

  bool read_field(std::string_view field) {
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos) return false;
    std::string_view value = field.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (is_name(field, colon, "content-length")) {
      for (const char digit : value) body_left_ = body_left_ * 10 + std::size_t(digit - '0');
    } else if (is_name(field, colon, "connection")) {
      answer_.closes = value == "close";
    } else if (is_name(field, colon, "retry-after")) {
      answer_.has_retry_after = true;
    } else if (is_name(field, colon, "transfer-encoding")) {
      return false;  // No peer answers a POST of events in chunks.
    }
    return true;
  }

  static bool is_name(std::string_view field, std::size_t length, std::string_view lower) {
    if (length != lower.size()) return false;
    for (std::size_t i = 0; i < length; ++i) {
      if ((field[i] | 0x20) != (lower[i] | 0x20)) return false;
    }
    return true;
  }

  std::string kept_;
  Answer answer_;
  std::size_t body_left_ = 0;
  bool in_body_ = false;
};

}  // namespace tt::bench
