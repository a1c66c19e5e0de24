// Copies requests, and says errors in one form.
// SPDX-License-Identifier: Apache-2.0
#include "api/request.h"

#include "base/text.h"
#include "portals/kit/json.h"

namespace tt::api {

Request copy_request(const net::HttpRequest& request) {
  Request copy{.method = std::string(request.method),
               .path = percent_decode(request.path).value_or(std::string(request.path)),
               .body = std::string(request.body),
               .last_event_id = std::string(request.header("last-event-id"))};
  for (const std::string_view pair : split(request.query, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    if (const auto name = percent_decode(pair.substr(0, equals), true))
      copy.query[*name] = percent_decode(value, true).value_or(std::string(value));
  }
  return copy;
}

net::HttpAnswer json_answer(std::string body, int status) {
  body += '\n';
  return {.status = status, .body = std::move(body), .headers = {{"Cache-Control", "no-store"}}};
}

net::HttpAnswer error_answer(int status, std::string_view text) {
  return json_answer("{\"error\":" + json_string(text) + "}", status);
}

net::HttpAnswer error_answer(const Error& error) {
  switch (error.code) {
    case Code::kReject:
    case Code::kMisconfigured:
      return error_answer(error.text.starts_with("no ") ? 404 : 400, error.text);
    case Code::kRetry:
    case Code::kStopped: {
      net::HttpAnswer answer = error_answer(503, error.text);
      answer.headers.emplace_back("Retry-After", "5");
      return answer;
    }
    case Code::kCorrupt:
      break;
  }
  return error_answer(500, error.text);
}

portals::JsonWriter& write_number(portals::JsonWriter& json, std::string_view name,
                                  std::uint64_t number) {
  return json.key(name).number(static_cast<std::int64_t>(number));
}

}  // namespace tt::api
