// How the event of a test comes to be: its time, its entry, its id, and the requests of senders.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/arrival.h"

#include "fixture.h"

namespace tt::rehearse {
namespace {

class ArrivalTest : public Fixture {};

TEST_F(ArrivalTest, office_hours_are_those_of_the_time_that_the_test_gives) {
  expect_good(run_one(R"(received: 2026-01-30T16:59:59Z
    event: {message: x}
    expect: {exits: [chat]})"));
  expect_good(run_one(R"(received: 2026-01-30T17:00:00Z
    event: {message: x}
    expect: {exits: [night]})"));
}

TEST_F(ArrivalTest, a_test_that_names_no_time_always_runs_at_the_same_one) {
  expect_good(run_one(R"(event: {message: x}
    expect: {exits: [chat], event: {timestamp: {matches: '^2026-01-01T12:00:00'}}})"));
}

TEST_F(ArrivalTest, an_inline_event_is_one_that_is_stored_so_its_entry_changes_nothing) {
  expect_good(run_one(R"(entry: shop
    event: {message: kept, raw: {no: 7}}
    expect: {event: {message: kept}})"));
}

TEST_F(ArrivalTest, a_hook_passes_the_decoding_and_the_set_of_its_entry) {
  expect_good(run_one(R"(entry: shop
    hook: {body: {no: 7}}
    expect: {event: {message: order 7}})"));
}

TEST_F(ArrivalTest, a_captured_hook_needs_no_secret_unless_the_test_verifies_it) {
  const std::string hook = R"(entry: gitlab
    hook:
      headers: {X-Gitlab-Event: Push Hook, X-Gitlab-Token: captured}
      body: {object_kind: push, ref: refs/heads/main, project: {path_with_namespace: shop/web}})";
  expect_good(run_one(hook + "\n    expect: {event: {project: shop/web}}"));
  expect_good(run_one(hook + "\n      verify: true\n    expect: {refused: {contains: '401'}}"));
}

TEST_F(ArrivalTest, a_body_may_stand_in_a_file_beside_the_test) {
  write("order.json", R"({"no": 8})");
  expect_good(run_one(R"(entry: shop
    hook: {body_file: order.json}
    expect: {event: {message: order 8}})"));
}

TEST_F(ArrivalTest, without_an_entry_it_is_the_first_for_http) {
  write("vortex.yaml", R"(
entries: {gitlab: {type: gitlab, path: /g}, api: {type: http, path: /a}, b: {type: http, path: /b}}
exits: {out: {type: stdout}}
rules: [{name: all, when: 'meta.entry == "api"', to: out}]
)");
  expect_good(run_one("event: {message: x}\n    expect: {exits: [out]}"));
}

TEST_F(ArrivalTest, sampling_is_tested_by_the_id) {
  write("vortex.yaml", R"(
exits: {out: {type: stdout}}
rules: [{name: half, when: 'sample(meta.id, 0.5)', to: out}]
)");
  int sampled = 0;
  for (int i = 1; i <= 32; ++i)
    sampled += is_good(run_one("id: 0badcafe-" + std::to_string(i) +
                               "\n    event: {message: x}\n    expect: {exits: [out]}"));
  EXPECT_GT(sampled, 4);
  EXPECT_LT(sampled, 28);
}

}  // namespace
}  // namespace tt::rehearse
