// Who appends much waits a moment for readers that would lose what they come to next.
// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "tunnel/fixture.h"

namespace tt::tunnel {
namespace {

/// Waits of a moment pass at once, with what somebody else does meanwhile; others are real.
class Moments final : public Spawner {
 public:
  std::function<void()> meanwhile = [] {};
  int count = 0;
  const std::thread::id appender = std::this_thread::get_id();  // Waits nowhere else.

  std::unique_ptr<Thread> spawn(std::string_view name, std::function<void()> body) override {
    return system_spawner().spawn(name, std::move(body));
  }
  std::unique_ptr<Condition> condition() override { return std::make_unique<Wait>(*this); }

 private:
  class Wait final : public Condition {
   public:
    explicit Wait(Moments& moments) : moments_(moments) {}
    void notify_one() override { real_->notify_one(); }
    void notify_all() override { real_->notify_all(); }
    void wait(Lock& lock) override { real_->wait(lock); }
    bool wait_until(Lock& lock, SteadyNs due_ns) override {
      if (std::this_thread::get_id() != moments_.appender) return real_->wait_until(lock, due_ns);
      ++moments_.count;
      moments_.meanwhile();
      return false;
    }
    SteadyNs now_ns() const override { return real_->now_ns(); }

   private:
    Moments& moments_;
    std::unique_ptr<Condition> real_ = system_spawner().condition();
  };
};

class ReadersAtWorkTest : public testing::Test {
 protected:
  static constexpr int kAppends = 60;

  ReadersAtWorkTest() {
    DiskTunnelOptions options = small_options();
    options.segment_bytes = 64u << 20;
    options.edge_bytes = 2u << 20;
    auto tunnel = open_disk_tunnel(options, seams_);
    EXPECT_TRUE(tunnel.ok());
    tunnel_ = *std::move(tunnel);
    reader_ = open_reader(*tunnel_, "exit");
  }
  void append_each(std::size_t bytes) {
    for (int i = 0; i < kAppends; ++i) {
      const std::string message = std::to_string(i) + std::string(bytes, 'm');
      EXPECT_TRUE(append(*tunnel_, {message}, {.level = AckLevel::kWritten}).status);
    }
  }

  World world_;
  Moments moments_;
  Seams seams_{world_.clock, world_.disk, world_.random, moments_, world_.metrics};
  std::unique_ptr<Tunnel> tunnel_;
  std::unique_ptr<Reader> reader_;
};

TEST_F(ReadersAtWorkTest, one_that_only_needs_time_never_has_to_go_to_the_disk) {
  int read = 0;
  moments_.meanwhile = [&] { read += reader_->next_in_memory() != nullptr; };
  reader_->set_at_work(true);
  append_each(200'000);
  EXPECT_GT(moments_.count, 0);
  EXPECT_TRUE(reader_->at_edge());
  while (reader_->next_in_memory()) ++read;
  EXPECT_EQ(read, kAppends);
}

TEST_F(ReadersAtWorkTest, one_that_waits_for_its_exit_delays_nobody) {
  append_each(200'000);
  EXPECT_EQ(moments_.count, 0);
  EXPECT_FALSE(reader_->at_edge());
}

TEST_F(ReadersAtWorkTest, one_that_does_not_get_on_delays_nobody_for_long) {
  reader_->set_at_work(true);
  append_each(200'000);
  EXPECT_FALSE(reader_->at_edge());
  EXPECT_GT(moments_.count, 0);
  EXPECT_LT(moments_.count, kAppends / 2);
}

TEST_F(ReadersAtWorkTest, who_brings_little_does_not_wait) {
  reader_->set_at_work(true);
  append_each(100'000);
  EXPECT_EQ(moments_.count, 0);
}

}  // namespace
}  // namespace tt::tunnel
