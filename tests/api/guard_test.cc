// The guard: foreign hosts, origins, missing tokens and changes that a page could send.
// SPDX-License-Identifier: Apache-2.0
#include "api/guard.h"

#include <gtest/gtest.h>

namespace tt::api {
namespace {

struct Asked {
  std::string method = "GET";
  net::Headers headers{{"Host", "127.0.0.1:8420"}};
  std::string peer = "127.0.0.1";
};

int status_of(const pipeline::Settings& settings, const Asked& asked) {
  net::HttpRequest request;
  request.method = asked.method;
  request.path = "/api/v1/status";
  request.headers = &asked.headers;
  request.peer = asked.peer;
  auto refusal = guard(settings, request);
  if (!refusal) refusal = guard_change(request);
  return refusal ? refusal->status : 200;
}

pipeline::Settings settings_on(const std::string& address) {
  pipeline::Settings settings;
  settings.listen.push_back(*net::parse_listen(address));
  return settings;
}

TEST(Guard, a_host_is_ours_or_is_refused) {
  pipeline::Settings settings = settings_on("127.0.0.1:8420");
  settings.api.hosts = {"events.example.com"};
  const std::pair<const char*, int> cases[] = {
      {"127.0.0.1:8420", 200}, {"localhost:8420", 200},         {"LOCALHOST", 200},
      {"[::1]:8420", 200},     {"events.example.com", 200},     {"Events.Example.Com:443", 200},
      {"evil.example", 403},   {"127.0.0.1.evil.example", 403}, {"", 403}};
  for (const auto& [host, status] : cases)
    EXPECT_EQ(status_of(settings, {.headers = {{"Host", host}}}), status) << host;
  EXPECT_EQ(status_of(settings, {.headers = {}, .peer = "unix"}), 200);
}

TEST(Guard, a_foreign_origin_is_refused_and_our_own_is_not) {
  const pipeline::Settings settings = settings_on("127.0.0.1:8420");
  const auto with_origin = [&](const char* origin) {
    return status_of(settings, {.headers = {{"Host", "localhost:8420"}, {"Origin", origin}}});
  };
  EXPECT_EQ(with_origin("http://localhost:8420"), 200);
  EXPECT_EQ(with_origin("http://localhost:9999"), 403);
  EXPECT_EQ(with_origin("https://evil.example"), 403);
  EXPECT_EQ(with_origin("null"), 403);
}

TEST(Guard, a_change_is_json_because_a_page_can_send_forms) {
  const pipeline::Settings settings = settings_on("127.0.0.1:8420");
  const auto with_type = [&](const char* type) {
    return status_of(
        settings, {.method = "POST", .headers = {{"Host", "localhost"}, {"Content-Type", type}}});
  };
  EXPECT_EQ(with_type("application/json"), 200);
  EXPECT_EQ(with_type("application/json; charset=utf-8"), 200);
  EXPECT_EQ(with_type("text/plain"), 415);
  EXPECT_EQ(with_type("application/x-www-form-urlencoded"), 415);
  EXPECT_EQ(status_of(settings, {.method = "POST"}), 415);
}

TEST(Guard, a_token_is_asked_for_when_one_is_configured) {
  pipeline::Settings settings = settings_on("127.0.0.1:8420");
  portals::Auth auth;
  auth.bearer = Secret("sesame");
  settings.api.auth.push_back(auth);
  EXPECT_EQ(status_of(settings, {}), 401);
  EXPECT_EQ(
      status_of(settings, {.headers = {{"Host", "localhost"}, {"Authorization", "Bearer sesame"}}}),
      200);
  EXPECT_EQ(
      status_of(settings, {.headers = {{"Host", "localhost"}, {"Authorization", "Bearer sesam"}}}),
      401);
}

}  // namespace
}  // namespace tt::api
