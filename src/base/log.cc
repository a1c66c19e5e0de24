// Log lines by spdlog's asynchronous logger; the line itself is laid out here.
// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "base/clock.h"
#include "base/colour.h"
#include "base/text.h"
#include "base/units.h"

namespace tt::log {
namespace {

// Lines waiting for a slow terminal; then the oldest are dropped and counted, nobody waits.
constexpr std::size_t kLinesMax = 8192;

struct Writer {
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
};

std::atomic<Level> g_level{Level::kInfo};
std::shared_mutex g_mutex;  // Guards g_writer.
// Never destroyed: threads may log until the very end of the process.
Writer* g_writer = new Writer;

std::string_view name_of(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
    case Level::kOff:
      break;
  }
  return "off";
}

std::string_view colour_of(Level level) {
  switch (level) {
    case Level::kDebug:
      return colour::kDim;
    case Level::kWarning:
      return colour::kYellow;
    case Level::kError:
      return colour::kRed;
    default:
      return colour::kGreen;
  }
}

// "nan" and "inf" are no JSON numbers.
bool is_json_number(const Field& field) {
  return field.is_number && field.value.find_first_not_of("-+.e0123456789") == std::string::npos;
}

// Quoted when it would not read as one word, or could move the cursor of a terminal.
void append_text_value(std::string& out, std::string_view value) {
  const bool is_word = !value.empty() && value.find_first_of(" \"=\\") == std::string::npos &&
                       printable(value) == value;
  // Quoting escapes the C0 controls; DEL and C1 are left for printable().
  out += is_word ? std::string(value) : printable(json_string(value));
}

std::string text_line(Level level, std::string_view message, Fields fields) {
  std::string line = format_time_us(system_clock().wall_ns());
  line.append(" ").append(colour_of(level)).append(name_of(level)).append(colour::kEnd).append(" ");
  line.append(message);
  for (const Field& field : fields) {
    line.append(" ").append(field.key).append("=");
    append_text_value(line, field.value);
  }
  return line;
}

std::string json_line(Level level, std::string_view message, Fields fields) {
  std::string line = "{\"time\":\"" + format_time_us(system_clock().wall_ns()) + "\",\"level\":\"";
  line.append(name_of(level)).append("\",\"message\":");
  append_json_string(line, message);
  for (const Field& field : fields) {
    line += ',';
    append_json_string(line, field.key);
    line += ':';
    if (is_json_number(field)) {
      line += field.value;
    } else {
      append_json_string(line, field.value);
    }
  }
  return line += '}';
}

std::string line_of(Level level, std::string_view message, Fields fields) {
  static const bool is_terminal = ::isatty(STDERR_FILENO) == 1;
  return is_terminal ? text_line(level, message, fields) : json_line(level, message, fields);
}

void write_at_once(const std::string& line) {
  std::fwrite((line + "\n").data(), 1, line.size() + 1, stderr);
  std::fflush(stderr);
}

void write(Level level, std::string_view message, Fields fields) {
  if (level < g_level.load(std::memory_order_relaxed)) return;
  const std::string line = line_of(level, message, fields);
  const std::shared_lock lock(g_mutex);
  if (g_writer->logger) {
    g_writer->logger->log(spdlog::level::info, spdlog::string_view_t(line));
  } else {
    write_at_once(line);
  }
}

}  // namespace

void start(Level level) {
  set_level(level);
  const std::unique_lock lock(g_mutex);
  if (g_writer->logger) return;
  auto pool = std::make_shared<spdlog::details::thread_pool>(kLinesMax, 1);
  auto target = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  target->set_pattern("%v");
  auto logger = std::make_shared<spdlog::async_logger>(
      "tt", std::move(target), pool, spdlog::async_overflow_policy::overrun_oldest);
  logger->flush_on(spdlog::level::trace);
  *g_writer = {std::move(pool), std::move(logger)};
}

void set_level(Level level) { g_level.store(level, std::memory_order_relaxed); }

void stop() {
  Writer ended;
  {
    const std::unique_lock lock(g_mutex);
    std::swap(ended, *g_writer);
  }
  if (!ended.pool) return;
  const std::size_t lost = ended.pool->overrun_counter();
  ended = {};  // Its destructor writes what waits and joins the thread.
  if (lost) warning("log lines were dropped because stderr was slow", {{"lines", lost}});
}

void debug(std::string_view message, Fields fields) { write(Level::kDebug, message, fields); }
void info(std::string_view message, Fields fields) { write(Level::kInfo, message, fields); }
void warning(std::string_view message, Fields fields) { write(Level::kWarning, message, fields); }
void error(std::string_view message, Fields fields) { write(Level::kError, message, fields); }

}  // namespace tt::log
