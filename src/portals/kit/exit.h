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
#include "event/event.h"
#include "net/http_client.h"
#include "portals/kit/common.h"
#include "portals/kit/sensitive.h"
#include "portals/kit/verdict.h"
#include "template/event_scope.h"
#include "template/template.h"

namespace tt::portals {

/// One event on its way out: after the rule's and the exit's set and unset. Borrowed for the call.
struct OutgoingEvent {
  event::EventView event;
  std::string_view id;  ///< Stable over retries and replays.
  tmpl::MetaView meta;
  const tmpl::EventScope* scope = nullptr;  ///< Bound to this event: what templates render with.
};

/// One request as encoded; the same bytes on every retry. For exits that are not HTTP, only `body`.
struct ExitRequest {
  std::string method = "POST";
  SensitiveText url;
  SensitiveFields headers;
  std::string body;
  tmpl::HoleFailures failures;  ///< Holes that were empty because they failed; shown by `why`.
};

struct ExitAnswer {
  int status = 0;  ///< 0: no answer; local exits use 200 and 0.
  net::Headers headers;
  std::string body;
  std::string error;  ///< Why status is 0, redacted.
  bool was_sent = false;
  bool is_misconfigured = false;  ///< The address policy or TLS files refused: no retry helps.
  std::int64_t duration_ns = 0;

  std::string_view header(std::string_view name) const { return net::find_header(headers, name); }
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
  /// Runs blocking work on the pool, in order per exit.
  std::function<void(std::function<void()>)> run_blocking;
};

/// Sends encoded requests. Thread safe; made once per exit and configuration.
class ExitSender {
 public:
  virtual ~ExitSender() = default;
  /// `done` exactly once, on any thread.
  virtual void send(const ExitRequest& request, const AttemptFacts& facts,
                    std::function<void(ExitAnswer)> done) = 0;
  /// Local exits: what was sent before is durable when `done` is called. Others: at once.
  virtual void sync(std::function<void(Status)> done) { done({}); }  // NOLINT: kept by others.
  virtual bool needs_sync() const { return false; }
};

/// A configured exit portal. Immutable, thread safe; encode and judge are pure.
class ExitPortal {
 public:
  virtual ~ExitPortal() = default;
  const ExitCommon& common() const { return common_; }
  virtual bool batches() const = 0;
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
  /// The portal's own options as JSON, secrets as `***`.
  virtual std::string show() const { return "{}"; }

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
  bool has_life_cycle = false;
  bool batches = false;
  bool pages = false;  ///< As in ExitDescriptor.
  /// Whether a configured exit sends batches, where options decide. Null: `batches`.
  bool (*batches_now)(const Config&) = nullptr;
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
  /// Whether the configured URL takes parts from the event. Null: no.
  bool (*url_has_holes)(const Config&) = nullptr;
  std::string (*target)(const Config&) = nullptr;  ///< Without secrets.
};
/// `const ExitDescriptor& descriptor() { static const auto d = http_exit(HttpExit<Config>{...});
/// ...}`
template <class Config>
ExitDescriptor http_exit(HttpExit<Config> spec);

/// What an author of a local exit (file, stdout) fills in: bytes and where they go.
template <class Config>
struct LocalExit {
  std::string_view name, summary, security, example;
  bool batches = true;
  Result<ExitRequest> (*encode)(const Config&, std::span<const OutgoingEvent>) = nullptr;
  std::unique_ptr<ExitSender> (*connect)(const Config&, const ExitSeams&) = nullptr;
  std::string (*target)(const Config&) = nullptr;
};
template <class Config>
ExitDescriptor local_exit(LocalExit<Config> spec);

}  // namespace tt::portals

#include "portals/kit/exit_impl.h"  // IWYU pragma: keep
