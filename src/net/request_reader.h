// Reads one request after another from a transport: buffer, body and their limits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "net/http_server.h"
#include "net/request_parser.h"
#include "net/transport.h"

namespace tt::net {

/// What all request bodies of a server may take together. Thread safe.
class BodyBudget {
 public:
  explicit BodyBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  bool take(std::size_t bytes);
  void give(std::size_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  const std::size_t bytes_max_;
  std::atomic<std::size_t> used_{0};
};

enum class Step : unsigned char {
  kDone,
  kWantRead,
  kWantWrite,
  kClosed,
  kBad,           ///< 400; problem() says why.
  kHeadTooLarge,  ///< 431
  kBodyTooLarge,  ///< 413
  kOverBudget,    ///< 503
  kTimedOut,      ///< 408
};
inline bool is_wait(Step step) { return step == Step::kWantRead || step == Step::kWantWrite; }
inline Io direction_of(Step step) {
  return step == Step::kWantWrite ? Io::kWantWrite : Io::kWantRead;
}

/// Holds the memory of one request; leased to a connection while it has one. The head and a body
/// that fits lie in the read buffer, so the common request is parsed where it arrived.
class RequestReader {
 public:
  explicit RequestReader(std::shared_ptr<BodyBudget> budget);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;

  /// True when bytes of a further (pipelined) request are here already.
  bool has_bytes() const { return filled_ > 0; }
  Step read_head(Transport& transport, const HttpLimits& limits);
  /// After the head; call again after waiting.
  Step read_body(Transport& transport, std::size_t body_bytes_max);
  /// True when read_body() has nothing to wait for yet some bytes are due: time for 100-continue.
  bool is_body_missing() const;

  const RequestHead& head() const { return parser_.head(); }
  std::string_view body() const { return body_; }
  std::string_view problem() const { return parser_.problem(); }
  /// Drops the request, keeps pipelined bytes, gives the budget back.
  void next();

 private:
  Step read_known_body(Transport& transport);
  Step read_chunked_body(Transport& transport, std::size_t body_bytes_max);
  bool take_budget(std::size_t bytes);
  bool take_budget_of(std::size_t arrived_bytes, std::size_t length);
  void grow(std::size_t capacity);

  std::shared_ptr<BodyBudget> budget_;
  std::size_t budget_taken_ = 0;
  RequestParser parser_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0, filled_ = 0;
  bool is_body_begun_ = false;
  std::unique_ptr<char[]> large_body_;  ///< A Content-Length body that does not fit the buffer.
  std::size_t large_filled_ = 0;
  std::string chunked_body_, wire_;  ///< Decoded, and what is not decoded yet.
  std::string_view body_;
};

}  // namespace tt::net
