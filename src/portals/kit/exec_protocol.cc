// Writing and reading the lines of the exec protocol.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/exec_protocol.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/log.h"
#include "base/text.h"
#include "base/utf8.h"
#include "portals/kit/json.h"

namespace tt::portals {
namespace {

constexpr std::size_t kAnswerTextBytesMax = 1024;

void take_number(const boost::json::value& value, std::vector<std::uint64_t>& out) {
  if (const auto* number = value.if_int64(); number && *number > 0)
    out.push_back(static_cast<std::uint64_t>(*number));
}

VerdictKind code_of(std::string_view word) {
  if (word == "reject") return VerdictKind::kRejected;
  return word == "misconfigured" ? VerdictKind::kMisconfigured : VerdictKind::kRetry;
}

ExecLine::Op op_of(std::string_view word) {
  using Op = ExecLine::Op;
  if (word == "ready") return Op::kReady;
  if (word == "fail") return Op::kFail;
  if (word == "ack") return Op::kAck;
  if (word == "nack") return Op::kNack;
  return word == "event" || word == "events" ? Op::kEvents : Op::kOther;
}

}  // namespace

std::string exec_hello(std::string_view name, std::string_view config) {
  JsonWriter json;
  json.map().key("tt").number(kExecVersion).key("op").text("hello").key("name").text(name);
  return json.key("window").number(kExecWindow).key("config").raw(config).end().take() + "\n";
}

std::string exec_events(std::uint64_t first, const std::vector<std::string_view>& events) {
  JsonWriter json;
  json.map().key("op").text("events").key("n").number(static_cast<std::int64_t>(first));
  json.key("events").list();
  for (const std::string_view event : events) json.raw(event);
  return json.end().end().take() + "\n";
}

std::string exec_ack(const std::vector<std::uint64_t>& numbers) {
  JsonWriter json;
  json.map().key("op").text("ack").key("n").list();
  for (const std::uint64_t number : numbers) json.number(static_cast<std::int64_t>(number));
  return json.end().end().take() + "\n";
}

std::string exec_nack(std::uint64_t number, std::string_view text) {
  JsonWriter json;
  json.map().key("op").text("nack").key("n").number(static_cast<std::int64_t>(number));
  return json.key("code").text("reject").key("text").text(text).end().take() + "\n";
}

std::optional<ExecLine> read_exec_line(std::string_view line, const SecretTexts& secrets) {
  const auto json = parse_json(line);
  if (!json || !json->is_object()) return std::nullopt;
  ExecLine read{.op = op_of(text_at(*json, "op")), .code = code_of(text_at(*json, "code"))};
  if (const auto* n = find_at(*json, "n")) {
    if (const auto* list = n->if_array())
      for (const boost::json::value& one : *list) take_number(one, read.numbers);
    else
      take_number(*n, read.numbers);
  }
  // Masked first: of a secret that stood at the cut the beginning would be shown.
  read.text = printable(clip_bytes(secrets.mask(text_at(*json, "text")), kAnswerTextBytesMax));
  if (const std::int64_t after_ms = int_at(*json, "after_ms", -1); after_ms >= 0)
    read.after_ms = std::min<std::int64_t>(after_ms, 86'400'000);
  read.window = static_cast<int>(
      std::clamp<std::int64_t>(int_at(*json, "window", kExecWindow), 1, kExecWindow));
  return read;
}

void log_exec_line(std::string_view whose, std::string_view name, std::string_view line) {
  constexpr std::string_view kLevels = "DIWE";
  const bool has_level =
      line.size() > 2 && line[1] == ' ' && kLevels.find(line[0]) != std::string_view::npos;
  const char level = has_level ? line[0] : 'I';
  if (has_level) line.remove_prefix(2);
  const log::Fields fields{{whose, name}, {"text", line}};
  if (level == 'E')
    log::error("program", fields);
  else if (level == 'W')
    log::warning("program", fields);
  else if (level == 'D')
    log::debug("program", fields);
  else
    log::info("program", fields);
}

}  // namespace tt::portals
