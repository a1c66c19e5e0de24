// The course of a connection: idle, head, body, handler, answer, and again.
// SPDX-License-Identifier: Apache-2.0
#include "net/http_connection.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/log.h"

namespace tt::net {

namespace {

constexpr int kLingerMs = 1'000;
constexpr std::size_t kLingerBytes = 32u << 20;
constexpr std::size_t kLargeBodyBytes = 64u << 10;  // Smaller ones wait for no turn.
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

constexpr std::string_view kRefusal =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
    "Content-Length: 32\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"
    "{\"error\":\"too many connections\"}";

iovec part(std::string_view bytes) { return {const_cast<char*>(bytes.data()), bytes.size()}; }

}  // namespace

HttpConnection::HttpConnection(HttpWorker& worker, AcceptedSocket socket, TlsContext* tls,
                               bool is_refused)
    : worker_(worker),
      transport_(worker.loop(), std::move(socket), tls),
      deadline_(worker.loop().deadlines().add(*this)),
      is_refused_(is_refused),
      is_tls_(tls != nullptr) {}

HttpConnection::~HttpConnection() { worker_.loop().deadlines().remove(deadline_); }

void HttpConnection::start() {
  boost::asio::co_spawn(
      worker_.loop().executor(), [self = shared_from_this()] { return self->run(); },
      boost::asio::detached);
}

Task<> HttpConnection::run() {
  // One await a statement: g++ 12 gives `else if (co_await ...)` a frame that is not initialised.
  if (is_refused_) {
    co_await refuse();
  } else {
    const bool is_opened = co_await open();
    if (is_opened) co_await serve();
  }
  transport_.close();
  worker_.loop().deadlines().clear(deadline_);
  if (exchange_) {
    if (exchange_->answer.stream) exchange_->answer.stream->close();
    exchange_->owner = nullptr;
    exchange_.reset();
  }
  end_turn();
  worker_.remove(*this);
}

Task<bool> HttpConnection::open() {
  if (!is_tls_) co_return transport_.is_open();
  enter(Phase::kOpening, worker_.shared().limits.head_timeout_ms);
  for (;;) {
    const Io io = transport_.handshake();
    if (io == Io::kDone || io == Io::kClosed) co_return io == Io::kDone;
    co_await transport_.wait(io);
    if (is_interrupted()) co_return false;
  }
}

Task<> HttpConnection::serve() {
  for (;;) {
    if (!has_input()) {
      begin_idle();
      if (worker_.is_draining()) co_return;
      if (!transport_.has_pending()) co_await transport_.wait(Io::kWantRead);
      if (is_interrupted()) co_return;
    }
    begin_request();
    Step step = read_head();
    for (; is_wait(step); step = is_interrupted() ? interruption() : read_head()) {
      co_await transport_.wait(direction_of(step));
    }
    if (step == Step::kDone) step = admit();
    if (step == Step::kDone && is_body_large()) {
      co_await turn();
      if (is_aborted_) co_return;
    }
    if (step == Step::kDone && !exchange_->is_answered) step = read_body();
    for (; is_wait(step); step = is_interrupted() ? interruption() : read_body()) {
      co_await transport_.wait(direction_of(step));
    }
    if (step == Step::kClosed) co_return;
    if (step == Step::kDone) {
      handle();
      if (!exchange_->is_answered) co_await parked();
      if (is_aborted_) co_return;
    } else {
      answer_error(step);
    }
    render();
    for (step = flush(); is_wait(step); step = is_interrupted() ? Step::kClosed : flush()) {
      enter(Phase::kWriting, worker_.shared().limits.idle_timeout_ms);
      co_await transport_.wait(direction_of(step));
    }
    if (step != Step::kDone) co_return;
    if (exchange_->answer.stream) {
      co_await send_stream();
      co_return;
    }
    if (!end_request()) break;
  }
  if (must_linger_) co_await linger();
}

Task<> HttpConnection::refuse() {
  if (is_tls_) co_return;
  set_bytes(kRefusal, {});
  if (flush() == Step::kDone) co_await linger();
}

// The peer must see our last bytes before the kernel answers its unread ones with a reset.
Task<> HttpConnection::linger() {
  transport_.shutdown_write();
  enter(Phase::kWriting, kLingerMs);
  char room[4'096];
  for (std::size_t discarded = 0; discarded < kLingerBytes;) {
    const IoResult got = transport_.read(room);
    if (got.state == Io::kClosed) co_return;
    discarded += got.bytes;
    if (got.state == Io::kDone) continue;
    co_await transport_.wait(got.state);
    if (is_interrupted()) co_return;
  }
}

Task<> HttpConnection::parked() {
  Await token;
  return boost::asio::async_initiate<Await, void()>(
      [this](auto handler) { waiter_.emplace(std::move(handler)); }, token);
}

Task<> HttpConnection::turn() {
  BodyTurns& turns = worker_.turns();
  if (turns.must_wait()) {
    turns.wait(weak_from_this());
    enter(Phase::kWaiting, worker_.shared().limits.turn_wait_ms);
    co_await parked();
    enter(Phase::kReading, worker_.shared().limits.body_timeout_ms);
  }
  turns.begin();
  has_turn_ = true;
}

void HttpConnection::on_turn() {
  if (phase_ == Phase::kWaiting) resume();
}

void HttpConnection::end_turn() {
  if (std::exchange(has_turn_, false)) worker_.turns().end();
}

bool HttpConnection::is_body_large() const {
  const RequestHead& head = exchange_->reader.head();
  return !exchange_->is_answered && (head.is_chunked || head.content_length > kLargeBodyBytes);
}

void HttpConnection::resume() {
  if (!waiter_) return;
  Waiter waiter = std::move(*waiter_);
  waiter_.reset();
  waiter();
}

void HttpConnection::enter(Phase phase, int timeout_ms) {
  phase_ = phase;
  if (timeout_ms > 0) {
    worker_.loop().deadlines().set(deadline_, timeout_ms);
  } else {
    worker_.loop().deadlines().clear(deadline_);
  }
}

void HttpConnection::begin_idle() {
  if (exchange_) worker_.recycle(std::move(exchange_));
  exchange_.reset();
  enter(Phase::kIdle, worker_.shared().limits.idle_timeout_ms);
}

void HttpConnection::begin_request() {
  if (!exchange_) {
    exchange_ = worker_.lease();
    exchange_->owner = this;
  }
  enter(Phase::kReading, worker_.shared().limits.head_timeout_ms);
}

Step HttpConnection::admit() {
  const RequestHead& head = exchange_->reader.head();
  exchange_->describe(transport_.peer());
  const HttpHandler& handler = worker_.shared().handler;
  Admission admission = handler.admit ? handler.admit(exchange_->request) : Admission{};
  if (admission.refusal) {
    answer_here(*std::move(admission.refusal));
    must_close_ = must_linger_ = head.has_body();
    return Step::kDone;
  }
  if (!head.has_body()) return Step::kDone;
  enter(Phase::kReading, worker_.shared().limits.body_timeout_ms);
  body_bytes_max_ = admission.body_bytes_max;
  if (head.content_length > body_bytes_max_) return Step::kBodyTooLarge;
  if (head.wants_continue && exchange_->reader.is_body_missing()) {
    // Into an empty socket buffer: it fits or the connection is dead.
    const iovec bytes = part(kContinue);
    if (transport_.write({&bytes, 1}).bytes != kContinue.size()) return Step::kClosed;
  }
  return Step::kDone;
}

void HttpConnection::handle() {
  enter(Phase::kHandling, 0);
  if (exchange_->is_answered) return;  // Refused by admit().
  worker_.shared().requests.add();
  Exchange& exchange = *exchange_;
  exchange.request.body = exchange.reader.body();
  exchange.request.round = worker_.round();
  exchange.is_handling = true;
  try {
    worker_.shared().handler.handle(exchange.request,
                                    Responder(std::make_shared<Reply>(exchange_)));
  } catch (const std::exception& error) {
    // The responder died on the way and has answered 500.
    log::error("request handler failed", {{"error", error.what()}});
  }
  exchange.is_handling = false;
}

void HttpConnection::answer_here(HttpAnswer answer) {
  exchange_->answer.answer = std::move(answer);
  exchange_->answer.kind = PendingAnswer::Kind::kAnswer;
  exchange_->is_answered = true;
}

void HttpConnection::answer_error(Step step) {
  HttpShared& shared = worker_.shared();
  enter(Phase::kWriting, shared.limits.idle_timeout_ms);
  is_timed_out_ = false;
  must_close_ = must_linger_ = true;
  switch (step) {
    case Step::kTimedOut:
      shared.timeouts.add();
      return answer_here(error_answer(408, "the request took too long to arrive"));
    case Step::kHeadTooLarge:
      shared.too_large.add();
      return answer_here(error_answer(431, "the request head is too large"));
    case Step::kBodyTooLarge:
      shared.too_large.add();
      return answer_here(too_large());
    case Step::kOverBudget: {
      shared.over_budget.add();
      HttpAnswer answer = error_answer(503, "too many request bodies in flight, try again");
      answer.headers.emplace_back("Retry-After", "1");
      return answer_here(std::move(answer));
    }
    default:
      shared.bad_requests.add();
      return answer_here(error_answer(400, exchange_->reader.problem()));
  }
}

HttpAnswer HttpConnection::too_large() {
  const RequestHead& head = exchange_->reader.head();
  const auto body_bytes = head.is_chunked ? std::nullopt : std::optional(head.content_length);
  const HttpHandler& handler = worker_.shared().handler;
  if (handler.too_large) return handler.too_large(exchange_->request, body_bytes_max_, body_bytes);
  return error_answer(413, too_large_text(body_bytes_max_, body_bytes));
}

void HttpConnection::render() {
  PendingAnswer& answer = exchange_->answer;
  const RequestHead& request = exchange_->reader.head();
  const bool is_stream = answer.kind == PendingAnswer::Kind::kStream;
  if (!request.is_keep_alive || worker_.is_draining() || is_stream) must_close_ = true;
  RenderOptions options{request.is_http_1_0, !must_close_, BodyCoding::kLength};
  const bool is_head = request.method == "HEAD";
  if (answer.kind == PendingAnswer::Kind::kRendered) {
    const SplitAnswer split = split_rendered(*answer.rendered, exchange_->head, options);
    return set_bytes(split.head, is_head ? std::string_view() : split.body);
  }
  if (is_stream) {
    options.coding = request.is_http_1_0 ? BodyCoding::kUntilClose : BodyCoding::kChunked;
  }
  render_head(exchange_->head, answer.answer, worker_.date(), options);
  const bool has_body = !is_stream && !is_head && !is_bodyless(answer.answer.status);
  set_bytes(exchange_->head, has_body ? std::string_view(answer.answer.body) : std::string_view());
}

void HttpConnection::set_bytes(std::string_view head, std::string_view body) {
  unsent_ = {part(head), part(body)};
}

Step HttpConnection::flush() {
  while (unsent_[0].iov_len + unsent_[1].iov_len > 0) {
    const IoResult sent = transport_.write(unsent_);
    if (sent.state == Io::kWantRead) return Step::kWantRead;
    if (sent.state == Io::kWantWrite) return Step::kWantWrite;
    if (sent.state == Io::kClosed) return Step::kClosed;
    std::size_t left = sent.bytes;
    for (iovec& bytes : unsent_) {
      const std::size_t n = std::min(left, bytes.iov_len);
      bytes.iov_base = static_cast<char*>(bytes.iov_base) + n;
      bytes.iov_len -= n;
      left -= n;
    }
  }
  return Step::kDone;
}

bool HttpConnection::end_request() {
  if (must_close_) {
    must_linger_ = must_linger_ || exchange_->reader.has_bytes();
    return false;
  }
  exchange_->next();
  end_turn();
  return true;
}

void HttpConnection::drain() {
  if (phase_ == Phase::kIdle || phase_ == Phase::kOpening) return abort();
  if (phase_ != Phase::kStream) return;
  if (exchange_->answer.answer.content_type.starts_with("text/event-stream")) {
    exchange_->answer.stream->finish();
  }
}

void HttpConnection::abort() {
  is_aborted_ = true;
  transport_.cancel();
  resume();
}

void HttpConnection::on_deadline() {
  if (phase_ == Phase::kWaiting) return resume();
  is_timed_out_ = true;
  transport_.cancel();
}

}  // namespace tt::net
