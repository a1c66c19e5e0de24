// Tests of portals/plugin/option_schema: schemas of plugins, right and wrong.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/option_schema.h"

#include <gmock/gmock.h>

namespace tt::portals::plugin {
namespace {

constexpr std::string_view kSchema = R"({
  "type": "object", "additionalProperties": false, "required": ["url"],
  "properties": {
    "url": {"type": "string", "minLength": 1, "description": "Where.", "examples": ["tcp://a:1"]},
    "count": {"type": "integer", "minimum": 1, "default": 3},
    "token": {"writeOnly": true, "pattern": "^[0-9]+$"},
    "subject": {"type": "string", "x-template": true, "maxLength": 1},
    "list": {"type": "array", "items": {"type": "string"}},
    "tree": {"type": "object"}}})";

TEST(OptionSchema, properties_are_options) {
  const auto schema = OptionSchema::parse(kSchema);
  ASSERT_TRUE(schema.ok()) << schema.error().text;
  using Form = SchemaOption::Form;
  std::vector<Form> forms;
  for (const SchemaOption& option : (*schema)->options()) forms.push_back(option.form);
  EXPECT_THAT(forms, testing::ElementsAre(Form::kText, Form::kNumber, Form::kSecret,
                                          Form::kTemplate, Form::kTexts, Form::kOther));
  const SchemaOption& url = (*schema)->options()[0];
  EXPECT_TRUE(url.is_required);
  EXPECT_EQ(url.doc, "Where.");
  EXPECT_EQ(url.example, "tcp://a:1");
  EXPECT_EQ((*schema)->options()[1].default_json, "3");
}

TEST(OptionSchema, faults_name_their_option) {
  const auto schema = OptionSchema::parse(kSchema);
  ASSERT_TRUE(schema.ok());
  EXPECT_TRUE((*schema)->check(R"({"url":"u","count":1})").empty());
  // Neither the pattern of a secret nor the length of a template is asked: they are not known yet.
  EXPECT_TRUE((*schema)->check(R"({"url":"u","token":"***","subject":"{{ x }}"})").empty());
  const auto faults = (*schema)->check(R"({"url":"u","count":0})");
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].option, "count");
  EXPECT_FALSE((*schema)->check("{}").empty());
  EXPECT_FALSE((*schema)->check(R"({"url":"u","none":1})").empty());
  EXPECT_FALSE((*schema)->check("no json").empty());
}

TEST(OptionSchema, faults_say_what_was_expected_and_what_was_found) {
  const auto schema = OptionSchema::parse(R"({"type": "object", "properties": {
      "into": {"type": "string", "enum": ["list", "stream", "channel"]},
      "level": {"enum": [1, "two"]},
      "count": {"type": "integer"}, "fast": {"type": "boolean"}}})");
  ASSERT_TRUE(schema.ok()) << schema.error().text;
  EXPECT_THAT((*schema)->options()[1].choices, testing::ElementsAre("1", "two"));
  const auto fault = [&](std::string_view json) {
    const auto faults = (*schema)->check(json);
    EXPECT_EQ(faults.size(), 1u) << json;
    return faults.empty() ? "" : faults[0].text + " / " + faults[0].hint;
  };
  EXPECT_EQ(fault(R"({"into":"steam"})"),
            "expected one of `list`, `stream`, `channel`, found `steam` / did you mean `stream`?");
  EXPECT_EQ(fault(R"({"level":2})"), "expected one of `1`, `two`, found `2` / ");
  EXPECT_EQ(fault(R"({"count":"many"})"), "expected a whole number, found `many` / ");
  EXPECT_EQ(fault(R"({"fast":[]})"), "expected true or false, found a list / ");
}

TEST(OptionSchema, what_is_no_schema_is_refused) {
  for (const std::string_view text :
       {"", "[1", "[]", "true", R"({"type":"string"})", R"({"type":"object","properties":{"a":1}})",
        R"({"type":"object","properties":{"a":{"type":"nonsense"}}})",
        R"({"type":"object","required":"a"})",
        R"({"type":"object","properties":{"a":{"pattern":"("}}})"}) {
    const auto schema = OptionSchema::parse(text);
    if (schema.ok()) {
      // A pattern is compiled when it is first asked.
      EXPECT_FALSE((*schema)->check(R"({"a":"x"})").empty()) << text;
    } else {
      EXPECT_EQ(schema.error().code, Code::kMisconfigured);
    }
  }
}

}  // namespace
}  // namespace tt::portals::plugin
