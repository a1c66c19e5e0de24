// Looking for files, and recognising those that are known.
// SPDX-License-Identifier: Apache-2.0
#include "net/known_files.h"

#include <algorithm>

namespace tt::net {

KnownFiles::KnownFiles(TailFiles wanted, TailNotes notes, std::shared_ptr<FileWatch> watch)
    : wanted_(std::move(wanted)), heard_of_(std::move(notes.patterns)), watch_(std::move(watch)) {
  std::uint64_t last = 0;
  for (const TailPosition& position : notes.files) {
    TrackedFile& one = files_.emplace_back(position, ++found_);
    by_inode_[{one.file.device(), one.file.inode()}] = &one;
    last = std::max(last, one.first_number);
  }
  found_ = std::max(found_, last);
}

void KnownFiles::change(TailFiles wanted) {
  wanted_ = std::move(wanted);
  is_changed_ = true;
}

void KnownFiles::look(SteadyNs now_ns) {
  was_changed_ = std::exchange(is_changed_, false);
  by_path_.clear();
  problem_.clear();
  for (TrackedFile& one : files_) one.is_away = true;
  for (const std::string& pattern : wanted_.patterns) {
    const bool is_new = std::find(heard_of_.begin(), heard_of_.end(), pattern) == heard_of_.end();
    FoundFiles found = find_files(pattern, wanted_.excluded);
    if (problem_.empty()) problem_ = std::move(found.problem);
    for (const std::string& folder : found.folders) watch_->add(folder);
    for (const FoundFile& file : found.files) take(file, is_new && !wanted_.from_beginning, now_ns);
    if (found.is_partial) keep_unseen(pattern, now_ns);
  }
  heard_of_ = wanted_.patterns;
}

void KnownFiles::take(const FoundFile& found, bool must_skip, SteadyNs now_ns) {
  TrackedFile*& known = by_inode_[{found.device, found.inode}];
  if (!known) {
    if (files_.size() >= kFilesMax) {
      by_inode_.erase({found.device, found.inode});
      problem_ = "more than " + std::to_string(kFilesMax) + " files: the rest is not read";
      return;
    }
    known = &files_.emplace_back(
        TailPosition{.path = found.path, .device = found.device, .inode = found.inode}, ++found_);
    known->must_skip = must_skip;
  } else if (!known->is_away) {
    return;  // Another name of a file that was found already.
  }
  known->is_away = known->is_over = known->is_finished = false;
  const bool is_renamed_now = known->file.path() != found.path;
  if (is_renamed_now) known->number = ++found_;
  // Of one that was renamed before a restart nobody knows when.
  if (is_renamed_now || (known->renamed_ns == 0 && known->first_path != found.path))
    known->renamed_ns = now_ns;
  known->file.set_path(found.path);
  by_path_[found.path] = known;
  if (known->grown_ns != 0 && known->file.size() == found.size) return;
  known->file.set_size(found.size);
  known->grown_ns = now_ns;
  known->may_have_more = true;
}

void KnownFiles::keep_unseen(const std::string& pattern, SteadyNs now_ns) {
  for (TrackedFile& one : files_) {
    if (!one.is_away) continue;
    const std::uint64_t size_before = one.file.size();
    if (one.file.is_open()) one.file.look();
    // Known whatever can be seen of its folder.
    if (one.file.is_deleted()) continue;
    FoundFile found{one.file.path(), one.file.device(), one.file.inode(), one.file.size()};
    one.file.set_size(size_before);  // What it grew by is new to take().
    if (may_be_there(found, pattern, wanted_.excluded)) take(found, /*must_skip=*/false, now_ns);
  }
}

bool KnownFiles::keep_away(TrackedFile& one, SteadyNs now_ns) {
  const std::uint64_t size_before = one.file.size();
  if (one.grown_ns == 0) one.grown_ns = now_ns;
  if (!one.file.is_open() && !find_again(one)) return false;
  // Its name leads to it as before: it was another configuration that wanted it.
  if (was_changed_ && leads_to(one.file.path(), one.file.device(), one.file.inode())) return false;
  if (one.file.is_open()) one.file.look();
  if (one.file.size() != size_before) {
    one.grown_ns = now_ns;
    one.may_have_more = true;
  }
  one.is_over = one.file.is_deleted() || now_ns - one.grown_ns >= TrackedFile::kAwayNs;
  one.may_have_more |= one.is_over;
  return !one.is_over || one.problem.empty();
}

bool KnownFiles::find_again(TrackedFile& one) {
  const TailPosition position = one.file.position();
  const auto is_there = [&](const std::string& path) {
    return leads_to(path, position.device, position.inode);
  };
  std::string path = is_there(position.real_path) ? position.real_path : std::string();
  std::string problem;
  for (const std::string& known : {position.real_path, position.path}) {
    if (!path.empty() || known.empty()) continue;
    auto found = find_inode(folder_of(known), position.device, position.inode);
    if (found.ok())
      path = *std::move(found);
    else
      problem = found.error().text;
  }
  if (path.empty() && problem.empty()) return false;
  // Nobody waits for what may be where we cannot look.
  one.may_have_more = !path.empty();
  if (path.empty())
    one.set_problem(std::move(problem));
  else
    one.file.set_real_path(std::move(path));
  return true;
}

void KnownFiles::forget(std::list<TrackedFile>::iterator one) {
  by_inode_.erase({one->file.device(), one->file.inode()});
  files_.erase(one);
}

TrackedFile* KnownFiles::find(const std::string& path) {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : found->second;
}

TailNotes KnownFiles::notes() const {
  std::vector<const TrackedFile*> in_order;
  for (const TrackedFile& one : files_)
    if (!one.is_finished || one.is_busy) in_order.push_back(&one);
  std::sort(in_order.begin(), in_order.end(), [](const TrackedFile* one, const TrackedFile* other) {
    return one->number < other->number;
  });
  TailNotes notes{.patterns = heard_of_};
  for (const TrackedFile* one : in_order) notes.files.push_back(one->note());
  return notes;
}

}  // namespace tt::net
