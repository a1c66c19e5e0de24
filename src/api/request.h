// What handlers of the API share: parameters of a request, and answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http_server.h"
#include "pipeline/daemon.h"

namespace tt::portals {
class JsonWriter;
}

namespace tt::api {

/// A request, copied out of the connection so that it can wait for a blocking thread.
struct Request {
  std::string method;
  std::string path;                          ///< Decoded, without the route's prefix.
  std::map<std::string, std::string> query;  ///< Decoded; of a repeated name the last.
  std::string body;
  std::string last_event_id;

  std::string_view param(const std::string& name) const {
    const auto it = query.find(name);
    return it == query.end() ? std::string_view{} : std::string_view(it->second);
  }
};
Request copy_request(const net::HttpRequest& request);

/// Lists end when they have become this long.
constexpr std::size_t kAnswerBytesMax = 64u << 20;

net::HttpAnswer json_answer(std::string body, int status = 200);
/// `{"error": text}` with 400 for kReject, 404 where `text` begins with "no ", 503 for kRetry and
/// kStopped, 500 for kCorrupt.
net::HttpAnswer error_answer(const Error& error);
net::HttpAnswer error_answer(int status, std::string_view text);

/// A member with a number.
portals::JsonWriter& write_number(portals::JsonWriter& json, std::string_view name,
                                  std::uint64_t number);

/// One route's work. Runs on a blocking thread, except for those that never wait.
using Handler = std::function<void(pipeline::Daemon&, const Request&, net::Responder)>;

}  // namespace tt::api
