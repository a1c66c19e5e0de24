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
#include "net/http.h"
#include "portals/kit/common.h"
#include "template/event_scope.h"

namespace tt::portals {

/// One request (or one run of frames of a stream), decoded from its content coding.
struct EntryRequest {
  std::string_view method = "POST";
  std::string_view path;  ///< Below the entry's own path: "" or "/rest".
  std::string_view query;
  const net::Headers* headers = nullptr;  ///< Null for streams.
  std::string_view body;
  std::string_view peer;
  WallNs now_ns = 0;  ///< When the request arrived.

  std::string_view header(std::string_view name) const {
    return headers ? net::find_header(*headers, name) : std::string_view{};
  }
};

/// What decode gives: canonical events, or a refusal.
struct EntryEvents {
  event::EventBatch events;
  std::vector<event::Rejected> rejected;  ///< Only strict portals (http, lines) refuse events.
  std::string idempotency_key;            ///< Empty: the protocol has none.
};

/// What went wrong with a whole request. `status` is the HTTP status that the protocol wants.
struct EntryRefusal {
  int status = 400;
  std::string text;  ///< Shown to the sender, except for 401: that body is always the same.
  std::string body;  ///< Not empty: the whole JSON answer (syntax errors with line and byte).
};

/// The answer a sender wants once its events are as safe as its `ack` says.
struct AcceptedFacts {
  std::string first_id, last_id;
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

/// A kind of event that a portal produces, for docs/events.md and the checks of rules: what stands
/// here must hold for every event, else `vortex check` warns of rules that are right.
struct ProducedKind {
  std::string_view kind;        ///< "urn:gitlab:pipeline:*"; `*` for what varies, alone or last.
  std::string_view when;        ///< In words.
  std::string_view severity;    ///< Words that it may carry, space separated; `*`: any.
  std::string_view fields;      ///< Beside kind, message, timestamp; space separated; `*`: any.
  std::string_view words = {};  ///< What stands for `*`, as far as known; space separated.
};

enum class Framing : std::uint8_t { kNewline };

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
  Framing framing = Framing::kNewline;
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
  Framing framing = Framing::kNewline;
  std::size_t body_bytes_max = 25u << 20;
  std::vector<ProducedKind> kinds;
  std::optional<EntryRefusal> (*decode)(const Config&, const EntryRequest&, const DecodeContext&,
                                        EntryEvents&) = nullptr;
  bool (*verify)(const Config&, const EntryRequest&) = nullptr;  ///< Null: nothing to verify.
  bool (*has_verifier)(const Config&) = nullptr;
  net::HttpAnswer (*answer)(const Config&, const AcceptedFacts&) = nullptr;  ///< Null: 200, empty.
};

/// `const EntryDescriptor& descriptor() { static const auto d =
/// entry_portal(EntrySpec<Config>{...}); ...}`
template <class Config>
EntryDescriptor entry_portal(EntrySpec<Config> spec);

}  // namespace tt::portals

#include "portals/kit/entry_impl.h"  // IWYU pragma: keep
