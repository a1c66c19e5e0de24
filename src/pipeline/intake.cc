// The HTTP side of intake: authorise, decode, append, answer, in that order.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/intake.h"

#include <algorithm>

#include "base/text.h"
#include "net/compress.h"
#include "pipeline/decode.h"
#include "pipeline/limits.h"
#include "pipeline/own_host.h"
#include "pipeline/refusals.h"
#include "portals/kit/authorise.h"

namespace tt::pipeline {
namespace {

std::size_t decoded_bytes_max(const EntryRoute& route) {
  return route.entry.type->is_strict ? kDecodedBodyBytesMax : kDecodedHookBytesMax;
}

}  // namespace

Intake::Intake(tunnel::Tunnel& tunnel, Clock& clock, Metrics& metrics, Loop& loop,
               AlertMemory& alerts)
    : tunnel_(tunnel),
      clock_(clock),
      metrics_(metrics),
      alerts_(alerts),
      waiting_(tunnel, clock, loop) {
  table_.store(std::make_shared<const EntryTable>());
}

void Intake::swap(const Settings& settings) { table_.store(make_entry_table(settings, metrics_)); }

std::shared_ptr<const EntryRoute> Intake::find(std::string_view method,
                                               std::string_view path) const {
  const auto table = table_.load();
  const EntryRoute* route = table->match(path);
  return route && route->takes(method) ? std::shared_ptr<const EntryRoute>(table, route) : nullptr;
}

std::vector<std::string_view> Intake::methods_at(std::string_view path) const {
  const auto table = table_.load();
  const EntryRoute* route = table->match(path);
  return route ? split(route->entry.type->methods, ' ') : std::vector<std::string_view>();
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
  } else if (waiting_.is_held()) {
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
      .level = route.ack_level()};
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
    const std::size_t bytes_max = decoded_bytes_max(*route);
    decoded = net::decode_content(coding, http.body, bytes_max);
    if (decoded.failure != net::DecodeFailure::kNone) {
      counters.refused.add();
      return responder.answer(unpack_refusal(decoded.failure, bytes_max));
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
    return responder.answer(decode_refusal(*refusal));
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
