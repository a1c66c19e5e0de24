// Exit portal: stores events as documents in Elasticsearch or OpenSearch.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "base/units.h"
#include "portals/exit/elasticsearch/bulk_answer.h"
#include "portals/kit/exit.h"
#include "portals/kit/json.h"
#include "portals/kit/retry_after.h"
#include "portals/kit/url.h"

namespace tt::portals::exit::elasticsearch {
namespace {

// https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-create
constexpr std::size_t kIndexBytesMax = 255;
constexpr std::string_view kNotInIndex = "\\/*?\"<>| ,#:";
// Only what judge() reads: an answer for 500 documents is 100 KB without it
// (https://www.elastic.co/docs/reference/elasticsearch/rest-apis/common-options#common-options-
// response-filtering; https://docs.opensearch.org/latest/api-reference/common-parameters/).
constexpr std::string_view kFilter =
    "filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason,"
    "items.*.error.caused_by.reason";
constexpr std::string_view kTime = "@timestamp";

bool is_index(std::string_view name) {
  return !name.empty() && name.size() <= kIndexBytesMax && name != "." && name != ".." &&
         std::string_view("-_+").find(name[0]) == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return c > 0x20 && c != 0x7f && !(c >= 'A' && c <= 'Z') &&
                  kNotInIndex.find(static_cast<char>(c)) == std::string_view::npos;
         });
}

struct Config {
  config::Url url;
  tmpl::Template index = tmpl::Template::literal("events");
  Secret api_key;
  std::string pipeline;
  tmpl::JsonTemplate document;

  static constexpr auto fields() {
    return std::tuple{
        config::field("url", &Config::url, "Address of the cluster, without `/_bulk`.")
            .required()
            .example("https://elastic.example.com:9200"),
        config::field("index", &Config::index,
                      "Index, alias or data stream; values are written in lower case.")
            .example("'events-{{ event.timestamp.format(\"%Y.%m\", \"UTC\") }}'"),
        config::field("api_key", &Config::api_key,
                      "Encoded API key; with a password there is `auth: {basic: ...}`.")
            .default_text("none")
            .example("{env: ELASTIC_API_KEY}"),
        config::field("pipeline", &Config::pipeline, "Ingest pipeline.")
            .default_text("that of the index"),
        config::field("document", &Config::document,
                      "JSON map with `{{ CEL }}` in its leaves; `@timestamp` is added.")
            .default_text("the event as it is, its timestamp in UTC")
            .example("{message: '{{ event.message }}', host: {name: '{{ event.host }}'}}"),
    };
  }
  static Status check(const Config& c) {
    if (const auto parts = c.url.parts(); parts && parts->path.ends_with("/_bulk"))
      return misconfigured("`url` is written without /_bulk and the index");
    const std::string& index = c.index.constant();
    // https://www.elastic.co/docs/reference/elasticsearch/rest-apis/api-conventions#api-date-math-
    // index-names: the cluster makes a name of it.
    const bool is_date_math = index.starts_with('<') && index.ends_with('>');
    if (c.index.is_constant() && !is_date_math && !is_index(index))
      return misconfigured(
          "`index` is no name of an index: lower case, at most 255 bytes, without "
          "\\ / * ? \" < > | : , # and spaces, and does not begin with - _ +");
    if (!c.document.empty() && !c.document.as_written().starts_with('{'))
      return misconfigured("`document` is a map");
    return {};
  }
};

/// With its time put in front, unless it has one.
void append_document(std::string& out, std::string_view json, bool has_time,
                     std::string_view quoted_time) {
  out += '{';
  if (!has_time) {
    out.append("\"").append(kTime).append("\":").append(quoted_time);
    if (json.size() > 2) out += ',';
  }
  out += json.substr(1);
}

/// The event with its `timestamp` in the one form: it is stored as sent, and what another sender
/// writes with a space or without a zone would not fit the date that the index has made of it.
std::string event_document(const event::EventView& event, std::string_view quoted_time,
                           bool is_known) {
  const event::Field* time = is_known ? event.find("timestamp") : nullptr;
  if (!time || time->type != event::FieldType::kString) return std::string(event.json);
  std::string json(event.json.substr(0, time->value_begin - 1));
  return json.append(quoted_time)
      .append(event.json.substr(time->value_begin + time->value_bytes + 1));
}

/// The index of one event; empty when the address names it for all.
Result<std::string> index_of(const Config& c, const OutgoingEvent& event) {
  if (c.index.is_constant()) return std::string();
  TT_TRY(const std::string rendered, c.index.render_strict(*event.scope));
  std::string index = to_lower(rendered);
  if (!is_index(index)) return reject("template: `index` is no name of an index");
  return index;
}

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  std::string path = "/_bulk?";
  if (c.index.is_constant()) path.insert(0, "/" + percent_encode(c.index.constant()));
  if (!c.pipeline.empty()) path += "pipeline=" + percent_encode(c.pipeline) + "&";
  ExitRequest request{.url = join_url(c.url, path.append(kFilter)),
                      .headers = {{"Content-Type", "application/x-ndjson"}}};
  if (!c.api_key.empty())
    request.headers.emplace_back("Authorization", SensitiveText("ApiKey ").append(c.api_key));

  bool brings_time = false;
  if (!c.document.empty())
    if (const auto map = parse_json(c.document.as_written()); map && map_at(*map, ""))
      brings_time = map_at(*map, "")->contains(kTime);
  for (const OutgoingEvent& event : events) {
    TT_TRY(const std::string index, index_of(c, event));
    JsonWriter action;
    // `create`: data streams take nothing else, and what is there already stays (409).
    action.map().key("create").map().some("_index", index).some("_id", event.id).end().end();
    request.body.append(action.str()).append("\n");

    const auto time = parse_time(event.event.text("timestamp"));
    const std::string quoted = json_string(format_time(time.value_or(event.meta.received_ns)));
    if (c.document.empty())
      append_document(request.body, event_document(event.event, quoted, time.has_value()),
                      event.event.find(kTime) != nullptr, quoted);
    else
      append_document(request.body, c.document.render(*event.scope, &request.failures), brings_time,
                      quoted);
    request.body += '\n';
  }
  return request;
}

Verdict verdict_of_item(const Config& c, const BulkItem& item) {
  if (item.status == 0)
    return {.kind = VerdictKind::kRetry, .text = "the answer does not say what became of it"};
  // The id is there: an earlier attempt has stored it, whose answer was lost.
  if (item.status == 409) return {};
  // The index is missing or closed to us: of the setup when the setup names it.
  Verdict verdict{.kind = verdict_of_status(item.status, !c.index.is_constant())};
  if (verdict.kind == VerdictKind::kMisconfigured && !c.index.is_constant())
    verdict.kind = VerdictKind::kRejected;
  // IngestService of https://github.com/elastic/elasticsearch says 400 of every document.
  const std::string no_pipeline = "pipeline with id [" + c.pipeline + "] does not exist";
  if (!c.pipeline.empty() && item.text.find(no_pipeline) != std::string::npos)
    verdict.kind = VerdictKind::kMisconfigured;
  if (verdict.kind != VerdictKind::kDelivered) verdict.text = item.text;
  return verdict;
}

// https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk: 200 says that the
// request was read; `items` say, in its order, what became of each document.
std::vector<Verdict> judge(const Config& c, const ExitAnswer& answer, std::size_t count,
                           WallNs now_ns) {
  Verdict whole = verdict_of_answer(answer, false, now_ns);
  if (whole.kind != VerdictKind::kDelivered) return {std::move(whole)};

  BulkAnswer said = read_bulk_answer(answer.body);
  if (said.problem.empty() && said.is_cut && !said.has_errors) return {std::move(whole)};
  if (said.is_cut && said.items.size() < count) said.items.resize(count);
  if (said.problem.empty() && said.items.size() != count)
    said.problem = "the answer is about " + std::to_string(said.items.size()) + " documents, and " +
                   std::to_string(count) + " were sent";
  if (!said.problem.empty())
    return {{.kind = VerdictKind::kRetry, .text = said.problem + "; " + answer_text(answer)}};

  std::vector<Verdict> verdicts;
  verdicts.reserve(count);
  for (const BulkItem& item : said.items) {
    Verdict& verdict = verdicts.emplace_back(verdict_of_item(c, item));
    if (verdict.kind == VerdictKind::kRetry)
      verdict.retry_after_ns = asked_pause_ns(answer, now_ns);
  }
  if (verdicts.empty()) return {std::move(whole)};
  // One fate for all keeps the batch together; only what was refused is told one by one.
  const VerdictKind first = verdicts.front().kind;
  const bool is_one = std::all_of(verdicts.begin(), verdicts.end(),
                                  [&](const Verdict& v) { return v.kind == first; });
  if (is_one && first != VerdictKind::kRejected) verdicts.resize(1);
  return verdicts;
}

std::string target(const Config& c) { return target_of(c.url); }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = http_exit(HttpExit<Config>{
      .name = "elasticsearch",
      .summary = "Stores events as documents in Elasticsearch or OpenSearch.",
      .security = "Event data stays inside its document; it chooses an index only where `index` "
                  "has holes, and no more than that. The key goes in a header.",
      .example = "type: elasticsearch\nurl: https://elastic.example.com:9200\nindex: events\n"
                 "api_key: {env: ELASTIC_API_KEY}\n",
      .batches = true,
      .base = &Config::url,
      .encode = encode,
      .judge = judge,
      .target = target});
  return made;
}

}  // namespace tt::portals::exit::elasticsearch
