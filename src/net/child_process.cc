// Moving the bytes of a program, and making sure that it ends.
// SPDX-License-Identifier: Apache-2.0
#include "net/child_process.h"

#include <signal.h>
#include <sys/wait.h>

#include <boost/asio/write.hpp>

namespace tt::net {
namespace {

using boost::system::error_code;
constexpr int kTermAfterSec = 5, kKillAfterSec = 5;
// Of what an ended program leaves in its pipe, or of what somebody who outlives it writes.
constexpr std::size_t kLastBytesMax = 1u << 20;

std::string ending(int status) {
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  return "exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Result<std::shared_ptr<ChildProcess>> ChildProcess::start(EventLoop& loop,
                                                          const ChildCommand& command,
                                                          std::shared_ptr<Owner> owner) {
  TT_TRY(const StartedChild started, start_child(command));
  std::shared_ptr<ChildProcess> child(new ChildProcess(
      loop, started, command.mask ? command.mask() : LineMask(), std::move(owner)));
  child->begin();
  return child;
}

ChildProcess::ChildProcess(EventLoop& loop, const StartedChild& started, LineMask mask,
                           std::shared_ptr<Owner> owner)
    : loop_(loop),
      pid_(started.pid),
      input_(loop.context(), started.input),
      output_(loop.context(), started.output),
      log_(loop.context(), started.log),
      process_(loop.context(), started.process),
      timer_(loop.context()),
      owner_(std::move(owner)),
      log_lines_(std::move(mask), [this](std::string_view line) { owner_->on_log(line); }) {
  // Asio's own reads would else wait for what a stranger with the pipe may never write.
  error_code ignored;
  output_.non_blocking(true, ignored);
  log_.non_blocking(true, ignored);
}

ChildProcess::~ChildProcess() {
  if (has_ended_) return;
  signal_group(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void ChildProcess::begin() {
  read_output();
  read_log();
  wait_for_end();
}

void ChildProcess::read_output() {
  is_reading_ = true;
  output_.async_read_some(
      boost::asio::buffer(output_buffer_),
      [self = shared_from_this()](const error_code& code, std::size_t bytes) {
        self->is_reading_ = false;
        if (!code)
          self->is_paused_ = !self->owner_->on_output({self->output_buffer_.data(), bytes});
        if (self->has_ended_) return self->hear_the_rest();
        if (!code && !self->is_paused_) self->read_output();
      });
}

void ChildProcess::resume() {
  if (!is_paused_ || has_ended_) return;
  is_paused_ = false;
  if (!is_reading_ && output_.is_open()) read_output();
}

void ChildProcess::read_log() {
  is_reading_log_ = true;
  log_.async_read_some(boost::asio::buffer(log_buffer_),
                       [self = shared_from_this()](const error_code& code, std::size_t bytes) {
                         self->is_reading_log_ = false;
                         if (!code) self->log_lines_.take({self->log_buffer_.data(), bytes});
                         if (self->has_ended_) return self->hear_the_rest();
                         if (!code) self->read_log();
                       });
}

bool ChildProcess::write(std::string_view bytes) {
  // One line may be larger than all that waits.
  const std::size_t waiting = unsent_.size() + sending_.size();
  if (has_ended_ || is_stopping_ || !input_.is_open() ||
      (waiting > 0 && waiting + bytes.size() > kUnsentBytesMax))
    return false;
  unsent_ += bytes;
  if (sending_.empty()) write_some();
  return true;
}

void ChildProcess::write_some() {
  sending_ = std::exchange(unsent_, {});
  boost::asio::async_write(input_, boost::asio::buffer(sending_),
                           [self = shared_from_this()](const error_code& code, std::size_t) {
                             self->sending_.clear();
                             error_code ignored;
                             // A program that no longer reads is about to end, or to be found out
                             // by its answers.
                             if (code) self->input_.close(ignored);
                             if (!self->unsent_.empty() && !code) return self->write_some();
                             if (self->is_stopping_) self->input_.close(ignored);
                           });
}

void ChildProcess::stop() {
  if (has_ended_ || std::exchange(is_stopping_, true)) return;
  error_code ignored;
  if (sending_.empty()) input_.close(ignored);
  signal_later(kTermAfterSec, SIGTERM);
}

void ChildProcess::signal_later(int seconds, int signal) {
  timer_.expires_after(std::chrono::seconds(seconds));
  timer_.async_wait([self = shared_from_this(), signal](const error_code& code) {
    if (code || self->has_ended_) return;
    self->signal_group(signal);
    if (signal == SIGTERM) self->signal_later(kKillAfterSec, SIGKILL);
  });
}

void ChildProcess::kill() {
  if (!has_ended_) signal_group(SIGKILL);
}

// The group is that of the session: what the program has started goes with it.
void ChildProcess::signal_group(int signal) { ::kill(-pid_, signal); }

void ChildProcess::wait_for_end() {
  process_.async_wait(Pipe::wait_read, [self = shared_from_this()](const error_code& code) {
    if (!code) self->finish();
  });
}

void ChildProcess::finish() {
  has_ended_ = true;
  // Before it is waited for: until then nobody else can have its number.
  signal_group(SIGKILL);
  ::waitpid(pid_, &status_, 0);
  error_code ignored;
  timer_.cancel();
  input_.close(ignored);
  // What a read has got already comes before what is still in the pipe; the others end here.
  output_.cancel(ignored);
  log_.cancel(ignored);
  hear_the_rest();
}

void ChildProcess::hear_the_rest() {
  if (is_reading_ || is_reading_log_) return;
  error_code ignored;
  // What it said last is heard, the reason of its end above all.
  std::string last(16u << 10, '\0');
  const auto drain = [&](Pipe& pipe, auto take) {
    for (std::size_t left = kLastBytesMax; left > 0 && pipe.is_open();) {
      const std::size_t bytes = pipe.read_some(boost::asio::buffer(last, left), ignored);
      if (ignored || bytes == 0) break;
      take(std::string_view(last.data(), bytes));
      left -= bytes;
    }
  };
  drain(log_, [this](std::string_view bytes) { log_lines_.take(bytes); });
  log_lines_.end();
  drain(output_, [this](std::string_view bytes) { (void)owner_->on_output(bytes); });
  for (Pipe* pipe : {&output_, &log_, &process_}) pipe->close(ignored);
  std::string why = ending(status_);
  if (status_ != 0 && !log_lines_.last().empty())
    why += "; its last line of log: " + log_lines_.last();
  std::exchange(owner_, nullptr)->on_end(std::move(why));
}

}  // namespace tt::net
