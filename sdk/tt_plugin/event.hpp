// What a plugin in C++ sees of an event, under the names that the kit of built-in portals has.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "tt_plugin.h"

namespace tt {

/// A text that no log and no `vortex` shows.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  bool empty() const { return text_.empty(); }
  const std::string& reveal() const { return text_; }

 private:
  std::string text_;
};

using WallNs = std::int64_t;
constexpr std::int64_t kNsPerMs = 1'000'000, kNsPerSec = 1'000'000'000;

namespace sdk {
inline tt_str str_of(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view view_of(const tt_str& text) {
  return text.data ? std::string_view(text.data, text.size) : std::string_view();
}
/// Fills the caller's buffer; what does not fit is cut.
inline void put(tt_text& out, std::string_view text) {
  if (!out.data) return;
  out.size = static_cast<std::uint32_t>(text.copy(out.data, out.capacity));
}
}  // namespace sdk

namespace event {

/// An event, borrowed for the call.
struct EventView {
  std::string_view json;
  const tt_host* host = nullptr;
  const tt_event* event = nullptr;

  bool has(std::string_view name) const {
    return host->field(event, sdk::str_of(name)).data != nullptr;
  }
  /// Without escapes; JSON when it is no string; empty when missing.
  std::string text(std::string_view name) const {
    return std::string(sdk::view_of(host->field(event, sdk::str_of(name))));
  }
};

}  // namespace event

namespace tmpl {

/// Which event a template is rendered for.
struct EventScope {
  const tt_host* host = nullptr;
  const tt_event* event = nullptr;
};
struct HoleFailures {};
struct RenderOptions {
  HoleFailures* failures = nullptr;
};

/// An option with `{{ holes }}`; the host renders it.
class Template {
 public:
  Template() = default;
  explicit Template(std::string option) : option_(std::move(option)) {}
  bool empty() const { return option_.empty(); }
  /// Holes that fail are empty.
  std::string render(const EventScope& scope, const RenderOptions& = {}) const {
    return empty() ? std::string()
                   : std::string(sdk::view_of(
                         scope.host->option(scope.event, sdk::str_of(option_), /*strict=*/0)));
  }
  /// kReject when one fails.
  Result<std::string> render_strict(const EventScope& scope) const {
    if (empty()) return std::string();
    const tt_str text = scope.host->option(scope.event, sdk::str_of(option_), /*strict=*/1);
    if (!text.data) return reject("template: a hole of `" + option_ + "` failed");
    return std::string(sdk::view_of(text));
  }

 private:
  std::string option_;  // Its name; empty: not set.
};

/// What the tunnel keeps beside an event.
struct MetaView {
  std::string_view id;
  std::uint64_t seq = 0;
  WallNs received_ns = 0;
  std::string_view entry;
};

}  // namespace tmpl

namespace portals {

struct OutgoingEvent {
  event::EventView event;
  std::string_view id;
  std::string_view idempotency_key;  ///< The same for each attempt to deliver this.
  tmpl::MetaView meta;
  const tmpl::EventScope* scope = nullptr;
};

enum class VerdictKind : std::uint8_t { kDelivered, kRetry, kRejected, kMisconfigured };

/// What became of one event.
struct Verdict {
  VerdictKind kind = VerdictKind::kRetry;
  std::string text = {};            ///< Why it is not delivered, for people.
  std::int64_t retry_after_ns = 0;  ///< The other side asked for this pause.
  std::string reference = {};       ///< What the other side calls it.

  static Verdict delivered(std::string reference = {}) {
    return {VerdictKind::kDelivered, {}, 0, std::move(reference)};
  }
  static Verdict retry(std::string why, std::int64_t after_ns = 0) {
    return {VerdictKind::kRetry, std::move(why), after_ns, {}};
  }
  static Verdict rejected(std::string why) {
    return {VerdictKind::kRejected, std::move(why), 0, {}};
  }
  static Verdict misconfigured(std::string why) {
    return {VerdictKind::kMisconfigured, std::move(why), 0, {}};
  }
  static Verdict of(const Error& error) {
    if (error.code == Code::kReject) return rejected(error.text);
    return error.code == Code::kMisconfigured ? misconfigured(error.text) : retry(error.text);
  }
};

}  // namespace portals

namespace sdk {

/// The events of one call as the kit shows them.
class Events {
 public:
  Events(const tt_host* host, const tt_event* const* events, std::uint64_t count) {
    scopes_.reserve(count);
    list_.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      const tt_event* e = events[i];
      scopes_.push_back({host, e});
      list_.push_back({{view_of(e->json), host, e},
                       view_of(e->id),
                       view_of(e->idempotency_key),
                       {view_of(e->id), e->seq, e->received_ns, view_of(e->entry)},
                       &scopes_.back()});
    }
  }
  const std::vector<portals::OutgoingEvent>& list() const { return list_; }

 private:
  std::vector<tmpl::EventScope> scopes_;
  std::vector<portals::OutgoingEvent> list_;
};

inline tt_code code_of(portals::VerdictKind kind) {
  constexpr tt_code kCodes[] = {TT_OK, TT_RETRY, TT_REJECT, TT_MISCONFIGURED};
  return kCodes[static_cast<std::size_t>(kind)];
}
inline void put(tt_result& out, const portals::Verdict& verdict) {
  out.code = code_of(verdict.kind);
  out.retry_after_ms = verdict.retry_after_ns / kNsPerMs;
  put(out.text,
      verdict.kind == portals::VerdictKind::kDelivered ? verdict.reference : verdict.text);
}
inline portals::Verdict verdict_of(const tt_result& result) {
  const std::string text(result.text.data ? result.text.data : "", result.text.size);
  portals::Verdict verdict = portals::Verdict::retry(text, result.retry_after_ms * kNsPerMs);
  for (const auto kind : {portals::VerdictKind::kDelivered, portals::VerdictKind::kRejected,
                          portals::VerdictKind::kMisconfigured})
    if (result.code == code_of(kind)) verdict.kind = kind;
  if (verdict.kind == portals::VerdictKind::kDelivered) verdict.reference = std::move(verdict.text);
  return verdict;
}

}  // namespace sdk

}  // namespace tt
