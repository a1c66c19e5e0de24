// Dead letters over HTTP: list, show, retry, drop.
// SPDX-License-Identifier: Apache-2.0
#include "api/status.h"
#include "base/text.h"
#include "base/units.h"
#include "portals/kit/json.h"
#include "tunnel/tunnel.h"

namespace tt::api {
namespace {

using portals::JsonWriter;

constexpr std::size_t kListMax = 1'000;
constexpr std::size_t kListStep = 16;  // A letter may hold an event of 1 MiB.

void write_letter(JsonWriter& json, const tunnel::DeadLetter& letter, std::string_view log,
                  bool whole) {
  json.map().key("exit").text(letter.exit);
  json.key("number").number(static_cast<std::int64_t>(letter.number));
  json.key("id").text(tunnel::format_id(log, letter.seq));
  if (letter.last_seq) json.key("last_id").text(tunnel::format_id(log, letter.last_seq));
  json.key("reason").text(letter.reason).key("status").number(letter.status);
  json.key("attempts").number(letter.attempts).key("error").text(letter.error);
  json.some("rule", letter.rule).key("entry").text(letter.entry);
  if (letter.first_ns) json.key("first").text(format_time_us(letter.first_ns));
  json.key("last").text(format_time_us(letter.last_ns));
  if (letter.received_ns) json.key("received").text(format_time_us(letter.received_ns));
  if (whole) json.key("request").text(letter.request).key("answer").text(letter.answer);
  json.key("event").raw(letter.event_json.empty() ? "null" : letter.event_json).end();
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

}  // namespace

void list_dead(pipeline::Daemon& daemon, const Request& request, net::Responder responder) {
  tunnel::DeadLetters& letters = daemon.tunnel().dead_letters();
  const std::string_view log = daemon.tunnel().log_id();
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
  const auto& [exit, number] = *target;
  if (number) {
    const auto letter = letters.find(exit, *number);
    if (!letter.ok()) return responder.answer(error_answer(letter.error()));
    write_letter(json, *letter, log, true);
    return responder.answer(json_answer(json.take()));
  }
  auto after = parse_u64(request.param("after")).value_or(0);
  auto left = std::min<std::size_t>(parse_u64(request.param("limit")).value_or(100), kListMax);
  json.map().key("letters").list();
  while (left > 0 && json.str().size() < kAnswerBytesMax) {
    const auto list = letters.list(exit, after, std::min(left, kListStep));
    if (!list.ok()) return responder.answer(error_answer(list.error()));
    if (list->empty()) break;
    for (const tunnel::DeadLetter& letter : *list) write_letter(json, letter, log, false);
    after = list->back().number;
    left -= list->size();
  }
  json.end().end();
  responder.answer(json_answer(json.take()));
}

void retry_dead(pipeline::Daemon& daemon, const Request& request, net::Responder responder) {
  const std::size_t slash = request.path.rfind('/');
  const std::string verb = slash == std::string::npos ? "" : request.path.substr(slash + 1);
  const std::string path = request.path.substr(0, slash);
  const auto target = target_of(path);
  if (!target) return responder.answer(no_letter(path));
  const auto& [exit, number] = *target;
  tunnel::DeadLetters& letters = daemon.tunnel().dead_letters();
  if (verb != "retry" && verb != "drop")
    return responder.answer(error_answer(404, "no such thing to do: " + verb));
  std::vector<std::uint64_t> numbers;
  if (number) {
    numbers.push_back(*number);
  } else {
    const auto list = letters.list(exit, 0, kListMax);
    if (!list.ok()) return responder.answer(error_answer(list.error()));
    for (const tunnel::DeadLetter& letter : *list) numbers.push_back(letter.number);
  }
  std::uint64_t done = 0;
  if (verb == "retry") {
    const auto delivered = daemon.retry_dead(exit, numbers);
    if (!delivered.ok()) return responder.answer(error_answer(delivered.error()));
    done = *delivered;
  } else {
    for (const std::uint64_t one : numbers) {
      if (Status removed = letters.remove(exit, one); !removed)
        return responder.answer(error_answer(removed.error()));
      ++done;
    }
  }
  JsonWriter json;
  json.map().key("tried").number(static_cast<std::int64_t>(numbers.size()));
  json.key("done").number(static_cast<std::int64_t>(done)).end();
  responder.answer(json_answer(json.take()));
}

}  // namespace tt::api
