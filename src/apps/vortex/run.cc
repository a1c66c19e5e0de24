// vortex run: the daemon, from the configuration to the last signal.
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <memory>

#include "api/api.h"
#include "apps/vortex/load.h"
#include "base/file_system.h"
#include "base/log.h"
#include "config/yaml_reader.h"
#include "pipeline/daemon.h"

namespace tt::vortex {
namespace {

constexpr int kDrainMs = 10'000;

/// Modification times of the configuration's files: what --watch looks at.
class Watcher {
 public:
  explicit Watcher(const pipeline::ConfigSource& source) : paths_(source.paths) { changed(); }
  bool changed() {
    std::map<std::string, std::pair<time_t, long>> now;
    for (const std::string& path : config::yaml_paths(paths_, system_disk())) {
      struct stat facts {};
      if (stat(path.c_str(), &facts) == 0)
        now[path] = {facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec};
    }
    const bool is_different = now != seen_;
    seen_ = std::move(now);
    return is_different;
  }

 private:
  std::vector<std::string> paths_;
  std::map<std::string, std::pair<time_t, long>> seen_;
};

void report(const pipeline::ReloadReport& report) {
  if (!report.diagnostics_text.empty()) std::fputs(report.diagnostics_text.c_str(), stderr);
  for (const auto& [exit, count] : report.moved)
    log::info("pending events change destination", {{"exit", exit}, {"count", count}});
  if (report.moved_is_cut)
    log::info("the backlog is long: only its beginning was judged by both rulesets");
}

/// Waits for signals until one of them ends the daemon.
void serve(pipeline::Daemon& daemon, const sigset_t& signals, bool watch) {
  Watcher watcher(daemon.settings()->source);
  const timespec half_second{0, 500'000'000};
  for (;;) {
    const int signal =
        watch ? sigtimedwait(&signals, nullptr, &half_second) : sigwaitinfo(&signals, nullptr);
    if (signal == SIGTERM || signal == SIGINT) {
      log::info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
      return;
    }
    if (signal == SIGHUP || (watch && watcher.changed())) report(daemon.reload());
  }
}

int run(const ConfigArguments& arguments, bool watch) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // Inherited by every thread.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);

  log::start(log::Level::kInfo);
  struct LogEnd {
    ~LogEnd() { log::stop(); }
  } log_end;
  const pipeline::ConfigSource source = source_of(arguments);
  log::info("vortex " TT_VERSION, {{"configuration", source.describe()}, {"pid", getpid()}});

  const auto settings = load_config(source, Tell::kAll).settings;
  if (!settings) return kFailed;
  log::set_level(settings->log_level);
  if (const std::string_view remark = remark_on_folder(settings->data); !remark.empty())
    log::warning("what is promised of the disk may not hold in the data folder",
                 {{"folder", settings->data}, {"reason", remark}});

  Metrics metrics;
  auto daemon =
      pipeline::Daemon::start(settings,
                              {.clock = system_clock(),
                               .disk = system_disk(),
                               .random = system_random(),
                               .spawner = system_spawner(),
                               .metrics = metrics,
                               .version = TT_VERSION},
                              [](pipeline::Daemon& started) { return api::make_handler(started); });
  if (!daemon.ok()) {
    log::error("cannot start", {{"error", daemon.error().text}});
    return cli::exit_code_of_disk(daemon.error());
  }
  for (const net::ListenAddress& address : (*daemon)->addresses())
    log::info("listening", {{"address", address.to_string()}});
  serve(**daemon, signals, watch);
  (*daemon)->stop(kDrainMs);
  log::info("stopped");
  return kOk;
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<ConfigArguments>();
  auto watch = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("run", "the daemon");
  add_config_options(*command, *arguments);
  command->add_flag("--watch", *watch, "reload when a configuration file changes");
  command->footer(
      "Signals: SIGHUP reloads, SIGTERM and SIGINT drain and stop.\n"
      "Exit codes: 0 stopped, 1 wrong configuration, 2 wrong command line, 69 address or folder\n"
      "taken, or no room on the disk: again later; 74 the disk failed: a new start recovers;\n"
      "78 data of a newer release, or no permission.\n"
      "Example: vortex run -c vortex.yaml --watch");
  command->callback([=, &exit_code] { exit_code = run(*arguments, *watch); });
}

}  // namespace tt::vortex
