// Rewrite: `set` and `unset`, which change a copy of an event at an entry, a rule or an exit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "config/field.h"
#include "config/parse.h"
#include "event/event.h"
#include "event/writer.h"
#include "template/event_scope.h"
#include "template/json_template.h"
#include "template/template.h"

namespace tt::rules {

/// The two options as written; stands beside the other options of an entry, a rule or an exit.
struct RewriteConfig {
  std::vector<std::pair<std::string, tmpl::JsonTemplate>> set;
  std::vector<config::Located<std::string>> unset;

  static constexpr auto fields() {
    return std::tuple{
        config::field("unset", &RewriteConfig::unset,
                      "Fields to remove, before `set`: names, or `prefix.*` for a whole group.")
            .example("raw.*"),
        config::field("set", &RewriteConfig::set,
                      "Fields to add or replace. Texts are templates; a value that is one hole "
                      "keeps its type. All holes see the event as it is stored.")
            .example("{severity: critical, message: \"{{ event.project }}: {{ event.message }}\"}"),
    };
  }
};

/// Rewritten events leave the tunnel: they may be larger than what intake takes.
constexpr event::Limits kRewrittenLimits{.event_bytes_max = 16u << 20, .fields_max = 100'000};

/// A field that `set` could not give its value.
struct FieldFailure {
  std::string field;
  std::string text;  ///< Of the first hole or value that failed.
};

/// Checked `set` and `unset` of one place. Immutable and thread safe.
///
/// The result is always an event that EventWriter::finish() takes, limits apart: the named fields
/// become texts; a `message` that would be empty and a `timestamp` that is no time keep what they
/// were, and count as failures.
class Rewrite {
 public:
  Rewrite() = default;
  /// Reports patterns that cannot be, and `unset` of `message`.
  Rewrite(const RewriteConfig& config, std::shared_ptr<const tmpl::EventEnvironment> environment,
          config::ParseContext& context);

  /// Nothing to set and nothing to unset.
  bool empty() const { return unset_.empty() && unset_prefixes_.empty() && set_.empty(); }
  /// Equal texts do the same to every event, as long as their `let`s are equal.
  std::string as_written() const;

  /// Applies `unset`, then `set`, to the event being written. The caller has called begin() and
  /// set_all(), and calls finish(). The holes read `scope`, which is bound to the event as stored.
  /// Returns the number of holes and values that failed; the first one's text goes to `failures`,
  /// the first one's of each field to `fields`.
  std::size_t apply(const tmpl::EventScope& scope, event::EventWriter& writer,
                    tmpl::HoleFailures* failures = nullptr,
                    std::vector<FieldFailure>* fields = nullptr) const;
  /// As above with a scope of its own for this call.
  std::size_t apply(const event::EventView& event, const tmpl::MetaView& meta,
                    event::EventWriter& writer, tmpl::HoleFailures* failures = nullptr) const;

 private:
  /// How a field takes its value.
  enum class Target : unsigned char { kAny, kText, kMessage, kTimestamp };
  struct Assignment {
    std::string name;
    Target target = Target::kAny;
    tmpl::JsonTemplate value;
    std::string constant_json;  ///< Rendered once when it has no holes, else empty.
  };
  void assign(const Assignment& assignment, const tmpl::EventScope& scope,
              event::EventWriter& writer, tmpl::HoleFailures& failures) const;
  static void assign_text(const Assignment& assignment, std::string_view text, bool is_null,
                          const event::EventView& event, event::EventWriter& writer,
                          tmpl::HoleFailures& failures);

  std::vector<std::string> unset_;
  std::vector<std::string> unset_prefixes_;  ///< With the last dot: `raw.`.
  std::vector<Assignment> set_;
  std::shared_ptr<const tmpl::EventEnvironment> environment_;
};

/// Reads `set` and `unset` of the map of an entry or an exit; other keys are left to their owners.
/// Null when both are absent or after errors (which are reported).
std::shared_ptr<const Rewrite> parse_rewrite(
    const config::Node& map, std::shared_ptr<const tmpl::EventEnvironment> environment,
    config::ParseContext& context);

}  // namespace tt::rules
