// HTTP client on libcurl multi: requests of all exits on a few threads, guarded by an address
// policy.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "base/result.h"
#include "base/spawner.h"
#include "net/http.h"

struct sockaddr;

namespace tt::net {

/// Which addresses a request may dial (design.md 7 "Addresses"). Enforced on the address dialled,
/// in the socket callback, so that DNS cannot change its mind in between.
struct AddressPolicy {
  /// Hosts and literal addresses that the operator wrote; private and loopback are fine for these.
  bool allow_private = true;
  /// CIDRs that `allow_networks` names: the only way to reach link-local and metadata addresses.
  std::vector<std::string> allow_networks;
  /// False for link-local, metadata, multicast, unspecified and (when !allow_private) every address
  /// that is not public, in every form that embeds IPv4.
  bool allows(const sockaddr* address) const;
  /// For tests and tools: the same on text; false for text that is no address.
  bool allows(std::string_view address) const;
};

struct ClientTls {
  std::string ca, cert,
      key;                ///< PEM paths; empty: the system's authorities, no client certificate.
  bool insecure = false;  ///< Accept any certificate; warned about at each start.
};

/// A message instead of an HTTP request: `url` is smtp:// or smtps://, `body` the message with CRLF
/// line ends (RFC 5322), `method` and `headers` mean nothing. The answer's status is the last SMTP
/// reply's code (RFC 5321 section 4.2), its body the replies.
struct ClientMail {
  std::string from;             ///< Address alone.
  std::vector<std::string> to;  ///< At least one.
  std::string user, password;   ///< Empty: no AUTH.
  enum class StartTls : std::uint8_t { kAlways, kIfOffered, kNever } start_tls = StartTls::kAlways;
  bool operator==(const ClientMail&) const = default;
};

struct ClientRequest {
  std::string method = "POST";
  std::string url;  ///< May hold a secret: never logged; errors name scheme and host only.
  Headers headers;
  std::string body;
  int connect_timeout_ms = 5'000;
  int timeout_ms = 20'000;
  std::size_t answer_bytes_max = 64u << 10;  ///< The rest is read no further: the transfer ends.
  std::shared_ptr<const AddressPolicy> addresses;  ///< Null: AddressPolicy{}.
  std::shared_ptr<const ClientTls> tls;            ///< Null: ClientTls{}.
  std::string proxy;  ///< Empty: none; environment variables are ignored.
  /// Long answers (event streams): takes the body of a 2xx as it comes, on a client thread, instead
  /// of ClientAnswer::body and its limit; false ends the transfer. `timeout_ms` 0 means none.
  std::function<bool(std::string_view)> on_body;
  std::shared_ptr<const ClientMail> mail;  ///< Null: HTTP.
};

/// Status 0 means that no HTTP answer came: `error` says why, without secrets.
struct ClientAnswer {
  int status = 0;
  Headers headers;
  std::string body;           ///< At most answer_bytes_max.
  bool is_truncated = false;  ///< The peer wanted to send more.
  bool was_sent = false;      ///< The request had left us: the outcome is unknown when status is 0.
  /// Status 0 because of the address policy, the TLS files, the proxy's or the URL's text: no retry
  /// helps.
  bool is_misconfigured = false;
  std::string error;
  std::int64_t duration_ns = 0;
};

/// Thread safe. No redirects, http and https (smtp and smtps for mail) only, TLS 1.2 at least,
/// HTTP/1.1.
class HttpClient {
 public:
  using Done = std::function<void(ClientAnswer)>;
  /// min(cores, 4) threads when `threads` is 0.
  static std::unique_ptr<HttpClient> start(Spawner& spawner, Metrics& metrics, int threads = 0);
  virtual ~HttpClient() = default;  ///< Cancels what is in flight (status 0, "cancelled"), joins.
  /// `done` is called exactly once on a client thread; it must not block.
  virtual void send(ClientRequest request, Done done) = 0;
  /// Waits for the answer; for command line tools.
  ClientAnswer call(ClientRequest request);
};

}  // namespace tt::net
