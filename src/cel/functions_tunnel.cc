// Functions of this program beside the standard ones.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "base/digest.h"
#include "base/severity.h"
#include "base/text.h"
#include "base/time_zone.h"
#include "base/utf8.h"
#include "cel/functions.h"
#include "cel/limits.h"
#include "cel/operators.h"
#include "cel/time_pattern.h"
#include "cel/week_windows.h"

namespace tt::cel {
namespace {

using Arguments = std::span<const Value>;

Prepared prepare_at_least(std::span<const Value* const> constants) {
  if (!constants[1] || !constants[1]->is_string()) return {};
  const std::string_view word = constants[1]->as_string();
  if (parse_severity(word)) return {std::make_shared<const int>(severity_rank(word)), {}, {}};
  const std::string_view near = did_you_mean(word, kSeverityWords);
  std::string text = "unknown severity " + json_string(word);
  if (near.empty()) {
    text += "; known are";
    for (const std::string_view known : kSeverityWords) text.append(" ").append(known);
  } else {
    text += ", did you mean '" + std::string(near) + "'?";
  }
  return {nullptr, std::move(text), {}};
}

Value at_least(const CallContext& context, Arguments a) {
  const int rank =
      context.state ? *static_cast<const int*>(context.state) : severity_rank(a[1].as_string());
  return Value::boolean(severity_rank(a[0].as_string()) >= rank);
}

/// Windows and zone of a call with constants.
struct Windows {
  WeekWindows windows;
  std::shared_ptr<const TimeZone> zone;
};

Prepared make_windows(std::string_view text, std::string_view zone_name) {
  Prepared prepared;
  auto windows = WeekWindows::parse(text, prepared.problem);
  if (!windows) return prepared;
  auto zone = find_time_zone(zone_name);
  if (!zone) {
    prepared.problem = "unknown time zone " + json_string(zone_name);
    return prepared;
  }
  prepared.state = std::make_shared<const Windows>(Windows{*std::move(windows), std::move(zone)});
  return prepared;
}

Prepared prepare_within(std::span<const Value* const> constants) {
  for (std::size_t i = 1; i < constants.size(); ++i) {
    if (!constants[i] || !constants[i]->is_string()) return {};
  }
  return make_windows(constants[1]->as_string(),
                      constants.size() > 2 ? constants[2]->as_string() : "UTC");
}

Value within(const CallContext& context, Arguments a) {
  Prepared prepared;
  const void* state = context.state;
  if (!state) {
    if (!context.charge(100)) return cost_error();
    prepared = make_windows(a[1].as_string(), a.size() > 2 ? a[2].as_string() : "UTC");
    if (!prepared.problem.empty()) return Value::error(prepared.problem);
    state = prepared.state.get();
  }
  const auto& windows = *static_cast<const Windows*>(state);
  const std::int64_t seconds = a[0].as_timestamp().seconds;
  return Value::boolean(
      windows.windows.holds(civil_from_seconds(seconds + windows.zone->offset_seconds(seconds))));
}

Prepared prepare_format(std::span<const Value* const> constants) {
  Prepared prepared;
  if (constants[1] && constants[1]->is_string()) {
    prepared.problem = time_pattern_problem(constants[1]->as_string());
  }
  if (constants.size() > 2 && constants[2] && constants[2]->is_string()) {
    auto zone = find_time_zone(constants[2]->as_string());
    if (!zone && prepared.problem.empty()) {
      prepared.problem = "unknown time zone " + json_string(constants[2]->as_string());
    }
    prepared.state = std::move(zone);
  }
  return prepared;
}

Value format_timestamp_as(const CallContext& context, Arguments a) {
  const std::string_view pattern = a[1].as_string();
  std::string problem = time_pattern_problem(pattern);
  if (!problem.empty()) return Value::error(std::move(problem));
  if (pattern.size() > kStringBytesMax / 16) return Value::error("the pattern is too long");
  const Timestamp time = a[0].as_timestamp();
  std::shared_ptr<const TimeZone> found;
  const auto* zone = static_cast<const TimeZone*>(context.state);
  if (!zone && a.size() > 2) {
    found = find_time_zone(a[2].as_string());
    if (!found) return Value::error("unknown time zone " + json_string(a[2].as_string()));
    zone = found.get();
  }
  return Value::string(
      format_time_pattern(pattern, time, zone ? zone->offset_seconds(time.seconds) : 0));
}

/// The same text is always in the sample, or never, whatever the rule and the host.
Value sample(const CallContext&, Arguments a) {
  const double share = a[1].is(Kind::kInt) ? static_cast<double>(a[1].as_int()) : a[1].as_double();
  const double place = static_cast<double>(hash64(a[0].as_string()) >> 11) * 0x1.0p-53;
  return Value::boolean(place < share);
}

/// For texts with a limit, where substring() fails on those that are short enough.
Value clip(const CallContext&, Arguments a) {
  const std::int64_t runes_max = a[1].as_int();
  if (runes_max < 0) return Value::error("clip takes no negative length");
  return Value::string(clip_runes(a[0].as_string(), static_cast<std::size_t>(runes_max)));
}

}  // namespace

void add_tunnel_functions(Library& library) {
  library.title("Functions of this program");
  library.method("atLeast", "string, string", "bool", at_least, prepare_at_least);
  library.method("within", "timestamp, string", "bool", within, prepare_within);
  library.method("within", "timestamp, string, string", "bool", within, prepare_within);
  library.method("format", "timestamp, string", "string", format_timestamp_as, prepare_format);
  library.method("format", "timestamp, string, string", "string", format_timestamp_as,
                 prepare_format);
  library.method("clip", "string, int", "string", clip);
  library.function("sample", "string, double", "bool", sample);
  library.function("sample", "string, int", "bool", sample);
  library.about("atLeast",
                "whether a severity is at least as grave as another; unknown words rank as `info`",
                "'error'.atLeast('warning')", "true");
  library.about(
      "within",
      "whether a time lies in weekly windows, in UTC or a zone: days `mon-fri`, times "
      "`08:00-18:00`, several with commas, an end before its start is on the next day",
      "timestamp('2026-01-05T10:00:00Z').within('mon-fri 08:00-18:00, sat', 'Europe/Berlin')",
      "true");
  library.about("format",
                "a time as text, in UTC or a zone, by `%Y %m %d %H %M %S %y %e %j %u %w %a %A %b "
                "%B %I %p %F %T %R %L %f %s %z %%`",
                "timestamp('2026-01-31T12:00:00Z').format('%F %H:%M %z', 'Europe/Berlin')",
                "\"2026-01-31 13:00 +0100\"");
  library.about("clip", "the text cut to so many characters, with an ellipsis where it was longer",
                "'a long message'.clip(7)", "\"a long…\"");
  library.about("sample",
                "whether a text is in a share of all texts from 0 to 1; always the same answer for "
                "the same text",
                "sample('0123abcd-1', 0.5)", "true");
}

void add_tunnel_functions(Environment& environment) {
  FunctionTable table;
  Library library(table);
  add_tunnel_functions(library);
  for (auto& [name, function] : table) {
    for (Overload& overload : function.overloads) {
      environment.add_function(name, std::move(overload));
    }
  }
}

}  // namespace tt::cel
