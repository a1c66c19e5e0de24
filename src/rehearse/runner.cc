// One test: its events arrive, then each is compared with what is expected of it.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/runner.h"

#include <utility>

#include "rehearse/arrival.h"
#include "rehearse/comparison.h"

namespace tt::rehearse {
namespace {

/// True when the test is about what the sender is told, or nothing else can be said.
bool compare_refusal(const TestConfig& test, const Arrival& arrival, Differences& out) {
  if (!arrival.problem.empty()) {
    out.push_back({"test", "", arrival.problem, test.mark});
    return true;
  }
  const config::Node& expected = test.expect.front().refused;
  if (expected.is_null() && arrival.refused.empty()) return false;
  if (expected.is_null())
    out.push_back({"refused", "", arrival.refused, test.mark});
  else if (arrival.refused.empty())
    out.push_back({"refused", expected_text(expected), "accepted", expected.place()});
  else
    match_text(expected, arrival.refused, "refused", out);
  return true;
}

bool compare_count(const TestConfig& test, const Arrival& arrival, Differences& out) {
  const std::size_t wanted = test.expect.size(), found = arrival.events.size();
  if (wanted > 1 ? wanted == found : found > 0) return true;
  out.push_back({"events", wanted > 1 ? std::to_string(wanted) : "at least 1",
                 std::to_string(found), test.mark});
  return false;
}

}  // namespace

TestResult run_test(const TestConfig& test,
                    const std::shared_ptr<const pipeline::Settings>& settings, Disk& disk) {
  TestResult result{.name = test.name, .mark = test.mark, .differences = {}, .why = {}};
  Arrival arrival;
  arrive(test, *settings, disk, arrival);
  if (compare_refusal(test, arrival, result.differences)) return result;
  if (!compare_count(test, arrival, result.differences)) return result;
  pipeline::Rehearsal rehearsal(settings, arrival.log_id);
  const bool is_several = arrival.events.size() > 1;
  for (std::size_t i = 0; i < arrival.events.size(); ++i) {
    const std::string place = is_several ? "event " + std::to_string(i + 1) : "";
    Comparison comparison(rehearsal, arrival.events[i]);
    Differences found;
    comparison.compare(test.expect.size() > 1 ? test.expect[i] : test.expect.front(), found);
    for (Difference& one : found) {
      if (is_several) one.path = place + ": " + one.path;
      result.differences.push_back(std::move(one));
    }
    const std::string why = comparison.why();
    if (!why.empty()) result.why += (is_several ? place + "\n" : "") + why;
  }
  return result;
}

}  // namespace tt::rehearse
