// A recursion-free checker of RFC 8259 that stops at the first fault and says what it expected.
// SPDX-License-Identifier: Apache-2.0
#include "event/json_fault.h"

#include <vector>

#include "base/text.h"
#include "base/utf8.h"
#include "event/json_text.h"

namespace tt::event {
namespace {

class FaultFinder {
 public:
  explicit FaultFinder(std::string_view text) : text_(text) {}

  std::optional<JsonFault> run() {
    while (!fault_ && (wants_value_ || !is_object_.empty())) {
      wants_value_ ? value() : after_value();
    }
    if (!fault_) {
      skip_space();
      if (p_ < text_.size()) fail("expected the end of the text");
    }
    return std::move(fault_);
  }

 private:
  void fail(std::string_view expected) {
    fault_ = JsonFault{p_, std::string(expected) + ", found " + found()};
  }
  std::string found() const {
    if (p_ >= text_.size()) return "the end of the text";
    std::size_t end = p_;
    const std::uint32_t rune = next_rune(text_, end);
    if (rune == 0xFFFD && end == p_ + 1) return "a byte that is not UTF-8";
    if (text_.substr(p_, end - p_) == "\xEF\xBB\xBF") return "a byte order mark";
    if (rune < 0x20 || rune == 0x7F) return "control character " + std::to_string(rune);
    return "'" + std::string(text_.substr(p_, end - p_)) + "'";
  }
  char peek() const { return p_ < text_.size() ? text_[p_] : '\0'; }
  void skip_space() {
    while (p_ < text_.size() && is_space(text_[p_])) ++p_;
  }

  void value() {
    wants_value_ = false;
    skip_space();
    const char c = peek();
    if (c == '{' || c == '[') return open(c == '{');
    if (c == '"') return string();
    word();
  }
  void open(bool is_object) {
    ++p_;
    is_object_.push_back(is_object);
    skip_space();
    if (peek() == (is_object ? '}' : ']')) return close();
    next_item();
  }
  void close() {
    ++p_;
    is_object_.pop_back();
  }
  // Up to where the value of the next member or item has to stand.
  void next_item() {
    wants_value_ = true;
    if (!is_object_.back()) return;
    skip_space();
    if (peek() != '"') return fail("expected a name in double quotes");
    string();
    if (fault_) return;
    skip_space();
    if (peek() != ':') return fail("expected ':'");
    ++p_;
  }
  void after_value() {
    skip_space();
    const bool is_object = is_object_.back();
    if (peek() == (is_object ? '}' : ']')) return close();
    if (peek() != ',') return fail(is_object ? "expected ',' or '}'" : "expected ',' or ']'");
    ++p_;
    next_item();
  }

  void string() {
    const std::size_t begin = p_++;
    while (p_ < text_.size() && text_[p_] != '"') {
      if (text_[p_] == '\\') {
        escape();
        if (fault_) return;
        continue;
      }
      if (static_cast<unsigned char>(text_[p_]) < 0x20) {
        return fail("expected control characters in strings to be escaped");
      }
      std::size_t next = p_;
      if (next_rune(text_, next) == 0xFFFD && next == p_ + 1) return fail("expected UTF-8");
      p_ = next;
    }
    if (p_ < text_.size()) {
      ++p_;
      return;
    }
    p_ = begin;
    fault_ = JsonFault{begin, "a string begins here and does not end"};
  }
  void escape() {
    std::size_t bytes = peek_escape();
    if (bytes == 0) {
      fault_ = JsonFault{p_, "not an escape sequence of JSON"};
      return;
    }
    p_ += bytes;
  }
  std::size_t peek_escape() const {
    const std::size_t bytes = text_.substr(p_).starts_with("\\u") ? 6 : 2;
    if (p_ + bytes > text_.size()) return 0;
    return check_escapes(text_.substr(p_, bytes)) == Escapes::kBad ? 0 : bytes;
  }

  void word() {
    std::size_t end = p_;
    while (end < text_.size() && !is_space(text_[end]) &&
           std::string_view(",:[]{}\"").find(text_[end]) == std::string_view::npos) {
      ++end;
    }
    const auto word = text_.substr(p_, end - p_);
    if (type_of_word(word)) {
      p_ = end;
      return;
    }
    const char c = peek();
    if (c == '-' || c == '+' || c == '.' || (c >= '0' && c <= '9')) {
      fault_ = JsonFault{p_, "not a number of JSON"};
      return;
    }
    fail("expected a value");
  }

  std::string_view text_;
  std::size_t p_ = 0;
  std::vector<bool> is_object_;
  bool wants_value_ = true;
  std::optional<JsonFault> fault_;
};

}  // namespace

std::optional<JsonFault> find_json_fault(std::string_view text) { return FaultFinder(text).run(); }

}  // namespace tt::event
