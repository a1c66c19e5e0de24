// Dead letters over HTTP: listed, shown, exported; sent again, sent changed, dropped, in bulk too.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/value.hpp>
#include <functional>

#include "api/letter_filter.h"
#include "api/status.h"
#include "base/text.h"
#include "base/units.h"
#include "portals/kit/json.h"
#include "tunnel/tunnel.h"

namespace tt::api {
namespace {

using portals::JsonWriter;

constexpr std::size_t kListStep = 16;  // A letter may hold an event of 1 MiB.

void write_letter(JsonWriter& json, const tunnel::DeadLetter& letter, std::string_view log,
                  bool whole) {
  json.map().key("exit").text(letter.exit);
  json.key("number").number(static_cast<std::int64_t>(letter.number));
  json.key("id").text(tunnel::format_id(log, letter.seq));
  if (letter.last_seq) json.key("last_id").text(tunnel::format_id(log, letter.last_seq));
  json.key("reason").text(letter.reason).key("status").number(letter.status);
  json.key("attempts").number(letter.attempts).key("error").text(letter.error);
  if (letter.replay) json.key("replay").number(static_cast<std::int64_t>(letter.replay));
  json.some("rule", letter.rule).key("entry").text(letter.entry);
  if (letter.first_ns) json.key("first").text(format_time_us(letter.first_ns));
  json.key("last").text(format_time_us(letter.last_ns));
  if (letter.received_ns) json.key("received").text(format_time_us(letter.received_ns));
  if (whole) json.key("request").text(letter.request).key("answer").text(letter.answer);
  json.key("event").raw(letter.event_json.empty() ? "null" : letter.event_json).end();
}

/// Every letter that fits, until `take` says no or there are `filter.limit`. The number of the last
/// one, if there may be more.
Result<std::uint64_t> each_letter(pipeline::Daemon& daemon, const std::string& exit,
                                  const LetterFilter& filter,
                                  const std::function<bool(const tunnel::DeadLetter&)>& take) {
  std::uint64_t after = filter.after;
  for (std::size_t count = 0;;) {
    TT_TRY(const auto list, daemon.tunnel().dead_letters().list(exit, after, kListStep));
    if (list.empty()) return std::uint64_t{0};
    for (const tunnel::DeadLetter& letter : list) {
      after = letter.number;
      if (!filter.fits(letter)) continue;
      if (!take(letter) || ++count >= filter.limit) return after;
    }
  }
}

struct LetterTarget {
  std::string exit;
  std::optional<std::uint64_t> number;  ///< None: all letters of the exit.
};

/// "chat" or "chat/17". Nothing for "chat/x": what names no letter must not mean all of them.
std::optional<LetterTarget> target_of(const std::string& path) {
  const std::size_t slash = path.find('/');
  if (slash == std::string::npos) return LetterTarget{path, std::nullopt};
  const auto number = parse_u64(std::string_view(path).substr(slash + 1));
  if (!number) return std::nullopt;
  return LetterTarget{path.substr(0, slash), number};
}

net::HttpAnswer no_letter(const std::string& path) {
  return error_answer(404, "no dead letter `" + path + "`; letters are EXIT/NUMBER");
}

void write_next(JsonWriter& json, std::uint64_t next) {
  json.key("next");
  if (next)
    json.number(static_cast<std::int64_t>(next));
  else
    json.raw("null");
}

/// An exit that left the configuration may still have letters.
Status check_exit(pipeline::Daemon& daemon, const std::string& name) {
  const auto exits = daemon.exits();
  const auto letters = daemon.tunnel().dead_letters().summary();
  if (std::any_of(exits.begin(), exits.end(), [&](const auto& one) { return one.name == name; }) ||
      std::any_of(letters.begin(), letters.end(),
                  [&](const auto& one) { return one.exit == name; }))
    return {};
  return reject("no exit `" + name + "`, and no dead letter of that name");
}

/// Letters of one exit: as one JSON value, or one a line (`ndjson`), or their events one a line
/// (`events`), which can be sent as they are. Header `TT-Next`: where the next page begins.
void list_letters(pipeline::Daemon& daemon, const std::string& exit, const Request& request,
                  net::Responder responder) {
  if (Status known = check_exit(daemon, exit); !known)
    return responder.answer(error_answer(known.error()));
  const auto filter = filter_of_query(request, daemon);
  if (!filter.ok()) return responder.answer(error_answer(filter.error()));
  const std::string_view form = request.param("as");
  if (!form.empty() && form != "json" && form != "ndjson" && form != "events")
    return responder.answer(error_answer(400, "as is json, ndjson or events"));
  const std::string_view log = daemon.tunnel().log_id();
  const bool is_json = form.empty() || form == "json";
  JsonWriter json;
  std::string lines;
  if (is_json) json.map().key("letters").list();
  const auto next = each_letter(daemon, exit, *filter, [&](const tunnel::DeadLetter& letter) {
    if (is_json) {
      write_letter(json, letter, log, false);
    } else if (form == "ndjson") {
      JsonWriter line;
      write_letter(line, letter, log, true);
      lines += line.take() + "\n";
    } else if (!letter.event_json.empty()) {
      lines += letter.event_json + "\n";
    }
    return json.str().size() + lines.size() < kAnswerBytesMax;
  });
  if (!next.ok()) return responder.answer(error_answer(next.error()));
  if (is_json) {
    json.end();
    write_next(json, *next);
    return responder.answer(json_answer(json.end().take()));
  }
  net::HttpAnswer answer{.content_type = "application/x-ndjson",
                         .body = std::move(lines),
                         .headers = {{"Cache-Control", "no-store"}}};
  if (*next) answer.headers.emplace_back("TT-Next", std::to_string(*next));
  responder.answer(std::move(answer));
}

struct Done {
  std::uint64_t tried = 0, done = 0;
  std::uint64_t next = 0;  ///< 0: nothing is left.
  std::string refused = {}, problem = {};
};

std::string done_json(const Done& done) {
  JsonWriter json;
  json.map().key("tried").number(static_cast<std::int64_t>(done.tried));
  json.key("done").number(static_cast<std::int64_t>(done.done));
  write_next(json, done.next);
  return json.some("refused", done.refused).some("problem", done.problem).end().take();
}

/// A page of the letters that the body chooses; `next` says where the following one begins.
void change_letters(pipeline::Daemon& daemon, const std::string& exit, bool drops,
                    const std::string& body, net::Responder responder) {
  if (Status known = check_exit(daemon, exit); !known)
    return responder.answer(error_answer(known.error()));
  const auto filter = filter_of_body(body, daemon);
  if (!filter.ok()) return responder.answer(error_answer(filter.error()));
  std::vector<std::uint64_t> numbers;
  auto next = each_letter(daemon, exit, *filter, [&](const tunnel::DeadLetter& letter) {
    numbers.push_back(letter.number);
    return true;
  });
  if (!next.ok()) return responder.answer(error_answer(next.error()));
  if (drops) {
    const auto dropped = daemon.drop_dead(exit, numbers);
    if (!dropped.ok()) return responder.answer(error_answer(dropped.error()));
    return responder.answer(json_answer(done_json({numbers.size(), *dropped, *next})));
  }
  const auto report = daemon.retry_dead(exit, numbers);
  // One of one may be gone, as one of many may: here nobody has named it.
  if (!report.ok() && report.error().code == Code::kReject)
    return responder.answer(json_answer(done_json({.next = *next})));
  if (!report.ok()) return responder.answer(error_answer(report.error()));
  const bool is_cut = !numbers.empty() && report->last != numbers.back();
  if (is_cut || !report->problem.empty()) next = report->problem.empty() ? report->last : 0;
  responder.answer(json_answer(
      done_json({report->tried, report->delivered, *next, report->refused, report->problem})));
}

/// `members` are set in the letter's event, the others stay as they are, to the byte.
Result<std::string> merged(pipeline::Daemon& daemon, const LetterTarget& target,
                           std::string_view members) {
  TT_TRY(const auto letter, daemon.tunnel().dead_letters().find(target.exit, *target.number));
  const auto json = portals::parse_json(members);
  members = trim(members);
  if (!json || !json->if_object() || json->if_object()->empty())
    return reject("the body is a JSON object with the members to set");
  std::string_view event = letter.event_json;
  if (!event.ends_with('}')) return reject("this letter has no event");
  event.remove_suffix(1);
  // Of a name that comes twice the last value holds, at the place of the first.
  return std::string(event) + (event == "{" ? "" : ",") + std::string(members.substr(1));
}

void edit_letter(pipeline::Daemon& daemon, const LetterTarget& target, bool sets,
                 const std::string& body, net::Responder responder) {
  auto event = sets ? merged(daemon, target, body) : Result<std::string>(body);
  if (!event.ok()) return responder.answer(error_answer(event.error()));
  const auto sent = daemon.retry_edited(target.exit, *target.number, *event);
  if (!sent.ok()) return responder.answer(error_answer(sent.error()));
  JsonWriter json;
  json.map().key("verdict").text(portals::to_string(sent->verdict.kind));
  json.key("status").number(sent->status).key("text").text(sent->verdict.text);
  json.key("request").text(sent->request).key("answer").text(sent->answer).end();
  responder.answer(json_answer(json.take()));
}

}  // namespace

void list_dead(pipeline::Daemon& daemon, const Request& request, net::Responder responder) {
  tunnel::DeadLetters& letters = daemon.tunnel().dead_letters();
  JsonWriter json;
  if (request.path.empty()) {
    json.map().key("exits").list();
    for (const tunnel::DeadSummary& one : letters.summary()) {
      json.map().key("exit").text(one.exit);
      json.key("count").number(static_cast<std::int64_t>(one.count));
      json.key("oldest").text(format_time_us(one.oldest_ns));
      json.key("newest").text(format_time_us(one.newest_ns)).end();
    }
    return responder.answer(json_answer(json.end().end().take()));
  }
  const auto target = target_of(request.path);
  if (!target) return responder.answer(no_letter(request.path));
  if (!target->number) return list_letters(daemon, target->exit, request, std::move(responder));
  const auto letter = letters.find(target->exit, *target->number);
  if (!letter.ok()) return responder.answer(error_answer(letter.error()));
  write_letter(json, *letter, daemon.tunnel().log_id(), true);
  responder.answer(json_answer(json.take()));
}

void change_dead(pipeline::Daemon& daemon, const Request& request, net::Responder responder) {
  const std::size_t slash = request.path.rfind('/');
  const std::string verb = slash == std::string::npos ? "" : request.path.substr(slash + 1);
  const std::string path = request.path.substr(0, slash);
  const auto target = target_of(path);
  if (!target) return responder.answer(no_letter(path));
  const bool retries = verb == "retry", drops = verb == "drop";
  if (target->number && (verb == "edit" || verb == "set"))
    return edit_letter(daemon, *target, verb == "set", request.body, std::move(responder));
  if (!retries && !drops)
    return responder.answer(error_answer(404, "no such thing to do: " + verb));
  if (!target->number)
    return change_letters(daemon, target->exit, drops, request.body, std::move(responder));
  Done done{.tried = 1};
  if (drops) {
    const auto dropped = daemon.drop_dead(target->exit, {*target->number});
    if (!dropped.ok()) return responder.answer(error_answer(dropped.error()));
    done.done = *dropped;
  } else {
    const auto report = daemon.retry_dead(target->exit, {*target->number});
    if (!report.ok()) return responder.answer(error_answer(report.error()));
    done = {1, report->delivered, 0, report->refused, report->problem};
  }
  responder.answer(json_answer(done_json(done)));
}

}  // namespace tt::api
