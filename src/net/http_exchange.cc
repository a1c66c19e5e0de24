// Answers and streamed bodies crossing from any thread to the connection's loop.
// SPDX-License-Identifier: Apache-2.0
#include "net/http_exchange.h"

#include <cstdio>

#include "base/text.h"

namespace tt::net {

namespace {

// Finishes a stream that its writer forgot.
class BodyStreamHandle final : public BodyStream {
 public:
  explicit BodyStreamHandle(std::shared_ptr<StreamState> state) : state_(std::move(state)) {}
  ~BodyStreamHandle() override { state_->finish(); }
  bool write(std::string bytes) override { return state_->write(std::move(bytes)); }
  void finish() override { state_->finish(); }
  bool is_open() const override { return state_->is_open(); }
  std::size_t unsent_bytes() const override { return state_->unsent_bytes(); }
  void on_drained(std::function<void()> ready) override { state_->on_drained(std::move(ready)); }

 private:
  std::shared_ptr<StreamState> state_;
};

}  // namespace

bool StreamState::write(std::string bytes) {
  std::unique_lock lock(mutex_);
  if (!is_open_ || is_finished_) return false;
  if (bytes.empty()) return true;  // An empty chunk would end the body.
  if (unsent_.size() + sending_bytes_ + bytes.size() > kUnsentBytesMax) {
    is_open_ = false;
    is_overrun_ = true;
    notify_locked(lock);
    return false;
  }
  if (is_chunked_) {
    char size[24];
    std::snprintf(size, sizeof(size), "%zx\r\n", bytes.size());
    unsent_ += size;
    unsent_ += bytes;
    unsent_ += "\r\n";
  } else {
    unsent_ += bytes;
  }
  notify_locked(lock);
  return true;
}

void StreamState::finish() {
  std::unique_lock lock(mutex_);
  if (!is_open_ || is_finished_) return;
  is_finished_ = true;
  if (is_chunked_) unsent_ += "0\r\n\r\n";
  notify_locked(lock);
}

bool StreamState::is_open() const {
  const std::lock_guard lock(mutex_);
  return is_open_ && !is_finished_;
}

std::size_t StreamState::unsent_bytes() const {
  const std::lock_guard lock(mutex_);
  return unsent_.size() + sending_bytes_;
}

void StreamState::on_drained(std::function<void()> ready) {
  const std::lock_guard lock(mutex_);
  on_drained_ = std::move(ready);
}

void StreamState::notify_locked(std::unique_lock<std::mutex>& lock) {
  const bool must_post = !std::exchange(is_posted_, true);
  lock.unlock();
  if (must_post) mailbox_->push(shared_from_this());
}

void StreamState::on_loop(std::shared_ptr<Posted> self) {
  {
    const std::lock_guard lock(mutex_);
    is_posted_ = false;
  }
  if (owner_) owner_->on_stream_event();
  self.reset();
}

StreamState::Taken StreamState::take(std::string& bytes) {
  std::unique_lock lock(mutex_);
  bytes.clear();
  bytes.swap(unsent_);
  const bool was_sending = std::exchange(sending_bytes_, bytes.size()) > 0;
  if (is_overrun_) return Taken::kOverrun;
  if (!bytes.empty()) return Taken::kBytes;
  if (is_finished_) return Taken::kFinished;
  const auto ready = was_sending ? on_drained_ : nullptr;
  lock.unlock();
  if (ready) ready();
  return Taken::kNothing;
}

void StreamState::close() {
  owner_ = nullptr;
  const std::lock_guard lock(mutex_);
  is_open_ = false;
  unsent_ = {};
  on_drained_ = nullptr;
}

void Exchange::on_loop(std::shared_ptr<Posted> self) {
  ExchangeOwner* const waiting = owner;
  is_answered = true;
  self.reset();  // The owner still holds this; now it is the only one, and may recycle it.
  if (waiting) waiting->on_answer();
}

void Exchange::describe(std::shared_ptr<const PeerInfo> from) {
  peer = std::move(from);
  const RequestHead& parsed = reader.head();
  request.method = parsed.method;
  request.target = parsed.target;
  request.path = parsed.path;
  request.query = parsed.query;
  request.headers = &parsed.headers;
  request.body = {};
  request.peer = peer->address;
  request.is_tls = peer->is_tls;
  request.is_loopback = peer->is_loopback;
  request.client_certificate = peer->client_certificate;
}

void Exchange::next() {
  is_answered = false;
  answer.kind = PendingAnswer::Kind::kNone;
  answer.answer.headers.clear();
  answer.rendered.reset();
  answer.stream.reset();
  reader.next();
}

Reply::~Reply() {
  // Nobody else holds this any more: no race with an answer.
  if (!is_answered_) answer(error_answer(500, "the request was not answered"));
}

std::shared_ptr<Exchange> Reply::claim() {
  if (is_answered_.exchange(true, std::memory_order_acq_rel)) return nullptr;
  return std::move(exchange_);
}

void Reply::deliver(std::shared_ptr<Exchange> exchange) {
  Mailbox& mailbox = *exchange->mailbox;
  // Answered within the handler: the connection looks when the handler returns.
  if (mailbox.is_loop_thread() && exchange->is_handling) {
    exchange->is_answered = true;
    return;
  }
  mailbox.push(std::move(exchange));
}

void Reply::answer(HttpAnswer answer) {
  std::shared_ptr<Exchange> exchange = claim();
  if (!exchange) return;
  exchange->answer.answer = std::move(answer);
  exchange->answer.kind = PendingAnswer::Kind::kAnswer;
  deliver(std::move(exchange));
}

void Reply::answer_rendered(std::shared_ptr<const std::string> bytes) {
  std::shared_ptr<Exchange> exchange = claim();
  if (!exchange) return;
  exchange->answer.rendered = std::move(bytes);
  exchange->answer.kind = PendingAnswer::Kind::kRendered;
  deliver(std::move(exchange));
}

std::shared_ptr<BodyStream> Reply::stream(HttpAnswer head) {
  std::shared_ptr<Exchange> exchange = claim();
  if (!exchange) {
    auto closed = std::make_shared<StreamState>(nullptr, false);
    closed->close();
    return closed;
  }
  const RequestHead& request = exchange->reader.head();
  auto state = std::make_shared<StreamState>(exchange->mailbox, !request.is_http_1_0);
  exchange->answer.answer = std::move(head);
  exchange->answer.stream = state;
  exchange->answer.kind = PendingAnswer::Kind::kStream;
  deliver(std::move(exchange));
  return std::make_shared<BodyStreamHandle>(std::move(state));
}

HttpAnswer error_answer(int status, std::string_view text) {
  HttpAnswer answer;
  answer.status = status;
  answer.body = "{\"error\":" + json_string(text) + "}";
  return answer;
}

}  // namespace tt::net
