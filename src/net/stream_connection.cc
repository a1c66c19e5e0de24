// Reads while the session wants bytes, sends what it answers.
// SPDX-License-Identifier: Apache-2.0
#include "net/stream_connection.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace tt::net {

namespace {

constexpr int kHandshakeMs = 10'000;
constexpr int kStalledMs = 30'000;  // A peer that takes no answer for that long is gone.
constexpr int kReadsInARow = 4;     // Then the other connections of the loop have their turn.

}  // namespace

StreamConnection::StreamConnection(StreamLoop& owner, AcceptedSocket socket, TlsContext* tls)
    : owner_(owner),
      transport_(owner.loop(), std::move(socket), tls),
      deadline_(owner.loop().deadlines().add(*this)),
      is_tls_(tls != nullptr) {}

StreamConnection::~StreamConnection() { owner_.loop().deadlines().remove(deadline_); }

void StreamConnection::start() {
  boost::asio::co_spawn(
      owner_.loop().executor(), [self = shared_from_this()] { return self->run(); },
      boost::asio::detached);
}

Task<> StreamConnection::run() {
  const bool is_opened = co_await open();
  if (is_opened) {
    const PeerInfo& peer = *transport_.peer();
    handle_ = std::make_shared<StreamHandle>(owner_.loop().mailbox(), *this, true);
    session_ = owner_.factory()(handle_, {.peer = peer.address,
                                          .is_tls = peer.is_tls,
                                          .is_loopback = peer.is_loopback,
                                          .client_certificate = peer.client_certificate});
    if (session_) {
      co_await read_all();
      session_->on_close();
    }
    send_some();
    while (is_sending_ && !is_aborted_) co_await parked();
    handle_->detach();
    session_.reset();
    transport_.shutdown_write();
  }
  transport_.close();
  owner_.remove(*this);
}

Task<bool> StreamConnection::open() {
  if (!is_tls_) co_return transport_.is_open();
  owner_.loop().deadlines().set(deadline_, kHandshakeMs);
  for (;;) {
    const Io io = transport_.handshake();
    if (io == Io::kDone || io == Io::kClosed) {
      owner_.loop().deadlines().clear(deadline_);
      co_return io == Io::kDone;
    }
    co_await transport_.wait(io);
    if (is_closing_ || is_aborted_) co_return false;
  }
}

Task<> StreamConnection::read_all() {
  int reads = 0;
  while (!is_closing_ && !is_aborted_) {
    if (is_paused_) {
      co_await parked();
      continue;
    }
    const IoResult got = transport_.read(owner_.buffer());
    if (got.state == Io::kClosed) co_return;
    if (got.state == Io::kDone) {
      is_paused_ = !session_->on_bytes({owner_.buffer().data(), got.bytes});
      if (++reads < kReadsInARow || transport_.has_pending()) continue;
    }
    reads = 0;
    co_await transport_.wait(got.state == Io::kWantWrite ? Io::kWantWrite : Io::kWantRead);
  }
}

Task<> StreamConnection::parked() {
  Await token;
  return boost::asio::async_initiate<Await, void()>(
      [this](auto handler) { waiter_.emplace(std::move(handler)); }, token);
}

void StreamConnection::wake() {
  if (!waiter_) return;
  Waiter waiter = std::move(*waiter_);
  waiter_.reset();
  waiter();
}

void StreamConnection::on_wishes() {
  StreamHandle::Wishes wishes = handle_->take();
  unsent_ += wishes.bytes;
  if (!is_sending_) send_some();
  if (wishes.must_resume) is_paused_ = false;
  if (wishes.must_close) return drain();
  if (wishes.must_resume) wake();
}

void StreamConnection::send_some() {
  is_sending_ = false;
  while (!unsent_.empty() && transport_.is_open()) {
    const iovec part{unsent_.data(), unsent_.size()};
    const IoResult sent = transport_.write({&part, 1});
    if (sent.state == Io::kDone) {
      unsent_.erase(0, sent.bytes);
      continue;
    }
    if (sent.state == Io::kClosed) {
      unsent_.clear();
      break;
    }
    is_sending_ = true;
    owner_.loop().deadlines().set(deadline_, kStalledMs);
    handle_->set_sending(unsent_.size());
    transport_.wait_then(sent.state, [this, self = shared_from_this()] {
      send_some();
      if (!is_sending_) wake();
    });
    return;
  }
  owner_.loop().deadlines().clear(deadline_);
  handle_->set_sending(0);
}

void StreamConnection::drain() {
  is_closing_ = true;
  transport_.cancel();
  wake();
}

void StreamConnection::abort() {
  is_aborted_ = true;
  transport_.cancel();
  wake();
}

}  // namespace tt::net
