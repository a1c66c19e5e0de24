// One HTTP/1.1 connection: a coroutine that takes its requests one after another.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "net/event_loop.h"
#include "net/http_exchange.h"
#include "net/http_worker.h"
#include "net/transport.h"

namespace tt::net {

/// Loop thread only. Waits only in the coroutines; everything else does what can be done at once
/// and says what to wait for.
class HttpConnection final : public Timed,
                             public ExchangeOwner,
                             public BodyTurns::Waiter,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  /// `is_refused`: answers 503 and closes.
  HttpConnection(HttpWorker& worker, AcceptedSocket socket, TlsContext* tls, bool is_refused);
  ~HttpConnection() override;
  void start();
  /// Closes when idle, else after the answer. Event streams end at once.
  void drain();
  void abort();

  void on_deadline() override;
  void on_answer() override { resume(); }
  void on_stream_event() override { resume(); }
  void on_turn() override;

 private:
  enum class Phase : unsigned char {
    kOpening,
    kIdle,
    kReading,
    kWaiting,  ///< For the turn of its body.
    kHandling,
    kWriting,
    kStream
  };
  using Waiter = boost::asio::async_result<Await, void()>::handler_type;

  Task<> run();
  Task<> serve();
  Task<bool> open();
  Task<> refuse();
  Task<> send_stream();
  Task<> linger();
  /// Waits for resume().
  Task<> parked();
  Task<> turn();  ///< Waits, but not for ever, until a large body may come in.
  void resume();

  bool has_input() const { return exchange_ && exchange_->reader.has_bytes(); }
  void enter(Phase phase, int timeout_ms);
  void begin_idle();
  void begin_request();
  Step read_head() { return exchange_->reader.read_head(transport_, worker_.shared().limits); }
  Step admit();
  bool is_body_large() const;
  void end_turn();
  Step read_body() { return exchange_->reader.read_body(transport_, body_bytes_max_); }
  void handle();
  void answer_error(Step step);
  void answer_here(HttpAnswer answer);
  HttpAnswer too_large();
  void render();
  void set_bytes(std::string_view head, std::string_view body);
  Step flush();
  /// False when the connection must end.
  bool end_request();
  void watch_peer();
  bool is_interrupted() const { return is_aborted_ || is_timed_out_; }
  Step interruption() const { return is_aborted_ ? Step::kClosed : Step::kTimedOut; }

  HttpWorker& worker_;
  Transport transport_;
  std::uint32_t deadline_;
  std::shared_ptr<Exchange> exchange_;
  std::optional<Waiter> waiter_;
  std::array<iovec, 2> unsent_{};
  std::size_t body_bytes_max_ = 0;
  Phase phase_ = Phase::kOpening;
  bool is_refused_;
  bool is_tls_;
  bool has_turn_ = false;
  bool must_close_ = false;
  bool must_linger_ = false;  ///< Unread bytes would make the kernel reset the answer away.
  bool is_aborted_ = false, is_timed_out_ = false, is_peer_gone_ = false;
};

}  // namespace tt::net
