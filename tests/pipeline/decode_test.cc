// decode: what an entry makes of a request before it is stored.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/decode.h"

#include "pipeline/offline.h"

namespace tt::pipeline {
namespace {

portals::EntryEvents decode_body(const std::string& entry, std::string_view body,
                                 std::optional<portals::EntryRefusal>* refusal = nullptr) {
  const auto settings = offline_settings("entries:\n  in: {" + entry + "}\n");
  const net::Headers headers{{"content-type", "application/json"}};
  portals::EntryEvents events;
  auto refused =
      decode(*settings->find_entry("in"), {.headers = &headers, .body = body, .now_ns = 0}, events);
  EXPECT_EQ(refused.has_value(), refusal != nullptr);
  if (refusal) *refusal = std::move(refused);
  return events;
}

TEST(Decode, the_entrys_set_says_what_the_event_is) {
  const auto events =
      decode_body(R"(type: http, path: /in, set: {kind: "urn:shop:{{ event.what }}"}, unset: what)",
                  R"({"message":"sold","what":"order"})");
  ASSERT_EQ(events.events.size(), 1u);
  EXPECT_EQ(events.events[0].text("kind"), "urn:shop:order");
  EXPECT_EQ(events.events[0].find("what"), nullptr);
}

TEST(Decode, an_event_that_set_would_ruin_is_kept_as_it_came) {
  const auto events =
      decode_body(R"(type: http, path: /in, set: {big: "{{ event.message + event.message }}"})",
                  R"({"message":")" + std::string(700'000, 'x') + "\"}");
  ASSERT_EQ(events.events.size(), 1u);
  EXPECT_EQ(events.events[0].text("message").size(), 700'000u);
  EXPECT_EQ(events.events[0].find("big"), nullptr);
}

TEST(Decode, what_the_portal_refuses_is_refused) {
  std::optional<portals::EntryRefusal> refusal;
  decode_body("type: http, path: /in", "{", &refusal);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 400);
}

}  // namespace
}  // namespace tt::pipeline
