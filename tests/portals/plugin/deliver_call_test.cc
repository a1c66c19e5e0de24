// Tests of portals/plugin/deliver_call: what deliver() sees, and what becomes of its results.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/deliver_call.h"

#include "event/writer.h"
#include "portals/kit/exec_plugin.h"
#include "portals/plugin/plugin_fixture.h"

namespace tt::portals::plugin::test {
namespace {

using testing::HasSubstr;

std::vector<Verdict> delivered(const std::string& yaml, std::string_view events) {
  const Outgoing outgoing(events);
  Instance instance(odd_portal("odd_deliver"), options_of("odd_deliver", yaml));
  const auto request = deliver_request(instance.options(), outgoing.all());
  EXPECT_TRUE(request.ok());
  const ExitAnswer answer = call_deliver(instance, request->body);
  EXPECT_EQ(answer.status, ExitAnswer::kNoStatus) << answer.error;
  return verdicts_of(answer, outgoing.size());
}

TEST(DeliverCall, fields_come_without_escapes_and_templates_rendered) {
  const auto verdicts = delivered("mode: fields\nsubject: 'at {{ event.rack }}'\n",
                                  R"({"message":"\"disk\"\tfull","rack":"web","count":12}
{"message":"m"})");
  ASSERT_EQ(verdicts.size(), 2u);
  EXPECT_EQ(verdicts[0].text, "\"disk\"\tfull|12|at web|strict|missing|7f3a-1");
  EXPECT_EQ(verdicts[1].text, "m||at |failed|missing|7f3a-2");
}

TEST(DeliverCall, each_event_has_a_verdict_of_its_own) {
  const auto verdicts = delivered("mode: mixed\n", R"({"message":"1"}
{"message":"2"}
{"message":"3"}
{"message":"4"})");
  EXPECT_EQ(verdicts[0].kind, VerdictKind::kDelivered);
  EXPECT_EQ(verdicts[1].kind, VerdictKind::kRetry);
  EXPECT_EQ(verdicts[1].retry_after_ns, 1500 * kNsPerMs);
  EXPECT_EQ(verdicts[2].kind, VerdictKind::kRejected);
  EXPECT_EQ(verdicts[2].text, "as asked");
  EXPECT_EQ(verdicts[3].kind, VerdictKind::kMisconfigured);
}

TEST(DeliverCall, nothing_garbage_and_hostile_bytes_are_verdicts_too) {
  constexpr std::string_view kOne = R"({"message":"m"})";
  EXPECT_THAT(delivered("mode: unset\n", kOne)[0].text, HasSubstr("no result"));
  EXPECT_EQ(delivered("mode: garbage\n", kOne)[0].kind, VerdictKind::kRetry);
  EXPECT_THAT(delivered("mode: garbage\n", kOne)[0].text, HasSubstr("77"));
  EXPECT_EQ(delivered("mode: bytes\n", kOne)[0].kind, VerdictKind::kRejected);
}

TEST(DeliverCall, an_event_may_have_as_many_fields_as_set_may_make) {
  event::EventBatch batch;
  event::EventWriter writer(batch, {.event_bytes_max = 16u << 20, .fields_max = 100'000});
  writer.begin();
  writer.set_text("message", "m");
  for (int i = 0; i < 70'000; ++i) writer.set_raw("f" + std::to_string(i), "1");
  ASSERT_TRUE(writer.finish(0).ok());
  const Outgoing outgoing(std::move(batch));
  Instance instance(odd_portal("odd_deliver"), options_of("odd_deliver", "mode: fields\n"));
  const auto request = deliver_request(instance.options(), outgoing.all());
  const ExitAnswer answer = call_deliver(instance, request->body);
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.status, ExitAnswer::kNoStatus);
}

TEST(DeliverCall, a_secret_in_a_reason_is_masked) {
  const auto verdicts = delivered("mode: leak\ntoken: " + kToken + "\n", R"({"message":"m"})");
  EXPECT_THAT(verdicts[0].text, HasSubstr("***"));
  EXPECT_THAT(verdicts[0].text, testing::Not(HasSubstr(kToken)));
}

}  // namespace
}  // namespace tt::portals::plugin::test
