// Entry portals: what an author writes (a config, pure functions) and what the daemon gets.
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
#include "base/result.h"
#include "event/decode.h"
#include "event/event.h"
#include "event/writer.h"
#include "net/child_command.h"
#include "net/http.h"
#include "net/tail_files.h"
#include "portals/kit/common.h"
#include "template/event_scope.h"

namespace tt::portals {

/// What one connection of a stream has shown so far. Lives as long as the connection.
struct StreamState {
  std::string nonce;           ///< What we have sent it to sign.
  bool is_authorised = false;  ///< It has signed it.
};

/// One request (or one run of frames of a stream), decoded from its content coding.
struct EntryRequest {
  std::string_view method = "POST";
  std::string_view path;  ///< Below the entry's own path: "" or "/rest".
  std::string_view query;
  const net::Headers* headers = nullptr;  ///< Null for streams.
  std::string_view body;
  std::string_view peer;
  WallNs now_ns = 0;              ///< When the request arrived.
  StreamState* stream = nullptr;  ///< Null but for streams.
  bool is_datagram = false;       ///< Of a stream entry: `body` is one datagram.

  std::string_view header(std::string_view name) const {
    return headers ? net::find_header(*headers, name) : std::string_view{};
  }
};

/// What a sender says of an alert; 0: it does not say.
struct AlertTimes {
  WallNs begins_ns = 0;  ///< Another one: the alert fires anew, whatever was heard between.
  WallNs ends_ns = 0;    ///< Over then, if nobody tells of it again.
};

/// What decode gives: canonical events, or a refusal.
struct EntryEvents {
  /// Those of this request come behind `others` events of requests that share the batch.
  event::EventBatch events;
  std::size_t others = 0;
  std::vector<event::Rejected> rejected;  ///< Only strict portals (http, lines) refuse events.
  std::string idempotency_key;            ///< Empty: the protocol has none.
  /// Instead of answer(), once the events are as safe as `ack` says; at once when there are none.
  /// Of a stream only `body` counts: bytes for the other side.
  std::unique_ptr<net::HttpAnswer> reply;
  bool must_close = false;              ///< Of a stream: the other side breaks the protocol.
  std::vector<AlertTimes> alert_times;  ///< Of each event of this request; empty: none is known.

  std::size_t count() const { return events.size() - others; }
};

/// What went wrong with a whole request. `status` is the HTTP status that the protocol wants.
struct EntryRefusal {
  int status = 400;
  std::string text;  ///< Shown to the sender, except for 401: that body is always the same.
  std::string body;  ///< Not empty: the whole JSON answer (syntax errors with line and byte).
};

/// The answer a sender wants once its events are as safe as its `ack` says.
struct AcceptedFacts {
  std::string_view first_id, last_id;
  std::size_t accepted = 0;
  std::string_view ack;  ///< "disk", "written", "memory".
  const std::vector<event::Rejected>* rejected = nullptr;
};

struct DecodeContext {
  event::Limits limits;
  Raw raw = Raw::kKeep;
  /// What the configuration's templates were compiled against; null: the shared one of tools.
  const tmpl::EventEnvironment* environment = nullptr;
};

/// How an entry is told of alerts: the same ones again and again, as long as they fire. Its events
/// carry `alert_key` and `alert_state`, and are stored only when state or severity changed.
struct AlertTelling {
  std::int64_t repeat_ns = 0;  ///< Stored again after this time; 0: never.
  /// Without news an alert is over after this, unless its sender gave a time; 0: never.
  std::int64_t ends_after_ns = 0;
};

/// A kind of event that a portal produces, for docs/events.md and the checks of rules: what stands
/// here must hold for every event, else `vortex check` warns of rules that are right.
struct ProducedKind {
  std::string_view kind;        ///< "urn:gitlab:pipeline:*"; `*` for what varies, alone or last.
  std::string_view when;        ///< In words.
  std::string_view severity;    ///< Words that it may carry, space separated; `*`: any.
  std::string_view fields;      ///< Beside kind, message, timestamp; space separated; `*`: any.
  std::string_view words = {};  ///< What stands for `*`, as far as known; space separated.
};

/// How a stream is cut into what decode() gets: runs of whole frames.
struct Framing {
  /// Length of the longest start of `bytes` that is whole frames; 0: more must come. Nothing: this
  /// is another protocol, and the connection closes.
  std::optional<std::size_t> (*whole)(std::string_view bytes);
  /// Of what whole() left over: how long the frame is at least. Null: nobody knows.
  std::size_t (*wanted)(std::string_view rest) = nullptr;
  /// What is longer is skipped where frames are lines; else the connection closes.
  std::size_t bytes_max = 1u << 20;
  bool is_lines = false;
};
extern const Framing kLineFraming;

class EntrySource;  // portals/kit/entry_source.h

/// A configured entry portal. Immutable, thread safe: every member is a pure function.
class EntryPortal {
 public:
  virtual ~EntryPortal() = default;
  const EntryCommon& common() const { return common_; }
  /// Checks what only this protocol knows (tokens, signatures) over the raw body; false: 401.
  virtual bool verify(const EntryRequest& request) const = 0;
  /// True when the configuration names a secret that verify() checks: then `auth` may be missing.
  virtual bool has_verifier() const = 0;
  virtual std::optional<EntryRefusal> decode(const EntryRequest& request,
                                             const DecodeContext& context,
                                             EntryEvents& out) const = 0;
  virtual net::HttpAnswer answer(const AcceptedFacts& facts) const = 0;
  virtual std::optional<AlertTelling> alerts() const { return std::nullopt; }
  virtual std::string greet(StreamState&) const { return {}; }  ///< Streams, on each connection.
  /// The program whose standard output is the stream, and whose input hears the replies.
  virtual std::optional<net::ChildCommand> command() const { return std::nullopt; }
  /// What brings the stream from inside the daemon, on a thread of its own; a new one each time.
  virtual std::shared_ptr<EntrySource> source() const { return nullptr; }
  /// Files whose lines are streams, one each.
  virtual std::optional<net::TailFiles> files() const { return std::nullopt; }
  virtual std::string path() const = 0;                 ///< HTTP portals; else empty.
  virtual std::vector<std::string> listen() const = 0;  ///< Stream portals; "stdin" too.
  /// The portal's own options as JSON, secrets as `***`.
  virtual std::string show() const { return "{}"; }

 protected:
  EntryCommon common_;
};

struct EntryDescriptor {
  std::string_view name;
  std::string_view summary;   ///< One sentence.
  std::string_view security;  ///< What an untrusted sender can and cannot do.
  bool is_stream = false;
  bool is_strict = false;  ///< Refuses bad events; else a hook, which shrinks and never 4xxs.
  Framing framing = kLineFraming;     ///< Of streams.
  std::string_view methods = "POST";  ///< Space separated; others do not reach the entry.
  std::size_t body_bytes_max = 25u << 20;
  std::vector<ProducedKind> kinds;
  const std::vector<config::FieldInfo>* fields = nullptr;
  std::string_view example;  ///< YAML of one entry under `entries:`.
  /// Null when diagnostics hold errors.
  std::function<std::unique_ptr<EntryPortal>(const config::Node&, config::ParseContext&)> make;
};

/// What an author of an HTTP or stream entry fills in. Config has `fields()`, and `path` (HTTP) or
/// `listen` (streams) among its members.
template <class Config>
struct EntrySpec {
  std::string_view name, summary, security, example;
  bool is_stream = false, is_strict = false;
  Framing framing = kLineFraming;
  std::string_view methods = "POST";  ///< As in EntryDescriptor.
  std::size_t body_bytes_max = 25u << 20;
  std::vector<ProducedKind> kinds;
  std::optional<EntryRefusal> (*decode)(const Config&, const EntryRequest&, const DecodeContext&,
                                        EntryEvents&) = nullptr;
  bool (*verify)(const Config&, const EntryRequest&) = nullptr;  ///< Null: nothing to verify.
  bool (*has_verifier)(const Config&) = nullptr;
  net::HttpAnswer (*answer)(const Config&, const AcceptedFacts&) = nullptr;  ///< Null: 200, empty.
  AlertTelling (*alerts)(const Config&) = nullptr;        ///< Null: every event is stored.
  net::ChildCommand (*command)(const Config&) = nullptr;  ///< As in EntryPortal. Null: none.
  net::TailFiles (*files)(const Config&) = nullptr;       ///< Likewise.
  /// What a stream's new connection is sent first. Null: nothing.
  std::string (*greet)(const Config&, StreamState&) = nullptr;
};

/// For descriptor(): `static const EntryDescriptor made = entry_portal(EntrySpec<Config>{...});`
template <class Config>
EntryDescriptor entry_portal(EntrySpec<Config> spec);

}  // namespace tt::portals

#include "portals/kit/entry_impl.h"  // IWYU pragma: keep
