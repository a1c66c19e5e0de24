// Scans the tunnel: forward from the oldest, or in growing windows from the newest.
// SPDX-License-Identifier: Apache-2.0
#include "api/search.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <limits>
#include <optional>

#include "api/why.h"
#include "base/text.h"
#include "base/units.h"
#include "pipeline/limits.h"
#include "portals/kit/json.h"
#include "rehearse/as_test.h"

namespace tt::api {
namespace {

constexpr std::size_t kLimitDefault = 100;
constexpr std::size_t kLimitMax = 10'000;
constexpr std::uint64_t kWindowSeqs = 16'384;
constexpr std::uint64_t kWindowSeqsMax = 1u << 20;
constexpr std::int64_t kPageMsMax = 10'000;

struct Found {
  tunnel::Seq seq;
  std::string json;
};

struct Page {
  std::deque<Found> found;
  std::size_t bytes = 0;
  std::optional<tunnel::Seq> next;  ///< There may be more: where to go on.
  bool is_full(std::size_t limit) const { return found.size() >= limit || bytes > kAnswerBytesMax; }
  bool is_over(std::size_t limit) const { return found.size() > limit || bytes > kAnswerBytesMax; }
};

struct Range {
  tunnel::Seq from = 0, until = std::numeric_limits<tunnel::Seq>::max();
  std::size_t limit = kLimitDefault;
  bool newest_first = true;
  SteadyNs end_ns = 0;  ///< Then the page ends with what was found, and its `next` goes on.
};

Result<Range> range_of(const Request& request, pipeline::Daemon& daemon) {
  Range range{.end_ns = daemon.clock().steady_ns() + kPageMsMax * kNsPerMs};
  const auto read = [&](const char* name, tunnel::Seq& to) -> Status {
    if (request.param(name).empty()) return {};
    auto seq = seq_of(request.param(name), daemon);
    if (!seq.ok()) return std::move(seq).error().with(name);
    to = *seq;
    return {};
  };
  TT_CHECK(read("since", range.from));
  TT_CHECK(read("until", range.until));
  if (const auto limit = request.param("limit"); !limit.empty()) {
    const auto number = parse_u64(limit);
    if (!number || *number == 0 || *number > kLimitMax)
      return reject("limit is a number from 1 to " + std::to_string(kLimitMax));
    range.limit = *number;
  }
  if (const auto order = request.param("order"); !order.empty()) {
    if (order != "asc" && order != "desc") return reject("order is asc or desc");
    range.newest_first = order == "desc";
  }
  // `next` continues an earlier answer: the bound that moved, in its own direction.
  if (const auto next = request.param("next"); !next.empty()) {
    const auto seq = parse_u64(next);
    if (!seq) return reject("next is a value that an earlier answer gave");
    (range.newest_first ? range.until : range.from) = *seq;
  }
  return range;
}

}  // namespace

Result<tunnel::Seq> seq_of(std::string_view text, pipeline::Daemon& daemon) {
  TT_TRY(const Moment moment, moment_of(text, daemon));
  return moment.seq;
}

Result<Moment> moment_of(std::string_view text, pipeline::Daemon& daemon) {
  tunnel::Tunnel& tunnel = daemon.tunnel();
  if (const auto seq = tunnel::parse_id(tunnel.log_id(), text)) return Moment{*seq, 0};
  auto time = parse_time(text);
  if (const auto ago = parse_duration_ns(text)) time = daemon.clock().wall_ns() - *ago;
  if (time) return Moment{tunnel.seek_time(*time), *time};
  return reject(
      "`" + std::string(text) +
      "` is no duration (2h), no time (2026-01-31T12:00:00Z) and no event id of this log");
}

Result<std::unique_ptr<Filter>> Filter::make(const Request& request, pipeline::Daemon& daemon) {
  auto filter = std::make_unique<Filter>();
  filter->kind_ = request.param("kind");
  filter->exit_ = request.param("exit");
  filter->rule_ = request.param("rule");
  filter->settings_ = daemon.settings();
  const rules::Ruleset& ruleset = *filter->settings_->ruleset;
  if (!filter->exit_.empty() && !ruleset.find_exit(filter->exit_))
    return reject("no exit `" + filter->exit_ + "`");
  if (!filter->rule_.empty() && !ruleset.find_rule(filter->rule_))
    return reject("no rule `" + filter->rule_ + "`");
  if (!filter->exit_.empty() || !filter->rule_.empty())
    filter->router_ = std::make_unique<rules::Router>(filter->settings_->ruleset);
  if (const auto where = request.param("where"); !where.empty()) {
    TT_TRY(filter->where_, pipeline::Where::compile(where));
  }
  return filter;
}

bool Filter::fits(const tunnel::StoredEvent& event, std::string_view id) {
  // A kind is a prefix at a colon: urn:gitlab:pipeline also finds urn:gitlab:pipeline:failed.
  if (!kind_.empty()) {
    const std::string kind = event.event.text("kind");
    if (!kind.starts_with(kind_) || (kind.size() > kind_.size() && kind[kind_.size()] != ':'))
      return false;
  }
  if (where_ && !where_->matches(event, id)) return false;
  if (!router_) return true;
  const tmpl::MetaView meta{id, event.meta.seq, event.meta.received_ns, event.meta.entry};
  const auto& exits = router_->ruleset().exits();
  for (std::uint32_t i = 0; i < exits.size(); ++i) {
    if (!exit_.empty() && exits[i] != exit_) continue;
    const rules::Rule* rule = router_->decide(event.event, meta, i);
    if (rule && (rule_.empty() || rule->name == rule_)) return true;
  }
  return false;
}

std::vector<std::string> Filter::warnings() const {
  return where_ ? where_->warnings() : std::vector<std::string>();
}

void append_event(std::string& out, const tunnel::StoredEvent& event, std::string_view id) {
  out += "{\"id\":\"";
  out += id;
  out += "\",\"received\":\"" + format_time_us(event.meta.received_ns) + "\",\"entry\":";
  append_json_string(out, event.meta.entry);
  out += ",\"event\":";
  out += event.event.json;
  out += '}';
}

namespace {

/// Adds what fits of [from, until), in order. Of more than fit into an answer it keeps the first
/// ones, or the newest ones, and says where the rest is.
Status scan(pipeline::Daemon& daemon, Filter& filter, tunnel::Seq from, tunnel::Seq until,
            const Range& range, Page& page) {
  tunnel::Tunnel& tunnel = daemon.tunnel();
  const auto scan = tunnel.scan(from);
  while (true) {
    if (!range.newest_first && daemon.clock().steady_ns() > range.end_ns) {
      page.next = from;
      return {};
    }
    TT_TRY(const auto batch, scan->next(pipeline::kReadBytesMax));
    if (!batch) return {};
    for (const tunnel::StoredEvent& event : batch->events()) {
      if (event.meta.seq < from) continue;
      if (event.meta.seq >= until) return {};
      const std::string id = tunnel::format_id(tunnel.log_id(), event.meta.seq);
      if (!filter.fits(event, id)) continue;
      if (!range.newest_first && page.is_full(range.limit)) {
        page.next = event.meta.seq;
        return {};
      }
      Found& one = page.found.emplace_back(Found{event.meta.seq, {}});
      append_event(one.json, event, id);
      page.bytes += one.json.size();
      while (page.found.size() > 1 && page.is_over(range.limit)) {
        page.bytes -= page.found.front().json.size();
        page.found.pop_front();
        page.next = page.found.front().seq;
      }
    }
    if (batch->next >= until) return {};
    from = batch->next;
  }
}

/// Newest first: windows from the end, each twice as long, so that a page of a long history costs
/// what the page costs.
Status scan_back(pipeline::Daemon& daemon, Filter& filter, const Range& range, Page& page) {
  const tunnel::TunnelStatus status = daemon.tunnel().status();
  const tunnel::Seq begin = std::max(range.from, status.oldest);
  tunnel::Seq end = std::min(range.until, status.visible);
  const auto is_late = [&] { return daemon.clock().steady_ns() > range.end_ns; };
  for (std::uint64_t length = kWindowSeqs; end > begin;
       length = std::min(length * 2, kWindowSeqsMax)) {
    const tunnel::Seq from = end - std::min<std::uint64_t>(length, end - begin);
    Page older;
    Range rest = range;
    rest.limit -= page.found.size();
    TT_CHECK(scan(daemon, filter, from, end, rest, older));
    page.found.insert(page.found.begin(), std::move_iterator(older.found.begin()),
                      std::move_iterator(older.found.end()));
    page.bytes += older.bytes;
    end = from;
    page.next = older.next;
    if (!page.next && from > begin && (page.is_full(range.limit) || is_late())) page.next = from;
    if (page.next) return {};
  }
  return {};
}

}  // namespace

void search(pipeline::Daemon& daemon, const Request& request, net::Responder responder) {
  const auto range = range_of(request, daemon);
  if (!range.ok()) return responder.answer(error_answer(range.error()));
  auto filter = Filter::make(request, daemon);
  if (!filter.ok()) return responder.answer(error_answer(filter.error()));

  Page page;
  const Status scanned = range->newest_first
                             ? scan_back(daemon, **filter, *range, page)
                             : scan(daemon, **filter, range->from, range->until, *range, page);
  if (!scanned) return responder.answer(error_answer(scanned.error()));
  std::deque<Found>& found = page.found;
  if (range->newest_first) std::reverse(found.begin(), found.end());
  std::string body = "{\"events\":[";
  for (const Found& one : found) {
    if (body.back() == '}') body += ',';
    body += one.json;
  }
  body += "],\"next\":" + (page.next ? json_string(std::to_string(*page.next)) : "null");
  if (const auto warnings = (*filter)->warnings(); !warnings.empty()) {
    portals::JsonWriter json;
    json.list();
    for (const std::string& one : warnings) json.text(one);
    body += ",\"warnings\":" + json.end().take();
  }
  body += '}';
  responder.answer(json_answer(std::move(body)));
}

void show_event(pipeline::Daemon& daemon, const Request& request, net::Responder responder) {
  constexpr std::string_view kWhy = "/why";
  if (request.path.ends_with(kWhy)) {
    Request of_event = request;
    of_event.path.resize(of_event.path.size() - kWhy.size());
    return show_why(daemon, of_event, std::move(responder));
  }
  const std::string_view form = request.param("as");
  if (!form.empty() && form != "test" && form != "json")
    return responder.answer(error_answer(400, "as is json or test"));
  const auto found = find_event(daemon, request.path);
  if (!found.ok()) return responder.answer(error_answer(found.error()));
  if (form == "test")
    return responder.answer(
        {.content_type = "application/yaml",
         .body = rehearse::as_test(daemon.settings(), daemon.tunnel().log_id(), found->event)});
  std::string body;
  append_event(body, found->event, request.path);
  responder.answer(json_answer(std::move(body)));
}

}  // namespace tt::api
