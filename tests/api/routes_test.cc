// The table of routes, and what programs and people are told of it.
// SPDX-License-Identifier: Apache-2.0
#include "api/routes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>

#include "api/api.h"
#include "pipeline/claims.h"
#include "portals/kit/json.h"

namespace tt::api {
namespace {

TEST(Routes, every_route_is_in_openapi_under_its_path_and_method) {
  const auto described = portals::parse_json(openapi_json());
  ASSERT_TRUE(described);
  const auto* paths = portals::map_at(*described, "paths");
  ASSERT_TRUE(paths);
  for (const Route& route : routes(nullptr)) {
    const auto* path = paths->if_contains(route.path);
    ASSERT_TRUE(path && path->is_object()) << route.path;
    const char* method = route.method == "POST" ? "post" : "get";
    EXPECT_TRUE(path->get_object().contains(method)) << route.method << " " << route.path;
  }
}

TEST(Routes, no_entry_may_take_the_requests_of_a_route) {
  for (const Route& route : routes(nullptr)) {
    const bool is_event = route.path.starts_with("/api/v1/events");
    EXPECT_NE(pipeline::is_path_of_api(route.path), is_event) << route.path;
  }
}

TEST(Routes, answers_to_events_are_described_with_their_bodies) {
  const auto described = portals::parse_json(openapi_json());
  ASSERT_TRUE(described);
  const auto* post = portals::map_at(*described, "paths");
  ASSERT_TRUE(post);
  post = portals::map_at(post->at("/api/v1/events"), "post.responses");
  ASSERT_TRUE(post);
  for (const char* status : {"202", "400", "401", "403", "413", "415", "422", "429", "503"}) {
    ASSERT_TRUE(post->contains(status)) << status;
    const std::string_view schema =
        portals::text_at(post->at(status).at("content").at("application/json"), "schema.$ref");
    std::string path(schema.substr(std::min<std::size_t>(schema.size(), 2)));  // Without `#/`.
    std::replace(path.begin(), path.end(), '/', '.');
    EXPECT_TRUE(portals::map_at(*described, path + ".properties")) << schema;
    EXPECT_NE(api_page().find("\n| " + std::string(status) + " | "), std::string::npos) << status;
  }
  EXPECT_TRUE(post->at("429").at("headers").as_object().contains("Retry-After"));
}

TEST(Routes, every_parameter_says_what_it_means) {
  const std::string page = api_page();
  for (const Route& route : routes(nullptr)) {
    EXPECT_NE(page.find("`" + std::string(route.path) + "`"), std::string::npos) << route.path;
    if (route.parameters.empty()) continue;
    const std::string first(route.parameters.substr(0, route.parameters.find(' ')));
    EXPECT_NE(page.find("\n| `" + first + "` | "), std::string::npos) << first;
  }
}

TEST(Routes, rows_of_one_method_and_prefix_share_their_handler) {
  const auto all = routes(nullptr);
  for (const Route& a : all) {
    for (const Route& b : all) {
      if (a.method != b.method || !a.is_prefix() || a.prefix() != b.prefix()) continue;
      const auto handler = [](const Route& route) {
        const auto* function =
            route.handler.target<void (*)(pipeline::Daemon&, const Request&, net::Responder)>();
        return function ? *function : nullptr;
      };
      EXPECT_EQ(handler(a), handler(b)) << a.path << " " << b.path;
    }
  }
}

}  // namespace
}  // namespace tt::api
