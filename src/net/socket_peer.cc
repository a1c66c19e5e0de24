// Dialling, shaking hands, writing; with one deadline at a time.
// SPDX-License-Identifier: Apache-2.0
#include "net/socket_peer.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <vector>

#include "base/clock.h"

namespace tt::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;
using Kind = ListenAddress::Kind;

std::int64_t now_ns() { return system_clock().steady_ns(); }

Error failed(const SocketRequest& request, std::string_view what, const error_code& code) {
  return retry(request.to.to_string() + ": " + std::string(what) + ": " + code.message());
}

const AddressPolicy& policy_of(const SocketRequest& request) {
  static const AddressPolicy kDefault;
  return request.addresses ? *request.addresses : kDefault;
}

/// Names the other end only, so it does not wait.
template <class Datagrams, class Endpoint>
void connect(Datagrams& socket, const Endpoint& to, error_code& code) {
  socket.open(to.protocol(), code);
  if (!code) socket.non_blocking(true, code);
  if (!code) socket.connect(to, code);
}

Status load(asio::ssl::context& context, const ClientTls& tls) {
  error_code code;
  if (tls.ca.empty())
    context.set_default_verify_paths(code);
  else
    context.load_verify_file(tls.ca, code);
  if (!code && !tls.cert.empty()) context.use_certificate_chain_file(tls.cert, code);
  if (!code && !tls.key.empty())
    context.use_private_key_file(tls.key, asio::ssl::context::pem, code);
  if (code) return misconfigured("tls: a file cannot be used: " + code.message());
  return {};
}

}  // namespace

void SocketPeer::send(SocketRequest request, SocketClient::Done done) {
  auto job = std::make_shared<Job>(Job{std::move(request), std::move(done), now_ns()});
  if (is_cancelled_) return answer(*job, retry("cancelled"), false);
  jobs_.push_back(std::move(job));
  if (is_running_) return;
  is_running_ = true;
  asio::co_spawn(
      loop_.executor(), [self = shared_from_this()] { return self->run(); }, asio::detached);
}

void SocketPeer::answer(Job& job, Status status, bool was_sent) {
  if (!job.done) return;
  const auto done = std::exchange(job.done, nullptr);
  done({std::move(status), was_sent, now_ns() - job.begun_ns});
}

void SocketPeer::cancel() {
  is_cancelled_ = true;
  for (const auto& job : jobs_) answer(*job, retry("cancelled"), false);
  close();
  timer_.cancel();
}

bool SocketPeer::end_idle() {
  if (is_running_) return false;
  close();
  return true;
}

Task<> SocketPeer::run() {
  while (!jobs_.empty()) {
    const auto job = jobs_.front();
    bool was_sent = false;
    Status status = co_await send_one(*job, was_sent);
    ++deadline_;  // That of this request.
    timer_.cancel();
    if (!status.ok()) close();
    jobs_.pop_front();
    answer(*job, std::move(status), was_sent);
  }
  is_running_ = false;
}

Task<Status> SocketPeer::send_one(const Job& job, bool& was_sent) {
  timed_out_.clear();
  const SocketRequest& request = job.request;
  const std::int64_t end_ns = job.begun_ns + request.timeout_ms * kNsPerMs;
  if (is_cancelled_ || now_ns() >= end_ns)
    co_return retry(request.to.to_string() + ": timed out behind other requests");
  if (!link_ || link_->is_closed) {
    set_deadline(std::min(end_ns, now_ns() + request.connect_timeout_ms * kNsPerMs), "connecting");
    if (Status opened = co_await open(request); !opened.ok())
      co_return timed_out_.empty() ? std::move(opened) : Status(retry(timed_out_));
  }
  set_deadline(end_ns, "sending");
  Status written = co_await write(request, was_sent);
  if (!written.ok() && !timed_out_.empty()) co_return retry(timed_out_);
  co_return written;
}

Task<Status> SocketPeer::open(const SocketRequest& request) {
  close();
  link_ = std::make_shared<Link>();
  if (request.to.kind == Kind::kUnix)
    co_return request.is_datagram ? co_await dial_datagrams(request) : co_await dial_unix(request);
  Status opened = co_await dial_all(request);
  if (opened.ok() && request.to.kind == Kind::kTls) opened = co_await shake_hands(request);
  if (opened.ok() && link_->stream) asio::co_spawn(loop_.executor(), watch(link_), asio::detached);
  co_return opened;
}

Task<Status> SocketPeer::dial_all(const SocketRequest& request) {
  std::vector<asio::ip::tcp::endpoint> endpoints;
  error_code code;
  // Names take their time in a thread that all peers share: what needs none does not wait there.
  if (const auto literal = asio::ip::make_address(request.to.host, code); !code) {
    endpoints.emplace_back(literal, request.to.port);
  } else {
    Resolver resolver(loop_.executor());
    const auto found = co_await resolver.async_resolve(
        request.to.host, std::to_string(request.to.port), asio::redirect_error(kAwait, code));
    if (code) co_return failed(request, "cannot resolve the host name", code);
    for (const auto& one : found) endpoints.push_back(one.endpoint());
  }
  Status last = retry(request.to.to_string() + ": no address");
  for (const auto& endpoint : endpoints) {
    if (!timed_out_.empty() || is_cancelled_) break;
    if (!policy_of(request).allows(endpoint.data())) {
      last = misconfigured("address " + endpoint.address().to_string() +
                           " is not allowed (add it to allow_networks)");
      continue;
    }
    last = co_await dial(request, endpoint);
    if (last.ok()) break;
  }
  co_return last;
}

Task<Status> SocketPeer::dial(const SocketRequest& request,
                              const asio::ip::tcp::endpoint& endpoint) {
  error_code code;
  const auto link = link_;
  if (request.to.kind == Kind::kUdp) {
    link->datagrams.emplace(loop_.executor());
    connect(*link->datagrams, asio::ip::udp::endpoint(endpoint.address(), endpoint.port()), code);
  } else {
    link->stream.emplace(loop_.executor());
    co_await link->stream->async_connect(endpoint, asio::redirect_error(kAwait, code));
    if (!code) link->stream->set_option(asio::ip::tcp::no_delay(true), code);
    if (!code) link->stream->set_option(asio::socket_base::keep_alive(true), code);
  }
  if (code) co_return failed(request, "cannot connect", code);
  co_return Status();
}

// A file may be missing for the moment of a restart.
Task<Status> SocketPeer::dial_unix(const SocketRequest& request) {
  error_code code;
  const auto link = link_;
  link->stream.emplace(loop_.executor());
  co_await link->stream->async_connect(asio::local::stream_protocol::endpoint(request.to.path),
                                       asio::redirect_error(kAwait, code));
  if (code) co_return failed(request, "cannot connect", code);
  asio::co_spawn(loop_.executor(), watch(link), asio::detached);
  co_return Status();
}

Task<Status> SocketPeer::dial_datagrams(const SocketRequest& request) {
  error_code code;
  const auto link = link_;
  link->datagrams.emplace(loop_.executor());
  connect(*link->datagrams, asio::local::datagram_protocol::endpoint(request.to.path), code);
  if (code) co_return failed(request, "cannot connect", code);
  co_return Status();
}

Task<Status> SocketPeer::shake_hands(const SocketRequest& request) {
  static const ClientTls kDefault;
  const ClientTls& tls = request.tls ? *request.tls : kDefault;
  const auto link = link_;
  link->context.emplace(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(link->context->native_handle(), TLS1_2_VERSION);
  if (Status loaded = load(*link->context, tls); !loaded.ok()) co_return loaded;
  link->tls.emplace(*link->stream, *link->context);
  if (!tls.insecure) {
    link->tls->set_verify_mode(asio::ssl::verify_peer);
    link->tls->set_verify_callback(asio::ssl::host_name_verification(request.to.host));
  }
  SSL_set_tlsext_host_name(link->tls->native_handle(), request.to.host.c_str());
  error_code code;
  co_await link->tls->async_handshake(asio::ssl::stream_base::client,
                                      asio::redirect_error(kAwait, code));
  if (code) co_return failed(request, "TLS", code);
  co_return Status();
}

Task<Status> SocketPeer::write(const SocketRequest& request, bool& was_sent) {
  error_code code;
  std::size_t written = 0;
  const auto link = link_;
  const auto buffer = asio::buffer(request.bytes);
  if (link->tls)
    written = co_await asio::async_write(*link->tls, buffer, asio::redirect_error(kAwait, code));
  else if (link->stream)
    written = co_await asio::async_write(*link->stream, buffer, asio::redirect_error(kAwait, code));
  // Whole or not at all, when the other side's queue has room.
  while (link->datagrams) {
    written = link->datagrams->send(buffer, 0, code);
    if (code != asio::error::would_block) break;
    co_await link->datagrams->async_wait(Datagrams::wait_write, asio::redirect_error(kAwait, code));
    if (code) break;
  }
  was_sent = written > 0;
  if (code == asio::error::message_size) co_return reject("the text is too large for one datagram");
  if (code) co_return failed(request, "cannot send", code);
  co_return Status();
}

// Sees that the other side closes before the next request is lost on it; what it says is dropped.
Task<> SocketPeer::watch(std::shared_ptr<Link> link) {
  error_code code;
  while (!code && !link->is_closed) {
    const auto room = asio::buffer(link->dropped);
    if (link->tls)
      co_await link->tls->async_read_some(room, asio::redirect_error(kAwait, code));
    else
      co_await link->stream->async_read_some(room, asio::redirect_error(kAwait, code));
  }
  link->is_closed = true;
}

void SocketPeer::set_deadline(std::int64_t at_ns, const char* what) {
  const std::uint64_t mine = ++deadline_;
  timer_.expires_after(std::chrono::nanoseconds(std::max<std::int64_t>(0, at_ns - now_ns())));
  timer_.async_wait([self = shared_from_this(), mine, what](const error_code& code) {
    if (code || self->deadline_ != mine) return;
    const auto job = self->jobs_.front();
    self->timed_out_ = job->request.to.to_string() + ": timed out while " + what;
    self->close();
    // At once: a resolver may hold the request for much longer.
    answer(*job, retry(self->timed_out_), false);
  });
}

// Whoever waits on the link gets its error.
void SocketPeer::close() {
  if (!link_) return;
  error_code ignored;
  link_->is_closed = true;
  if (link_->stream) link_->stream->close(ignored);
  if (link_->datagrams) link_->datagrams->close(ignored);
}

}  // namespace tt::net
