// vortex plugin check: a plugin on trial, in a process of its own that may crash and hang.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "apps/vortex/load.h"
#include "apps/vortex/plugin_commands.h"
#include "base/text.h"
#include "portals/plugin/examine.h"

namespace tt::vortex {
namespace {

namespace plugin = portals::plugin;
constexpr unsigned kTrialSeconds = 120;

void print_what_it_brings(const plugin::Library& library) {
  for (const auto& portal : library.portals)
    std::printf("  %s `%s`: %s\n", portal->is_entry() ? "entry" : "exit", portal->name.c_str(),
                portal->summary.c_str());
}

/// In the child. Each line is out before the next step begins, so that the last one tells where a
/// crash was.
int try_plugin(const std::string& path, const std::string& sha256, bool delivers) {
  const auto library = plugin::load_library(path, sha256);
  if (!library.ok()) {
    std::printf("refused: %s\n", library.error().text.c_str());
    return kFailed;
  }
  std::printf("%s %s, made with version 1.%u of the SDK\n", (*library)->name.c_str(),
              (*library)->version.c_str(), (*library)->minor);
  print_what_it_brings(**library);
  const plugin::ExamineReport report{
      .step =
          [](std::string_view portal, std::string_view step) {
            std::printf("%.*s: %.*s\n", static_cast<int>(portal.size()), portal.data(),
                        static_cast<int>(step.size()), step.data());
            std::fflush(stdout);
          },
      .fault =
          [](std::string_view text) {
            std::printf("  FAULT: not so: %.*s\n", static_cast<int>(text.size()), text.data());
            std::fflush(stdout);
          }};
  const int faults = plugin::examine(**library, delivers, report);
  std::fflush(stdout);
  return faults == 0 ? kOk : kFailed;
}

/// What became of the child; a crash, a hang or an end before the last step is told. `report` has a
/// byte, the result, of a child that came to its end: a plugin may call exit(0).
int wait_for(pid_t child, int report) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFEXITED(status)) {
    char code = kFailed;
    if (::read(report, &code, 1) == 1) return code;
    std::printf("  FAULT: it ended the process (exit code %d)\n", WEXITSTATUS(status));
    return kFailed;
  }
  const int signal = WTERMSIG(status);
  if (signal == SIGALRM)
    std::printf("  FAULT: it did not return within %u s\n", kTrialSeconds);
  else
    std::printf("  FAULT: it crashed (%s)\n", ::strsignal(signal));
  return kFailed;
}

}  // namespace

int check_plugin(const std::string& file, bool delivers) {
  char resolved[PATH_MAX];
  if (!::realpath(file.c_str(), resolved)) return fail(file + ": " + std::strerror(errno));
  const std::string path = resolved;
  const auto sha256 = plugin::hash_of_plugin(path);
  if (!sha256.ok()) return fail(sha256.error().text);
  std::fflush(stdout);
  int report[2];
  if (::pipe2(report, O_CLOEXEC | O_NONBLOCK) != 0)
    return fail(std::string("no pipe: ") + std::strerror(errno));
  const pid_t child = ::fork();
  if (child < 0) return fail(std::string("cannot fork: ") + std::strerror(errno));
  if (child == 0) {
    ::alarm(kTrialSeconds);
    const int code = try_plugin(path, *sha256, delivers);
    std::fflush(stdout);
    const char told = static_cast<char>(code);
    (void)!::write(report[1], &told, 1);
    ::_exit(code);  // Not through what the plugin may have left for the end of a process.
  }
  const int code = wait_for(child, report[0]);
  if (code != kOk) {
    std::printf("%s: not fit for use\n", file.c_str());
    return kFailed;
  }
  std::printf("fine; into the configuration:\n\nplugins:\n  - path: %s\n    sha256: %s\n",
              path.c_str(), sha256->c_str());
  return kOk;
}

}  // namespace tt::vortex
