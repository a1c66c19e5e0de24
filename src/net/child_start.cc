// Between fork(2) and execve(2), and what goes wrong there.
// SPDX-License-Identifier: Apache-2.0
#include "net/child_start.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "net/child_check.h"

namespace tt::net {
namespace {

struct PipePair {
  int read = -1, write = -1;
  ~PipePair() {
    if (read >= 0) ::close(read);
    if (write >= 0) ::close(write);
  }
  bool open() {
    std::array<int, 2> ends;
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
};

std::vector<std::string> environment_of(const ChildCommand& command) {
  std::vector<std::string> all;
  std::vector<std::string> names{"PATH", "LANG", "TZ"};
  names.insert(names.end(), command.env_names.begin(), command.env_names.end());
  for (const std::string& name : names)
    if (const char* value = std::getenv(name.c_str())) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// Between fork and exec: only what is safe there (signal-safety(7)). Never returns; what went
/// wrong goes to `report`.
[[noreturn]] void become(char* const* argv, char* const* environment, const char* folder, int input,
                         int output, int log, int report) {
  const auto fail = [&report] {
    const int code = errno;
    (void)!::write(report, &code, sizeof code);
    ::_exit(127);
  };
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::dup2(input, 0) < 0 || ::dup2(output, 1) < 0 || ::dup2(log, 2) < 0) fail();
  // The report is the lowest that stays open, and closes with exec.
  if (report != 3 && ::dup3(report, 3, O_CLOEXEC) < 0) fail();
  report = 3;
  ::syscall(SYS_close_range, 4, ~0U, 0);
  if (::chdir(folder) != 0) fail();
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::execve(argv[0], argv, environment);
  fail();
  ::_exit(127);
}

}  // namespace

Result<StartedChild> start_child(const ChildCommand& command) {
  TT_CHECK(check_command(command));
  PipePair input, output, log, report;
  if (!input.open() || !output.open() || !log.open() || !report.open())
    return retry(std::string("no pipe: ") + std::strerror(errno));
  std::vector<std::string> argv = command.argv, environment = environment_of(command);
  const auto argv_pointers = pointers(argv), environment_pointers = pointers(environment);
  const std::string folder = command.folder.empty() ? "/" : command.folder;
  const pid_t pid = ::fork();
  if (pid < 0) return retry(std::string("cannot fork: ") + std::strerror(errno));
  if (pid == 0)
    become(argv_pointers.data(), environment_pointers.data(), folder.c_str(), input.read,
           output.write, log.write, report.write);
  ::close(std::exchange(report.write, -1));
  int code = 0;
  if (::read(report.read, &code, sizeof code) > 0) {
    ::waitpid(pid, nullptr, 0);
    return misconfigured(argv[0] + ": " + std::strerror(code));
  }
  const int process = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (process < 0) {
    const int reason = errno;
    ::kill(-pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return retry(std::string("cannot watch the program: ") + std::strerror(reason));
  }
  for (const int fd : {input.write, output.read, log.read}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return StartedChild{pid, std::exchange(input.write, -1), std::exchange(output.read, -1),
                      std::exchange(log.read, -1), process};
}

}  // namespace tt::net
