// Looking for files, and handing on what they got.
// SPDX-License-Identifier: Apache-2.0
#include "net/file_tail.h"

#include <algorithm>

#include "base/log.h"

namespace tt::net {

FileTail::FileTail(TailFiles wanted, TailNotes known, StreamFactory open,
                   std::shared_ptr<FileWatch> watch)
    : wanted_(std::move(wanted)),
      heard_of_(std::move(known.patterns)),
      open_(std::move(open)),
      watch_(std::move(watch)) {
  std::uint64_t last = 0;
  for (const TailPosition& position : known.files) {
    TrackedFile& one = files_.emplace_back(position, ++found_);
    by_inode_[{one.file.device(), one.file.inode()}] = &one;
    last = std::max(last, one.first_number);
  }
  found_ = std::max(found_, last);
}

FileTail::~FileTail() = default;

void FileTail::change(TailFiles wanted) {
  wanted_ = std::move(wanted);
  is_changed_ = true;
}

void FileTail::look(SteadyNs now_ns) {
  settle();
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
  rotation_.clear();
  for (auto next = files_.begin(); next != files_.end();) {
    const auto one = next++;
    if (!one->problem.empty() && !one->is_busy) {
      close(*one);
      one->may_have_more = true;
    }
    if (one->is_away && !one->is_busy && (one->is_finished || !keep_away(*one, now_ns))) {
      close(*one);
      by_inode_.erase({one->file.device(), one->file.inode()});
      files_.erase(one);
      continue;
    }
    rotation_.see(*one, now_ns);
    if (!one->file.is_open() && one->may_have_more) open(*one);
  }
  is_changed_ = false;
}

void FileTail::take(const FoundFile& found, bool must_skip, SteadyNs now_ns) {
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

void FileTail::keep_unseen(const std::string& pattern, SteadyNs now_ns) {
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

bool FileTail::keep_away(TrackedFile& one, SteadyNs now_ns) {
  const std::uint64_t size_before = one.file.size();
  if (one.grown_ns == 0) one.grown_ns = now_ns;
  if (!one.file.is_open() && !find_again(one)) return false;
  // Its name leads to it as before: it was another configuration that wanted it.
  if (is_changed_ && leads_to(one.file.path(), one.file.device(), one.file.inode())) return false;
  if (one.file.is_open()) one.file.look();
  if (one.file.size() != size_before) {
    one.grown_ns = now_ns;
    one.may_have_more = true;
  }
  one.is_over = one.file.is_deleted() || now_ns - one.grown_ns >= kAwayNs;
  one.may_have_more |= one.is_over;
  return !one.is_over || one.problem.empty();
}

bool FileTail::find_again(TrackedFile& one) {
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
    set_problem(one, std::move(problem));
  else
    one.file.set_real_path(std::move(path));
  return true;
}

void FileTail::open(TrackedFile& one) {
  const bool has_room = open_files_ < kOpenFilesMax || make_room();
  // Where it begins is found at once, though it has to wait: until then its lines are old ones.
  if (!has_room && !one.must_skip) return;
  Status opened = one.file.open(one.is_away ? one.file.real_path() : one.file.path());
  if (opened.ok()) ++open_files_;
  if (opened.ok() && one.must_skip) {
    opened = one.file.skip_to_end();
    one.must_skip = !opened.ok();
    one.may_have_more = has_room;
  }
  if (!has_room) close(one);
  // The next look will know what became of it.
  if (!opened.ok() && opened.error().code == Code::kReject) return;
  set_problem(one, opened.ok() ? "" : opened.error().text);
}

void FileTail::close(TrackedFile& one) {
  one.session.reset();
  if (!one.file.is_open()) return;
  one.file.close();
  --open_files_;
}

bool FileTail::make_room() {
  TrackedFile* longest = nullptr;
  for (TrackedFile& one : files_)
    if (one.file.is_open() && one.file.may_sleep() && !one.is_busy && !one.may_have_more &&
        !one.is_away && (!longest || one.grown_ns < longest->grown_ns))
      longest = &one;
  if (!longest) return false;
  close(*longest);
  return true;
}

void FileTail::on_written(const std::string& path, SteadyNs now_ns) {
  const auto found = by_path_.find(path);
  if (found == by_path_.end()) return;
  found->second->may_have_more = true;
  found->second->grown_ns = now_ns;
}

bool FileTail::read_some(std::span<char> buffer, std::size_t runs_max) {
  settle();
  bool is_more = false, lacks_room = false, has_ended = false;
  auto next = files_.begin();
  for (std::size_t left = files_.size(); left > 0 && runs() < runs_max; --left) {
    const auto one = next++;
    if (one->is_busy || one->is_finished || !one->may_have_more) continue;
    if (const TrackedFile* other = rotation_.find_ahead(*one)) {
      is_more |= !other->is_busy && other->file.is_open();  // It may have had its turn already.
      continue;
    }
    if (!one->file.is_open()) open(*one);
    if (!one->problem.empty()) one->may_have_more = false;  // Until the next look.
    if (!one->problem.empty()) continue;
    lacks_room |= !one->file.is_open();
    if (!one->file.is_open()) continue;
    is_more |= read_one(*one, buffer);
    has_ended |= !one->may_have_more;
    files_.splice(files_.end(), files_, one);  // All have their turn.
  }
  // While as many as may be are on their way, whoever stores one of them wakes us.
  return runs() < runs_max && (is_more || (lacks_room && has_ended));
}

bool FileTail::read_one(TrackedFile& one, std::span<char> buffer) {
  if (!one.session) {
    one.peer = std::make_shared<FilePeer>(watch_);
    one.session = open_(one.peer, {.peer = one.file.path(), .is_loopback = true, .is_file = true});
    if (!one.session) return false;  // The daemon stops.
  }
  const bool can_wait = one.file.may_sleep();
  const auto run = one.file.read(buffer);
  if (!run.ok()) return set_problem(one, run.error().text), false;
  if (!run->empty()) {
    // Seen again behind the read: what was written to the other one first must come first.
    if (can_wait && rotation_.find_ahead(one)) return one.file.take_back(), true;
    hand_on(one, *run);
    return !one.is_busy;
  }
  one.may_have_more = false;
  if (one.is_over) finish(one, buffer);
  return one.is_away;  // Another one may have waited for its end.
}

void FileTail::finish(TrackedFile& one, std::span<char> buffer) {
  const auto rest = one.file.read_rest(buffer);
  if (rest.ok() && !rest->empty()) hand_on(one, *rest);
  one.is_finished = true;
  log::info("file read to its end", {{"path", one.file.path()},
                                     {"now", one.file.is_deleted() ? "" : one.file.real_path()}});
}

void FileTail::hand_on(TrackedFile& one, std::string_view run) {
  one.peer->begin_run();
  if (one.session->on_bytes(run)) return one.file.settle();
  one.is_busy = true;
  busy_.push_back(&one);
}

void FileTail::settle() {
  std::erase_if(busy_, [](TrackedFile* one) {
    if (!one->peer->is_stored()) return false;
    one->file.settle();
    one->is_busy = false;
    return true;
  });
}

void FileTail::set_problem(TrackedFile& one, std::string problem) {
  if (problem == one.problem) return;
  if (problem.empty())
    log::info("file is read again", {{"path", one.file.path()}});
  else
    log::warning("file cannot be read, tried again", {{"error", problem}});
  one.problem = std::move(problem);
}

TailNotes FileTail::notes() const {
  std::vector<const TrackedFile*> in_order;
  for (const TrackedFile& one : files_)
    if (!one.is_finished || one.is_busy) in_order.push_back(&one);
  std::sort(in_order.begin(), in_order.end(), [](const TrackedFile* one, const TrackedFile* other) {
    return one->number < other->number;
  });
  TailNotes notes{.patterns = heard_of_};
  for (const TrackedFile* one : in_order) {
    TailPosition& position = notes.files.emplace_back(one->file.position());
    position.first_path = one->first_path == position.path ? "" : one->first_path;
    position.first_number = one->first_number;
    // It could not be read. Who comes later must not take its old lines for new ones.
    if (one->must_skip) position.offset = one->file.size();
  }
  return notes;
}

FileTail::State FileTail::state() const {
  State state{.files = files_.size(), .problem = problem_};
  for (const TrackedFile& one : files_) {
    state.unread_bytes += one.file.unread_bytes();
    if (state.problem.empty()) state.problem = one.problem;
  }
  return state;
}

}  // namespace tt::net
