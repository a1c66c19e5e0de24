// EntryChild: the program behind an entry, kept running, its output as a stream of the intake.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "net/child_process.h"
#include "pipeline/entry_worker.h"

namespace tt::pipeline {

/// Started again after it has ended, with pauses of 1 s to 60 s. Made and ended from any thread;
/// everything else happens on the loop.
class EntryChild final : public EntryWorker,
                         public net::ChildProcess::Owner,
                         public std::enable_shared_from_this<EntryChild> {
 public:
  EntryChild(net::EventLoop& loop, std::string entry, net::ChildCommand command, Open open);
  void begin() override;
  void end() override;
  void kill() override;
  bool has_ended() const override { return has_ended_.load(); }

  bool on_output(std::string_view bytes) override;
  void on_log(std::string_view line) override;
  void on_end(std::string why) override;

 private:
  class Peer;
  void start();
  void start_later();

  net::EventLoop& loop_;
  const std::string entry_;
  const net::ChildCommand command_;
  const Open open_;
  net::LoopTimer timer_;
  std::shared_ptr<net::ChildProcess> child_;
  std::shared_ptr<Peer> peer_;
  std::unique_ptr<net::StreamSession> session_;
  std::int64_t started_ns_ = 0, pause_ns_ = 0;
  bool is_ending_ = false;
  std::atomic<bool> has_ended_{false};
};

}  // namespace tt::pipeline
