// Programs that deliver: what they answer counts, and what they do wrong costs only their own exit.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/stat.h>

#include <fstream>
#include <future>

#include "base/temporary_folder.h"
#include "portals/exit/exit_fixture.h"

namespace tt::portals::test {
namespace {

using ::testing::HasSubstr;

class ExecTest : public testing::Test {
 protected:
  /// An exit whose program is this shell script.
  void start(const std::string& script, const std::string& options = "") {
    const std::string path = folder_ / "plugin.sh";
    std::ofstream(path) << "#!/bin/sh\n" << script;
    ASSERT_EQ(::chmod(path.c_str(), 0700), 0);
    configured_ = std::make_unique<Configured>("exec", "command: [" + path + "]\n" + options);
    ASSERT_TRUE(configured_->portal) << configured_->problems();
    sender_ = configured_->portal->connect(seams_.seams());
  }
  std::future<ExitAnswer> send(const Outgoing& events) {
    auto request = std::make_shared<ExitRequest>(*configured_->portal->encode(events.all()));
    auto answer = std::make_shared<std::promise<ExitAnswer>>();
    auto future = answer->get_future();
    sender_->send(*request, {.id = "7f3a-1"},
                  [request, answer](ExitAnswer got) { answer->set_value(std::move(got)); });
    return future;
  }
  std::vector<Verdict> verdicts(const Outgoing& events) {
    return configured_->portal->judge(send(events).get(), events.size(), kNow);
  }

  /// Waits for a process to end; one whose end nobody has asked for yet is a zombie.
  static bool is_gone(int pid) {
    for (int i = 0; i < 1'000; ++i) {
      std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
      std::string number, name, state;
      if (!(file >> number >> name >> state) || state == "Z") return true;
      ::poll(nullptr, 0, 10);
    }
    return false;
  }

  const TemporaryFolder folder_;
  TestSeams seams_;
  std::unique_ptr<Configured> configured_;
  std::unique_ptr<ExitSender> sender_;
  const Outgoing one_{R"({"message":"one"})"};
  const Outgoing three_{"{\"message\":\"one\"}\n{\"message\":\"two\"}\n{\"message\":\"three\"}"};
};

constexpr char kReady[] = "read hello; echo '{\"op\":\"ready\",\"window\":8}'\n";

TEST_F(ExecTest, an_event_is_delivered_when_the_program_says_so) {
  start(std::string(kReady) + "while read line; do echo \"$line\" >> " + (folder_ / "seen") +
        "; echo '{\"op\":\"ack\",\"n\":[1,2,3]}'; done");
  const ExitAnswer answer = send(three_).get();
  EXPECT_EQ(answer.shown_status(), 0) << "a program has no HTTP status";
  for (const Verdict& verdict : configured_->portal->judge(answer, 3, kNow))
    EXPECT_EQ(verdict.kind, VerdictKind::kDelivered);
  std::ifstream seen(folder_ / "seen");
  std::string line;
  std::getline(seen, line);
  const auto json = parse_json(line);
  ASSERT_TRUE(json) << line;
  EXPECT_EQ(text_at(*json, "op"), "events");
  EXPECT_EQ(int_at(*json, "n"), 1);
  EXPECT_EQ(text_at(*json, "events.1.event.message"), "two");
  EXPECT_EQ(text_at(*json, "events.2.id"), "7f3a-3");
}

TEST_F(ExecTest, each_event_has_a_verdict_of_its_own) {
  start(std::string(kReady) +
        "read line\n"
        "echo '{\"op\":\"nack\",\"n\":2,\"code\":\"reject\",\"text\":\"too loud\"}'\n"
        "echo '{\"op\":\"nack\",\"n\":3,\"code\":\"retry\",\"after_ms\":1500}'\n"
        "echo '{\"op\":\"ack\",\"n\":1}'\n"
        "read line");
  const auto all = verdicts(three_);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].kind, VerdictKind::kDelivered);
  EXPECT_EQ(all[1].kind, VerdictKind::kRejected);
  EXPECT_EQ(all[1].text, "too loud");
  EXPECT_EQ(all[2].kind, VerdictKind::kRetry);
  EXPECT_EQ(all[2].retry_after_ns, 1'500 * kNsPerMs);
}

TEST_F(ExecTest, options_and_secrets_come_in_the_first_line_and_nothing_in_the_environment) {
  ::setenv("TT_EXEC_TEST", "kept away", 1);
  start("read hello; echo \"$hello\" > " + (folder_ / "hello") + "; env > " + (folder_ / "env") +
            "\necho '{\"op\":\"ready\"}'; read line; echo '{\"op\":\"ack\",\"n\":1}'; read line",
        "options: {depth: 3, list: [a, {b: true}]}\nsecrets: {token: s3cret}\n");
  EXPECT_EQ(verdicts(one_)[0].kind, VerdictKind::kDelivered);
  std::ifstream hello(folder_ / "hello");
  std::string line;
  std::getline(hello, line);
  const auto json = parse_json(line);
  ASSERT_TRUE(json) << line;
  EXPECT_EQ(int_at(*json, "tt"), 1);
  EXPECT_EQ(json_text(*find_at(*json, "config")),
            R"({"depth":3,"list":["a",{"b":true}],"token":"s3cret"})");
  std::ifstream environment(folder_ / "env");
  const std::string variables{std::istreambuf_iterator<char>(environment), {}};
  EXPECT_THAT(variables, HasSubstr("PATH="));
  EXPECT_EQ(variables.find("TT_EXEC_TEST"), std::string::npos);
  EXPECT_EQ(configured_->portal->show().find("s3cret"), std::string::npos);
}

TEST_F(ExecTest, what_a_program_leaves_unanswered_when_it_ends_comes_again) {
  start(std::string(kReady) + "read line; echo '{\"op\":\"ack\",\"n\":2}'; exit 3");
  const auto all = verdicts(three_);
  EXPECT_EQ(all[0].kind, VerdictKind::kRetry);
  EXPECT_EQ(all[1].kind, VerdictKind::kDelivered);
  EXPECT_EQ(all[2].kind, VerdictKind::kRetry);
  EXPECT_THAT(all[0].text, HasSubstr("exit code 3"));
}

TEST_F(ExecTest, garbage_ends_the_program_and_the_event_is_kept) {
  start(std::string(kReady) + "read line; echo 'Traceback (most recent call last)'; sleep 100");
  const ExitAnswer answer = send(one_).get();
  EXPECT_EQ(answer.status, 0);
  EXPECT_FALSE(answer.is_misconfigured);
  EXPECT_THAT(answer.error, HasSubstr("no JSON object: Traceback"));
}

TEST_F(ExecTest, numbers_that_were_never_given_change_nothing) {
  start(std::string(kReady) +
        "read line; echo '{\"op\":\"ack\",\"n\":[0,2,99,-1,\"1\"]}'\n"
        "echo '{\"op\":\"hum\"}'; echo '{\"op\":\"nack\",\"n\":1,\"code\":\"reject\"}'\n"
        "echo '{\"op\":\"ack\",\"n\":1}'; read line");
  EXPECT_EQ(verdicts(one_)[0].kind, VerdictKind::kRejected);
}

TEST_F(ExecTest, a_program_that_hangs_is_ended_with_all_that_it_started) {
  start(std::string(kReady) + "sleep 1000 & echo $! > " + (folder_ / "pid") + "; read line; wait",
        "timeout: 300ms\n");
  EXPECT_THAT(send(one_).get().error, HasSubstr("no answer within `timeout`"));
  int pid = 0;
  std::ifstream(folder_ / "pid") >> pid;
  ASSERT_GT(pid, 0);
  EXPECT_TRUE(is_gone(pid));
}

TEST_F(ExecTest, one_that_cannot_work_says_why_and_that_is_no_fault_of_the_event) {
  start(
      "read hello; echo '{\"op\":\"fail\",\"code\":\"misconfigured\",\"text\":\"no such "
      "folder\"}'");
  const ExitAnswer answer = send(one_).get();
  EXPECT_TRUE(answer.is_misconfigured);
  EXPECT_THAT(answer.error, HasSubstr("no such folder"));
}

TEST_F(ExecTest, what_others_could_change_is_not_started) {
  start(kReady);
  ASSERT_EQ(::chmod((folder_ / "plugin.sh").c_str(), 0777), 0);
  const ExitAnswer answer = send(one_).get();
  EXPECT_TRUE(answer.is_misconfigured);
  EXPECT_THAT(answer.error, HasSubstr("can be changed by others"));
}

TEST_F(ExecTest, secrets_are_masked_in_all_that_the_program_says) {
  const std::string secrets = "secrets: {token: hunter22-and-more}\n";
  start(std::string(kReady) +
            "read line; echo '{\"op\":\"nack\",\"n\":1,\"code\":\"reject\",\"text\":\"no "
            "hunter22-and-more\"}'; read line",
        secrets);
  EXPECT_EQ(verdicts(one_)[0].text, "no ***");
  start("read hello; echo '{\"op\":\"fail\",\"text\":\"bad hunter22-and-more\"}'", secrets);
  EXPECT_THAT(send(one_).get().error, HasSubstr("bad ***"));
  start("read hello; echo 'noise hunter22-and-more'; read line", secrets);
  EXPECT_THAT(send(one_).get().error, HasSubstr("no JSON object: noise ***"));
  start("read hello; echo 'KeyError: hunter22-and-more' >&2; exit 1", secrets);
  EXPECT_THAT(send(one_).get().error,
              HasSubstr("exit code 1; its last line of log: KeyError: ***"));
}

TEST_F(ExecTest, a_secret_is_masked_before_its_text_is_cut) {
  start(std::string(kReady) +
            "read line; text=$(head -c 1020 /dev/zero | tr '\\0' x)\n"
            "echo '{\"op\":\"nack\",\"n\":1,\"text\":\"'$text'hunter22-and-more\"}'; read line",
        "secrets: {token: hunter22-and-more}\n");
  EXPECT_EQ(verdicts(one_)[0].text, std::string(1020, 'x') + "***");
}

TEST_F(ExecTest, a_program_that_is_missing_is_named) {
  start(kReady);
  ASSERT_EQ(::unlink((folder_ / "plugin.sh").c_str()), 0);
  EXPECT_THAT(send(one_).get().error, HasSubstr("No such file"));
}

}  // namespace
}  // namespace tt::portals::test
