// Reading the answers of `_bulk`, also those that are longer than the client reads.
// SPDX-License-Identifier: Apache-2.0
#include "portals/exit/elasticsearch/bulk_answer.h"

#include <boost/json.hpp>

#include "base/text.h"
#include "base/utf8.h"
#include "portals/kit/json.h"

namespace tt::portals::exit::elasticsearch {
namespace {

constexpr std::size_t kReasonBytesMax = 300;

std::string reason_of(const boost::json::value& result) {
  std::string text(text_at(result, "error.type"));
  // Before 5.0, and from gateways in front: a text instead of a map.
  if (text.empty()) text = text_at(result, "error");
  for (const char* path : {"error.reason", "error.caused_by.reason"})
    if (const auto reason = text_at(result, path); !reason.empty())
      text.append(text.empty() ? "" : ": ").append(reason);
  return printable(clip_bytes(text, kReasonBytesMax));
}

/// `{"create": {"status": 201}}`
BulkItem read_item(const boost::json::value& value) {
  BulkItem item;
  const boost::json::object* map = value.if_object();
  if (!map || map->size() != 1) return item;
  const boost::json::value& result = map->begin()->value();
  const std::int64_t status = int_at(result, "status");
  if (status < 100 || status > 599) return item;
  item.status = static_cast<int>(status);
  item.text = "HTTP " + std::to_string(status);
  if (const std::string reason = reason_of(result); !reason.empty()) item.text += " " + reason;
  return item;
}

/// A cut answer, closed behind the last item that is whole: `{"errors":..,"items":[{..},{..}]}`.
/// Empty when there is none.
std::string closed(std::string_view body) {
  std::size_t depth = 0, end = 0;
  bool is_string = false;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (is_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        is_string = false;
    } else if (c == '"') {
      is_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
      if (depth == 2 && c == '}') end = i + 1;
    }
  }
  return end == 0 ? "" : std::string(body.substr(0, end)) + "]}";
}

}  // namespace

BulkAnswer read_bulk_answer(std::string_view body) {
  BulkAnswer answer;
  auto json = parse_json(body);
  if (!json && body.size() >= kAnswerBytesMax) {
    answer.is_cut = true;
    json = parse_json(closed(body));
  }
  if (!json) {
    answer.problem = "the answer is no JSON";
    return answer;
  }
  const boost::json::array* items = list_at(*json, "items");
  if (!items) {
    answer.problem = "the answer has no list of items";
    return answer;
  }
  answer.has_errors = bool_at(*json, "errors", true);
  answer.items.reserve(items->size());
  for (const boost::json::value& item : *items) answer.items.push_back(read_item(item));
  return answer;
}

}  // namespace tt::portals::exit::elasticsearch
