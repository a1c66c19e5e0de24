// Tests of portals/kit/entry.h: from a table and pure functions to a configured entry.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/entry.h"

#include <gtest/gtest.h>

#include "config/yaml_reader.h"
#include "template/event_scope.h"

namespace tt::portals {
namespace {

struct Config {
  std::string path = "/hooks/sample";
  Secret token;
  static constexpr auto fields() {
    return std::tuple{config::field("path", &Config::path, "Where it listens."),
                      config::field("token", &Config::token, "Token.").default_text("none")};
  }
};

std::optional<EntryRefusal> decode(const Config&, const EntryRequest& request, const DecodeContext&,
                                   EntryEvents&) {
  if (request.body == "bad") return EntryRefusal{.text = "bad body"};
  return std::nullopt;
}
bool verify(const Config& c, const EntryRequest& request) {
  return c.token.empty() || verify_equal(c.token, request.body);
}
bool has_verifier(const Config& c) { return !c.token.empty(); }

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = entry_portal(EntrySpec<Config>{
      .name = "sample", .decode = decode, .verify = verify, .has_verifier = has_verifier});
  return made;
}

std::unique_ptr<EntryPortal> make(std::string_view yaml) {
  config::Files files;
  config::Diagnostics diagnostics;
  const int file = files.add("test.yaml", std::string(yaml));
  const auto node = config::read_yaml(files, file, diagnostics);
  if (!node) return nullptr;
  config::ParseContext context{.files = files,
                               .diagnostics = diagnostics,
                               .environment = tmpl::shared_event_environment().environment()};
  return descriptor().make(*node, context);
}

TEST(EntryKit, defaults_need_no_options) {
  const auto portal = make("{}");
  ASSERT_TRUE(portal);
  EXPECT_EQ(portal->path(), "/hooks/sample");
  EXPECT_TRUE(portal->listen().empty());
  EXPECT_TRUE(portal->common().auth.empty());
  EXPECT_EQ(portal->common().ack, Ack::kDisk);
  EXPECT_FALSE(portal->has_verifier());
  EXPECT_TRUE(portal->verify({}));
  EXPECT_EQ(portal->answer({}).status, 200);
}

TEST(EntryKit, common_options_are_read) {
  const auto portal = make(R"(
type: sample
auth: [none, {bearer: b3arer}, {basic: {user: u, password: pass}}, {mtls: {san: "DNS:a"}}]
ack: written
max_body: 1MiB
rate: 10/s
allow: [10.0.0.0/8, "2001:db8::/32"]
raw: drop
set: {project: web}
unset: "raw.*"
token: t0ken
)");
  ASSERT_TRUE(portal);
  const EntryCommon& c = portal->common();
  ASSERT_EQ(c.auth.size(), 4u);
  EXPECT_TRUE(c.auth[0].none);
  EXPECT_TRUE(verify_equal(*c.auth[1].bearer, "b3arer"));
  EXPECT_EQ(c.auth[2].basic->user, "u");
  EXPECT_EQ(c.auth[3].mtls_san, std::vector<std::string>{"DNS:a"});
  EXPECT_EQ(c.ack, Ack::kWritten);
  EXPECT_EQ(c.max_body_bytes, 1u << 20);
  EXPECT_DOUBLE_EQ(*c.rate_per_sec, 10);
  EXPECT_EQ(c.allow.size(), 2u);
  EXPECT_EQ(c.raw, Raw::kDrop);
  EXPECT_TRUE(portal->has_verifier());
  EXPECT_FALSE(portal->verify({.body = "wrong"}));
  EXPECT_EQ(portal->show().find("t0ken"), std::string::npos);
}

TEST(EntryKit, a_single_way_may_stand_without_a_list) {
  EXPECT_EQ(make("auth: none")->common().auth.size(), 1u);
  EXPECT_EQ(make("auth: {bearer: s3cret}")->common().auth.size(), 1u);
}

TEST(EntryKit, wrong_options_are_refused) {
  for (const char* yaml :
       {"path: hooks", "path: /", "path: /a/", "path: '/a?b'", "path: //a", "auth: maybe",
        "auth: {}", "auth: {bearer: aaaa, basic: {user: u, password: abcd}}",
        "allow: [10.0.0.0/99]", "ack: sometimes", "max_body: 0", "nonsense: 1"})
    EXPECT_FALSE(make(yaml)) << yaml;
}

}  // namespace
}  // namespace tt::portals
