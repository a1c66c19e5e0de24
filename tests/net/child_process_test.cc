// Programs: what they say is heard to the end, and nothing of them outlives what started them.
// SPDX-License-Identifier: Apache-2.0
#include "net/child_process.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>
#include <future>

#include "base/spawner.h"
#include "base/temporary_folder.h"

namespace tt::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Collects what a program says.
class Ear final : public ChildProcess::Owner {
 public:
  bool on_output(std::string_view bytes) override {
    output += bytes;
    if (const auto said = on_said) said();
    return !is_patient;
  }
  void on_log(std::string_view line) override { log.emplace_back(line); }
  void on_end(std::string why) override { ended.set_value(std::move(why)); }

  std::function<void()> on_said;
  bool is_patient = false;  // No more until resume().
  std::string output;
  std::vector<std::string> log;
  std::promise<std::string> ended;
};

class ChildProcessTest : public ::testing::Test {
 protected:
  ~ChildProcessTest() override {
    loop_.post([this] { loop_.release(); });
  }
  std::string script(const std::string& text, ::mode_t mode = 0700) {
    const std::string path = folder_ / "program.sh";
    std::ofstream(path) << "#!/bin/sh\n" << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
  /// Starts it on the loop; `act` gets the program.
  Status start(
      const ChildCommand& command, std::function<void(ChildProcess&)> act = [](ChildProcess&) {}) {
    std::promise<Status> started;
    loop_.post([&, act = std::move(act)] {
      auto child = ChildProcess::start(loop_, command, ear_);
      if (child.ok()) act(**child);
      started.set_value(child.ok() ? Status() : Status(child.error()));
    });
    return started.get_future().get();
  }
  std::string end() { return ear_->ended.get_future().get(); }

  const TemporaryFolder folder_;
  EventLoop loop_{100};
  std::unique_ptr<Thread> thread_ = system_spawner().spawn("loop", [this] { loop_.run(); });
  const std::shared_ptr<Ear> ear_ = std::make_shared<Ear>();
};

TEST_F(ChildProcessTest, last_words_are_heard_and_so_is_the_reason) {
  ASSERT_TRUE(start({{script("echo out; echo one >&2; printf two >&2; exit 3")}, {}, {}}).ok());
  EXPECT_EQ(end(), "exit code 3; its last line of log: two");
  EXPECT_EQ(ear_->output, "out\n");
  EXPECT_THAT(ear_->log, ElementsAre("one", "two"));
}

/// While the loop is busy with something else, the program says all that it has to, and ends.
void be_busy() {
  siginfo_t ended{};
  EXPECT_EQ(::waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT), 0);
}

TEST_F(ChildProcessTest, no_line_of_its_log_is_lost_when_it_has_ended_before_the_loop_looks) {
  ASSERT_TRUE(
      start({{script("i=0; while [ $i -lt 1500 ]; do i=$((i + 1)); echo line $i; done >&2")}},
            [](ChildProcess&) { be_busy(); })
          .ok());
  EXPECT_EQ(end(), "exit code 0");
  ASSERT_EQ(ear_->log.size(), 1500u);
  for (int i = 0; i < 1500; ++i) EXPECT_EQ(ear_->log[i], "line " + std::to_string(i + 1));
}

TEST_F(ChildProcessTest, nor_is_output_that_was_waited_for_as_it_ended) {
  ear_->is_patient = true;
  ASSERT_TRUE(start({{script("echo one; read -r word; echo two")}}, [this](ChildProcess& child) {
                ear_->on_said = [this, child = child.shared_from_this()] {
                  ear_->on_said = nullptr;
                  loop_.post([this, child] {
                    EXPECT_TRUE(child->write("go\n"));
                    be_busy();
                    // The next turn of the loop finds both: this, and the end.
                    loop_.post([child] { child->resume(); });
                  });
                };
              }).ok());
  EXPECT_EQ(end(), "exit code 0");
  EXPECT_EQ(ear_->output, "one\ntwo\n");
}

TEST_F(ChildProcessTest, it_hears_what_is_written_and_that_nothing_more_comes) {
  ASSERT_TRUE(start({{script("cat; echo over")}, {}, {}}, [](ChildProcess& child) {
                EXPECT_TRUE(child.write("hello\n"));
                child.stop();
                EXPECT_FALSE(child.write("late\n"));
              }).ok());
  EXPECT_EQ(end(), "exit code 0");
  EXPECT_EQ(ear_->output, "hello\nover\n");
}

TEST_F(ChildProcessTest, a_program_that_has_closed_its_input_sends_us_no_signal) {
  ASSERT_TRUE(
      start({{script("exec <&-; echo closed; exec sleep 30")}, {}, {}}, [this](
                                                                            ChildProcess& child) {
        ear_->on_said = [&child] {
          EXPECT_TRUE(child.write("hello\n"));
          child.kill();
        };
      }).ok());
  EXPECT_EQ(end(), "signal 9");
}

TEST_F(ChildProcessTest, who_keeps_its_pipe_open_after_its_end_holds_nobody) {
  ASSERT_TRUE(start({{script("setsid sleep 30 & echo $!; exit 0")}, {}, {}}).ok());
  EXPECT_EQ(end(), "exit code 0");
  ::kill(std::stoi(ear_->output), SIGKILL);
}

TEST_F(ChildProcessTest, it_runs_where_it_is_told_and_a_folder_that_is_missing_is_named) {
  ASSERT_TRUE(start({{script("pwd")}, {}, folder_.path()}).ok());
  EXPECT_EQ(end(), "exit code 0");
  EXPECT_EQ(ear_->output, folder_.path() + "\n");
  const Status missing = start({{script("pwd")}, {}, folder_ / "nowhere"});
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().text, HasSubstr((folder_ / "nowhere") + ": No such file"));
}

TEST_F(ChildProcessTest, a_failure_is_told_with_the_last_line_of_the_log) {
  ASSERT_TRUE(
      start({{script("echo Traceback >&2; echo 'no such key' >&2; echo >&2; exit 1")}, {}, {}})
          .ok());
  EXPECT_EQ(end(), "exit code 1; its last line of log: no such key");
}

TEST_F(ChildProcessTest, secrets_are_hidden_in_its_log_and_in_the_reason) {
  const auto hide = [](std::string_view line, bool is_cut) {
    return std::string(line.substr(0, line.find("s3cret"))) + (is_cut ? "(cut)" : "***");
  };
  ASSERT_TRUE(start({.argv = {script("echo key s3cret >&2; exit 1")},
                     .mask = [&]() -> LineMask { return hide; }})
                  .ok());
  EXPECT_EQ(end(), "exit code 1; its last line of log: key ***");
  EXPECT_THAT(ear_->log, ElementsAre("key ***"));
}

TEST_F(ChildProcessTest, of_a_line_that_is_too_long_only_the_beginning_is_told) {
  const auto hide = [](std::string_view line, bool is_cut) {
    return std::string(line.substr(0, 4)) + (is_cut ? " cut" : "");
  };
  ASSERT_TRUE(start({.argv = {script("head -c 20000 /dev/zero | tr '\\0' x >&2; echo rest >&2; "
                                     "echo next >&2")},
                     .mask = [&]() -> LineMask { return hide; }})
                  .ok());
  EXPECT_EQ(end(), "exit code 0");
  EXPECT_THAT(ear_->log, ElementsAre("xxxx cut", "next"));
}

}  // namespace
}  // namespace tt::net
