// The kinds of events that the router writes about itself: one table for code, docs and checks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "portals/kit/entry.h"
#include "rules/ruleset.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// `meta.entry` of these events. Built in: no configuration can have an entry of this name, so
/// nobody outside can write one.
inline constexpr std::string_view kSelfEntry = "self";
/// The field that names the exit which an event is about; that exit never gets it.
inline constexpr std::string_view kSelfExitField = "exit";

/// The exit that the event is about when the router wrote it, as an index of Ruleset::exits(). An
/// exit never gets what is about itself, whatever the rules say: else its failures would feed it.
std::optional<std::uint32_t> subject_of(const tunnel::StoredEvent& event,
                                        const rules::Ruleset& ruleset);
inline constexpr std::string_view kWithheldReason = "an exit never gets events about itself";

/// Rows as a portal's. All events have `source` and `service`; alerts have `alert_key` and
/// `alert_state`.
std::span<const portals::ProducedKind> self_kinds();

}  // namespace tt::pipeline
