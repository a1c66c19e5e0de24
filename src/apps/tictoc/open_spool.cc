// Where a spool is, how large it may be, and opening it.
// SPDX-License-Identifier: Apache-2.0
#include "apps/tictoc/open_spool.h"

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
  if (error.code == Code::kRetry || error.code == Code::kStopped) return kUnavailable;
  return kRefused;
}

std::string ndjson_of(const std::vector<std::string>& events) { return join(events, "\n") + "\n"; }

Status OpenSpool::open(const tunnel::SpoolOptions& options) {
  log::set_level(log::Level::kError);
  TT_TRY(spool_, tunnel::Spool::open(options, {system_clock(), system_disk(), system_random(),
                                               system_spawner(), metrics_}));
  return {};
}

}  // namespace tt::tictoc
