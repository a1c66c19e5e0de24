// set and unset: types, order, what the holes see, what a failure becomes.
// SPDX-License-Identifier: Apache-2.0
#include "rules/rewrite.h"

#include <gtest/gtest.h>

#include <ostream>

#include "world.h"

namespace tt::rules {
namespace {

struct Case {
  std::string name;
  std::string rewrite;  ///< YAML of a flow map's members.
  std::string event;
  std::string expected;
  std::size_t failures = 0;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.rewrite; }

class RewriteCases : public testing::TestWithParam<Case> {};

TEST_P(RewriteCases, gives_the_expected_event) {
  const Case& c = GetParam();
  World world("exits: {a: }\nrules:\n  - {to: a, " + c.rewrite + "}\n");
  ASSERT_TRUE(world.ruleset) << world.printed();
  Router router(world.ruleset);
  const Events events(c.event);
  ASSERT_EQ(events.size(), 1u);
  std::size_t failures = 0;
  EXPECT_EQ(delivered(router, events[0], "a", &failures), c.expected);
  EXPECT_EQ(failures, c.failures);
}

const std::string kEvent =
    R"({"kind":"k","message":"m","n":5,"f":1.5,"t":true,"l":[1,"x"],"g":{"a":1,"b":"y"}})";
const std::string kSame =
    R"({"kind":"k","message":"m","n":5,"f":1.5,"t":true,"l":[1,"x"],"g.a":1,"g.b":"y")";

INSTANTIATE_TEST_SUITE_P(
    Table, RewriteCases,
    testing::Values(
        Case{"text", "set: {x: 'n={{ event.n }}'}", kEvent, kSame + R"(,"x":"n=5"})"},
        Case{"hole_keeps_int", "set: {x: '{{ event.n }}'}", kEvent, kSame + R"(,"x":5})"},
        Case{"hole_keeps_double", "set: {x: '{{ event.f }}'}", kEvent, kSame + R"(,"x":1.5})"},
        Case{"hole_keeps_bool", "set: {x: '{{ event.t }}'}", kEvent, kSame + R"(,"x":true})"},
        Case{"hole_keeps_list", "set: {x: '{{ event.l }}'}", kEvent, kSame + R"(,"x":[1,"x"]})"},
        Case{"group_is_flattened", "set: {x: '{{ event.g }}'}", kEvent,
             kSame + R"(,"x.a":1,"x.b":"y"})"},
        Case{"literals_keep_types", "set: {i: 3, b: false, z: null, s: '3', k: [1, two]}", kEvent,
             kSame + R"(,"i":3,"b":false,"z":null,"s":"3","k":[1,"two"]})"},
        Case{"maps_are_flattened", "set: {x: {y: {z: '{{ event.n }}'}}}", kEvent,
             kSame + R"(,"x.y.z":5})"},
        Case{"replaces_in_place", "set: {n: six}", R"({"kind":"k","message":"m","n":5,"o":1})",
             R"({"kind":"k","message":"m","n":"six","o":1})"},
        Case{"unset_comes_before_set", "set: {g.a: new}, unset: [g.*]", kEvent,
             R"({"kind":"k","message":"m","n":5,"f":1.5,"t":true,"l":[1,"x"],"g.a":"new"})"},
        Case{"unset_name_leaves_group", "unset: g", kEvent, kSame + "}"},
        Case{"unset_prefix_leaves_longer_names", "unset: g.*",
             R"({"kind":"k","message":"m","g":1,"g.a":2,"ga.b":3})",
             R"({"kind":"k","message":"m","g":1,"ga.b":3})"},
        Case{"holes_see_the_stored_event", "set: {n: 6, x: '{{ event.n }}'}, unset: [f]",
             R"({"kind":"k","message":"m","n":5,"f":1})",
             R"({"kind":"k","message":"m","n":6,"x":5})"},
        Case{"holes_see_what_is_unset", "set: {x: '{{ event.f }}'}, unset: [f]",
             R"({"kind":"k","message":"m","f":1})", R"({"kind":"k","message":"m","x":1})"},
        Case{"failed_hole_is_empty_text", "set: {x: 'a{{ event.no }}b'}", kEvent,
             kSame + R"(,"x":"ab"})", 1},
        Case{"failed_hole_is_null_alone", "set: {x: '{{ event.no }}'}", kEvent,
             kSame + R"(,"x":null})", 1},
        Case{
            "named_fields_become_text", "set: {kind: '{{ event.n }}', severity: 5}", kEvent,
            R"({"kind":"5","message":"m","n":5,"f":1.5,"t":true,"l":[1,"x"],"g.a":1,"g.b":"y","severity":"5"})"},
        Case{"message_is_never_empty", "set: {message: '{{ event.no }}'}", kEvent, kSame + "}", 2},
        Case{"bad_timestamp_stays", "set: {timestamp: soon}",
             R"({"timestamp":"2026-01-31T12:00:00.000000Z","kind":"k","message":"m"})",
             R"({"kind":"k","message":"m"})", 1},
        Case{"failed_named_field_is_missing", "set: {view_link: '{{ event.no }}'}",
             R"({"kind":"k","message":"m","view_link":"http://x"})",
             R"({"kind":"k","message":"m"})", 1}),
    [](const auto& info) { return info.param.name; });

TEST(Rewrite, unset_of_message_is_an_error) {
  World world("exits: {a: }\nrules: [{to: a, unset: message}]");
  EXPECT_FALSE(world.ruleset);
  EXPECT_NE(world.printed().find("`message` cannot be removed"), std::string::npos)
      << world.printed();
}

TEST(Rewrite, patterns_are_names_or_prefixes) {
  for (const std::string pattern : {"'*'", "'a*'", "'a.*.b'", "'.*'", "''"}) {
    World world("exits: {a: }\nrules: [{to: a, unset: " + pattern + "}]");
    EXPECT_FALSE(world.ruleset) << pattern;
  }
}

TEST(Rewrite, an_entry_has_set_and_unset_of_its_own) {
  World world("type: http\nset: {project: '{{ meta.entry }}'}\nunset: [secret]\n");
  ASSERT_TRUE(world.root);
  const auto rewrite = parse_rewrite(*world.root, world.environment, world.context);
  ASSERT_TRUE(rewrite) << world.printed();
  const Events events(R"({"kind":"k","message":"m","secret":"s"})");
  event::EventBatch batch;
  event::EventWriter writer(batch);
  writer.begin();
  writer.set_all(events[0]);
  EXPECT_EQ(rewrite->apply(events[0], meta_of("http"), writer), 0u);
  ASSERT_TRUE(writer.finish(kTestNs).ok());
  EXPECT_EQ(batch[0].text("project"), "http");
  EXPECT_EQ(batch[0].find("secret"), nullptr);
}

TEST(Rewrite, an_entry_without_both_has_none) {
  World world("type: http\n");
  ASSERT_TRUE(world.root);
  EXPECT_FALSE(parse_rewrite(*world.root, world.environment, world.context));
  EXPECT_TRUE(world.diagnostics.empty());
}

}  // namespace
}  // namespace tt::rules
