// A daemon with its API, asked over HTTP; answers are read as JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "api/api.h"
#include "base/text.h"
#include "pipeline/daemon_fixture.h"

namespace tt::api::testing {

namespace json = boost::json;
using pipeline::testing::Target;
using pipeline::testing::webhook;

class ApiTest : public pipeline::testing::DaemonTest {
 protected:
  ApiMaker make_api() override { return make_handler; }

  /// One entry `events`, one exit `hook` that gets what is critical and what is of kind urn:a.
  void start_usual() {
    start("entries:\n  events: {type: http, path: /api/v1/events}\nexits:\n" +
          webhook("hook", target_) +
          "rules:\n"
          "  - {name: urgent, when: 'event.severity == \"critical\"', to: hook}\n"
          "  - {name: kind a, when: 'event.kind == \"urn:a\"', to: hook}\n");
  }
  /// GET; a status other than `status` fails the test.
  json::value read(const std::string& path, int status = 200) {
    return parsed(get("/api/v1" + path), status, path);
  }
  json::value change(const std::string& path, int status = 200, const std::string& body = "{}") {
    return parsed(post("/api/v1" + path, body), status, path);
  }
  static json::value parsed(const Answer& answer, int status, const std::string& path) {
    EXPECT_EQ(answer.status, status) << path << ": " << answer.body << answer.error;
    json::error_code error;
    json::value value = json::parse(answer.body, error);
    EXPECT_FALSE(error) << path << ": " << answer.body;
    return value;
  }
  /// The messages of a search's answer, in its order.
  static std::vector<std::string> messages(const json::value& found) {
    std::vector<std::string> all;
    for (const json::value& one : found.at("events").as_array())
      all.emplace_back(one.at("event").at("message").as_string());
    return all;
  }
  static std::string text(const json::value& value, const char* name) {
    return std::string(value.at(name).as_string());
  }
  /// An event that the target refuses; its letter is there on return.
  tunnel::Seq refused(const std::string& message) {
    target_.answer({400});
    const tunnel::Seq seq =
        append("events", "{\"message\":\"" + message + "\",\"severity\":\"critical\"}");
    EXPECT_TRUE(eventually([&] { return exit("hook").behind == 0; }));
    return seq;
  }

  Target target_;
};

}  // namespace tt::api::testing
