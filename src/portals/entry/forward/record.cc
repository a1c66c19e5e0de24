// The record's own fields keep their names; those that an event means otherwise move aside.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/forward/record.h"

#include <algorithm>
#include <array>

#include "base/severity.h"
#include "base/text.h"
#include "base/units.h"
#include "base/utf8.h"
#include "event/writer.h"
#include "portals/kit/hook_event.h"
#include "portals/kit/log_names.h"
#include "portals/kit/urn.h"

namespace tt::portals::entry::forward {
namespace {

constexpr std::size_t kSummaryRunesMax = 200;
constexpr std::size_t kSummaryFieldsMax = 8;

// An event means something of its own by these.
constexpr std::array kTakenNames =
    std::to_array<std::string_view>({"timestamp", "kind", "source", "tag"});

struct Pair {
  std::string name;
  std::string json;  ///< Its value.
  std::string text;  ///< Of a scalar that is not null.
};

/// Everything that is looked for, while the record is read once.
struct Facts {
  std::vector<Pair> pairs;
  BestName<kLogMessageNames.size()> message{kLogMessageNames};
  BestName<kLogSeverityNames.size()> severity{kLogSeverityNames};
  BestName<kLogHostNames.size()> host{kLogHostNames};
  BestName<kLogServiceNames.size()> service{kLogServiceNames};

  void see(const Pair& pair, const std::string& prefix = "") {
    const std::string name = prefix + pair.name;
    message.offer(name, pair.text);
    if (!normalise_severity(pair.text).empty()) severity.offer(name, pair.text);
    host.offer(name, pair.text);
    service.offer(name, pair.text);
  }
};

Pair take_pair(Values& values) {
  Pair pair;
  pair.name = values.is_text() ? to_utf8(*values.take_text()) : values.take_json();
  const bool is_scalar = !values.is_list() && !values.is_map() && !values.is_nil();
  if (values.is_text()) {
    const std::string_view text = *values.take_text();
    append_json_string(pair.json, text);
    pair.text = text;
  } else {
    pair.json = values.take_json();
    if (is_scalar) pair.text = pair.json;
  }
  return pair;
}

Facts read_record(Values& values) {
  Facts facts;
  const std::uint32_t length = values.take_map().value_or(0);
  for (std::uint32_t i = 0; i < length; ++i) {
    Values ahead = values;
    facts.pairs.push_back(take_pair(values));
    if (facts.pairs.back().name == "kubernetes") {
      ahead.skip();
      for (std::uint32_t j = 0, n = ahead.take_map().value_or(0); j < n; ++j)
        facts.see(take_pair(ahead), "kubernetes.");
    }
    facts.see(facts.pairs.back());
  }
  return facts;
}

bool is_one_of(std::string_view name, const auto& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The record as JSON of an object, without what the event says elsewhere.
std::string fields_of(const Facts& facts) {
  std::string json = "{";
  for (const Pair& pair : facts.pairs) {
    const bool is_scalar = !pair.json.starts_with('{') && !pair.json.starts_with('[');
    if (pair.name == facts.message.name() || (pair.name == "message" && is_scalar)) continue;
    if (pair.name == "severity" && (facts.severity.name() == pair.name || pair.text.empty()) &&
        is_scalar)
      continue;
    // Named fields are texts, and so are the well-known ones.
    const bool is_named = is_one_of(pair.name, event::kNamedFields);
    const bool is_aside =
        is_one_of(pair.name, kTakenNames) || (is_named && is_scalar && !pair.json.starts_with('"'));
    if (json.size() > 1) json += ',';
    append_json_string(json, is_aside ? "record." + pair.name : pair.name);
    json += ':';
    if (is_one_of(pair.name, event::kWellKnownFields) && !pair.text.empty())
      append_json_string(json, pair.text);
    else
      json += pair.json;
  }
  return json += '}';
}

/// `tag: user=bob ok=true`, for records that have no message.
std::string summary_of(const Facts& facts, std::string_view tag) {
  std::string summary(tag);
  std::size_t count = 0;
  for (const Pair& pair : facts.pairs) {
    if (pair.text.empty() || ++count > kSummaryFieldsMax) continue;
    (summary += count == 1 ? ": " : " ") += pair.name;
    const bool is_plain = pair.text.find_first_of(" =\"\n\t") == std::string::npos;
    (summary += '=') += is_plain ? pair.text : pair.json;
  }
  if (count == 0) summary += facts.pairs.empty() ? ": an empty record" : ": a record without text";
  return clip_runes(to_utf8(summary), kSummaryRunesMax);
}

void fill(const Facts& facts, const Place& place, const EntryRequest& request, HookEvent& event) {
  const std::string tag = urn_part(place.tag);
  std::string_view service = facts.service.text();
  if (service.starts_with('/')) service.remove_prefix(1);  // Docker's names of containers.
  const std::string_view from = facts.host.text().empty() ? request.peer : facts.host.text();
  event.text("kind", tag.empty() ? "urn:forward" : "urn:forward:" + tag);
  const std::string_view word = facts.severity.text();
  event.text("severity", word.empty() ? "info" : normalise_severity(word));
  const std::string_view message = trim(facts.message.text());
  event.text("message", message.empty() ? summary_of(facts, place.tag) : message);
  event.text("source", "urn:forward:" + urn_part(from) + (tag.empty() ? "" : ":" + tag));
  event.text("tag", place.tag).text("host", facts.host.text()).text("service", service);
  if (place.time_ns != 0) event.text("timestamp", format_time(place.time_ns));
}

}  // namespace

void add_record(Values& values, const Place& place, const EntryRequest& request,
                const DecodeContext& context, EntryEvents& out) {
  const Facts facts = read_record(values);
  const std::string fields = context.raw == Raw::kKeep ? fields_of(facts) : std::string("{}");
  HookEvent event;
  fill(facts, place, request, event);
  event::EventWriter writer(out.events, context.limits);
  writer.begin();
  for (const HookEvent::Part& part : event.parts()) writer.set_text(part.name, to_utf8(part.value));
  const bool is_flat = (fields == "{}" || writer.set_flattened("", fields)) &&
                       (place.metadata.empty() || context.raw == Raw::kDrop ||
                        writer.set_flattened("metadata", place.metadata));
  if (is_flat && writer.finish(request.now_ns)) return;
  writer.abandon();
  add_hook_event(out.events, event, fields, context, request.now_ns);
}

}  // namespace tt::portals::entry::forward
