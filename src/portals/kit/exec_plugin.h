// ExecPlugin: a program that delivers events, kept running, with what it has not answered for yet.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "net/child_process.h"
#include "portals/kit/exec_options.h"
#include "portals/kit/exec_protocol.h"
#include "portals/kit/exit.h"

namespace tt::portals {

struct ExecPluginOptions {
  net::ChildCommand command;
  std::string name;                            ///< Of the exit.
  std::function<Result<ExecConfig>()> config;  ///< Secrets revealed.
  std::int64_t timeout_ns = 0;
};

/// Starts the program with the first event, and again after it has ended, with growing pauses. What
/// it has not answered for when it ends is not delivered. Loop thread only.
class ExecPlugin final : public net::ChildProcess::Owner,
                         public std::enable_shared_from_this<ExecPlugin> {
 public:
  using Done = std::function<void(ExitAnswer)>;
  ExecPlugin(net::EventLoop& loop, ExecPluginOptions options);

  /// `events`: one JSON object a line. The answer's body is what verdicts_of() reads.
  void send(std::string events, Done done);
  void close();  ///< Of the exit: the program is told to stop.

  bool on_output(std::string_view bytes) override;
  void on_log(std::string_view line) override;
  void on_end(std::string why) override;

 private:
  struct Job {
    std::string text;
    std::vector<std::string_view> events;  // Lines of text.
    Done done;
    std::int64_t begun_ns = 0;
    std::uint64_t first = 0;  // Number of the first event.
    std::size_t sent = 0, answered = 0;
    std::vector<ExecLine> verdicts;  // One an event.
    std::vector<bool> has_verdict;
  };

  Status start();
  void on_line(std::string_view line);
  void take_verdict(const ExecLine& line);
  void send_some();
  void watch();  // Ends what takes too long.
  void finish(Job& job);
  void fail_all(const std::string& why, bool is_misconfigured);

  net::EventLoop& loop_;
  const ExecPluginOptions options_;
  net::LoopTimer timer_;
  std::shared_ptr<net::ChildProcess> child_;
  SecretTexts secrets_;  // Of the program that runs.
  std::string partial_;
  std::deque<Job> jobs_;
  std::uint64_t next_number_ = 1;
  std::size_t unanswered_ = 0;
  int window_ = 0;  // 0: not ready.
  std::string problem_;
  bool is_hopeless_ = false, is_closed_ = false, is_watching_ = false;
  std::int64_t started_ns_ = 0, pause_ns_ = 0, not_before_ns_ = 0;
  std::int64_t progress_ns_ = 0;      // When it answered last, or had nothing to answer.
  std::deque<std::int64_t> ends_ns_;  // Of the last times that it ended unasked.
};

/// One verdict for each of `count` events, as the answer's body tells.
std::vector<Verdict> verdicts_of(const ExitAnswer& answer, std::size_t count);

}  // namespace tt::portals
