// Where the bytes of requests lie, and when to stop taking more.
// SPDX-License-Identifier: Apache-2.0
#include "net/request_reader.h"

#include <algorithm>
#include <cstring>

namespace tt::net {

namespace {

constexpr std::size_t kBufferBytes = 16u << 10;
constexpr std::size_t kHeadSlackBytes = 1u << 10;  // Room to see that a head is too large.
constexpr std::size_t kBudgetStepBytes = 64u << 10;
constexpr std::size_t kKeptBytes = 64u << 10;  // Larger memory is not kept for the next request.

Step to_step(Io state) {
  if (state == Io::kWantRead) return Step::kWantRead;
  return state == Io::kWantWrite ? Step::kWantWrite : Step::kClosed;
}

}  // namespace

bool BodyBudget::take(std::size_t bytes) {
  if (used_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= bytes_max_) return true;
  give(bytes);
  return false;
}

RequestReader::RequestReader(std::shared_ptr<BodyBudget> budget) : budget_(std::move(budget)) {}

RequestReader::~RequestReader() {
  if (budget_taken_) budget_->give(budget_taken_);
}

// Only for what has arrived: what a head promises costs a stranger nothing.
bool RequestReader::take_budget_of(std::size_t arrived_bytes, std::size_t length) {
  const std::size_t steps = (arrived_bytes + kBudgetStepBytes - 1) / kBudgetStepBytes;
  return take_budget(std::min(steps * kBudgetStepBytes, length));
}

bool RequestReader::take_budget(std::size_t bytes) {
  if (bytes <= budget_taken_) return true;
  if (!budget_->take(bytes - budget_taken_)) return false;
  budget_taken_ = bytes;
  return true;
}

void RequestReader::grow(std::size_t capacity) {
  auto larger = std::make_unique_for_overwrite<char[]>(capacity);
  if (filled_) std::memcpy(larger.get(), buffer_.get(), filled_);
  buffer_ = std::move(larger);
  capacity_ = capacity;
}

Step RequestReader::read_head(Transport& transport, const HttpLimits& limits) {
  if (capacity_ == 0) grow(kBufferBytes);
  for (bool has_new = filled_ > 0;; has_new = true) {
    if (has_new) {
      const std::string_view seen(buffer_.get(), filled_);
      switch (parser_.parse_head(seen, limits.head_bytes_max, limits.head_fields_max)) {
        case Parse::kDone:
          return Step::kDone;
        case Parse::kTooLarge:
          return Step::kHeadTooLarge;
        case Parse::kBad:
          return Step::kBad;
        case Parse::kNeedMore:
          break;
      }
    }
    if (filled_ == capacity_) {
      grow(std::min(capacity_ * 2, limits.head_bytes_max + kHeadSlackBytes + capacity_));
    }
    const IoResult got = transport.read({buffer_.get() + filled_, capacity_ - filled_});
    if (got.state != Io::kDone) return to_step(got.state);
    filled_ += got.bytes;
  }
}

bool RequestReader::is_body_missing() const {
  return filled_ == parser_.head_bytes() && parser_.head().has_body();
}

Step RequestReader::read_body(Transport& transport, std::size_t body_bytes_max) {
  if (parser_.head().is_chunked) return read_chunked_body(transport, body_bytes_max);
  if (parser_.head().content_length > body_bytes_max) return Step::kBodyTooLarge;
  return read_known_body(transport);
}

Step RequestReader::read_known_body(Transport& transport) {
  const std::size_t length = parser_.head().content_length;
  const std::size_t begin = parser_.head_bytes();
  if (begin + length <= capacity_) {
    for (;;) {
      if (!take_budget_of(std::min(filled_ - begin, length), length)) return Step::kOverBudget;
      if (filled_ >= begin + length) break;
      const IoResult got = transport.read({buffer_.get() + filled_, capacity_ - filled_});
      if (got.state != Io::kDone) return to_step(got.state);
      filled_ += got.bytes;
    }
    body_ = {buffer_.get() + begin, length};
    return Step::kDone;
  }
  if (!large_body_) {
    // Not filled with zeros: pages that never arrive are never touched.
    large_body_ = std::make_unique_for_overwrite<char[]>(length);
    large_filled_ = filled_ - begin;
    std::memcpy(large_body_.get(), buffer_.get() + begin, large_filled_);
    filled_ = begin;
  }
  for (;;) {
    if (!take_budget_of(large_filled_, length)) return Step::kOverBudget;
    if (large_filled_ == length) break;
    const std::size_t room = std::min(length - large_filled_, kBudgetStepBytes);
    const IoResult got = transport.read({large_body_.get() + large_filled_, room});
    if (got.state != Io::kDone) return to_step(got.state);
    large_filled_ += got.bytes;
  }
  body_ = {large_body_.get(), length};
  return Step::kDone;
}

Step RequestReader::read_chunked_body(Transport& transport, std::size_t body_bytes_max) {
  if (!is_body_begun_) {
    is_body_begun_ = true;
    wire_.assign(buffer_.get() + parser_.head_bytes(), filled_ - parser_.head_bytes());
    filled_ = parser_.head_bytes();
  }
  for (;;) {
    std::size_t used = 0;
    const Parse parsed = parser_.parse_chunks(wire_, used, chunked_body_, body_bytes_max);
    wire_.erase(0, used);
    if (parsed == Parse::kBad) return Step::kBad;
    if (parsed == Parse::kTooLarge) return Step::kBodyTooLarge;
    if (parsed == Parse::kDone) {
      body_ = chunked_body_;
      return Step::kDone;
    }
    if (wire_.size() >= kBufferBytes) return Step::kBad;  // An endless chunk line or trailer.
    const std::size_t steps = chunked_body_.size() / kBudgetStepBytes + 1;
    if (!take_budget(steps * kBudgetStepBytes)) return Step::kOverBudget;
    char room[kBufferBytes];
    const IoResult got = transport.read(room);
    if (got.state != Io::kDone) return to_step(got.state);
    wire_.append(room, got.bytes);
  }
}

void RequestReader::next() {
  std::size_t begin = 0;
  if (is_body_begun_) {
    // Chunked: what is left on the wire belongs to the next request.
    filled_ = 0;
    if (wire_.size() > capacity_) grow(wire_.size() * 2);
    std::memcpy(buffer_.get(), wire_.data(), wire_.size());
    filled_ = wire_.size();
  } else {
    begin = parser_.head_bytes() + (large_body_ ? 0 : body_.size());
    filled_ -= begin;
    if (filled_ && begin) std::memmove(buffer_.get(), buffer_.get() + begin, filled_);
  }
  if (budget_taken_) budget_->give(std::exchange(budget_taken_, 0));
  parser_.reset();
  is_body_begun_ = false;
  large_body_.reset();
  large_filled_ = 0;
  wire_.clear();
  chunked_body_.clear();
  if (chunked_body_.capacity() > kKeptBytes) chunked_body_ = {};
  if (capacity_ > kKeptBytes && filled_ == 0) buffer_.reset(), capacity_ = 0;
  body_ = {};
}

}  // namespace tt::net
