// What CEL reads of an event and its meta (design: fields in CEL).
// SPDX-License-Identifier: Apache-2.0
#include "template/event_scope.h"

#include "template/sample_event.h"

namespace tt::tmpl {
namespace {

using sample::Bound;

TEST(EventScope, named_and_well_known_fields_read_empty_when_absent) {
  Bound b(R"({"message":"m"})");
  EXPECT_EQ(b.eval("event.source"), "\"\"");
  EXPECT_EQ(b.eval("event.project"), "\"\"");
  EXPECT_EQ(b.eval("has(event.project)"), "false");
  EXPECT_EQ(b.eval("has(event.message)"), "true");
  EXPECT_EQ(b.eval("event.severity == \"\""), "true");
}

TEST(EventScope, any_other_missing_field_is_an_error) {
  Bound b(R"({"message":"m"})");
  EXPECT_TRUE(b.eval("event.branch").starts_with("error: ")) << b.eval("event.branch");
  EXPECT_EQ(b.eval("has(event.branch)"), "false");
  EXPECT_EQ(b.eval("!has(event.branch) || event.branch != \"main\""), "true");
}

TEST(EventScope, dotted_names_are_fields) {
  Bound b(R"({"message":"m","raw":{"a":{"b":1}}})");
  EXPECT_EQ(b.eval("event.raw.a.b"), "1");
  EXPECT_EQ(b.eval("event[\"raw.a.b\"]"), "1");
  EXPECT_EQ(b.eval("event.?raw.a.b.orValue(2)"), "1");
  EXPECT_EQ(b.eval("event.?raw.a.c.orValue(2)"), "2");
}

TEST(EventScope, numbers_are_int_or_double_as_written) {
  Bound b(
      R"({"message":"m","a":3,"b":3.0,"c":3e0,"d":9223372036854775807,"e":9223372036854775808,"f":-0})");
  EXPECT_EQ(b.eval("type(event.a) == int && event.a == 3"), "true");
  EXPECT_EQ(b.eval("type(event.b) == double"), "true");
  EXPECT_EQ(b.eval("type(event.c) == double"), "true");
  EXPECT_EQ(b.eval("event.d == 9223372036854775807"), "true");
  EXPECT_EQ(b.eval("type(event.e) == double"), "true");
  EXPECT_EQ(b.eval("event.f == 0"), "true");
}

TEST(EventScope, a_number_out_of_range_is_an_error) {
  Bound b(R"({"message":"m","a":1e999})");
  const std::string value = b.eval("event.a > 1.0");
  EXPECT_TRUE(value.starts_with("error: ") || value == "true") << value;
}

TEST(EventScope, scalars_and_arrays_keep_their_types) {
  Bound b(R"({"message":"m","t":true,"n":null,"l":["a","b\n",1,2.5,true,null],"e":[],"o":{}})");
  EXPECT_EQ(b.eval("event.t"), "true");
  EXPECT_EQ(b.eval("event.n == null"), "true");
  EXPECT_EQ(b.eval("event.l"), R"(["a","b\n",1,2.5,true,null])");
  EXPECT_EQ(b.eval("\"a\" in event.l"), "true");
  EXPECT_EQ(b.eval("event.e.size()"), "0");
  EXPECT_EQ(b.eval("event.o.size()"), "0");
}

TEST(EventScope, groups_read_back_as_lists_and_maps) {
  Bound b(
      R"({"message":"m","builds":[{"name":"a","ok":true},{"name":"b","ok":false}],"user":{"name":"x","id":3}})");
  EXPECT_EQ(b.eval("event.builds"), R"([{"name":"a","ok":true},{"name":"b","ok":false}])");
  EXPECT_EQ(b.eval("event.builds.filter(x, !x.ok).map(x, x.name)"), R"(["b"])");
  EXPECT_EQ(b.eval("event.builds[1].name"), "\"b\"");
  EXPECT_EQ(b.eval("event.user"), R"({"name":"x","id":3})");
  EXPECT_EQ(b.eval("event.user.id"), "3");
  EXPECT_EQ(b.eval("has(event.builds)"), "true");
}

TEST(EventScope, a_group_of_more_than_nine_keeps_the_order_of_its_numbers) {
  std::string json = R"({"message":"m")";
  for (int i = 0; i < 12; ++i)
    json += ",\"l." + std::to_string((i * 7) % 12) + ".n\":" + std::to_string((i * 7) % 12);
  Bound b(json + "}");
  EXPECT_EQ(b.eval("event.l.map(x, x.n)"), "[0,1,2,3,4,5,6,7,8,9,10,11]");
}

TEST(EventScope, the_whole_event_is_a_map_of_dotted_names) {
  Bound b(R"({"message":"m","a":{"b":1}})");
  EXPECT_EQ(b.eval("event.exists(k, k == \"a.b\")"), "true");
  EXPECT_EQ(b.eval("[\"a.b\"].map(k, event[k])"), "[1]");
}

TEST(EventScope, escapes_are_read) {
  Bound b(R"({"message":"a\u00e4\n\ud83d\ude00","k\u0065y":"v"})");
  EXPECT_EQ(b.eval("event.message == \"aä\\n😀\""), "true");
  EXPECT_EQ(b.eval("event.key"), "\"v\"");
}

TEST(EventScope, the_timestamp_is_a_time) {
  Bound b(R"({"message":"m","timestamp":"2026-01-31 12:00"})");
  EXPECT_EQ(b.eval("event.timestamp == timestamp(\"2026-01-31T12:00:00Z\")"), "true");
  EXPECT_EQ(b.eval("event.timestamp.getFullYear()"), "2026");
}

TEST(EventScope, meta_has_its_four_fields) {
  Bound b(R"({"message":"m"})");
  EXPECT_EQ(b.eval("meta.id"), "\"log-7\"");
  EXPECT_EQ(b.eval("meta.seq"), "7");
  EXPECT_EQ(b.eval("meta.entry == \"gitlab\""), "true");
  EXPECT_EQ(b.eval("meta.received"), "\"2026-01-01T00:00:00Z\"");
  EXPECT_TRUE(b.eval("meta.nothing").starts_with("does not compile")) << b.eval("meta.nothing");
}

TEST(EventScope, severities_are_compared_by_rank_only) {
  Bound b(R"({"message":"m","severity":"error"})");
  EXPECT_EQ(b.eval("event.severity.atLeast(\"warning\")"), "true");
  EXPECT_EQ(b.eval("event.severity.atLeast(\"critical\")"), "false");
  EXPECT_TRUE(b.eval("event.severity > \"warning\"").starts_with("does not compile"));
}

TEST(EventScope, a_well_known_field_written_as_a_number_reads_as_its_text) {
  Bound b(R"({"message":"m","status":200})");
  EXPECT_EQ(b.eval("event.status == \"200\""), "true");
}

TEST(EventScope, rebinding_forgets_the_last_event) {
  EventEnvironment environment;
  const auto compile = [&](const char* text) {
    return cel::compile(text, environment.environment()).program;
  };
  const auto a = compile("event.a");
  const auto project = compile("event.project");
  const auto decode = [](const char* json) {
    return event::decode_events(json, event::BodyFormat::kJson, {}, 0).events;
  };
  const auto first = decode(R"({"message":"m","a":"one\n","project":"p"})");
  const auto second = decode(R"({"a":"two\n","message":"m"})");
  const auto third = decode(R"({"message":"m"})");
  EventScope scope(environment);
  scope.rebind(first[0], {});
  EXPECT_EQ(a->evaluate(scope).as_string(), "one\n");
  EXPECT_EQ(project->evaluate(scope).as_string(), "p");
  scope.rebind(second[0], {});
  EXPECT_EQ(a->evaluate(scope).as_string(), "two\n");
  EXPECT_EQ(project->evaluate(scope).as_string(), "");
  scope.rebind(third[0], {});
  EXPECT_TRUE(a->evaluate(scope).is_error());
}

TEST(EventScope, a_field_is_found_wherever_the_next_event_has_it) {
  EventEnvironment environment;
  const auto b = cel::compile("event.b", environment.environment()).program;
  const auto c = cel::compile("event.c", environment.environment()).program;
  const auto events = event::decode_events(R"({"message":"m","a":"1","b":"2","c":"3"}
{"message":"m","b":"4","c":"5"}
{"message":"m","c":"6","b":"7"}
{"message":"m","a":"8","c":"9"}
{"message":"m","\n":"10","b":"11","c":"12"})",
                                           event::BodyFormat::kNdjson, {}, 0)
                          .events;
  ASSERT_EQ(events.size(), 5u);
  EventScope scope(environment);
  std::string seen;
  for (std::size_t i = 0; i < events.size(); ++i) {
    scope.rebind(events[i], {});
    for (const auto& program : {c, b}) {
      const cel::Value value = program->evaluate(scope);
      seen += value.is_error() ? "-" : std::string(value.as_string());
      seen += ' ';
    }
  }
  EXPECT_EQ(seen, "3 2 5 4 6 7 9 - 12 11 ");
}

// A function that says how often it ran.
int calls = 0;

cel::Value is_m(const cel::CallContext&, std::span<const cel::Value> arguments) {
  ++calls;
  if (arguments[0].as_string() == "fails") return cel::Value::error("it failed");
  return cel::Value::boolean(arguments[0].as_string() == "m");
}

TEST(EventScope, what_programs_have_in_common_is_evaluated_once_an_event_and_only_when_needed) {
  Bound b(R"({"message":"m","host":"h"})");
  cel::Environment& environment = b.environment.environment();
  cel::Overload overload;
  overload.id = "is_m_string";
  overload.parameters = {cel::Type::string()};
  overload.result = cel::Type::boolean();
  overload.call = is_m;
  environment.add_function("isM", overload);
  std::vector<std::shared_ptr<const cel::Program>> programs;
  const auto add = [&](std::string_view text) {
    programs.push_back(cel::compile(text, environment).program);
    ASSERT_TRUE(programs.back()) << text;
  };
  add("isM(event.message)");
  environment.add_definition("ours", programs[0]);
  add("event.host == 'h' && isM( event.message )");
  add("ours || event.host == 'x'");
  add("!ours");
  add("[event.message].exists(x, isM(x)) && isM(event.host)");
  add("event.host == 'x' && isM(event.kind)");
  EventScope scope(b.environment, EventScope::Keep::kShared);
  scope.rebind(b.scope->event(), b.scope->meta());
  const auto judge_all = [&] {
    calls = 0;
    std::string verdicts;
    for (const auto& program : programs) verdicts += program->matches(scope) ? '1' : '0';
    for (const auto& program : programs) verdicts += program->evaluate(scope).is_true() ? '1' : '0';
    return verdicts;
  };
  EXPECT_EQ(judge_all(), "111000111000");
  // isM of the message, of x in the list (whose whole is kept), of the host.
  EXPECT_EQ(calls, 3);
  const event::Decoded other =
      event::decode_events(R"({"message":"fails","host":"h"})", event::BodyFormat::kJson, {}, 0);
  scope.rebind(other.events[0], b.scope->meta());
  calls = 0;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(programs[2]->matches(scope));
  EXPECT_EQ(calls, 1) << "an error is not computed again, unless its text is asked for";
  EXPECT_EQ(programs[1]->evaluate(scope).error_text(), "it failed");
}

}  // namespace
}  // namespace tt::tmpl
