// Tags, fields and times of points.
// SPDX-License-Identifier: Apache-2.0
#include "portals/exit/influxdb/point.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/utf8.h"
#include "event/json_text.h"
#include "portals/exit/influxdb/line_protocol.h"
#include "portals/kit/outgoing.h"

namespace tt::portals::exit::influxdb {
namespace {

// https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/#string: 64 KB.
constexpr std::size_t kStringBytesMax = (64u << 10) - 1;
// models.MinNanoTime and MaxNanoTime of https://github.com/influxdata/influxdb: outside, a point is
// refused.
constexpr std::int64_t kTimeNsMin = INT64_MIN + 2, kTimeNsMax = INT64_MAX - 1;

template <class Template, std::size_t N>
std::vector<Column<Template>> columns(
    const std::array<std::string_view, N>& usual,
    const std::vector<std::pair<std::string, Template>>& configured) {
  std::vector<Column<Template>> all;
  for (const std::string_view name : usual)
    if (!has_name(configured, name)) all.push_back({name});
  for (const auto& [name, text] : configured)
    if (!text.empty()) all.push_back({name, &text});
  return all;
}

std::int64_t time_ns(const Config& c, const OutgoingEvent& event) {
  std::int64_t time = time_of(event);
  time = std::clamp(time, kTimeNsMin, kTimeNsMax - kNsPerMs);
  if (!c.unique_times) return time;
  const auto seq = static_cast<std::int64_t>(event.meta.seq % kNsPerMs);
  if (time % kNsPerMs == 0) return time + seq;
  return time % kNsPerUs == 0 ? time + seq % kNsPerUs : time;
}

/// `,key=value`, or nothing: an empty value is no value.
void append_tag(std::string& out, std::string_view key, std::string_view text) {
  const std::string value = one_line(text, kTagBytesMax);
  if (trim(value).empty()) return;
  out += ',';
  append_key(out, key);
  out += '=';
  append_key(out, value);
}

/// `key="text",`, or nothing: an empty text is what the event does not have.
void append_text_field(std::string& out, std::string_view key, std::string_view text) {
  if (text.empty()) return;
  append_key(out, key);
  out += '=';
  append_string(out, clip_bytes(text, kStringBytesMax));
  out += ',';
}

/// `key=value,` of a value as JSON text, or nothing. Numbers are floats whatever they look like: a
/// field that is 3 now and 3.5 later would otherwise have two types, which the server refuses.
void append_json_field(std::string& out, std::string_view key, std::string_view json) {
  if (json == "null") return;
  if (json.starts_with('"'))
    return append_text_field(out, key, event::unescape(json.substr(1, json.size() - 2)));
  if (json.starts_with('[') || json.starts_with('{')) return append_text_field(out, key, json);
  if (json != "true" && json != "false") {
    const auto number = parse_double(json);
    if (!number || !std::isfinite(*number)) return;
  }
  append_key(out, key);
  out.append("=").append(json).append(",");
}

}  // namespace

Columns columns_of(const Config& c) {
  Columns all{.tags = columns(kTags, c.tags),
              .fields = columns(kFields, c.extra_fields),
              .has_id = !has_name(c.extra_fields, "id") && !is_tag(c, "id")};
  std::sort(all.tags.begin(), all.tags.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  // What was made a tag is no field any more.
  std::erase_if(all.fields, [&](const auto& one) { return is_tag(c, one.name); });
  return all;
}

Status append_point(std::string& out, const Config& c, const Columns& columns,
                    const OutgoingEvent& event, tmpl::HoleFailures& failures) {
  TT_TRY(const std::string measurement, c.measurement.render_strict(*event.scope));
  const std::string name = one_line(measurement, kTagBytesMax);
  if (trim(name).empty()) return reject("template: `measurement` is empty");
  append_measurement(out, name);
  for (const auto& [key, text] : columns.tags)
    append_tag(out, key,
               text ? text->render(*event.scope, {.failures = &failures}) : event.event.text(key));
  out += ' ';
  const std::size_t begin = out.size();
  if (columns.has_id) append_text_field(out, "id", event.id);
  for (const auto& [key, text] : columns.fields) {
    if (text)
      append_json_field(out, key, text->render(*event.scope, &failures));
    else
      append_text_field(out, key, event.event.text(key));
  }
  if (out.size() == begin) return reject("a point needs a field, and all of them are left out");
  out.back() = ' ';
  out += std::to_string(time_ns(c, event));
  out += '\n';
  return {};
}

}  // namespace tt::portals::exit::influxdb
