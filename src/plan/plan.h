// Plan: what a new configuration does with events that the one in force judges, as a difference.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "pipeline/settings.h"
#include "tunnel/tunnel.h"

namespace tt::plan {

using pipeline::Settings;

/// Events shown of each kind of change at each exit.
constexpr std::size_t kExamplesMax = 3;
constexpr std::size_t kMessageRunesMax = 80;
constexpr std::size_t kFieldsShownMax = 5;
constexpr std::size_t kValueRunesMax = 120;

/// A field of which an exit gets another value. Clipped JSON text; empty: absent.
struct FieldDiff {
  std::string name, before, after;
};

/// An event that a change is about: one of the oldest.
struct Example {
  std::string id, kind, message;  ///< The message is clipped.
  WallNs received_ns = 0;
  std::string rule_before, rule_after;  ///< Labels of the deciding rules; empty: none.
  std::vector<FieldDiff> fields;        ///< Of `rewrites`: at most kFieldsShownMax.
};

/// One thing that both, or one of the two configurations have.
enum class Change : std::uint8_t { kNone, kOptions, kRenamed, kAdded, kRemoved };
std::string_view to_string(Change change);  ///< "none", "options", "renamed", ...

struct ExitDiff {
  std::string name;  ///< In the new configuration; of a removed one in the old.
  std::string was;   ///< Name before, of a renamed one.
  std::string like;  ///< Of an added one: a removed exit with the same options. Renamed in all but
                     ///< `was`, so that its cursor is lost.
  Change change = Change::kNone;
  std::uint64_t before = 0, after = 0;  ///< Events that it gets.
  std::uint64_t gained = 0, lost = 0;   ///< Of them under one configuration only.
  std::uint64_t rewritten = 0;          ///< Under both, but not with the same fields.
  std::vector<Example> gains, losses, rewrites;
};

/// Rules are the same when their names are; unnamed ones when their places are.
struct RuleDiff {
  std::string label;
  std::optional<std::uint64_t> before, after;  ///< Events that it matched; nothing: no such rule.
};

struct EntryDiff {
  std::string name;
  Change change;
};

struct Report {
  std::uint64_t events = 0;
  WallNs first_ns = 0, last_ns = 0;  ///< When the first and the last were received.
  std::uint64_t same = 0;            ///< Go where they went, with the same fields.
  std::uint64_t moved = 0;           ///< Go to at least one other exit, or to one less.
  std::uint64_t rewritten = 0;       ///< Go where they went, to some with other fields.
  std::uint64_t unrouted_before = 0, unrouted_after = 0;
  std::vector<ExitDiff> exits;  ///< In the new order, then those removed.
  std::vector<RuleDiff> rules;  ///< Likewise.
  /// Those that change. Stored events came through entries long ago: how others would come in now
  /// cannot be told.
  std::vector<EntryDiff> entries;
  /// Anything that a person may want to approve.
  bool has_changes() const;
};

/// Judges batches by both configurations. What an exit makes of its options is not compared, only
/// that they differ. Not thread safe.
class Plan {
 public:
  /// `before` may come from a kept generation. `log_id`: the first half of event ids.
  Plan(std::shared_ptr<const Settings> before, std::shared_ptr<const Settings> after,
       std::string log_id);
  ~Plan();
  void judge(const tunnel::StoredBatch& batch);
  Report report() const;

 private:
  class Sides;
  Report report_;
  std::unique_ptr<Sides> sides_;  // Prepares the report: after it.
};

}  // namespace tt::plan
