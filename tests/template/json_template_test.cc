// JSON trees with holes always give valid JSON.
// SPDX-License-Identifier: Apache-2.0
#include "template/json_template.h"

#include "template/sample_event.h"

namespace tt::tmpl {
namespace {

using sample::Bound;
using Kind = JsonTree::Kind;

JsonTree leaf(Kind kind, std::string text = "") { return {kind, std::move(text), {}}; }

TEST(JsonTemplate, renders_every_kind) {
  Bound b(R"({"message":"say \"hi\"\n","n":3,"tags":["a"]})");
  JsonTree tree{Kind::kMap, "", {}};
  tree.children = {{"text", leaf(Kind::kText, "> {{ event.message }}")},
                   {"count", leaf(Kind::kText, "{{ event.n }}")},
                   {"tags", leaf(Kind::kText, "{{ event.tags }}")},
                   {"missing", leaf(Kind::kText, "{{ event.nothing }}")},
                   {"number", leaf(Kind::kNumber, "1.50")},
                   {"a \"key\"",
                    {Kind::kList,
                     "",
                     {{"", leaf(Kind::kTrue)}, {"", leaf(Kind::kFalse)}, {"", leaf(Kind::kNull)}}}},
                   {"empty", {Kind::kMap, "", {}}}};
  std::vector<JsonTemplateError> errors;
  const JsonTemplate t = JsonTemplate::parse(tree, b.environment.environment(), errors);
  ASSERT_TRUE(errors.empty());
  HoleFailures failures;
  EXPECT_EQ(t.render(*b.scope, &failures),
            R"({"text":"> say \"hi\"\n","count":3,"tags":["a"],"missing":null,"number":1.50,)"
            R"("a \"key\"":[true,false,null],"empty":{}})");
  EXPECT_EQ(failures.count, 1u);
  EXPECT_FALSE(t.is_constant());
}

TEST(JsonTemplate, mistakes_name_the_leaf) {
  EventEnvironment environment;
  JsonTree tree{Kind::kMap, "", {}};
  tree.children = {{"a", leaf(Kind::kNull)},
                   {"b", {Kind::kList, "", {{"", leaf(Kind::kText, "{{ event. }}")}}}}};
  std::vector<JsonTemplateError> errors;
  JsonTemplate::parse(tree, environment.environment(), errors);
  ASSERT_FALSE(errors.empty());
  EXPECT_EQ(errors[0].path, (std::vector<std::size_t>{1, 0}));
}

TEST(JsonTemplate, a_builtin_is_bound_later) {
  Bound b(R"({"message":"m"})");
  JsonTemplate t = JsonTemplate::builtin({{"text", "{{ event.message }}"}});
  t.bind(b.environment.environment());
  EXPECT_EQ(t.render(*b.scope), R"({"text":"m"})");
  EXPECT_EQ(t.as_written(), R"({"text":"{{ event.message }}"})");
}

TEST(JsonTemplate, nothing_is_null) {
  Bound b(R"({"message":"m"})");
  EXPECT_TRUE(JsonTemplate().empty());
  EXPECT_EQ(JsonTemplate().render(*b.scope), "null");
}

}  // namespace
}  // namespace tt::tmpl
