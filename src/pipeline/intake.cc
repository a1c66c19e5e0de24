// The HTTP side of intake: authorise, decode, append, answer, in that order.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/intake.h"

#include <algorithm>

#include "base/log.h"
#include "base/metric_table.h"
#include "base/text.h"
#include "net/compress.h"
#include "pipeline/decode.h"
#include "pipeline/limits.h"
#include "portals/kit/authorise.h"

namespace tt::pipeline {
namespace {

net::HttpAnswer error_answer(int status, std::string_view text) {
  return {.status = status, .body = "{\"error\":" + json_string(text) + "}\n"};
}

net::HttpAnswer busy_answer(std::string_view text) {
  net::HttpAnswer answer = error_answer(503, text);
  answer.headers.emplace_back("Retry-After", "5");
  return answer;
}

// One body for every failed authentication, so that a stranger learns nothing.
net::HttpAnswer unauthorised_answer() {
  net::HttpAnswer answer = error_answer(401, "not authorised");
  answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  return answer;
}

/// A request that can never be stored is not asked for again.
net::HttpAnswer append_refusal(const Error& error) {
  return error.code == Code::kReject ? error_answer(413, error.text) : busy_answer(error.text);
}

net::HttpAnswer refusal_answer(const portals::EntryRefusal& refusal) {
  if (refusal.status == 401) return unauthorised_answer();
  if (!refusal.body.empty()) return {.status = refusal.status, .body = refusal.body};
  return error_answer(refusal.status, refusal.text);
}

EntryCounters counters_of(Metrics& metrics, const std::string& entry) {
  const auto requests = [&](const char* result) -> Counter& {
    return counter(metrics, "tt_entry_requests_total", {{"entry", entry}, {"result", result}});
  };
  const auto events = [&](const char* result) -> Counter& {
    return counter(metrics, "tt_entry_events_total", {{"entry", entry}, {"result", result}});
  };
  return {requests("handled"), events("accepted"),       events("rejected"),
          requests("refused"), requests("unauthorised"), requests("repeat")};
}

std::size_t decoded_bytes_max(const EntryRoute& route) {
  return route.entry.type->is_strict ? kDecodedBodyBytesMax : kDecodedHookBytesMax;
}

tunnel::AckLevel level_of(portals::Ack ack) {
  switch (ack) {
    case portals::Ack::kMemory:
      return tunnel::AckLevel::kMemory;
    case portals::Ack::kWritten:
      return tunnel::AckLevel::kWritten;
    case portals::Ack::kDisk:
      break;
  }
  return tunnel::AckLevel::kDisk;
}

}  // namespace

const EntryRoute* EntryTable::match(std::string_view path) const {
  const EntryRoute* best = nullptr;
  for (const auto& route : routes) {
    const std::string& own = route->path;
    if (own.empty() || !path.starts_with(own)) continue;
    if (path.size() > own.size() && path[own.size()] != '/') continue;
    if (!best || own.size() > best->path.size()) best = route.get();
  }
  return best;
}

Intake::Intake(tunnel::Tunnel& tunnel, Clock& clock, Metrics& metrics, Loop& loop)
    : tunnel_(tunnel), clock_(clock), metrics_(metrics), loop_(loop) {
  table_.store(std::make_shared<const EntryTable>());
}

void Intake::swap(const Settings& settings) {
  auto table = std::make_shared<EntryTable>();
  for (const EntrySettings& entry : settings.entries) {
    const auto rate = entry.portal->common().rate_per_sec;
    table->routes.push_back(std::make_shared<const EntryRoute>(
        EntryRoute{entry, entry.portal->path(), counters_of(metrics_, entry.name),
                   rate ? std::make_shared<SenderRates>(*rate) : nullptr}));
  }
  table_.store(std::move(table));
}

std::shared_ptr<const EntryRoute> Intake::find(std::string_view path) const {
  const auto table = table_.load();
  const EntryRoute* route = table->match(path);
  return route ? std::shared_ptr<const EntryRoute>(table, route) : nullptr;
}

std::shared_ptr<const EntryRoute> Intake::find_name(std::string_view name) const {
  for (const auto& route : table_.load()->routes)
    if (route->entry.name == name) return route;
  return nullptr;
}

std::vector<EntryStatus> Intake::status() const {
  std::vector<EntryStatus> all;
  for (const auto& route : table_.load()->routes) {
    const EntryCounters& c = route->counters;
    all.push_back({.name = route->entry.name,
                   .type = std::string(route->entry.type->name),
                   .path = route->path,
                   .listen = route->entry.portal->listen(),
                   .requests = c.requests.value(),
                   .accepted = c.accepted.value(),
                   .rejected = c.rejected.value(),
                   .refused = c.refused.value(),
                   .unauthorised = c.unauthorised.value(),
                   .repeats = c.repeats.value()});
  }
  return all;
}

net::Admission Intake::admit(const EntryRoute& route, const net::HttpRequest& request) const {
  const portals::EntryCommon& common = route.entry.portal->common();
  net::Admission admission;
  admission.body_bytes_max =
      common.max_body_bytes ? *common.max_body_bytes : route.entry.type->body_bytes_max;
  if (is_closed_.load(std::memory_order_relaxed)) {
    admission.refusal = busy_answer("shutting down");
  } else if (is_held_.load(std::memory_order_relaxed)) {
    route.counters.refused.add();
    admission.refusal = busy_answer("an exit with `when_full: block` is at its `max_lag`");
  } else if (!portals::allows_peer(common, request.peer)) {
    route.counters.unauthorised.add();
    admission.refusal = error_answer(403, "this address is not in `allow`");
  } else if (!portals::authorised(common.auth, *request.headers, request.client_certificate)) {
    route.counters.unauthorised.add();
    admission.refusal = unauthorised_answer();
  } else if (route.rates && !route.rates->allows(request.peer, clock_.steady_ns())) {
    route.counters.refused.add();
    admission.refusal = error_answer(429, "more than the `rate` of this entry; send slower");
    admission.refusal->headers.emplace_back("Retry-After", "1");
  }
  return admission;
}

void Intake::append(const EntryRoute& route, portals::EntryEvents events,
                    std::function<void(tunnel::Appended, std::vector<event::Rejected>)> done) {
  const auto level = level_of(route.entry.portal->common().ack);
  tunnel::AppendRequest request{
      .events = std::make_shared<const event::EventBatch>(std::move(events.events)),
      .entry = route.entry.name,
      .idempotency_key = std::move(events.idempotency_key),
      .level = level};
  tunnel_.append(std::move(request),
                 [rejected = std::move(events.rejected), done = std::move(done),
                  counters = route.counters](tunnel::Appended appended) mutable {
                   if (appended.status.ok()) {
                     if (appended.is_repeat)
                       counters.repeats.add();
                     else
                       counters.accepted.add(appended.count);
                   }
                   done(std::move(appended), std::move(rejected));
                 });
}

void Intake::append_patiently(std::shared_ptr<const EntryRoute> route, event::SharedBatch events,
                              std::function<void(const tunnel::Appended&)> done) {
  if (is_held_.load(std::memory_order_relaxed)) {
    Waiting waiting{std::move(route), std::move(events), std::move(done)};
    if (!loop_.post([this, waiting] { wait(waiting); }))
      waiting.done({.status = stopped("shutting down while intake is held")});
    return;
  }
  tunnel::AppendRequest request{.events = events,
                                .entry = route->entry.name,
                                .level = level_of(route->entry.portal->common().ack)};
  tunnel_.append(std::move(request),
                 [this, waiting = Waiting{std::move(route), std::move(events), std::move(done)}](
                     tunnel::Appended appended) {
                   if (!appended.status.ok() && appended.status.error().code == Code::kRetry &&
                       loop_.post([this, waiting] { wait(waiting); }))
                     return;
                   if (appended.status.ok()) waiting.route->counters.accepted.add(appended.count);
                   waiting.done(appended);
                 });
}

void Intake::wait(Waiting waiting) {
  waiting_.push_back(std::move(waiting));
  if (is_stopped_.load()) return end_waiting();
  if (waiting_.size() > 1) return;  // The first one has set the timer.
  loop_.at(clock_.steady_ns() + kNsPerSec, [this] {
    for (Waiting& next : std::exchange(waiting_, {}))
      append_patiently(std::move(next.route), std::move(next.events), std::move(next.done));
  });
}

void Intake::stop() {
  is_stopped_.store(true);
  loop_.run([this] { end_waiting(); });
}

void Intake::end_waiting() {
  for (const Waiting& waiting : std::exchange(waiting_, {}))
    waiting.done({.status = stopped("shutting down while the tunnel has no room")});
}

void Intake::accept(std::shared_ptr<const EntryRoute> route, const net::HttpRequest& http,
                    net::Responder responder) {
  const EntryCounters& counters = route->counters;
  counters.requests.add();
  // Again, though admit() asked: a reload may have put another entry on this path meanwhile.
  const portals::EntryCommon& common = route->entry.portal->common();
  if (!portals::allows_peer(common, http.peer) ||
      !portals::authorised(common.auth, *http.headers, http.client_certificate)) {
    counters.unauthorised.add();
    return responder.answer(unauthorised_answer());
  }
  portals::EntryRequest request{.method = http.method,
                                .path = http.path.substr(route->path.size()),
                                .query = http.query,
                                .headers = http.headers,
                                .body = http.body,
                                .peer = http.peer,
                                .now_ns = clock_.wall_ns()};
  // Signatures cover the bytes on the wire, so they are checked before any decoding.
  if (!route->entry.portal->verify(request)) {
    counters.unauthorised.add();
    return responder.answer(unauthorised_answer());
  }

  const std::string_view coding = http.header("content-encoding");
  net::Decoded decoded;
  if (!coding.empty() && !equal_ignoring_case(coding, "identity")) {
    decoded = net::decode_content(coding, http.body, decoded_bytes_max(*route));
    if (decoded.failure != net::DecodeFailure::kNone) {
      counters.refused.add();
      switch (decoded.failure) {
        case net::DecodeFailure::kUnknownCoding:
          return responder.answer(
              error_answer(415, "unknown content encoding; gzip, deflate and zstd are understood"));
        case net::DecodeFailure::kTooLarge:
          return responder.answer(error_answer(413, "the decoded body is over the limit"));
        default:
          return responder.answer(error_answer(400, "the body does not match its encoding"));
      }
    }
    request.body = decoded.bytes;
  }

  portals::EntryEvents events;
  if (auto refusal = decode(route->entry, request, events)) {
    if (refusal->status == 401)
      counters.unauthorised.add();
    else
      counters.refused.add();
    return responder.answer(refusal_answer(*refusal));
  }
  counters.rejected.add(events.rejected.size());
  if (route->rates)
    route->rates->charge(http.peer, clock_.steady_ns(),
                         std::max<std::size_t>(1, events.events.size()));
  if (events.events.empty())
    return responder.answer(route->entry.portal->answer(
        {.ack = tunnel::to_string(tunnel_.ack_level()), .rejected = &events.rejected}));

  append(*route, std::move(events),
         [this, route, responder](tunnel::Appended appended,
                                  std::vector<event::Rejected> rejected) mutable {
           if (!appended.status.ok())
             return responder.answer(append_refusal(appended.status.error()));
           const tunnel::Seq last = appended.first + appended.count - 1;
           responder.answer(route->entry.portal->answer(
               {.first_id = tunnel::format_id(tunnel_.log_id(), appended.first),
                .last_id = tunnel::format_id(tunnel_.log_id(), last),
                .accepted = appended.count,
                .ack = tunnel::to_string(appended.level),
                .rejected = &rejected}));
         });
}

}  // namespace tt::pipeline
