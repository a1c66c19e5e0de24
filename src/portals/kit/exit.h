// Exit portals: what an author writes (a config, pure functions) and what the daemon gets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/result.h"
#include "config/url.h"
#include "event/event.h"
#include "net/http_client.h"
#include "net/socket_client.h"
#include "portals/kit/common.h"
#include "portals/kit/sensitive.h"
#include "portals/kit/threaded_sender.h"
#include "portals/kit/verdict.h"
#include "template/event_scope.h"
#include "template/template.h"

namespace tt::portals {

/// One event on its way out: after the rule's and the exit's set and unset. Borrowed for the call.
struct OutgoingEvent {
  event::EventView event;
  std::string_view id;  ///< Stable over retries and replays. Empty as `scope` is null.
  tmpl::MetaView meta;
  /// Bound to this event: what templates render with. Null when ExitPortal::renders() is false.
  const tmpl::EventScope* scope = nullptr;
};

/// One request as encoded; the same bytes on every retry. For exits that are not HTTP, only `body`.
struct ExitRequest {
  std::string method = "POST";
  SensitiveText url;
  SensitiveFields headers;
  std::string body;
  /// Sends `body` as a message over SMTP instead; user and password are those of `auth`.
  std::shared_ptr<const net::ClientMail> mail;
  SensitiveText secret_body;    ///< Not empty: sent instead of `body`; see set_body().
  tmpl::HoleFailures failures;  ///< Holes that were empty because they failed; shown by `why`.
  ExitThread thread;            ///< Of chats.

  /// For services that want their key in the body: what is shown and kept of it has `***` there.
  void set_body(SensitiveText text) {
    body = text.masked();
    secret_body = std::move(text);
  }
};

struct ExitAnswer {
  static constexpr int kNoStatus = -1;  ///< An answer of somebody who knows no statuses.
  int status = 0;                       ///< 0: no answer; local exits use 200 and 0.
  net::Headers headers;
  std::string body;
  std::string error;  ///< Why status is 0, redacted.
  bool was_sent = false;
  bool is_misconfigured = false;  ///< The address policy or TLS files refused: no retry helps.
  std::int64_t duration_ns = 0;

  std::string_view header(std::string_view name) const { return net::find_header(headers, name); }
  int shown_status() const { return status == kNoStatus ? 0 : status; }  ///< 0: there is none.
};

/// "HTTP 503 Service Unavailable: <start of the body>", or the error when no answer came.
std::string answer_text(const ExitAnswer& answer);
/// The verdict of the table for this answer, with its text and Retry-After; status 0 included.
Verdict verdict_of_answer(const ExitAnswer& answer, bool url_has_holes, WallNs now_ns);

/// Facts of one attempt, for signatures that carry a time.
struct AttemptFacts {
  std::string id;  ///< Event id, or `<log>-<first>-<last>` of a batch.
  WallNs now_ns = 0;
  std::optional<std::uint64_t> replay;  ///< Epoch of a replay.
};

/// A short-lived credential that the kit fetches, caches and renews (crumbs, access tokens).
struct Session {
  net::Headers headers;  ///< Added to every request.
  std::int64_t lifetime_ns = 0;
};

/// What the daemon lends to exits that do I/O. Valid for the exit's life.
struct ExitSeams {
  Clock& clock;
  Disk& disk;
  net::HttpClient& http;
  std::function<net::SocketClient&()> sockets;  ///< Its thread begins with the first call.
  /// Runs blocking work on the pool, in order per exit.
  std::function<void(std::function<void()>)> run_blocking;
  std::string memory = {};  ///< File of what the exit remembers over restarts; empty: none.
};

/// Sends encoded requests. Thread safe; made once per exit and configuration.
class ExitSender {
 public:
  virtual ~ExitSender() = default;
  /// `done` exactly once, on any thread; `request` lives until then.
  virtual void send(const ExitRequest& request, const AttemptFacts& facts,
                    std::function<void(ExitAnswer)> done) = 0;
  /// Local exits: what was sent before is durable when `done` is called. Others: at once.
  virtual void sync(std::function<void(Status)> done) { done({}); }  // NOLINT: kept by others.
  virtual bool needs_sync() const { return false; }
  /// At the stop of the daemon: what is in flight is answered soon, nothing more is sent.
  virtual void close() {}
};

/// A configured exit portal. Immutable, thread safe; encode and judge are pure.
class ExitPortal {
 public:
  virtual ~ExitPortal() = default;
  const ExitCommon& common() const { return common_; }
  virtual bool batches() const = 0;
  /// Whether encode() needs ids, meta and scopes; else they are not made.
  virtual bool renders() const { return true; }
  virtual bool url_has_holes() const = 0;
  /// kReject: this event cannot be said in that protocol (dead letter `encode`, or `template` when
  /// the text starts with "template"). One event unless batches().
  virtual Result<ExitRequest> encode(std::span<const OutgoingEvent> events) const = 0;
  /// One verdict for all, or one an event.
  virtual std::vector<Verdict> judge(const ExitAnswer& answer, std::size_t count,
                                     WallNs now_ns) const = 0;
  virtual std::unique_ptr<ExitSender> connect(const ExitSeams& seams) const = 0;
  /// Where it goes, without secrets: "https://ci.example.com", a path, "stdout".
  virtual std::string target() const = 0;
  virtual std::string stamp() const { return {}; }  ///< Of files that make it another exit.
  virtual std::vector<std::string> files() const { return {}; }  ///< That only it may write.
  virtual std::string show() const { return "{}"; }  ///< Own options as JSON, secrets as `***`.

 protected:
  ExitCommon common_;
};

struct ExitDescriptor {
  std::string_view name;
  std::string_view summary;
  std::string_view security;
  bool has_life_cycle = false;  ///< Opens on firing and closes on resolved.
  bool batches = false;
  bool pages = false;  ///< Requests wake people or start machines: no replay by accident.
  const std::vector<config::FieldInfo>* fields = nullptr;
  std::string_view example;  ///< YAML of one exit under `exits:`.
  std::function<std::unique_ptr<ExitPortal>(const config::Node&, config::ParseContext&)> make;
};

/// What an author of an HTTP exit fills in.
template <class Config>
struct HttpExit {
  std::string_view name, summary, security, example;
  bool has_life_cycle = false, batches = false, pages = false;  ///< As in ExitDescriptor.
  bool (*batches_now)(const Config&) = nullptr;  ///< Where options decide. Null: `batches`.
  config::Url Config::*base = nullptr;           ///< Paths are joined to it: it has no query.
  Result<ExitRequest> (*encode)(const Config&, std::span<const OutgoingEvent>) = nullptr;
  /// Null: the status decides (verdict_of_answer). Called for every answer with a status.
  std::vector<Verdict> (*judge)(const Config&, const ExitAnswer&, std::size_t count,
                                WallNs now_ns) = nullptr;
  /// Headers that depend on the attempt: signatures. Null: none.
  SensitiveFields (*sign)(const Config&, const ExitRequest&, const AttemptFacts&) = nullptr;
  /// Both or neither. Fetched before the first request and again, once, after 401 or 403. No
  /// request: this configuration needs no session. `session_parse` gets every answer that has a
  /// status.
  std::optional<ExitRequest> (*session_request)(const Config&) = nullptr;
  Result<Session> (*session_parse)(const Config&, const ExitAnswer&) = nullptr;
  /// Both or neither; as in ThreadHooks, for requests that have a `thread`.
  ExitRequest (*reply)(const Config&, const ExitRequest&, std::string_view reference) = nullptr;
  std::optional<std::string> (*posted)(const Config&, const ExitAnswer&) = nullptr;
  bool (*url_has_holes)(const Config&) = nullptr;  ///< As in ExitPortal. Null: no.
  std::string (*target)(const Config&) = nullptr;  ///< Without secrets.
};
/// In descriptor(): `static const ExitDescriptor made = http_exit(HttpExit<Config>{...});`
template <class Config>
ExitDescriptor http_exit(HttpExit<Config> spec);

/// What an author of a local exit (file, stdout) fills in: bytes and where they go.
template <class Config>
struct LocalExit {
  std::string_view name, summary, security, example;
  bool batches = true;
  bool (*renders)(const Config&) = nullptr;  ///< As in ExitPortal. Null: always.
  Result<ExitRequest> (*encode)(const Config&, std::span<const OutgoingEvent>) = nullptr;
  /// Null: the answer's status decides, for all events alike.
  std::vector<Verdict> (*judge)(const ExitAnswer&, std::size_t count) = nullptr;
  std::unique_ptr<ExitSender> (*connect)(const Config&, const ExitCommon&,
                                         const ExitSeams&) = nullptr;
  std::string (*target)(const Config&) = nullptr;
  std::vector<std::string> (*files)(const Config&) = nullptr;  ///< As in ExitPortal. Null: none.
};
template <class Config>
ExitDescriptor local_exit(LocalExit<Config> spec);

}  // namespace tt::portals

#include "portals/kit/exit_impl.h"  // IWYU pragma: keep
