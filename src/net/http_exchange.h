// One request and its answer: the memory that outlives the connection while a handler works.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "net/event_loop.h"
#include "net/http_server.h"
#include "net/request_reader.h"
#include "net/transport.h"

namespace tt::net {

/// The connection's side of exchanges and streams. Loop thread only.
class ExchangeOwner {
 public:
  virtual ~ExchangeOwner() = default;
  virtual void on_answer() = 0;        ///< The answer has come from another thread.
  virtual void on_stream_event() = 0;  ///< The stream has new bytes or has ended.
};

/// A body that goes on, between the handler's threads and the connection.
class StreamState final : public BodyStream,
                          public Posted,
                          public std::enable_shared_from_this<StreamState> {
 public:
  static constexpr std::size_t kUnsentBytesMax = 4u << 20;
  StreamState(std::shared_ptr<Mailbox> mailbox, bool is_chunked)
      : mailbox_(std::move(mailbox)), is_chunked_(is_chunked) {}

  bool write(std::string bytes) override;
  void finish() override;
  bool is_open() const override;
  std::size_t unsent_bytes() const override;
  void on_drained(std::function<void()> ready) override;
  void on_loop(std::shared_ptr<Posted> self) override;

  enum class Taken : unsigned char { kBytes, kNothing, kFinished, kOverrun };
  /// Loop thread: moves what is unsent to `bytes`.
  Taken take(std::string& bytes);
  /// Loop thread: the connection is gone, or (null) never wants to know again.
  void attach(ExchangeOwner* owner) { owner_ = owner; }
  void close();

 private:
  void notify_locked(std::unique_lock<std::mutex>& lock);

  const std::shared_ptr<Mailbox> mailbox_;
  const bool is_chunked_;
  ExchangeOwner* owner_ = nullptr;  ///< Loop thread only.
  mutable std::mutex mutex_;
  std::string unsent_;
  std::function<void()> on_drained_;
  std::size_t sending_bytes_ = 0;
  bool is_open_ = true, is_finished_ = false, is_overrun_ = false, is_posted_ = false;
};

/// What the handler answered.
struct PendingAnswer {
  enum class Kind : unsigned char { kNone, kAnswer, kRendered, kStream } kind = Kind::kNone;
  HttpAnswer answer;
  std::shared_ptr<const std::string> rendered;
  std::shared_ptr<StreamState> stream;
};

/// Recycled by its loop. The answer is written by the answering thread before it posts the
/// exchange, and read by the loop after.
class Exchange final : public Posted {
 public:
  Exchange(std::shared_ptr<BodyBudget> budget, std::shared_ptr<Mailbox> mailbox)
      : reader(std::move(budget)), mailbox(std::move(mailbox)) {}
  void on_loop(std::shared_ptr<Posted> self) override;
  /// Fills `request` from the reader and the peer.
  void describe(std::shared_ptr<const PeerInfo> from);
  /// Forgets request and answer, keeps pipelined bytes.
  void next();

  RequestReader reader;
  const std::shared_ptr<Mailbox> mailbox;
  HttpRequest request;
  std::shared_ptr<const PeerInfo> peer;
  PendingAnswer answer;
  std::string head;                ///< Rendered head of the answer.
  ExchangeOwner* owner = nullptr;  ///< Loop thread only; null when the connection is gone.
  bool is_handling = false;        ///< Loop thread only: inside of HttpHandler::handle.
  /// Loop thread only: the answer has arrived; before, another thread may still be writing it.
  bool is_answered = false;
};

/// The responder of one request; answers 500 when dropped.
class Reply final : public Responder::Impl {
 public:
  explicit Reply(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  ~Reply() override;
  void answer(HttpAnswer answer) override;
  void answer_rendered(std::shared_ptr<const std::string> bytes) override;
  std::shared_ptr<BodyStream> stream(HttpAnswer head) override;

 private:
  /// The exchange for the first answer, null for every later one.
  std::shared_ptr<Exchange> claim();
  static void deliver(std::shared_ptr<Exchange> exchange);

  std::atomic<bool> is_answered_{false};
  std::shared_ptr<Exchange> exchange_;
};

/// {"error":"..."} with a status.
HttpAnswer error_answer(int status, std::string_view text);

}  // namespace tt::net
