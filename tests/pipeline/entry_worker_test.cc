// Tests of pipeline/entry_worker: what is told of a worker that ends again and again.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/entry_worker.h"

#include <gtest/gtest.h>

namespace tt::pipeline {
namespace {

class ToldWorker final : public EntryWorker {
 public:
  void begin() override {}
  void end() override {}
  void kill() override {}
  bool has_ended() const override { return false; }
  using EntryWorker::note_end;
  using EntryWorker::note_start;
};

TEST(EntryWorker, ends_are_counted_and_the_last_one_is_named_until_it_has_run_well) {
  ToldWorker worker;
  EXPECT_EQ(worker.state(0).state, "starting");
  worker.note_start(0);
  EXPECT_EQ(worker.state(1).problem, "");
  worker.note_end("program", "exit code 1", 2);
  EXPECT_EQ(worker.state(2).state, "ended");
  EXPECT_EQ(worker.state(2).problem, "its program ended: exit code 1");
  worker.note_start(3);
  worker.note_end("program", "signal 9", 4);
  worker.note_start(5);
  // It runs, as it did before it ended.
  EXPECT_EQ(worker.state(6).state, "running");
  EXPECT_EQ(worker.state(6).ends, 2u);
  EXPECT_EQ(worker.state(6).problem, "its program ended 2 times, last: signal 9");
  const SteadyNs later_ns = 6 + EntryWorker::kGoodRunNs;
  EXPECT_EQ(worker.state(later_ns).problem, "");
  EXPECT_EQ(worker.state(later_ns).last_error, "signal 9");
  worker.note_end("program", "exit code 2", later_ns);
  EXPECT_EQ(worker.state(later_ns).problem, "its program ended: exit code 2");
}

}  // namespace
}  // namespace tt::pipeline
