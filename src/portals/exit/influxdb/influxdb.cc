// Exit portal: writes events as points to InfluxDB 1, 2 and 3 and to servers that take the same.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include "base/text.h"
#include "portals/exit/influxdb/config.h"
#include "portals/exit/influxdb/point.h"
#include "portals/kit/exit.h"
#include "portals/kit/json.h"
#include "portals/kit/url.h"

namespace tt::portals::exit::influxdb {
namespace {

SensitiveText write_url(const Config& c) {
  std::string path;
  if (c.is_v2()) {
    path = "/api/v2/write?";
    if (!c.org.empty()) path += "org=" + percent_encode(c.org) + "&";
    path += "bucket=" + percent_encode(c.bucket);
  } else {
    path = "/write?db=" + percent_encode(c.database);
    if (!c.retention_policy.empty()) path += "&rp=" + percent_encode(c.retention_policy);
  }
  return join_url(c.url, path + "&precision=ns");
}

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  ExitRequest request{.url = write_url(c),
                      .headers = {{"Content-Type", "text/plain; charset=utf-8"}}};
  if (!c.token.empty())
    request.headers.emplace_back("Authorization", SensitiveText("Token ").append(c.token));
  const Columns columns = columns_of(c);
  for (const OutgoingEvent& event : events)
    TT_CHECK(append_point(request.body, c, columns, event, request.failures));
  return request;
}

// https://docs.influxdata.com/influxdb/v2/write-data/troubleshoot/: 400 and 422 name the lines that
// are wrong, 404 the bucket or organization that is missing. Points are keyed by time and tags, so
// what a partial write has stored may come again with the halves.
std::vector<Verdict> judge(const Config& c, const ExitAnswer& answer, std::size_t, WallNs now_ns) {
  Verdict verdict = verdict_of_answer(answer, false, now_ns);
  const std::string_view body = trim(answer.body);
  if (verdict.kind == VerdictKind::kDelivered && !body.empty()) {
    // InfluxDB 1 may say 200 where it has understood and not stored.
    const auto json = parse_json(body);
    const bool is_refusal =
        json && (find_at(*json, "error") || (find_at(*json, "code") && find_at(*json, "message")));
    if (body.starts_with('<'))
      verdict.kind = VerdictKind::kMisconfigured;  // A web page: not the API.
    else if (is_refusal)
      verdict.kind = VerdictKind::kRejected;
    if (verdict.kind != VerdictKind::kDelivered) verdict.text = answer_text(answer);
  }
  // No event can help these: ErrInvalidOrgFilter of https://github.com/influxdata/influxdb comes
  // with 400, and InfluxDB 1 says 500 where it has no such policy.
  const auto says = [&](std::string_view words) {
    return answer.status >= 400 && body.find(words) != std::string_view::npos;
  };
  if (says("either orgID or org") || says("retention policy not found")) {
    verdict = {.kind = VerdictKind::kMisconfigured, .text = answer_text(answer)};
    verdict.text += c.is_v2() ? "; set `org`" : "; see `retention_policy`";
  }
  return {std::move(verdict)};
}

std::string target(const Config& c) { return target_of(c.url); }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = http_exit(HttpExit<Config>{
      .name = "influxdb",
      .summary = "Writes events as points to InfluxDB, for annotations and counts over time.",
      .security = "Event data is escaped for line protocol: it cannot add points, tags or fields; "
                  "the token goes in a header.",
      .example = "type: influxdb\nurl: https://influxdb.example.com:8086\norg: acme\n"
                 "bucket: events\ntoken: {env: INFLUXDB_TOKEN}\n",
      .batches = true,
      .base = &Config::url,
      .encode = encode,
      .judge = judge,
      .target = target});
  return made;
}

}  // namespace tt::portals::exit::influxdb
