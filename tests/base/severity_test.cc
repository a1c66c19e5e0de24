// Severity words as senders spell them.
// SPDX-License-Identifier: Apache-2.0
#include "base/severity.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace tt {
namespace {

constexpr std::array kAll{Severity::kDebug,   Severity::kInfo,     Severity::kNotice,
                          Severity::kWarning, Severity::kError,    Severity::kCritical,
                          Severity::kAlert,   Severity::kEmergency};

TEST(Severity, canonical_words_stay_themselves_and_rank_in_order) {
  for (std::size_t i = 0; i < kAll.size(); ++i) {
    EXPECT_EQ(normalise_severity(to_string(kAll[i])), to_string(kAll[i]));
    EXPECT_EQ(severity_rank(to_string(kAll[i])), static_cast<int>(i));
  }
}

TEST(Severity, numbers_are_those_of_syslog_where_0_is_the_worst) {
  for (int number = 0; number <= 7; ++number) {
    EXPECT_EQ(normalise_severity(std::to_string(number)),
              to_string(kAll[static_cast<std::size_t>(7 - number)]));
  }
  EXPECT_EQ(normalise_severity("8"), "");
  EXPECT_EQ(normalise_severity("-1"), "");
}

struct Case {
  std::string_view word, canonical;
};

TEST(Severity, the_spellings_of_other_systems_are_understood_in_any_case) {
  constexpr std::array kCases{
      Case{"crit", "critical"},    Case{"CRITICAL", "critical"}, Case{"fatal", "critical"},
      Case{"page", "critical"},    Case{"err", "error"},         Case{"Error", "error"},
      Case{"high", "error"},       Case{"major", "error"},       Case{"average", "error"},
      Case{"warn", "warning"},     Case{"WARNING", "warning"},   Case{"medium", "warning"},
      Case{"minor", "warning"},    Case{"low", "notice"},        Case{"informational", "info"},
      Case{"Information", "info"}, Case{"trace", "debug"},       Case{"verbose", "debug"},
      Case{"panic", "emergency"},  Case{"emerg", "emergency"},   Case{"disaster", "emergency"},
      Case{" warn ", "warning"},
  };
  for (const auto& [word, canonical] : kCases) {
    EXPECT_EQ(normalise_severity(word), canonical) << word;
  }
}

TEST(Severity, states_and_unknown_words_give_the_fallback_and_rank_as_info) {
  for (const std::string_view word :
       {"", "ok", "resolved", "none", "purple", "informational!", "a very long word indeed"}) {
    EXPECT_EQ(normalise_severity(word), "") << word;
    EXPECT_EQ(normalise_severity(word, "warning"), "warning") << word;
    EXPECT_EQ(severity_rank(word), 1) << word;
  }
}

}  // namespace
}  // namespace tt
