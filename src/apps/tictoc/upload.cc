// Requests of at most 1 MiB or 5,000 events: well within what an entry accepts unless told
// otherwise.
// SPDX-License-Identifier: Apache-2.0
#include "apps/tictoc/upload.h"

#include <algorithm>
#include <cstdio>

#include "base/digest.h"
#include "base/random.h"
#include "base/text.h"

namespace tt::tictoc {
namespace {

constexpr std::size_t kPartBytes = 1u << 20;
constexpr std::size_t kPartEvents = 5000;

const boost::json::array* list_in(const Answer& answer, std::string_view name) {
  const boost::json::object* map = answer.body.if_object();
  const boost::json::value* found = map ? map->if_contains(name) : nullptr;
  return found ? found->if_array() : nullptr;
}

std::string_view text_of(const boost::json::value* value) {
  return value && value->if_string() ? std::string_view(value->get_string()) : "?";
}

std::size_t number_in(const boost::json::object& map, std::string_view name) {
  const boost::json::value* number = map.if_contains(name);
  return number && number->if_int64() ? static_cast<std::size_t>(number->get_int64()) : 0;
}

std::size_t index_of(const boost::json::object& rejected) { return number_in(rejected, "index"); }

}  // namespace

std::vector<Part> cut(std::string_view ndjson, std::string_view file) {
  std::vector<Part> parts{Part{.file = file}};
  std::size_t begin = 0, events = 0, line = 1, events_in_part = 0;
  for (std::size_t at = 0; at < ndjson.size(); ++line) {
    const std::size_t end = std::min(ndjson.find('\n', at), ndjson.size() - 1) + 1;
    const bool is_full = end - begin > kPartBytes || events_in_part == kPartEvents;
    if (is_full && at > begin) {
      parts.back().text = ndjson.substr(begin, at - begin);
      parts.push_back({.file = file, .first_line = line, .events_before = events});
      begin = at;
      events_in_part = 0;
    }
    if (!trim(ndjson.substr(at, end - at)).empty()) ++events, ++events_in_part;
    at = end;
  }
  parts.back().text = ndjson.substr(begin);
  return parts;
}

std::string place_of(const Part& part, std::size_t index) {
  if (part.file.empty()) return "event " + std::to_string(part.events_before + index);
  std::size_t line = part.first_line;
  for (std::size_t at = 0; at < part.text.size(); ++line) {
    const std::size_t end = std::min(part.text.find('\n', at), part.text.size());
    if (!trim(part.text.substr(at, end - at)).empty() && index-- == 0) break;
    at = end + 1;
  }
  return std::string(part.file) + ":" + std::to_string(line);
}

std::string place_of(const Part& part, std::size_t line, std::size_t byte) {
  const std::string place[] = {std::to_string(part.first_line + line - 1), std::to_string(byte)};
  return part.file.empty() ? "line " + place[0] + ", byte " + place[1]
                           : std::string(part.file) + ":" + place[0] + ":" + place[1];
}

std::string random_key() {
  unsigned char bytes[16];
  system_random().fill(bytes);
  return hex({reinterpret_cast<const char*>(bytes), sizeof bytes});
}

Answer post_events(Client& client, std::string body, std::string_view content_type,
                   const std::string& key) {
  return client.post("/api/v1/events", std::move(body), "accepted", content_type,
                     {{"Idempotency-Key", key}});
}

tunnel::UploadAnswer judge(const Answer& answer, const Client& client) {
  using Verdict = tunnel::UploadAnswer::Verdict;
  tunnel::UploadAnswer judged{.status = answer.status};
  if (answer.status == 0)
    judged.text = "no answer from " + client.common().url + ": " + answer.error;
  else if (!answer.error.empty())
    judged.text =
        std::to_string(answer.status) + " from " + client.common().url + ": " + answer.error;
  else
    judged.text = std::to_string(answer.status) + " from " + client.common().url + ": " +
                  printable(trim(answer.text).substr(0, 200));
  if (answer.ok()) {
    if (const boost::json::array* rejected = list_in(answer, "rejected"))
      for (const boost::json::value& one : *rejected)
        if (one.if_object()) judged.rejected.push_back(index_of(one.get_object()));
    return judged;
  }
  const bool is_final =
      answer.status == 400 || answer.status == 413 || answer.status == 415 || answer.status == 422;
  judged.verdict = is_final ? Verdict::kRefused : Verdict::kAway;
  return judged;
}

bool print_accepted(const Answer& answer, bool as_json, const Part& part) {
  const boost::json::array* ids = list_in(answer, "ids");
  if (as_json) {
    std::fputs(answer.text.c_str(), stdout);
  } else if (answer.ok() && ids && !ids->empty()) {
    const std::string_view first = text_of(&ids->front()), last = text_of(&ids->back());
    std::printf("%.*s", static_cast<int>(first.size()), first.data());
    if (ids->size() > 1) std::printf(" .. %.*s", static_cast<int>(last.size()), last.data());
    std::puts("");
  }
  const boost::json::array* rejected = list_in(answer, "rejected");
  if (!rejected) return true;
  for (const boost::json::value& one : *rejected) {
    const boost::json::object* map = one.if_object();
    if (!map) continue;
    const std::string error = printable(text_of(map->if_contains("error")));
    std::fprintf(stderr, "tictoc: %s: rejected: %s\n", place_of(part, index_of(*map)).c_str(),
                 error.c_str());
  }
  return rejected->empty();
}

int report_part(const Answer& answer, const Client& client, const Part& part) {
  const boost::json::object* map = answer.body.if_object();
  const std::size_t line = map ? number_in(*map, "line") : 0;
  if (answer.status != 400 || line == 0) return report(answer, client);
  std::fprintf(stderr, "tictoc: %s: %s\n", place_of(part, line, number_in(*map, "byte")).c_str(),
               printable(text_of(map->if_contains("error"))).c_str());
  return kRefused;
}

}  // namespace tt::tictoc
