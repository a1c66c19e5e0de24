// ChildProcess: a program of the operator's, with its pipes on an event loop.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/child_command.h"
#include "net/child_start.h"
#include "net/event_loop.h"
#include "net/log_lines.h"

namespace tt::net {

/// It has a session and a process group of its own, no descriptors of ours but its pipes, gets
/// SIGKILL when we die, and is dead with all of its group when this ends. Loop thread only.
class ChildProcess : public std::enable_shared_from_this<ChildProcess> {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    /// Bytes of its standard output, of any length. False: no more until resume(); once it has
    /// ended, up to 1 MiB come all the same.
    virtual bool on_output(std::string_view bytes) = 0;
    /// One line of its standard error, or the beginning of a long one; printable, and masked as
    /// the command says.
    virtual void on_log(std::string_view line) = 0;
    /// It has ended; the last call. `why` for people: "exit code 0", "signal 9"; of an end that is
    /// a failure with its last line of standard error.
    virtual void on_end(std::string why) = 0;
  };
  static constexpr std::size_t kUnsentBytesMax = 4u << 20;

  static Result<std::shared_ptr<ChildProcess>> start(EventLoop& loop, const ChildCommand& command,
                                                     std::shared_ptr<Owner> owner);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;

  /// Queues bytes for its standard input; false when it does not take them.
  bool write(std::string_view bytes);
  void resume();
  /// Closes its standard input; who does not end by itself gets SIGTERM after 5 s, and SIGKILL 5 s
  /// later. What it says until then is heard.
  void stop();
  bool is_stopping() const { return is_stopping_; }
  /// SIGKILL to all of its group. on_end() follows.
  void kill();

 private:
  using Pipe = boost::asio::posix::basic_stream_descriptor<Executor>;
  ChildProcess(EventLoop& loop, const StartedChild& started, LineMask mask,
               std::shared_ptr<Owner> owner);
  void begin();
  void read_output();
  void read_log();
  void write_some();
  void wait_for_end();
  void signal_later(int seconds, int signal);
  void signal_group(int signal);
  void finish();
  void hear_the_rest();

  EventLoop& loop_;
  const int pid_;
  Pipe input_, output_, log_, process_;
  LoopTimer timer_;
  std::shared_ptr<Owner> owner_;  // Until on_end().
  LogLines log_lines_;
  std::string unsent_, sending_;
  bool is_paused_ = false, is_reading_ = false, is_reading_log_ = false;
  bool is_stopping_ = false, has_ended_ = false;
  int status_ = 0;
  std::string output_buffer_ = std::string(64u << 10, '\0');
  std::string log_buffer_ = std::string(4u << 10, '\0');
};

}  // namespace tt::net
