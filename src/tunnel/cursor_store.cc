// Cursors in memory and their two files.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/cursor_store.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "tunnel/block_read.h"

namespace tt::tunnel {
namespace {

// A failed sync is final, whatever its cause: the next one could succeed without the bytes.
Status sync(File& file) {
  Status synced = file.datasync();
  return synced.ok() ? synced : Status(reject(synced.error().text));
}

}  // namespace

CursorStore::CursorStore(Seams seams, std::string directory, std::uint32_t seed,
                         std::function<void(const Error&)> on_fatal)
    : seams_(seams),
      directory_(std::move(directory)),
      seed_(seed),
      on_fatal_(std::move(on_fatal)),
      wake_(seams.spawner.condition()) {}

CursorStore::~CursorStore() { (void)close(); }

Result<std::unique_ptr<CursorStore>> CursorStore::open(const std::string& directory,
                                                       const LogIdentity& identity, Seams seams,
                                                       std::function<void(const Error&)> on_fatal) {
  std::unique_ptr<CursorStore> store(
      new CursorStore(seams, directory, seed_of(identity.salt("cursors", 0)), std::move(on_fatal)));
  TT_CHECK(store->load());
  store->thread_ = seams.spawner.spawn("tt-cursors", [self = store.get()] { self->run(); });
  return store;
}

Status CursorStore::load() {
  std::optional<CursorFileState> best;
  for (std::size_t i = 0; i < 2; ++i) {
    TT_TRY(files_[i], seams_.disk.open(path(i), Open::kCreate));
    bool is_unreadable = false;
    TT_TRY(const std::string bytes, read(*files_[i], is_unreadable));
    auto state = read_cursor_file(bytes, seed_);
    if (is_unreadable || (state && state->has_holes) ||
        (!state && bytes.find_first_not_of('\0') != std::string::npos)) {
      log::warning("a cursor file is damaged", {{"file", path(i)}});
      was_damaged_ = true;
    }
    if (state && (!best || state->generation > best->generation)) {
      best = std::move(state);
      current_ = i;
    }
  }
  was_lost_ = !best;
  if (!best) return start_over();
  generation_ = best->generation;
  snapshot_generation_ = best->snapshot_generation;
  for (auto& [name, state] : best->cursors) {
    auto cursor = std::make_shared<Cursor>(name, state.low, state.start);
    for (const auto& [first, end] : state.ranges) cursor->settled_.settle(first, end);
    cursor->epoch_ = state.epoch;
    cursor->low_ = cursor->durable_low_ = cursor->settled_.low();
    cursor->has_ranges_ = !cursor->settled_.ranges().empty();
    cursors_.emplace(name, std::move(cursor));
  }
  // Not behind the newest frame: what stands there may be the torn rest of another. The other file
  // is whole again before this one is touched.
  TT_CHECK(write_snapshot());
  return seams_.disk.sync_directory(directory_);
}

// Blocks that the disk refuses are zeros: the frames in the others count.
Result<std::string> CursorStore::read(File& file, bool& is_unreadable) {
  TT_TRY(const std::uint64_t size, file.size());
  std::string bytes(std::min(size, kReadBytesMax), '\0');
  TT_TRY(const std::uint64_t refused, read_what_can_be_read(file, bytes, 0));
  is_unreadable = refused > 0;
  return bytes;
}

Status CursorStore::start_over() {
  for (auto& file : files_) TT_CHECK(ensure_size(*file, kFileBytes));
  TT_CHECK(write_snapshot());
  return seams_.disk.sync_directory(directory_);
}

Status CursorStore::ensure_size(File& file, std::uint64_t bytes) {
  TT_TRY(const std::uint64_t size, file.size());
  return size >= bytes ? Status() : file.allocate(bytes);
}

Seq CursorStore::seq_max() const {
  const std::lock_guard lock(mutex_);
  Seq max = 0;
  for (const auto& [name, cursor] : cursors_) {
    const CursorState state = cursor->snapshot();
    max = std::max(max, state.ranges.empty() ? state.low : state.ranges.back().second);
  }
  return max;
}

Seq CursorStore::durable_low(Seq otherwise) const {
  const std::lock_guard lock(mutex_);
  Seq low = otherwise;
  for (const auto& [name, cursor] : cursors_) low = std::min(low, cursor->durable_low_.load());
  return low;
}

SharedCursor CursorStore::find(std::string_view exit) const {
  const std::lock_guard lock(mutex_);
  const auto found = cursors_.find(exit);
  return found == cursors_.end() ? nullptr : found->second;
}

Result<SharedCursor> CursorStore::create(const std::string& exit, Seq low) {
  auto cursor = std::make_shared<Cursor>(exit, low, low);
  {
    const std::lock_guard lock(mutex_);
    cursors_[exit] = cursor;
    cursor->is_dirty_ = is_dirty_ = true;
  }
  TT_CHECK(flush());
  return cursor;
}

bool CursorStore::take(const SharedCursor& cursor) {
  const std::lock_guard lock(mutex_);
  return !std::exchange(cursor->is_open_, true);
}

void CursorStore::give_back(const SharedCursor& cursor) {
  const std::lock_guard lock(mutex_);
  cursor->is_open_ = false;
}

bool CursorStore::is_open(std::string_view exit) const {
  const std::lock_guard lock(mutex_);
  const auto found = cursors_.find(exit);
  return found != cursors_.end() && found->second->is_open_;
}

std::vector<std::string> CursorStore::closed() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, cursor] : cursors_) {
    if (!cursor->is_open_) names.push_back(name);
  }
  return names;
}

Status CursorStore::remove(std::string_view exit) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = cursors_.find(exit);
    if (found == cursors_.end()) return {};
    if (found->second->is_open_) return reject("exit " + std::string(exit) + " is in use");
    removed_.push_back(found->first);
    cursors_.erase(found);
    is_dirty_ = true;
  }
  return flush();
}

Status CursorStore::rename(std::string_view from, const std::string& to) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = cursors_.find(from);
    if (found == cursors_.end()) return reject("there is no cursor of exit " + std::string(from));
    if (cursors_.contains(to)) return reject("exit " + to + " has a cursor already");
    SharedCursor cursor = found->second;
    removed_.push_back(found->first);
    cursors_.erase(found);
    cursor->exit_ = to;
    cursor->is_dirty_ = is_dirty_ = true;
    cursors_.emplace(to, std::move(cursor));
  }
  return flush();
}

void CursorStore::touch(const SharedCursor& cursor) {
  const std::lock_guard lock(mutex_);
  cursor->is_dirty_ = true;
  if (std::exchange(is_dirty_, true)) return;
  wake_->notify_one();
}

void CursorStore::run() {
  std::unique_lock lock(mutex_);
  while (!is_closing_) {
    wake_->wait(lock, [this] { return is_dirty_ || is_closing_; });
    // What moves within this time shares the sync.
    if (wake_->wait_for(lock, std::chrono::milliseconds(kFlushEveryMs),
                        [this] { return is_closing_; }))
      return;
    lock.unlock();
    (void)flush();
    lock.lock();
  }
}

Status CursorStore::flush() {
  const std::lock_guard io_lock(io_mutex_);
  if (!failed_.ok()) return failed_;
  CursorFrame frame;
  std::vector<std::pair<SharedCursor, Seq>> moved;
  {
    const std::lock_guard lock(mutex_);
    if (!is_dirty_) return {};
    is_dirty_ = false;
    for (const std::string& name : std::exchange(removed_, {})) {
      frame.cursors.push_back({.exit = name, .is_removed = true});
    }
    for (const auto& [name, cursor] : cursors_) {
      if (!std::exchange(cursor->is_dirty_, false)) continue;
      frame.cursors.push_back(cursor->snapshot());
      moved.emplace_back(cursor, frame.cursors.back().low);
    }
  }
  if (Status written = write(frame); !written.ok()) {
    if (written.error().code == Code::kRetry) {  // Space will return; nothing is lost by waiting.
      const std::lock_guard lock(mutex_);
      is_dirty_ = true;
      for (const auto& [cursor, low] : moved) cursor->is_dirty_ = true;
      for (const CursorState& state : frame.cursors) {
        if (state.is_removed) removed_.push_back(state.exit);
      }
      return written;
    }
    // A frame that never was is harmless; a failed sync is not: nobody knows what the disk has.
    failed_ = std::move(written);
    log::error("cannot write the cursors", {{"error", failed_.error().text}});
    if (on_fatal_) on_fatal_(failed_.error());
    return failed_;
  }
  for (const auto& [cursor, low] : moved) cursor->durable_low_.store(low);
  return {};
}

Status CursorStore::write(CursorFrame frame) {
  frame.generation = generation_ + 1;
  frame.snapshot_generation = snapshot_generation_;
  frame.time_ns = seams_.clock.wall_ns();
  const std::string bytes = encode_cursor_frame(frame, seed_);
  File& file = *files_[current_];
  TT_TRY(const std::uint64_t size, file.size());
  if (position_ + bytes.size() > size) return write_snapshot();
  TT_CHECK(file.pwrite(bytes, position_));
  TT_CHECK(sync(file));
  ++generation_;
  position_ += bytes.size();
  return {};
}

// Goes on in the other file, which begins with everything: this one stays whole until that is so.
Status CursorStore::write_snapshot() {
  CursorFrame frame{.is_snapshot = true, .generation = generation_ + 1};
  frame.snapshot_generation = frame.generation;
  frame.time_ns = seams_.clock.wall_ns();
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, cursor] : cursors_) frame.cursors.push_back(cursor->snapshot());
  }
  const std::string bytes = encode_cursor_frame(frame, seed_);
  const std::size_t other = 1 - current_;
  // Room for at least as many updates as the snapshot is long.
  TT_CHECK(ensure_size(*files_[other], std::max<std::uint64_t>(kFileBytes, 2 * bytes.size())));
  TT_CHECK(files_[other]->pwrite(bytes, 0));
  TT_CHECK(sync(*files_[other]));
  current_ = other;
  position_ = bytes.size();
  generation_ = snapshot_generation_ = frame.generation;
  return {};
}

Status CursorStore::close() {
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
  }
  wake_->notify_one();
  thread_.reset();
  return flush();
}

}  // namespace tt::tunnel
