// Tests of portals/plugin/portal_type: what a portal's table must hold.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/portal_type.h"

#include <gmock/gmock.h>

namespace tt::portals::plugin {
namespace {

tt_code create(const tt_host*, tt_str, void**, tt_text*) { return TT_OK; }
void destroy(void*) {}
void deliver(void*, const tt_event* const*, uint64_t, tt_result* const*) {}

tt_portal right() {
  tt_portal table{};
  table.size = sizeof table;
  table.name = "mine";
  table.summary = "Does.";
  table.schema_json = R"({"type":"object","properties":{"a":{"type":"string"}}})";
  table.create = create;
  table.destroy = destroy;
  table.deliver = deliver;
  return table;
}

std::string fault(const tt_portal& table) {
  const auto type = read_portal(&table, {}, "mine.so");
  return type.ok() ? "" : type.error().text;
}

TEST(PortalType, a_right_one_has_its_fields) {
  const tt_portal table = right();
  const auto type = read_portal(&table, {}, "mine.so");
  ASSERT_TRUE(type.ok()) << type.error().text;
  EXPECT_EQ((*type)->fields.size(), 1u);
  EXPECT_FALSE((*type)->is_stream());
}

TEST(PortalType, names_and_options_must_not_clash_with_the_hosts) {
  tt_portal table = right();
  table.name = "My Portal";
  EXPECT_THAT(fault(table), testing::HasSubstr("no name"));
  table = right();
  for (const char* taken : {"retry", "type", "set"}) {
    const std::string schema =
        std::string(R"({"type":"object","properties":{")") + taken + R"(":{"type":"string"}}})";
    table.schema_json = schema.c_str();
    EXPECT_THAT(fault(table), testing::HasSubstr("name of one of the host"));
  }
}

TEST(PortalType, an_exit_does_not_decode) {
  tt_portal table = right();
  table.flags = TT_ENTRY;
  EXPECT_THAT(fault(table), testing::HasSubstr("either decode() or run()"));
  table = right();
  table.run = [](void*, tt_text*) -> tt_code { return TT_OK; };
  EXPECT_THAT(fault(table), testing::HasSubstr("at once"));
}

}  // namespace
}  // namespace tt::portals::plugin
