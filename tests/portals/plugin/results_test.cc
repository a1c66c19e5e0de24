// Tests of portals/plugin/results: whatever a plugin leaves behind is a verdict.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/results.h"

#include <gmock/gmock.h>

namespace tt::portals::plugin {
namespace {

TEST(CallResults, one_that_was_not_filled_is_a_retry_that_says_so) {
  const CallResults results(2, TT_UNSET);
  const Verdict verdict = results.verdict(1, {});
  EXPECT_EQ(verdict.kind, VerdictKind::kRetry);
  EXPECT_THAT(verdict.text, testing::HasSubstr("no result"));
}

TEST(CallResults, codes_become_verdicts_and_others_are_told) {
  CallResults results(5, TT_UNSET);
  const tt_code codes[] = {TT_OK, TT_RETRY, TT_REJECT, TT_MISCONFIGURED, 77};
  for (int i = 0; i < 5; ++i) results.list()[i]->code = codes[i];
  results.list()[1]->retry_after_ms = 1500;
  EXPECT_EQ(results.verdict(0, {}).kind, VerdictKind::kDelivered);
  EXPECT_TRUE(results.verdict(0, {}).text.empty());
  EXPECT_EQ(results.verdict(1, {}).retry_after_ns, 1500 * kNsPerMs);
  EXPECT_EQ(results.verdict(2, {}).kind, VerdictKind::kRejected);
  EXPECT_EQ(results.verdict(2, {}).text, "the plugin gave no reason");
  EXPECT_EQ(results.verdict(3, {}).kind, VerdictKind::kMisconfigured);
  EXPECT_EQ(results.verdict(4, {}).kind, VerdictKind::kRetry);
  EXPECT_THAT(results.verdict(4, {}).text, testing::HasSubstr("77"));
}

TEST(CallResults, neither_sizes_nor_pointers_nor_bytes_are_believed) {
  CallResults results(1, TT_UNSET, 8);
  tt_result& result = *results.list()[0];
  std::memcpy(result.text.data, "\xff\x1b[31m\n!", 8);
  result.code = TT_REJECT;
  result.text.size = 0xffffffffu;
  result.text.data = nullptr;
  EXPECT_EQ(results.verdict(0, {}).text, "\xef\xbf\xbd [31m\n!");
}

TEST(CallResults, secrets_are_masked) {
  CallResults results(1, TT_RETRY);
  results.set(0, {.kind = VerdictKind::kRetry, .text = "hunter22 was wrong"});
  const SecretTexts secrets({{Secret("hunter22"), "hunter22"}});
  EXPECT_EQ(results.verdict(0, secrets).text, "*** was wrong");
}

TEST(CallResults, of_a_secret_at_the_end_of_the_buffer_nothing_is_shown) {
  const SecretTexts secrets({{Secret("hunter22"), "hunter22"}});
  CallResults results(1, TT_RETRY, 16);
  results.set(0, {.kind = VerdictKind::kRetry, .text = "wrong key hunter22"});
  EXPECT_EQ(results.verdict(0, secrets).text, "wrong key ***");
  results.set(0, {.kind = VerdictKind::kRetry, .text = "not hunt"});
  EXPECT_EQ(results.verdict(0, secrets).text, "not hunt");
  CallText text(12);
  std::memcpy(text.table()->data, "key: hunter2", 12);
  text.table()->size = 12;
  EXPECT_EQ(text.text(secrets), "key: ***");
}

TEST(CallText, what_was_written_is_clamped) {
  CallText text(4);
  std::memcpy(text.table()->data, "abcd", 4);
  text.table()->size = 4000;
  EXPECT_EQ(text.text({}), "abcd");
}

}  // namespace
}  // namespace tt::portals::plugin
