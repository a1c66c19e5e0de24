// The thread of the files: look, read, note.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/entry_tails.h"

#include <algorithm>
#include <vector>

#include "base/clock.h"
#include "base/metric_table.h"
#include "pipeline/limits.h"

namespace tt::pipeline {
namespace {

// Where names come and go all the time.
constexpr std::int64_t kLooksApartNs = 50 * kNsPerMs;
// What is not stored by then is read again.
constexpr int kTailGraceMs = 1'000;

SteadyNs tail_now_ns() { return system_clock().steady_ns(); }

}  // namespace

EntryTails::EntryTails(Disk& disk, const std::string& data, Spawner& spawner, Metrics& metrics,
                       Open open)
    : spawner_(spawner),
      metrics_(metrics),
      open_(std::move(open)),
      watch_(std::make_shared<net::FileWatch>()),
      file_(disk, data) {}

void EntryTails::keep(const Settings& settings) {
  const std::lock_guard lock(mutex_);
  if (is_ending_.load()) return;
  const AllTailNotes& known = thread_ ? file_.kept() : file_.restore();
  Tails wanted;
  for (const EntrySettings& entry : settings.entries) {
    const auto files = entry.portal->files();
    if (!files || files->patterns.empty()) continue;
    std::unique_ptr<net::FileTail>& tail = wanted[entry.name];
    if (const auto old = tails_.find(entry.name); old != tails_.end()) {
      tail = std::move(old->second);
      if (tail->wanted() != *files) tail->change(*files);
      continue;
    }
    const auto notes = known.find(entry.name);
    tail = std::make_unique<net::FileTail>(
        *files, notes == known.end() ? net::TailNotes{} : notes->second,
        [this, name = entry.name](std::shared_ptr<net::StreamPeer> peer, net::StreamInfo info) {
          return open_(name, std::move(peer), std::move(info));
        },
        watch_);
  }
  tails_ = std::move(wanted);
  look(tail_now_ns());
  note();
  if (!tails_.empty() && !thread_) thread_ = spawner_.spawn("tt-tail", [this] { run(); });
  watch_->wake();
}

void EntryTails::run() {
  std::vector<char> buffer(kTailRunBytes);
  SteadyNs looked_ns = tail_now_ns(), look_ns = looked_ns, note_ns = looked_ns;
  net::FileWatch::Changes changes;
  while (!is_ending_.load()) {
    const SteadyNs now_ns = tail_now_ns();
    bool is_more = false;
    {
      const std::lock_guard lock(mutex_);
      if (changes.has_moved) look_ns = std::min(look_ns, looked_ns + kLooksApartNs);
      for (const auto& [name, tail] : tails_)
        for (const std::string& path : changes.written) tail->on_written(path, now_ns);
      if (now_ns >= look_ns) {
        look(now_ns);
        looked_ns = now_ns;
        look_ns = now_ns + kTailLookMs * kNsPerMs;
      }
      is_more = read_some(buffer);
      if (now_ns >= note_ns) {
        note();
        note_ns = now_ns + kTailNoteMs * kNsPerMs;
      }
    }
    const SteadyNs left_ns = std::min(look_ns, note_ns) - tail_now_ns();
    const auto left_ms = std::clamp<std::int64_t>(left_ns / kNsPerMs + 1, 1, kTailLookMs);
    changes = watch_->wait(is_more ? 0 : static_cast<int>(left_ms));
  }
}

void EntryTails::look(SteadyNs now_ns) {
  std::map<std::string, net::FileTail::State, std::less<>> states;
  for (const auto& [name, tail] : tails_) {
    tail->look(now_ns);
    states[name] = tail->state();
  }
  const std::lock_guard lock(states_mutex_);
  states_.swap(states);
  for (const auto& [name, old] : states)
    if (!states_.contains(name)) states_[name] = {};
  for (const auto& [name, state] : states_) {
    gauge(metrics_, "tt_entry_files", {{"entry", name}})
        .set(static_cast<std::int64_t>(state.files));
    gauge(metrics_, "tt_entry_unread_bytes", {{"entry", name}})
        .set(static_cast<std::int64_t>(state.unread_bytes));
  }
}

std::size_t EntryTails::runs() const {
  std::size_t all = 0;
  for (const auto& [name, tail] : tails_) all += tail->runs();
  return all;
}

bool EntryTails::read_some(std::span<char> buffer) {
  bool is_more = false;
  for (const auto& [name, tail] : tails_) {
    // What others have on their way leaves the rest; one at least, so that none has to wait.
    const std::size_t others = runs() - tail->runs();
    is_more |= tail->read_some(
        buffer, std::max<std::size_t>(1, kTailRunsMax - std::min(others, kTailRunsMax)));
  }
  return is_more;
}

void EntryTails::note() {
  AllTailNotes notes;
  for (const auto& [name, tail] : tails_) {
    tail->settle();
    notes.emplace(name, tail->notes());
  }
  file_.keep(std::move(notes));
}

void EntryTails::end(int grace_ms) {
  if (is_ending_.exchange(true)) return;
  watch_->wake();
  std::unique_ptr<Thread> ended;
  {
    const std::lock_guard lock(mutex_);
    ended = std::move(thread_);
  }
  const bool has_run = ended != nullptr;
  ended.reset();  // Joins.
  if (!has_run) return;
  const std::lock_guard lock(mutex_);
  const SteadyNs until_ns = tail_now_ns() + std::min(grace_ms, kTailGraceMs) * kNsPerMs;
  for (note(); runs() > 0 && tail_now_ns() < until_ns; note()) watch_->wait(100);
  tails_.clear();
}

std::optional<net::FileTail::State> EntryTails::state(std::string_view entry) const {
  const std::lock_guard lock(states_mutex_);
  const auto found = states_.find(entry);
  if (found == states_.end()) return std::nullopt;
  return found->second;
}

}  // namespace tt::pipeline
