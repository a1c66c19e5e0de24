// HTTP/1.1 server: one io_context a thread, SO_REUSEPORT, coroutines; limits everywhere.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"
#include "base/spawner.h"
#include "net/http.h"

namespace tt::net {

/// What a handler gathers from the requests that one thread finds ready together.
class Round {
 public:
  virtual ~Round() = default;
  /// The last of them was handled.
  virtual void end() = 0;
};

/// A request whose whole body has arrived. Views die when the responder has answered.
struct HttpRequest {
  std::string_view method;
  std::string_view target;  ///< As on the wire: path and query.
  std::string_view path;    ///< Not decoded; no query.
  std::string_view query;   ///< Without '?'.
  const Headers* headers = nullptr;
  std::string_view body;  ///< Wire bytes, still content-coded.
  std::string_view peer;  ///< "127.0.0.1" or "unix".
  bool is_tls = false;
  bool is_loopback = false;             ///< The peer's address is loopback or a unix socket.
  std::string_view client_certificate;  ///< SANs "DNS:a,URI:b" of a verified certificate, or empty.
  Round* round =
      nullptr;  ///< Of the thread that took it, for the call of the handler; may be null.

  std::string_view header(std::string_view name) const { return find_header(*headers, name); }
};

/// A body that goes on: server-sent events and long exports. Thread safe.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  /// Queues bytes; false when the peer is gone or more than 4 MiB are unsent (the stream ends).
  virtual bool write(std::string bytes) = 0;
  virtual void finish() = 0;
  virtual bool is_open() const = 0;
  /// Written and not yet taken by the socket.
  virtual std::size_t unsent_bytes() const = 0;
  /// `ready` runs on a server thread each time everything written has been sent; it must not block.
  virtual void on_drained(std::function<void()> ready) = 0;
};

/// Answers one request, once, from any thread. Dropping it unanswered answers 500.
class Responder {
 public:
  class Impl {
   public:
    virtual ~Impl() = default;
    virtual void answer(HttpAnswer answer) = 0;
    virtual void answer_rendered(std::shared_ptr<const std::string> bytes) = 0;
    virtual std::shared_ptr<BodyStream> stream(HttpAnswer head) = 0;
  };
  explicit Responder(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  void answer(HttpAnswer answer) { impl_->answer(std::move(answer)); }
  /// A whole response (status line to body) rendered once and sent many times.
  void answer_rendered(std::shared_ptr<const std::string> bytes) {
    impl_->answer_rendered(std::move(bytes));
  }
  /// Sends the head with chunked coding and hands out the body.
  std::shared_ptr<BodyStream> stream(HttpAnswer head) { return impl_->stream(std::move(head)); }

 private:
  std::shared_ptr<Impl> impl_;
};

/// What the server asks before it reads a body.
struct Admission {
  std::size_t body_bytes_max = 4u << 20;
  std::optional<HttpAnswer> refusal;  ///< Sent instead; the connection closes when a body was due.
};

/// Called on an intake thread; must not block. The request stays valid until the answer.
struct HttpHandler {
  /// After the headers: decides the body limit, or refuses (404, 401, 413, 503).
  std::function<Admission(const HttpRequest&)> admit;
  std::function<void(const HttpRequest&, Responder)> handle;
  /// What a body over the admitted limit is answered; null: 413 with both sizes. `body_bytes`:
  /// nothing when its sender does not say how long it is.
  std::function<HttpAnswer(const HttpRequest&, std::size_t body_bytes_max,
                           std::optional<std::size_t> body_bytes)>
      too_large;
  /// Called once for each thread; the round is used and ended on it. Null: no rounds.
  std::function<std::unique_ptr<Round>()> make_round;
};

struct TlsFiles {
  std::string cert, key, client_ca;  ///< PEM paths; client_ca empty: no client certificates asked.
  bool operator==(const TlsFiles&) const = default;
};

/// "127.0.0.1:8420", "[::1]:8420", "0.0.0.0:80", "tls://host:443", "unix:/path".
struct ListenAddress {
  enum class Kind : unsigned char { kTcp, kTls, kUdp, kUnix } kind = Kind::kTcp;
  std::string host, path;
  std::uint16_t port = 0;
  bool is_loopback() const;
  std::string to_string() const;
  bool operator==(const ListenAddress&) const = default;
};
/// Scheme tcp:// is the default; tls:// udp:// unix: are understood; a host name is resolved at
/// bind.
Result<ListenAddress> parse_listen(std::string_view text);

/// 405 with `Allow` (RFC 9110 section 15.5.6).
HttpAnswer method_answer(std::string_view method, const std::vector<std::string_view>& allowed);
/// "the request body of 5242880 bytes is over the limit of 4MiB".
std::string too_large_text(std::size_t body_bytes_max, std::optional<std::size_t> body_bytes);

struct HttpLimits {
  std::size_t head_bytes_max = 32u << 10;
  std::size_t head_fields_max = 100;
  std::size_t connections_max = 16'384;
  std::size_t body_budget_bytes = 64u << 20;  ///< All request bodies together; beyond: 503.
  std::size_t turns_from_bytes = 8u << 20;    ///< Of them; beyond, large ones begin in turns.
  int turn_wait_ms = 1'000;                   ///< At most so long.
  int head_timeout_ms = 5'000;
  int body_timeout_ms = 30'000;
  int idle_timeout_ms = 60'000;
};

/// Accepts until stop(). Thread safe.
class HttpServer {
 public:
  struct Options {
    std::vector<ListenAddress> listen;
    std::optional<TlsFiles> tls;
    HttpLimits limits;
    int threads = 0;  ///< 0: half the cores, 1 to 8.
  };
  /// Binds (kMisconfigured when an address is taken, naming it) and starts its threads.
  static Result<std::unique_ptr<HttpServer>> start(Options options, HttpHandler handler,
                                                   Spawner& spawner, Metrics& metrics);
  virtual ~HttpServer() = default;  ///< stop(), then joins.
  /// The addresses bound, with the real port where 0 was asked.
  virtual std::vector<ListenAddress> addresses() const = 0;
  /// Stops accepting, lets requests that have begun be answered for at most `grace_ms`, closes.
  virtual void stop(int grace_ms) = 0;
};

}  // namespace tt::net
