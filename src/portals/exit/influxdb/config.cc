// What options of the exit `influxdb` go together.
// SPDX-License-Identifier: Apache-2.0
#include "portals/exit/influxdb/config.h"

#include "portals/exit/influxdb/line_protocol.h"

namespace tt::portals::exit::influxdb {

bool is_tag(const Config& c, std::string_view name) {
  for (const auto& [configured, text] : c.tags)
    if (configured == name) return !text.empty();
  return std::find(kTags.begin(), kTags.end(), name) != kTags.end();
}

namespace {

Status check_names(const Config& c) {
  const auto check_name = [](std::string_view what, const std::string& name) -> Status {
    if (name.empty() || one_line(name, kTagBytesMax) != name)
      return misconfigured("`" + std::string(what) +
                           "`: a name is empty, very long, ends in a backslash or holds a control "
                           "character");
    // https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/#naming-restrictions
    if (name == "time" || name.starts_with('_'))
      return misconfigured("`" + std::string(what) + "`: " + name +
                           " is a name that InfluxDB keeps for itself");
    return {};
  };
  for (const auto& [name, value] : c.tags) TT_CHECK(check_name("tags", name));
  for (const auto& [name, value] : c.extra_fields) {
    TT_CHECK(check_name("fields", name));
    const std::string written = value.as_written();
    if (is_tag(c, name) && written != "null" && written != "\"\"")
      return misconfigured("`fields`: " + name + " is a tag already");
  }
  return {};
}

}  // namespace

Status Config::check(const Config& c) {
  if (const auto parts = c.url.parts(); parts && parts->path.ends_with("/write"))
    return misconfigured("`url` is written without /write and what comes with it");
  if (!c.bucket.empty() && !c.database.empty())
    return misconfigured("`bucket` (v2) and `database` (v1) exclude each other");
  if (c.is_v2() ? c.bucket.empty() : c.database.empty())
    return misconfigured(c.is_v2() ? "`bucket` is missing; InfluxDB 1 has a `database` instead"
                                   : "`database` is missing");
  if (c.is_v2() ? !c.retention_policy.empty() : !c.org.empty())
    return misconfigured(c.is_v2() ? "`retention_policy` belongs to `version: v1`"
                                   : "`org` belongs to `version: v2`");
  return check_names(c);
}

}  // namespace tt::portals::exit::influxdb
