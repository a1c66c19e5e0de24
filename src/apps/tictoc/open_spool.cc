// Where a spool is, how large it may be, and opening it.
// SPDX-License-Identifier: Apache-2.0
#include "apps/tictoc/open_spool.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/spawner.h"
#include "base/text.h"
#include "base/units.h"

namespace tt::tictoc {
namespace {

constexpr std::int64_t kQuietNs = kNsPerSec;  // A wait that nobody notices.
constexpr std::uint64_t kBytesMin = 4u << 20;
constexpr std::string_view kNoFolder = "true";  // What CLI11 makes of a flag without a value.

std::string default_folder() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state && *state)
    return std::string(state) + "/tictoc/spool";
  if (const char* home = std::getenv("HOME"); home && *home)
    return std::string(home) + "/.local/state/tictoc/spool";
  return "";
}

}  // namespace

Result<tunnel::SpoolOptions> spool_options(const SpoolArguments& arguments) {
  const auto bytes = parse_size_bytes(arguments.size);
  if (!bytes || *bytes < kBytesMin)
    return reject("--spool-max is a size of at least 4MiB, not `" + arguments.size + "`");
  const bool is_named = !arguments.folder.empty() && arguments.folder != kNoFolder;
  std::string folder = is_named ? arguments.folder : default_folder();
  if (folder.empty()) return reject("HOME is not set: name the folder with --spool=DIR");
  return tunnel::SpoolOptions{.folder = std::move(folder), .bytes_max = *bytes};
}

int failed_spool(const Error& error) {
  std::fprintf(stderr, "tictoc: %s\n", error.text.c_str());
  return cli::exit_code_of(error);
}

std::string ndjson_of(const std::vector<std::string>& events) { return join(events, "\n") + "\n"; }

Status OpenSpool::open(tunnel::SpoolOptions options) {
  log::set_level(log::Level::kError);
  const tunnel::Seams seams{system_clock(), system_disk(), system_random(), system_spawner(),
                            metrics_};
  const std::int64_t patience_ns = std::exchange(options.patience_ns, kQuietNs);
  auto spool = tunnel::Spool::open(options, seams);
  if (!spool.ok() && spool.error().code == Code::kStopped) {
    if (isatty(STDERR_FILENO))
      std::fprintf(stderr, "tictoc: waiting: %s\n", spool.error().text.c_str());
    options.patience_ns = patience_ns - kQuietNs;
    spool = tunnel::Spool::open(options, seams);
  }
  TT_TRY(spool_, std::move(spool));
  return {};
}

}  // namespace tt::tictoc
