// Local exits: lines count when they are synced, and a sync that fails loses none of them.
// SPDX-License-Identifier: Apache-2.0
#include <atomic>

#include "pipeline/daemon_fixture.h"

namespace tt::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A memory disk whose one file `path` fails to sync when told: as the kernel does, it forgets then
/// what was written since the last sync.
class ForgetfulDisk final : public Disk {
 public:
  ForgetfulDisk(Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
  void fail_next_sync() { failures_.store(1); }
  int failures_left() const { return failures_.load(); }
  int syncs() const { return syncs_.load(); }

  Result<std::unique_ptr<File>> open(const std::string& path, Open mode) override {
    auto file = disk_.open(path, mode);
    if (!file.ok() || path != path_) return file;
    return std::unique_ptr<File>(std::make_unique<Forgetful>(*this, *std::move(file)));
  }
  Status create_directories(const std::string& path) override {
    return disk_.create_directories(path);
  }
  Result<std::vector<DirectoryEntry>> list(const std::string& path) override {
    return disk_.list(path);
  }
  bool exists(const std::string& path) override { return disk_.exists(path); }
  Status rename(const std::string& from, const std::string& to) override {
    return disk_.rename(from, to);
  }
  Status remove(const std::string& path) override { return disk_.remove(path); }
  Status sync_directory(const std::string& path) override { return disk_.sync_directory(path); }
  Result<DiskSpace> space(const std::string& path) override { return disk_.space(path); }

 private:
  class Forgetful final : public File {
   public:
    Forgetful(ForgetfulDisk& disk, std::unique_ptr<File> file)
        : disk_(disk), file_(std::move(file)) {
      if (const auto bytes = file_->size(); bytes.ok()) synced_bytes_ = *bytes;
    }
    Result<std::size_t> pread(std::span<char> bytes, std::uint64_t position) override {
      return file_->pread(bytes, position);
    }
    Status pwritev(std::span<const iovec> parts, std::uint64_t position) override {
      return file_->pwritev(parts, position);
    }
    Status datasync() override {
      if (disk_.failures_.load() > 0) {
        --disk_.failures_;
        TT_CHECK(file_->truncate(synced_bytes_));
        return corrupt("cannot sync: input/output error");
      }
      TT_CHECK(file_->datasync());
      ++disk_.syncs_;
      TT_TRY(synced_bytes_, file_->size());
      return {};
    }
    Status truncate(std::uint64_t size_bytes) override { return file_->truncate(size_bytes); }
    Status allocate(std::uint64_t size_bytes) override { return file_->allocate(size_bytes); }
    Result<std::uint64_t> size() override { return file_->size(); }
    bool is_at(const std::string& path) override { return file_->is_at(path); }
    Status lock() override { return file_->lock(); }

   private:
    ForgetfulDisk& disk_;
    std::unique_ptr<File> file_;
    std::uint64_t synced_bytes_ = 0;
  };

  Disk& disk_;
  const std::string path_;
  std::atomic<int> failures_{0}, syncs_{0};
};

class LocalExitTest : public testing::DaemonTest {
 protected:
  ~LocalExitTest() override { daemon_.reset(); }
  Disk& disk() override { return forgetful_; }
  // The clock stands between the calls of a story: a batch that waits for company would not go.
  void start_archive(const std::string& options = ", batch: {wait: 0s}") {
    start("exits:\n  archive: {type: file, path: ./archive.ndjson" + options +
          "}\nrules:\n  - {to: archive}\n");
  }
  std::vector<std::string> lines() const {
    return testing::messages_of(memory_.bytes(folder_ / "archive.ndjson"));
  }
  bool is_settled() { return exit("archive").behind == 0; }

  ForgetfulDisk forgetful_{memory_, folder_ / "archive.ndjson"};
};

TEST_F(LocalExitTest, the_cursor_passes_a_line_only_when_it_is_synced) {
  start_archive();
  say("one");
  ASSERT_TRUE(soon([&] { return exit("archive").delivered == 1; }));
  EXPECT_THAT(lines(), ElementsAre("one"));
  EXPECT_EQ(forgetful_.syncs(), 0);  // The clock stands: the sync is not due.
  EXPECT_EQ(exit("archive").behind, 1u);
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_EQ(forgetful_.syncs(), 1);
  EXPECT_THAT(metrics_->render(), HasSubstr("tt_exit_behind_events{exit=\"archive\"} 0"));
}

TEST_F(LocalExitTest, lines_wait_for_company_but_not_at_a_stop) {
  start_archive("");
  say("one");
  say("two");
  ASSERT_TRUE(eventually([&] { return exit("archive").delivered == 2; }));
  EXPECT_THAT(metrics_->render(), HasSubstr("tt_exit_request_seconds_count{exit=\"archive\"} 1\n"));
  say("three");
  stop();
  EXPECT_THAT(lines(), ElementsAre("one", "two", "three"));
}

TEST_F(LocalExitTest, lines_that_a_failed_sync_took_are_written_again_in_order) {
  start_archive(", batch: {events: 1, wait: 0s}");
  say("before");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  for (const char* message : {"one", "two", "three"}) say(message);
  ASSERT_TRUE(soon([&] { return exit("archive").delivered == 4; }));
  forgetful_.fail_next_sync();
  ASSERT_TRUE(eventually([&] { return forgetful_.failures_left() == 0; }));
  EXPECT_THAT(lines(), ElementsAre("before"));
  EXPECT_TRUE(soon([&] { return !exit("archive").problem.empty(); }));
  EXPECT_EQ(exit("archive").behind, 3u);
  say("after");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_THAT(lines(), ElementsAre("before", "one", "two", "three", "after"));
  EXPECT_EQ(exit("archive").problem, "");
}

TEST_F(LocalExitTest, lines_that_a_failed_sync_took_are_accounted_for_a_second_time) {
  start_archive();
  say("one");
  say("two");
  ASSERT_TRUE(soon([&] { return exit("archive").delivered == 2; }));
  EXPECT_EQ(exit("archive").pending, 0u);  // Written; the cursor follows with the sync.
  EXPECT_EQ(exit("archive").behind, 2u);
  forgetful_.fail_next_sync();
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_EQ(exit("archive").accepted, 4u);
  EXPECT_EQ(exit("archive").delivered, 4u);
}

TEST_F(LocalExitTest, after_a_failed_sync_and_a_stop_the_next_start_writes_the_lines) {
  start_archive();
  say("one");
  ASSERT_TRUE(soon([&] { return exit("archive").delivered == 1; }));
  forgetful_.fail_next_sync();
  stop();  // Syncs, which fails: the cursor must stay.
  EXPECT_EQ(forgetful_.failures_left(), 0);
  EXPECT_THAT(lines(), ElementsAre());
  start_archive();
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_THAT(lines(), ElementsAre("one"));
}

TEST_F(LocalExitTest, a_clean_stop_syncs_and_a_power_cut_after_it_takes_nothing) {
  start_archive();
  say("one");
  ASSERT_TRUE(soon([&] { return exit("archive").delivered == 1; }));
  stop();
  memory_.crash();
  EXPECT_THAT(lines(), ElementsAre("one"));
  start_archive();
  say("two");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_THAT(lines(), ElementsAre("one", "two"));
}

TEST_F(LocalExitTest, a_line_is_what_its_template_says) {
  start_archive(", line: '{{ event.severity }} {{ event.message }}'");
  append("test", R"({"message":"fire","severity":"critical"})");
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_EQ(memory_.bytes(folder_ / "archive.ndjson"), "critical fire\n");
}

TEST_F(LocalExitTest, what_several_groups_brought_is_one_request_in_their_order) {
  start_archive(", line: '{{ event.n }}{{ event.none }}'");
  ASSERT_TRUE(daemon_->pause("archive", true).ok());
  for (const char* n : {"1", "2", "3"})
    append("test", std::string(R"({"message":"m","n":)") + n + "}");
  ASSERT_TRUE(daemon_->pause("archive", false).ok());
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_EQ(memory_.bytes(folder_ / "archive.ndjson"), "1\n2\n3\n");
  const std::string metrics = metrics_->render();
  EXPECT_THAT(metrics, HasSubstr("tt_exit_request_seconds_count{exit=\"archive\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("tt_exit_template_errors_total{exit=\"archive\"} 3\n"));
}

TEST_F(LocalExitTest, an_event_that_cannot_be_said_costs_the_others_gathered_with_it_nothing) {
  std::string set;
  for (int i = 0; i < 20; ++i) set += "f" + std::to_string(i) + ": '{{ event.message }}', ";
  start_archive(", batch: {wait: 0s, bytes: 4MiB}, set: {" + set + "}");
  ASSERT_TRUE(daemon_->pause("archive", true).ok());
  say("one");
  say(std::string(900'000, 'x'));  // Twenty of these are more than an event may be.
  say("two");
  ASSERT_TRUE(daemon_->pause("archive", false).ok());
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_THAT(lines(), ElementsAre("one", "two"));
  ASSERT_EQ(letters("archive").size(), 1u);
  EXPECT_EQ(letters("archive")[0].reason, "encode");
}

TEST_F(LocalExitTest, a_letter_that_waits_for_room_is_not_forgotten_when_a_sync_fails) {
  std::string set;
  for (int i = 0; i < 20; ++i) set += "f" + std::to_string(i) + ": '{{ event.message }}', ";
  start_archive(", batch: {events: 1, wait: 0s}, set: {" + set + "}");
  ASSERT_TRUE(daemon_->pause("archive", true).ok());
  say(std::string(900'000, 'x'));
  memory_.set_free_bytes(0);
  ASSERT_TRUE(daemon_->pause("archive", false).ok());
  ASSERT_TRUE(soon([&] { return !exit("archive").problem.empty(); }));
  memory_.set_free_bytes(1ull << 40);  // The letter is tried again in five seconds.
  say("one");
  ASSERT_TRUE(soon([&] { return exit("archive").delivered == 1; }));
  forgetful_.fail_next_sync();
  ASSERT_TRUE(eventually([&] { return is_settled(); }));
  EXPECT_EQ(forgetful_.failures_left(), 0);
  EXPECT_THAT(lines(), ElementsAre("one"));
  EXPECT_EQ(letters("archive").size(), 1u);
}

TEST_F(LocalExitTest, a_file_that_cannot_be_written_delays_no_other_exit) {
  testing::Target target;
  start("exits:\n  archive: {type: file, path: ./archive.ndjson}\n" +
        testing::webhook("hook", target) + "rules:\n  - {to: [archive, hook]}\n");
  // The path becomes a folder, which no file can be.
  ASSERT_TRUE(memory_.create_directories(folder_ / "archive.ndjson").ok());
  say("one");
  ASSERT_TRUE(eventually([&] { return exit("hook").behind == 0; }));
  ASSERT_TRUE(eventually([&] { return !exit("archive").problem.empty(); }));
  EXPECT_GT(exit("archive").behind, 0u);
  EXPECT_TRUE(letters("archive").empty());
}

}  // namespace
}  // namespace tt::pipeline
