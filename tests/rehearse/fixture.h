// A folder with a configuration, and tests that are run against it as `vortex test` does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/temporary_folder.h"
#include "rehearse/session.h"

namespace tt::rehearse {

class Fixture : public testing::Test {
 protected:
  Fixture() {
    write("vortex.yaml", R"(
let: {office: 'meta.received.within("mon-fri 08:00-18:00", "Europe/Berlin")'}
entries:
  events: {type: http, path: /api/v1/events}
  gitlab: {type: gitlab, path: /hooks/gitlab, token: {env: TT_NO_SUCH_TOKEN}}
  shop:   {type: hook, path: /hooks/shop, set: {message: 'order {{ event.raw.no }}'}}
exits:
  chat:  {type: slack, url: {env: TT_NO_SUCH_URL}}
  night: {type: stdout}
rules:
  - {name: day, when: office, to: chat}
  - {name: night, when: '!office', to: night}
)");
  }

  void write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(write_file(system_disk(), folder_ / name, text).ok());
  }
  /// A whole file of tests.
  SuiteResult run(std::string_view tests, SessionOptions options = {}) {
    write("rules.test.yaml", tests);
    return Session(std::move(options), system_disk()).run(folder_ / "rules.test.yaml");
  }
  /// One test of vortex.yaml; `lines` are indented by four.
  SuiteResult run_one(const std::string& lines) {
    return run("config: vortex.yaml\ntests:\n  - name: one\n    " + lines);
  }
  static bool is_good(const SuiteResult& result) {
    return totals_of({&result, 1}).is_good() && !result.tests.empty();
  }
  static void expect_good(const SuiteResult& result) {
    EXPECT_TRUE(is_good(result)) << text_report(result, false);
  }
  static void expect_failure(const SuiteResult& result, const std::string& text) {
    EXPECT_EQ(totals_of({&result, 1}).failed, 1u) << result.problem;
    EXPECT_THAT(text_report(result, false), testing::HasSubstr(text));
  }

  TemporaryFolder folder_;
};

}  // namespace tt::rehearse
