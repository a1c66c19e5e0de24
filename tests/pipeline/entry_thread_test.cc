// Tests of pipeline/entry_thread: sources are run, run again, ended, and left behind.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/entry_thread.h"

#include <gtest/gtest.h>

#include <future>

namespace tt::pipeline {
namespace {

/// What a source has sent, and replies to it at once.
class Session final : public net::StreamSession {
 public:
  Session(std::shared_ptr<net::StreamPeer> peer, std::promise<std::string>& got)
      : peer_(std::move(peer)), got_(got) {}
  bool on_bytes(std::string_view bytes) override {
    peer_->write("stored");
    got_.set_value(std::string(bytes));
    return true;
  }
  void on_close() override {}

 private:
  const std::shared_ptr<net::StreamPeer> peer_;
  std::promise<std::string>& got_;
};

class Source final : public portals::EntrySource {
 public:
  explicit Source(bool obeys) : obeys_(obeys) {}
  Status run(const Send& send) override {
    send("one\n");
    stopped_.get_future().wait();
    return {};
  }
  void hear(std::string_view reply) override { heard = reply; }
  void stop() override {
    if (obeys_) release();
  }
  void release() {
    if (!is_released_.exchange(true)) stopped_.set_value();
  }
  std::string heard;

 private:
  const bool obeys_;
  std::atomic<bool> is_released_{false};
  std::promise<void> stopped_;
};

struct Running {
  std::promise<std::string> got;
  std::shared_ptr<Source> source;
  std::shared_ptr<EntryThread> thread;

  explicit Running(bool obeys) : source(std::make_shared<Source>(obeys)) {
    thread = std::make_shared<EntryThread>(
        system_spawner(), "mine", [this] { return source; },
        [this](std::shared_ptr<net::StreamPeer> peer) -> std::unique_ptr<net::StreamSession> {
          return std::make_unique<Session>(std::move(peer), got);
        });
    thread->begin();
    EXPECT_EQ(got.get_future().get(), "one\n");
  }
};

TEST(EntryThread, what_a_source_sends_is_taken_and_it_hears_the_reply) {
  Running running(/*obeys=*/true);
  EXPECT_EQ(running.source->heard, "stored");
  running.thread->kill();
  EXPECT_TRUE(running.thread->has_ended());
}

TEST(EntryThread, a_source_that_ends_by_itself_is_told) {
  Running running(/*obeys=*/true);
  EXPECT_EQ(running.thread->state(0).state, "running");
  running.source->release();
  while (running.thread->state(0).ends == 0) std::this_thread::yield();
  EXPECT_EQ(running.thread->state(0).problem, "its source ended: it was closed");
  running.thread->kill();
}

TEST(EntryThread, a_source_that_does_not_end_is_left_behind) {
  Running running(/*obeys=*/false);
  running.thread->end();
  running.thread->kill();
  EXPECT_FALSE(running.thread->has_ended());
  running.source->release();
  while (!running.thread->has_ended()) std::this_thread::yield();
}

}  // namespace
}  // namespace tt::pipeline
