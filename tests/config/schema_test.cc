// Schema, reference rows and dumps that follow from the field table.
// SPDX-License-Identifier: Apache-2.0
#include "config/schema.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "config/sample_config.h"

namespace tt::config {
namespace {

boost::json::value parse_json(const std::string& text) {
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(text, error);
  EXPECT_FALSE(error) << text;
  return value;
}

TEST(Schema, is_json_with_closed_objects_and_definitions) {
  const auto schema = parse_json(schema_object(fields_of<sample::Config>()));
  EXPECT_FALSE(schema.at("additionalProperties").as_bool());
  EXPECT_TRUE(schema.at("properties").as_object().contains("exits"));
  const auto exit = parse_json(schema_object(fields_of<sample::Exit>()));
  EXPECT_EQ(exit.at("required").as_array().size(), 1u);
  EXPECT_EQ(exit.at("properties").at("room").at("description"), "Room that gets the message.");
}

TEST(Schema, a_type_that_holds_itself_is_a_definition) {
  const auto definitions = parse_json(schema_definitions(fields_of<sample::Config>()));
  ASSERT_TRUE(definitions.as_object().contains("rule"));
  EXPECT_TRUE(definitions.as_object().contains("secret"));
  EXPECT_NE(boost::json::serialize(definitions.at("rule")).find("#/$defs/rule"), std::string::npos);
}

TEST(Schema, bounds_stand_only_at_bare_numbers) {
  const std::string schema = schema_object(fields_of<sample::Batch>());
  parse_json(schema);
  EXPECT_NE(schema.find(R"("minimum":1,"maximum":10000)"), std::string::npos) << schema;
  EXPECT_EQ(schema.find(R"("minimum":1KiB)"), std::string::npos) << schema;
}

TEST(Docs, rows_say_types_defaults_and_marks) {
  const std::vector<DocRow> rows = doc_rows(fields_of<sample::Exit>());
  const auto row = [&](std::string_view name) {
    for (const DocRow& r : rows)
      if (r.name == name) return r;
    return DocRow{};
  };
  EXPECT_TRUE(row("type").is_required);
  EXPECT_EQ(row("timeout").default_text, "\"20s\"");
  EXPECT_EQ(row("timeout").type, "duration");
  EXPECT_EQ(row("order").type, "`tunnel`, `strict`");
  EXPECT_EQ(row("batch.events").default_text, "500");
  EXPECT_TRUE(row("token").is_secret);
  EXPECT_TRUE(row("message").is_template);
  EXPECT_TRUE(row("insecure").is_advanced);
  EXPECT_EQ(row("allow").type, "list of network");
}

TEST(Docs, the_table_is_markdown) {
  const std::string table = doc_table(fields_of<sample::Batch>());
  EXPECT_NE(table.find("| `events` | number | `500` | Events in one request. |"), std::string::npos)
      << table;
}

TEST(Show, never_shows_a_secret) {
  sample::Session run;
  run.read("a.yaml", R"(
exits:
  chat:
    type: a
    token: s3cret
    url: 'https://me:s3cret@chat.example.com/x?token=s3cret&b=1'
    headers: {Authorization: {env: TT_TEST_SET, default: s3cret}, X-A: b}
)");
  ASSERT_TRUE(run.config) << run.text();
  const std::string text = show(*run.config);
  parse_json(text);
  EXPECT_EQ(text.find("s3cret"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("token":"***")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("timeout":"20s")"), std::string::npos) << text;
  EXPECT_EQ(run.text().find("s3cret"), std::string::npos) << run.text();
  EXPECT_EQ(print_json(run.diagnostics, run.files).find("s3cret"), std::string::npos);
}

}  // namespace
}  // namespace tt::config
