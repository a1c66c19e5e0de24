// From YAML to structs: values, defaults, lists, references, options of the command line.
// SPDX-License-Identifier: Apache-2.0
#include "config/parse.h"

#include <gtest/gtest.h>

#include "config/sample_config.h"
#include "event/writer.h"

namespace tt::config {
namespace {

using sample::Session;

struct Parsed : Session {
  explicit Parsed(const std::string& yaml) { Session::read("a.yaml", yaml); }
};

TEST(Parse, fills_every_kind) {
  Parsed run(R"(
exits:
  chat:
    type: hipchat
    timeout: 1m30s
    order: strict
    insecure: true
    rate: 30/m
    batch: {events: 7, bytes: 64KiB}
    allow: 10.0.0.0/8
    token: {env: TT_TEST_SET, default: x}
)");
  ASSERT_TRUE(run.config) << run.text();
  const sample::Exit& exit = run.config->exits[0].second;
  EXPECT_EQ(run.config->exits[0].first, "chat");
  EXPECT_EQ(exit.timeout, 90 * kNsPerSec);
  EXPECT_EQ(exit.order, sample::Order::kStrict);
  EXPECT_TRUE(exit.insecure);
  EXPECT_DOUBLE_EQ(exit.rate->per_sec, 0.5);
  EXPECT_EQ(exit.batch.events, 7);
  EXPECT_EQ(exit.batch.bytes, 65536u);
  ASSERT_EQ(exit.allow.size(), 1u);
  EXPECT_TRUE(exit.allow[0].contains("10.1.2.3"));
}

TEST(Parse, what_is_not_given_keeps_its_default) {
  Parsed run("exits: {chat: {type: a}}\n");
  ASSERT_TRUE(run.config);
  const sample::Exit& exit = run.config->exits[0].second;
  EXPECT_EQ(exit.timeout, 20 * kNsPerSec);
  EXPECT_FALSE(exit.rate);
  EXPECT_EQ(exit.batch.events, 500);
  EXPECT_EQ(run.config->listen, "127.0.0.1:8420");
}

TEST(Parse, a_short_form_stands_for_one_option) {
  Parsed run("exits: {chat: {type: a, batch: 20}}\n");
  ASSERT_TRUE(run.config) << run.text();
  EXPECT_EQ(run.config->exits[0].second.batch.events, 20);
}

TEST(Parse, default_templates_belong_to_the_environment_of_the_parse) {
  Parsed run("exits: {chat: {type: a}}\n");
  ASSERT_TRUE(run.config);
  event::EventBatch batch;
  event::EventWriter writer(batch);
  writer.begin();
  writer.set_text("message", "hello");
  ASSERT_TRUE(writer.finish(0).ok());
  const tmpl::EventScope scope(run.environment, batch[0], {});
  EXPECT_EQ(run.config->exits[0].second.message.render(scope), "hello");
}

TEST(Parse, recursive_structs_and_places) {
  Parsed run(
      "rules:\n  - name: a\n    when: 'event.kind == \"x\"'\n    rules:\n      - {name: b, to: "
      "chat}\n");
  ASSERT_TRUE(run.config) << run.text();
  const sample::Rule& a = run.config->rules[0];
  EXPECT_EQ(a.mark.line, 2u);
  EXPECT_TRUE(a.when.program);
  EXPECT_EQ(a.rules[0].to[0].value, "chat");
  EXPECT_EQ(a.rules[0].to[0].mark, (Mark{0, 5, 23, 4}));
}

TEST(Parse, relative_paths_belong_to_the_folder_of_their_file) {
  Session run;
  run.read("/etc/time-tunnel/vortex.yaml", "data: ./data\n");
  ASSERT_TRUE(run.config);
  EXPECT_EQ(run.config->data.text, "/etc/time-tunnel/data");
  EXPECT_EQ(run.config->data.as_given, "./data");
  Parsed absolute("data: /var/lib/tt\n");
  EXPECT_EQ(absolute.config->data.text, "/var/lib/tt");
}

TEST(Parse, a_variable_stands_for_any_value) {
  Parsed run(
      "exits: {chat: {type: a, timeout: {env: TT_TEST_SET}, room: {env: TT_NONE, default: b}}}\n");
  ASSERT_TRUE(run.config) << run.text();
  EXPECT_EQ(run.config->exits[0].second.timeout, 41 * kNsPerSec);
  EXPECT_EQ(run.config->exits[0].second.room, "b");
}

TEST(Parse, a_json_body_may_have_a_member_called_env) {
  Parsed run("exits: {chat: {type: a, body: {env: prod, x: {env: TT_TEST_SET, default: 1}}}}\n");
  ASSERT_TRUE(run.config) << run.text();
  EXPECT_EQ(run.config->exits[0].second.body.as_written(), R"({"env":"prod","x":"41s"})");
}

TEST(Parse, json_leaves_keep_their_types) {
  Parsed run(
      "exits: {chat: {type: a, body: {a: 1.50, b: true, c: null, d: '1', e: [x, -3e4], f: {}, g: "
      "[]}}}\n");
  ASSERT_TRUE(run.config) << run.text();
  EXPECT_EQ(run.config->exits[0].second.body.as_written(),
            R"({"a":1.50,"b":true,"c":null,"d":"1","e":["x",-3e4],"f":{},"g":[]})");
}

TEST(Parse, all_mistakes_are_reported_in_one_run) {
  Parsed run("exits: {a: {typ: x}, b: {type: y, timeout: 3, order: z}}\nrulez: []\n");
  EXPECT_FALSE(run.config);
  EXPECT_EQ(run.diagnostics.list().size(), 5u) << run.text();
}

TEST(Parse, secrets_may_be_errors) {
  Session run;
  run.context.options.secrets_are_errors = true;
  run.read("a.yaml", "exits: {a: {type: x, token: {env: TT_TEST_NOT_SET_AT_ALL}}}\n");
  EXPECT_TRUE(run.diagnostics.has_errors());
  EXPECT_EQ(run.diagnostics.list()[0].code, "missing-secret");
}

TEST(Parse, a_rotated_secret_reveals_its_first_text) {
  Parsed run("exits: {a: {type: x, token: [first, second]}}\n");
  ASSERT_TRUE(run.config);
  EXPECT_EQ(run.config->exits[0].second.token.reveal(), "first");
  EXPECT_EQ(run.config->exits[0].second.token.reveal_all().size(), 2u);
  EXPECT_EQ(run.diagnostics.count(Severity::kWarning), 2u);
}

TEST(Parse, lets_may_be_written_in_any_order) {
  Parsed run("let: {b: 'a && true', a: 'event.kind == \"x\"'}\nrules: [{when: b, to: c}]\n");
  EXPECT_TRUE(run.config) << run.text();
  EXPECT_TRUE(run.diagnostics.empty());
}

TEST(Parse, options_of_the_command_line_are_values_of_the_same_table) {
  Session run;
  run.context.options.is_offline = true;
  const std::vector<std::pair<std::string, std::string>> options{
      {"type", "hipchat"},
      {"batch.events", "7"},
      {"timeout", "3s"},
      {"allow", "10.0.0.1"},
      {"allow", "10.0.0.2"},
      {"insecure", "true"},
      {"token", "s3cret"},
      {"message", "{{ event.kind }}"},
      {"body", "{a: 1, b: '{{ event.kind }}'}"}};
  const Node node = node_from_options(options, run.context);
  const auto exit = parse<sample::Exit>(node, run.context);
  ASSERT_TRUE(exit) << run.text();
  EXPECT_TRUE(run.diagnostics.empty()) << run.text();
  EXPECT_EQ(exit->batch.events, 7);
  EXPECT_EQ(exit->allow.size(), 2u);
  EXPECT_EQ(exit->token.reveal(), "s3cret");
  EXPECT_EQ(exit->body.as_written(), R"({"a":1,"b":"{{ event.kind }}"})");
}

TEST(Parse, mistakes_of_the_command_line_name_the_option) {
  Session run;
  const std::vector<std::pair<std::string, std::string>> options{{"type", "a"}, {"rom", "x"}};
  EXPECT_FALSE(parse<sample::Exit>(node_from_options(options, run.context), run.context));
  EXPECT_NE(run.text().find("unknown key `rom`"), std::string::npos);
}

TEST(Parse, several_tables_share_one_map) {
  struct Common {
    std::string type;
    static constexpr auto fields() { return std::tuple{field("type", &Common::type, "T.")}; }
  };
  struct Own {
    std::string room;
    static constexpr auto fields() { return std::tuple{field("room", &Own::room, "R.")}; }
  };
  Session run;
  Common common;
  Own own;
  const Part parts[] = {{&struct_info<Common>(), &common}, {&struct_info<Own>(), &own}};
  const std::vector<std::pair<std::string, std::string>> options{
      {"type", "a"}, {"room", "b"}, {"set", "c"}};
  constexpr std::string_view kOthers[] = {"set"};
  EXPECT_TRUE(parse_parts(node_from_options(options, run.context), parts, run.context, kOthers));
  EXPECT_EQ(common.type + own.room, "ab");
}

}  // namespace
}  // namespace tt::config
