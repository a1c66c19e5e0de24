// The file holds no text of events: digests of keys, and what the chat calls its messages.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/thread_memory.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/digest.h"
#include "base/log.h"
#include "base/units.h"
#include "portals/kit/json.h"

namespace tt::portals {
namespace {

constexpr std::size_t kThreadsMax = 1000;
constexpr std::int64_t kKeptNs = 7 * 24 * 3600 * kNsPerSec;
constexpr std::size_t kFileBytesMax = 1u << 20;

std::string digest(const std::string& key) { return hex(as_text(sha256(key))).substr(0, 32); }

}  // namespace

std::string ThreadMemory::find(const std::string& key) {
  load();
  const auto found = threads_.find(digest(key));
  const bool is_known =
      found != threads_.end() && clock_.wall_ns() - found->second.begun_ns < kKeptNs;
  return is_known ? found->second.reference : "";
}

void ThreadMemory::remember(const std::string& key, std::string reference) {
  load();
  threads_[digest(key)] = {std::move(reference), clock_.wall_ns()};
  drop_old();
  keep();
}

void ThreadMemory::forget(const std::string& key) {
  load();
  if (threads_.erase(digest(key)) > 0) keep();
}

void ThreadMemory::load() {
  if (std::exchange(is_loaded_, true) || path_.empty() || !disk_.exists(path_)) return;
  const auto text = read_file(disk_, path_, kFileBytesMax);
  const auto json = text.ok() ? parse_json(*text) : nullptr;
  const auto* list = json ? list_at(*json, "threads") : nullptr;
  if (!list)
    return log::warning("threads of a chat are forgotten: the file cannot be read",
                        {{"file", path_}});
  for (const boost::json::value& one : *list)
    if (const auto begun = parse_time(text_at(one, "begun")))
      threads_[std::string(text_at(one, "key"))] = {std::string(text_at(one, "reference")), *begun};
}

void ThreadMemory::drop_old() {
  const WallNs now = clock_.wall_ns();
  std::erase_if(threads_, [&](const auto& one) { return now - one.second.begun_ns >= kKeptNs; });
  while (threads_.size() > kThreadsMax)
    threads_.erase(std::min_element(
        threads_.begin(), threads_.end(),
        [](const auto& a, const auto& b) { return a.second.begun_ns < b.second.begun_ns; }));
}

void ThreadMemory::keep() {
  if (path_.empty()) return;
  JsonWriter json;
  json.map().key("threads").list();
  for (const auto& [key, thread] : threads_) {
    json.map().key("key").text(key).key("reference").text(thread.reference);
    json.key("begun").text(format_time(thread.begun_ns)).end();
  }
  Status kept = disk_.create_directories(path_.substr(0, path_.rfind('/')));
  if (kept.ok()) kept = write_file(disk_, path_, json.end().end().take() + "\n");
  if (!kept.ok())
    log::warning("threads of a chat are not kept", {{"file", path_}, {"error", kept.error().text}});
}

}  // namespace tt::portals
