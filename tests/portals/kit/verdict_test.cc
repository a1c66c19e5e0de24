// Tests of portals/kit/verdict.h.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/verdict.h"

#include <gtest/gtest.h>

#include "portals/kit/exit.h"
#include "portals/kit/moments.h"

namespace tt::portals {
namespace {

VerdictKind expected(int status, bool url_has_holes) {
  if (status / 100 == 2) return VerdictKind::kDelivered;
  if (status / 100 == 3) return VerdictKind::kMisconfigured;
  if (status / 100 == 5) return VerdictKind::kRetry;
  for (const int same : {401, 403, 407})
    if (status == same) return VerdictKind::kMisconfigured;
  for (const int gone : {404, 410})
    if (status == gone) return url_has_holes ? VerdictKind::kRejected : VerdictKind::kMisconfigured;
  for (const int later : {408, 425, 429})
    if (status == later) return VerdictKind::kRetry;
  return VerdictKind::kRejected;
}

TEST(Verdict, every_status_has_its_place_in_the_table) {
  for (int status = 100; status <= 599; ++status)
    for (const bool holes : {false, true})
      EXPECT_EQ(verdict_of_status(status, holes), expected(status, holes)) << status;
  EXPECT_EQ(verdict_of_status(0, false), VerdictKind::kRetry);
}

TEST(Verdict, words_are_those_of_the_metrics) {
  EXPECT_EQ(to_string(VerdictKind::kDelivered), "delivered");
  EXPECT_EQ(to_string(VerdictKind::kRetry), "retry");
  EXPECT_EQ(to_string(VerdictKind::kRejected), "rejected");
  EXPECT_EQ(to_string(VerdictKind::kMisconfigured), "misconfigured");
}

TEST(Verdict, of_an_answer_carries_the_text_and_the_pause) {
  ExitAnswer answer{.status = 503, .headers = {{"Retry-After", "9"}}, .body = "come\nback later "};
  const Verdict verdict = verdict_of_answer(answer, false, kAnswered);
  EXPECT_EQ(verdict.kind, VerdictKind::kRetry);
  EXPECT_EQ(verdict.text, "HTTP 503 Service Unavailable: come back later");
  EXPECT_EQ(verdict.retry_after_ns, 9 * kNsPerSec);
}

TEST(Verdict, of_no_answer_is_retry_unless_a_person_must_act) {
  EXPECT_EQ(verdict_of_answer({.error = "timed out"}, false, kAnswered).kind, VerdictKind::kRetry);
  const Verdict refused =
      verdict_of_answer({.error = "address refused", .is_misconfigured = true}, false, kAnswered);
  EXPECT_EQ(refused.kind, VerdictKind::kMisconfigured);
  EXPECT_EQ(refused.text, "address refused");
}

TEST(Verdict, text_of_a_huge_answer_is_short) {
  const Verdict verdict =
      verdict_of_answer({.status = 400, .body = std::string(1 << 20, 'x')}, false, kAnswered);
  EXPECT_LT(verdict.text.size(), 300u);
}

}  // namespace
}  // namespace tt::portals
