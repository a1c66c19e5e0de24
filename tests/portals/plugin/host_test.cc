// Tests of portals/plugin/host: the functions that plugins call, with what they may be given.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/host.h"

#include "portals/plugin/plugin_fixture.h"

namespace tt::portals::plugin::test {
namespace {

TEST(Host, fields_are_null_when_missing_and_empty_when_empty) {
  const tt_host host = host_table(nullptr);
  const Outgoing outgoing(R"({"message":"a\nb","empty":"","list":[1,2]})");
  CallEvents call;
  call.add(outgoing.all()[0], "key", nullptr);
  const tt_event* event = call.list()[0];
  EXPECT_EQ(view_of(host.field(event, str_of("message"))), "a\nb");
  EXPECT_EQ(view_of(host.field(event, str_of("list"))), "[1,2]");
  EXPECT_NE(host.field(event, str_of("empty")).data, nullptr);
  EXPECT_EQ(host.field(event, str_of("none")).data, nullptr);
  EXPECT_EQ(host.field(event, tt_str{nullptr, 7}).data, nullptr);
  EXPECT_EQ(host.option(event, str_of("none"), 0).data, nullptr);
  EXPECT_EQ(view_of(event->idempotency_key), "key");
}

TEST(Host, parts_of_a_header_are_joined_and_names_kept_apart) {
  const tt_host host = host_table(nullptr);
  const SecretTexts secrets;
  CallRequest call;
  call.secrets = &secrets;
  for (const auto& [name, value] : {std::pair{"A", "1"}, std::pair{"A", "2"}, std::pair{"B", "3"}})
    host.write(call.handle(), TT_HEADER, str_of(name), str_of(value));
  host.write(call.handle(), TT_METHOD, {}, str_of("DEL"));
  host.write(call.handle(), TT_METHOD, {}, str_of("ETE"));
  EXPECT_EQ(call.request.method, "DELETE");
  ASSERT_EQ(call.request.headers.size(), 2u);
  EXPECT_EQ(call.request.headers[0].second.reveal(), "12");
}

TEST(Host, headers_are_found_in_any_case) {
  const tt_host host = host_table(nullptr);
  const net::Headers headers{{"X-Key", "k"}};
  const CallMessage message{.headers = &headers};
  EXPECT_EQ(view_of(host.header(&message.table, str_of("x-key"))), "k");
  EXPECT_EQ(host.header(&message.table, str_of("none")).data, nullptr);
  const CallMessage stream;
  EXPECT_EQ(host.header(&stream.table, str_of("x-key")).data, nullptr);
}

}  // namespace
}  // namespace tt::portals::plugin::test
