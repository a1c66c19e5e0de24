// A daemon that reads files: stored lines are noted, a restart goes on there, a full tunnel waits.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/entry_tails.h"

#include <filesystem>
#include <fstream>

#include "pipeline/daemon_fixture.h"
#include "pipeline/limits.h"

namespace tt::pipeline {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

class EntryTailsTest : public testing::DaemonTest {
 protected:
  EntryTailsTest() { fs::create_directory(at("")); }
  std::string at(const std::string& name) const { return folder_ / "logs/" + name; }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(at(name), std::ios::app) << text;
  }
  /// Patterns are relative to the configuration file.
  static std::string yaml(const std::string& options = "files: ./logs/*.log") {
    return "entries:\n  app: {type: lines, format: raw, " + options + "}\n";
  }
  std::vector<std::string> stored() {
    std::vector<std::string> all;
    const auto scan = daemon_->tunnel().scan(0);
    for (;;) {
      const auto batch = scan->next(kReadBytesMax);
      if (!batch.ok() || !*batch) return all;
      for (const tunnel::StoredEvent& event : (*batch)->events())
        all.push_back(event.event.text("message"));
    }
  }
  bool has_stored(std::size_t count) { return stored().size() >= count; }
  net::TailNotes noted() {
    TailFile file(memory_, data_path());
    AllTailNotes all = file.restore();
    return all["app"];
  }
};

TEST_F(EntryTailsTest, lines_are_events_that_name_their_file) {
  write("a.log", "old\n");
  start(yaml());
  write("a.log", "one\n  two\n");
  write("b c.log", "three\n");
  ASSERT_TRUE(soon([&] { return has_stored(3); }));
  EXPECT_THAT(stored(), IsSupersetOf({"one", "  two", "three"}));
  const auto batch = daemon_->tunnel().scan(0)->next(kReadBytesMax);
  ASSERT_TRUE(batch.ok() && *batch);
  std::string sources;
  for (const tunnel::StoredEvent& event : (*batch)->events())
    sources += event.event.text("source") + "\n";
  EXPECT_THAT(sources, HasSubstr("file://" + at("a.log") + "\n"));
  EXPECT_THAT(sources, HasSubstr("b%20c.log\n"));
}

TEST_F(EntryTailsTest, where_files_begin_is_noted_before_the_daemon_is_up) {
  write("a.log", "old\n");
  start(yaml());
  const net::TailNotes notes = noted();
  ASSERT_EQ(notes.files.size(), 1u);
  EXPECT_EQ(notes.files[0].offset, 4u);
  EXPECT_EQ(notes.patterns.size(), 1u);
}

TEST_F(EntryTailsTest, a_stop_and_a_start_repeat_nothing_and_lose_nothing) {
  write("a.log", "");
  start(yaml());
  write("a.log", "one\n");
  ASSERT_TRUE(soon([&] { return has_stored(1); }));
  stop();
  write("a.log", "two\n");
  fs::rename(at("a.log"), at("a.log.1"));
  write("a.log", "three\n");
  start(yaml());
  ASSERT_TRUE(soon([&] { return has_stored(3); }));
  EXPECT_THAT(stored(), ElementsAre("one", "two", "three"));
}

TEST_F(EntryTailsTest, after_a_crash_only_what_was_not_noted_comes_again) {
  write("a.log", "");
  start(yaml());
  write("a.log", "one\n");
  ASSERT_TRUE(soon([&] { return noted().files.at(0).offset == 4; }));
  const auto before = read_file(memory_, data_path("/tails.json"));
  ASSERT_TRUE(before.ok());
  write("a.log", "two\n");
  ASSERT_TRUE(soon([&] { return has_stored(2); }));
  stop();
  ASSERT_TRUE(write_file(memory_, data_path("/tails.json"), *before).ok());
  write("a.log", "three\n");
  start(yaml());
  ASSERT_TRUE(soon([&] { return has_stored(4); }));
  EXPECT_THAT(stored(), ElementsAre("one", "two", "two", "three"));
}

TEST_F(EntryTailsTest, lines_wait_in_their_file_while_the_tunnel_has_no_room) {
  write("a.log", "");
  start(yaml());
  write("a.log", "fits\n");
  ASSERT_TRUE(soon([&] { return has_stored(1); }));
  memory_.set_free_bytes(1 << 20);
  clock_.advance_ns(kNsPerSec);
  write("a.log", "waits\n");
  ASSERT_TRUE(eventually([&] { return !daemon_->is_ready(); }));
  write("a.log", "waits too\n");
  EXPECT_THAT(stored(), ElementsAre("fits"));
  memory_.set_free_bytes(std::uint64_t{1} << 40);
  ASSERT_TRUE(eventually([&] { return has_stored(3); }));
  EXPECT_THAT(stored(), ElementsAre("fits", "waits", "waits too"));
}

TEST_F(EntryTailsTest, what_had_no_room_at_the_stop_is_read_again) {
  write("a.log", "");
  start(yaml());
  memory_.set_free_bytes(1 << 20);
  clock_.advance_ns(kNsPerSec);
  write("a.log", "waits\n");
  ASSERT_TRUE(eventually([&] { return !daemon_->is_ready(); }));
  daemon_->stop(0);
  daemon_.reset();
  memory_.set_free_bytes(std::uint64_t{1} << 40);
  start(yaml());
  ASSERT_TRUE(soon([&] { return has_stored(1); }));
  EXPECT_THAT(stored(), ElementsAre("waits"));
}

TEST_F(EntryTailsTest, a_reload_takes_other_files_and_keeps_the_place_in_these) {
  write("a.log", "");
  write("b.txt", "old\n");
  start(yaml());
  write("a.log", "one\n");
  ASSERT_TRUE(soon([&] { return has_stored(1); }));
  ASSERT_TRUE(reload(yaml("files: [./logs/*.log, ./logs/*.txt], from: beginning")).ok);
  ASSERT_TRUE(soon([&] { return has_stored(2); }));
  ASSERT_TRUE(reload(yaml("files: ./logs/*.txt")).ok);
  write("a.log", "nobody reads this\n");
  write("b.txt", "new\n");
  ASSERT_TRUE(soon([&] { return has_stored(3); }));
  EXPECT_THAT(stored(), ElementsAre("one", "old", "new"));
  ASSERT_TRUE(reload("entries: {}\n").ok);
  EXPECT_TRUE(noted().files.empty());
}

TEST_F(EntryTailsTest, a_file_that_cannot_be_read_is_a_problem_of_the_entry_until_it_can) {
  start(yaml("files: ./logs/app.log"));
  EXPECT_THAT(entry("app").files->problem, HasSubstr("app.log: No such file"));
  write("app.log", "now\n");
  ASSERT_TRUE(soon([&] { return has_stored(1); }));
  EXPECT_TRUE(soon([&] { return entry("app").files->problem.empty(); }));
  EXPECT_EQ(entry("app").files->files, 1u);
}

TEST_F(EntryTailsTest, allow_is_of_senders_and_not_of_files) {
  start(yaml("files: ./logs/*.log, listen: 'tcp://127.0.0.1:0', allow: 10.0.0.0/8"));
  write("a.log", "one\n");
  ASSERT_TRUE(soon([&] { return has_stored(1); }));
  EXPECT_EQ(entry("app").unauthorised, 0u);
}

TEST_F(EntryTailsTest, a_line_over_the_limit_costs_only_itself) {
  start(yaml());
  write("a.log", "before\n" + std::string(3u << 20, 'x') + "\nafter\n");
  ASSERT_TRUE(soon([&] { return has_stored(2); }));
  EXPECT_THAT(stored(), ElementsAre("before", "after"));
  EXPECT_EQ(entry("app").rejected, 1u);
}

}  // namespace
}  // namespace tt::pipeline
