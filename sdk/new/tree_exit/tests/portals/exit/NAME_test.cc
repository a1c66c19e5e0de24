// Tests of portals/exit/@NAME@: what its golden requests do not show.
// SPDX-License-Identifier: Apache-2.0
#include "portals/exit/exit_fixture.h"

namespace tt::portals::test {
namespace {

TEST(@TYPE@, a_text_of_ones_own_replaces_the_message) {
  const Configured exit("@NAME@",
                        "url: https://example.com/events\ntext: '{{ event.host }} is down'\n");
  ASSERT_TRUE(exit.portal) << exit.problems();
  const auto request = exit.portal->encode(Outgoing(R"({"message":"m","host":"web"})").all());
  ASSERT_TRUE(request.ok()) << request.error().text;
  EXPECT_NE(request->body.find(R"("text":"web is down")"), std::string::npos) << request->body;
}

}  // namespace
}  // namespace tt::portals::test
