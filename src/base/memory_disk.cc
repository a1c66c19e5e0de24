// Folders, names, planned failures and crashes of the disk in memory.
// SPDX-License-Identifier: Apache-2.0
#include "base/memory_disk.h"

#include <algorithm>
#include <utility>

#include "base/memory_file.h"
#include "base/memory_node.h"

namespace tt {
namespace {

std::string normal(const std::string& path) {
  std::string out = path;
  while (out.size() > 1 && out.back() == '/') out.pop_back();
  return out;
}

Error missing(const std::string& path) {
  return misconfigured("cannot open " + path + ": no such file or folder");
}

bool is_change(MemoryDisk::Op op) {
  return op != MemoryDisk::Op::kOpen && op != MemoryDisk::Op::kRead && op != MemoryDisk::Op::kList;
}

}  // namespace

MemoryDisk::MemoryDisk() : folders_{"/", "."} {}
MemoryDisk::~MemoryDisk() = default;

// Counts the call and answers the failure that a test planned for it.
Status MemoryDisk::begin(Op op) {
  const auto index = static_cast<std::size_t>(op);
  ++counts_[index];
  if (is_change(op) && changes_left_) {
    if (*changes_left_ == 0) return stopped("the disk was told to stop");
    --*changes_left_;
  }
  Plan& plan = plans_[index];
  if (!plan.error) return {};
  if (plan.is_permanent) return *plan.error;
  if (plan.skip > 0) {
    --plan.skip;
    return {};
  }
  return *std::exchange(plan.error, std::nullopt);
}

std::uint64_t MemoryDisk::grow(std::uint64_t bytes) {
  const std::uint64_t granted = std::min(bytes, free_bytes_);
  free_bytes_ -= granted;
  return granted;
}

// Space comes back when the last name and the last handle of a file are gone.
void MemoryDisk::release_if_gone(const std::shared_ptr<MemoryNode>& node) {
  const auto holds = [&](const Names& names) {
    return std::any_of(names.begin(), names.end(),
                       [&](const auto& entry) { return entry.second == node; });
  };
  const long names = (holds(names_) ? 1 : 0) + (holds(synced_names_) ? 1 : 0);
  // Its bytes stay: a removal that was not synced is undone by a crash.
  if (!holds(names_) && node.use_count() - names <= 1) free_bytes_ += node->now.size();
}

Status MemoryDisk::check_folder_of(const std::string& path) const {
  if (!folders_.contains(parent_of(path))) return missing(parent_of(path));
  return {};
}

Result<std::unique_ptr<File>> MemoryDisk::open(const std::string& raw_path, Open mode) {
  const std::string path = normal(raw_path);
  const std::lock_guard guard(mutex_);
  TT_CHECK(begin(Op::kOpen));
  TT_CHECK(check_folder_of(path));
  if (folders_.contains(path)) return reject("cannot open " + path + ": is a folder");
  if (const auto refused = refused_opens_.find(path);
      refused != refused_opens_.end() && refused->second > 0) {
    --refused->second;
    return reject("cannot open " + path + ": Input/output error");
  }
  auto found = names_.find(path);
  if (found != names_.end() && mode == Open::kCreateNew) return reject(path + " exists");
  if (found == names_.end()) {
    if (mode == Open::kRead || mode == Open::kReadWrite) return missing(path);
    if (changes_left_ && *changes_left_ == 0) return stopped("the disk was told to stop");
    found = names_.emplace(path, std::make_shared<MemoryNode>()).first;
  }
  return std::unique_ptr<File>(
      std::make_unique<MemoryFile>(*this, found->second, mode != Open::kRead));
}

Status MemoryDisk::create_directories(const std::string& raw_path) {
  const std::string path = normal(raw_path);
  const std::lock_guard guard(mutex_);
  TT_CHECK(begin(Op::kCreateDirectories));
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    if (names_.contains(part)) return misconfigured(part + " is not a folder");
    folders_.insert(part);
  }
  return {};
}

Result<std::vector<DirectoryEntry>> MemoryDisk::list(const std::string& raw_path) {
  const std::string path = normal(raw_path);
  const std::lock_guard guard(mutex_);
  TT_CHECK(begin(Op::kList));
  if (!folders_.contains(path)) return missing(path);
  std::vector<DirectoryEntry> entries;
  const auto add = [&](const std::string& name, bool is_directory) {
    if (name == path || name == "." || name == "/" || parent_of(name) != path) return;
    entries.push_back({name.substr(name.find_last_of('/') + 1), is_directory});
  };
  for (const auto& [name, node] : names_) add(name, false);
  for (const std::string& name : folders_) add(name, true);
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return entries;
}

bool MemoryDisk::exists(const std::string& path) {
  const std::lock_guard guard(mutex_);
  return names_.contains(normal(path)) || folders_.contains(normal(path));
}

Status MemoryDisk::rename(const std::string& raw_from, const std::string& raw_to) {
  const std::string from = normal(raw_from);
  const std::string to = normal(raw_to);
  const std::lock_guard guard(mutex_);
  TT_CHECK(begin(Op::kRename));
  TT_CHECK(check_folder_of(to));
  if (folders_.contains(from)) return rename_folder(from, to);
  const auto found = names_.find(from);
  if (found == names_.end()) return missing(from);
  if (from == to) return {};
  auto node = std::move(found->second);
  names_.erase(found);
  auto replaced = std::exchange(names_[to], std::move(node));
  if (replaced) release_if_gone(replaced);
  return {};
}

// Only onto a name that is free.
Status MemoryDisk::rename_folder(const std::string& from, const std::string& to) {
  if (folders_.contains(to) || names_.contains(to)) return reject(to + " exists");
  move_folder(from, to);
  unsynced_folder_renames_.emplace_back(from, to);
  return {};
}

// What is synced inside of a folder stays so, whichever of its names outlives a crash.
void MemoryDisk::move_folder(const std::string& from, const std::string& to) {
  const std::string prefix = from + "/";
  const auto moved = [&](const std::string& path) {
    return path == from || path.starts_with(prefix) ? to + path.substr(from.size()) : path;
  };
  for (Names* names : {&names_, &synced_names_}) {
    Names renamed;
    for (auto& [path, node] : *names) renamed.emplace(moved(path), std::move(node));
    *names = std::move(renamed);
  }
  std::set<std::string> folders;
  for (const std::string& path : folders_) folders.insert(moved(path));
  folders_ = std::move(folders);
}

Status MemoryDisk::remove(const std::string& raw_path) {
  const std::string path = normal(raw_path);
  const std::lock_guard guard(mutex_);
  TT_CHECK(begin(Op::kRemove));
  if (const auto found = names_.find(path); found != names_.end()) {
    const auto node = std::move(found->second);
    names_.erase(found);
    release_if_gone(node);
    return {};
  }
  if (!folders_.contains(path)) return missing(path);
  const auto is_inside = [&](const std::string& name) { return parent_of(name) == path; };
  if (std::any_of(folders_.begin(), folders_.end(), is_inside) ||
      std::any_of(names_.begin(), names_.end(),
                  [&](const auto& e) { return is_inside(e.first); })) {
    return reject(path + " is not empty");
  }
  folders_.erase(path);
  return {};
}

Status MemoryDisk::sync_directory(const std::string& raw_path) {
  const std::string path = normal(raw_path);
  const std::lock_guard guard(mutex_);
  TT_CHECK(begin(Op::kSyncDirectory));
  if (!folders_.contains(path)) return missing(path);
  std::erase_if(unsynced_folder_renames_,
                [&](const auto& rename) { return parent_of(rename.second) == path; });
  std::erase_if(synced_names_, [&](const auto& entry) { return parent_of(entry.first) == path; });
  for (const auto& entry : names_) {
    if (parent_of(entry.first) == path) synced_names_.insert(entry);
  }
  return {};
}

Result<DiskSpace> MemoryDisk::space(const std::string&) {
  const std::lock_guard guard(mutex_);
  std::uint64_t used = 0;
  for (const auto& [name, node] : names_) used += node->now.size();
  return DiskSpace{free_bytes_, free_bytes_ + used};
}

void MemoryDisk::end_handles() {
  ++life_;
  for (const auto& [name, node] : names_) node->lock_holder = nullptr;
  plans_ = {};
  changes_left_.reset();
}

void MemoryDisk::kill() {
  const std::lock_guard guard(mutex_);
  end_handles();
}

void MemoryDisk::crash(Random* chance) {
  const std::lock_guard guard(mutex_);
  end_handles();
  while (!unsynced_folder_renames_.empty()) {
    const auto [from, to] = std::move(unsynced_folder_renames_.back());
    unsynced_folder_renames_.pop_back();
    const bool survives = chance && chance->below(2);
    if (!survives && !folders_.contains(from)) move_folder(to, from);
  }
  if (chance) {
    Names all = names_;
    all.insert(synced_names_.begin(), synced_names_.end());
    for (const auto& [name, unused] : all) {
      const auto current = names_.find(name);
      const auto synced = synced_names_.find(name);
      const bool is_synced = current != names_.end() && synced != synced_names_.end() &&
                             current->second == synced->second;
      if (is_synced || !chance->below(2)) continue;
      if (current == names_.end()) {
        synced_names_.erase(name);
      } else {
        synced_names_[name] = current->second;
      }
    }
  }
  for (const auto& [name, node] : names_) free_bytes_ += node->now.size();
  names_ = synced_names_;
  for (const auto& [name, node] : names_) {
    if (chance) node->sync_partly(*chance);
    node->now = node->synced;
    node->dirty.clear();
    node->lock_holder = nullptr;
    free_bytes_ -= std::min<std::uint64_t>(free_bytes_, node->now.size());
  }
}

void MemoryDisk::set_free_bytes(std::uint64_t bytes) {
  const std::lock_guard guard(mutex_);
  free_bytes_ = bytes;
}

void MemoryDisk::fail_next(Op op, Error error, std::uint64_t skip) {
  const std::lock_guard guard(mutex_);
  plans_[static_cast<std::size_t>(op)] = {std::move(error), skip, false};
}

void MemoryDisk::fail_always(Op op, Error error) {
  const std::lock_guard guard(mutex_);
  plans_[static_cast<std::size_t>(op)] = {std::move(error), 0, true};
}

void MemoryDisk::heal() {
  const std::lock_guard guard(mutex_);
  plans_ = {};
  changes_left_.reset();
}

void MemoryDisk::stop_after(std::uint64_t operations) {
  const std::lock_guard guard(mutex_);
  changes_left_ = operations;
}

std::uint64_t MemoryDisk::count(Op op) const {
  const std::lock_guard guard(mutex_);
  return counts_[static_cast<std::size_t>(op)];
}

std::string MemoryDisk::bytes(const std::string& path) const {
  const std::lock_guard guard(mutex_);
  const auto found = names_.find(normal(path));
  return found == names_.end() ? std::string() : found->second->now;
}

void MemoryDisk::damage(const std::string& path, std::uint64_t position, std::string_view bytes) {
  const std::lock_guard guard(mutex_);
  const auto found = names_.find(normal(path));
  TT_ASSERT(found != names_.end());
  for (std::string* view : {&found->second->now, &found->second->synced}) {
    if (position >= view->size()) continue;
    const std::size_t count = std::min<std::uint64_t>(bytes.size(), view->size() - position);
    view->replace(position, count, bytes.substr(0, count));
  }
}

void MemoryDisk::flip_bit(const std::string& path, std::uint64_t bit) {
  const std::lock_guard guard(mutex_);
  const auto found = names_.find(normal(path));
  TT_ASSERT(found != names_.end());
  for (std::string* view : {&found->second->now, &found->second->synced}) {
    if (bit / 8 < view->size()) (*view)[bit / 8] ^= static_cast<char>(1 << bit % 8);
  }
}

void MemoryDisk::make_unreadable(const std::string& path, std::uint64_t position,
                                 std::uint64_t bytes) {
  const std::lock_guard guard(mutex_);
  const auto found = names_.find(normal(path));
  TT_ASSERT(found != names_.end());
  found->second->unreadable.push_back({position, position + bytes});
}

void MemoryDisk::make_unopenable(const std::string& path, std::uint64_t times) {
  const std::lock_guard guard(mutex_);
  refused_opens_[normal(path)] = times;
}

std::unique_ptr<MemoryDisk> MemoryDisk::copy() const {
  const std::lock_guard guard(mutex_);
  auto disk = std::make_unique<MemoryDisk>();
  std::map<const MemoryNode*, std::shared_ptr<MemoryNode>> copies;  // Names may share a file.
  const auto copy_of = [&](const std::shared_ptr<MemoryNode>& node) {
    std::shared_ptr<MemoryNode>& made = copies[node.get()];
    if (!made) {
      made = std::make_shared<MemoryNode>(*node);
      made->lock_holder = nullptr;
    }
    return made;
  };
  for (const auto& [name, node] : names_) disk->names_[name] = copy_of(node);
  for (const auto& [name, node] : synced_names_) disk->synced_names_[name] = copy_of(node);
  disk->folders_ = folders_;
  disk->unsynced_folder_renames_ = unsynced_folder_renames_;
  disk->free_bytes_ = free_bytes_;
  return disk;
}

}  // namespace tt
