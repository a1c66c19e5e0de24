// The HTTP side of intake: authorise, decode, append, answer, in that order.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/intake.h"

#include <algorithm>

#include "base/log.h"
#include "base/metric_table.h"
#include "base/text.h"
#include "base/units.h"
#include "config/values.h"
#include "net/compress.h"
#include "pipeline/decode.h"
#include "pipeline/limits.h"
#include "pipeline/own_host.h"
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

net::HttpAnswer slow_down_answer(const std::string& entry, double per_sec, std::int64_t wait_ns) {
  // Rounded up: who waits as long as told gets in.
  const std::string seconds = std::to_string((wait_ns + kNsPerSec - 1) / kNsPerSec);
  net::HttpAnswer answer = error_answer(
      429, "the `rate` of the entry `" + entry + "` is " + config::format_rate(per_sec) +
               " for one sender; come again in " + seconds + " s");
  answer.headers.emplace_back("Retry-After", seconds);
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

bool takes(const portals::EntryDescriptor& type, std::string_view method) {
  if (type.methods == method) return true;
  const auto methods = split(type.methods, ' ');
  return std::find(methods.begin(), methods.end(), method) != methods.end();
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

Intake::Intake(tunnel::Tunnel& tunnel, Clock& clock, Metrics& metrics, Loop& loop,
               AlertMemory& alerts)
    : tunnel_(tunnel), clock_(clock), metrics_(metrics), loop_(loop), alerts_(alerts) {
  table_.store(std::make_shared<const EntryTable>());
}

void Intake::swap(const Settings& settings) {
  auto table = std::make_shared<EntryTable>();
  table->hosts = own_hosts(settings);
  for (const EntrySettings& entry : settings.entries) {
    const auto rate = entry.portal->common().rate_per_sec;
    table->routes.push_back(std::make_shared<const EntryRoute>(
        EntryRoute{entry, entry.portal->path(), counters_of(metrics_, entry.name),
                   rate ? std::make_shared<SenderRates>(*rate) : nullptr}));
  }
  table_.store(std::move(table));
}

std::shared_ptr<const EntryRoute> Intake::find(std::string_view method,
                                               std::string_view path) const {
  const auto table = table_.load();
  const EntryRoute* route = table->match(path);
  return route && takes(*route->entry.type, method)
             ? std::shared_ptr<const EntryRoute>(table, route)
             : nullptr;
}

std::vector<std::string_view> Intake::methods_at(std::string_view path) const {
  const auto table = table_.load();
  const EntryRoute* route = table->match(path);
  return route ? split(route->entry.type->methods, ' ') : std::vector<std::string_view>();
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
    const auto files = route->entry.portal->files();
    all.push_back({.name = route->entry.name,
                   .type = std::string(route->entry.type->name),
                   .path = route->path,
                   .listen = route->entry.portal->listen(),
                   .patterns = files ? files->patterns : std::vector<std::string>(),
                   .requests = c.handled.value() + c.refused.value() + c.unauthorised.value(),
                   .accepted = c.accepted.value(),
                   .rejected = c.rejected.value(),
                   .refused = c.refused.value(),
                   .unauthorised = c.unauthorised.value(),
                   .repeats = c.repeats.value()});
  }
  return all;
}

// The programs of this machine may, and not each page that its browsers show. A page whose own name
// resolves to this machine (DNS rebinding) is of the origin that it asks for: it is told by its
// name.
std::string Intake::page_refusal(const net::HttpRequest& request) const {
  if (request.header("origin").empty()) return {};
  if (portals::is_foreign_origin(*request.headers))
    return "web pages of other origins may not send here";
  // A unix socket has no address that a page could be made to name.
  if (request.peer == "unix" || is_own_host(table_.load()->hosts, request.header("host")))
    return {};
  return "web pages of this Host may not send here: it is not in `api.hosts`";
}

net::Admission Intake::admit(const EntryRoute& route, const net::HttpRequest& request) const {
  const portals::EntryCommon& common = route.entry.portal->common();
  const bool is_open = common.auth.empty() && !route.entry.portal->has_verifier();
  net::Admission admission;
  admission.body_bytes_max =
      common.max_body_bytes ? *common.max_body_bytes : route.entry.type->body_bytes_max;
  if (is_closed_.load(std::memory_order_relaxed)) {
    route.counters.refused.add();
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
  } else if (std::string refusal = is_open ? page_refusal(request) : ""; !refusal.empty()) {
    route.counters.unauthorised.add();
    admission.refusal = error_answer(
        403, refusal + "; `auth: none` at the entry `" + route.entry.name + "` lets everyone");
  } else if (route.rates) {
    const std::int64_t wait_ns = route.rates->wait_ns(request.peer, clock_.steady_ns());
    if (wait_ns == 0) return admission;
    route.counters.refused.add();
    admission.refusal = slow_down_answer(route.entry.name, *common.rate_per_sec, wait_ns);
  }
  return admission;
}

net::HttpAnswer Intake::too_large(const net::HttpRequest& request, std::size_t body_bytes_max,
                                  std::optional<std::size_t> body_bytes) const {
  std::string text = net::too_large_text(body_bytes_max, body_bytes);
  if (const auto route = find(request.method, request.path)) {
    route->counters.refused.add();
    text += "; `max_body` of the entry `" + route->entry.name + "` sets it";
  }
  return error_answer(413, text);
}

void Intake::append(const EntryRoute& route, event::EventBatch events, std::string idempotency_key,
                    std::function<void(const tunnel::Appended&)> done) {
  tunnel::AppendRequest request{
      .events = std::make_shared<const event::EventBatch>(std::move(events)),
      .entry = route.entry.name,
      .idempotency_key = std::move(idempotency_key),
      .level = level_of(route.entry.portal->common().ack)};
  tunnel_.append(std::move(request), [done = std::move(done),
                                      counters = route.counters](const tunnel::Appended& appended) {
    if (appended.status.ok()) {
      if (appended.is_repeat)
        counters.repeats.add();
      else
        counters.accepted.add(appended.count);
    }
    done(appended);
  });
}

net::HttpAnswer Intake::answer(const EntryRoute& route, const tunnel::Appended& appended,
                               const std::vector<event::Rejected>& rejected,
                               std::unique_ptr<net::HttpAnswer> reply) const {
  if (!appended.status.ok()) {
    route.counters.refused.add();
    return append_refusal(appended.status.error());
  }
  route.counters.handled.add();
  if (reply) return *std::move(reply);
  const tunnel::IdText first(tunnel_.log_id(), appended.first);
  const tunnel::IdText last(tunnel_.log_id(), appended.first + appended.count - 1);
  return route.entry.portal->answer({.first_id = first.view(),
                                     .last_id = last.view(),
                                     .accepted = appended.count,
                                     .ack = tunnel::to_string(appended.level),
                                     .rejected = &rejected});
}

void Intake::append_patiently(std::shared_ptr<const EntryRoute> route, event::SharedBatch events,
                              std::function<void(const tunnel::Appended&)> done) {
  try_append({std::move(route), std::move(events), std::move(done)}, true);
}

void Intake::try_append(Waiting waiting, bool may_block) {
  if (is_held_.load(std::memory_order_relaxed)) {
    if (!loop_.post([this, waiting] { wait(waiting); }))
      waiting.done({.status = stopped("shutting down while intake is held")});
    return;
  }
  tunnel::AppendRequest request{.events = waiting.events,
                                .entry = waiting.route->entry.name,
                                .level = level_of(waiting.route->entry.portal->common().ack),
                                .may_block = may_block};
  tunnel_.append(std::move(request),
                 [this, waiting = std::move(waiting)](tunnel::Appended appended) {
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
    for (Waiting& next : std::exchange(waiting_, {})) try_append(std::move(next), false);
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
  // A handshake has nothing to sign.
  if (http.method != "OPTIONS" && !route->entry.portal->verify(request)) {
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
          return responder.answer(error_answer(413, "the decoded body is over the limit of " +
                                                        format_size(decoded_bytes_max(*route)) +
                                                        ", which is fixed; send smaller parts"));
        default:
          return responder.answer(error_answer(400, "the body does not match its encoding"));
      }
    }
    request.body = decoded.bytes;
  }

  // Without a thread's round it is one of its own.
  IntakeRound alone(*this);
  IntakeRound& round = http.round ? static_cast<IntakeRound&>(*http.round) : alone;
  portals::EntryEvents events = round.lend(route, request.body.size());
  if (auto refusal = decode(route->entry, request, events)) {
    round.give_back(std::move(events));
    if (refusal->status == 401)
      counters.unauthorised.add();
    else
      counters.refused.add();
    return responder.answer(refusal_answer(*refusal));
  }
  counters.rejected.add(events.rejected.size());
  if (route->rates)
    route->rates->charge(http.peer, clock_.steady_ns(), std::max<std::size_t>(1, events.count()));
  if (const auto telling = route->entry.portal->alerts(); telling && events.count() > 0) {
    portals::EntryEvents own = round.take_alone(std::move(events));
    return accept_alerts(std::move(route), *telling, std::move(own), std::move(responder));
  }
  if (events.count() == 0) {
    counters.handled.add();
    if (events.reply)
      responder.answer(*std::move(events.reply));
    else
      responder.answer(route->entry.portal->answer(
          {.ack = tunnel::to_string(tunnel_.ack_level()), .rejected = &events.rejected}));
    return round.give_back(std::move(events));
  }
  round.take(std::move(events), std::move(responder));
  if (&round == &alone) round.end();
}

}  // namespace tt::pipeline
