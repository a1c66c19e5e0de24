// Reading files in turn, and handing on what they got.
// SPDX-License-Identifier: Apache-2.0
#include "net/file_tail.h"

#include "base/log.h"

namespace tt::net {

FileTail::FileTail(TailFiles wanted, TailNotes known, StreamFactory open,
                   std::shared_ptr<FileWatch> watch)
    : known_(std::move(wanted), std::move(known), watch),
      open_(std::move(open)),
      watch_(std::move(watch)) {}

FileTail::~FileTail() = default;

void FileTail::look(SteadyNs now_ns) {
  settle();
  known_.look(now_ns);
  rotation_.clear();
  for (auto next = known_.all().begin(); next != known_.all().end();) {
    const auto one = next++;
    if (!one->problem.empty() && !one->is_busy) {
      close(*one);
      one->may_have_more = true;
    }
    if (one->is_away && !one->is_busy && (one->is_finished || !known_.keep_away(*one, now_ns))) {
      close(*one);
      known_.forget(one);
      continue;
    }
    rotation_.see(*one, now_ns);
    if (!one->file.is_open() && one->may_have_more) open(*one);
  }
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
  one.set_problem(opened.ok() ? "" : opened.error().text);
}

void FileTail::close(TrackedFile& one) {
  one.session.reset();
  if (!one.file.is_open()) return;
  one.file.close();
  --open_files_;
}

bool FileTail::make_room() {
  TrackedFile* longest = nullptr;
  for (TrackedFile& one : known_.all())
    if (one.file.is_open() && one.file.may_sleep() && !one.is_busy && !one.may_have_more &&
        !one.is_away && (!longest || one.grown_ns < longest->grown_ns))
      longest = &one;
  if (!longest) return false;
  close(*longest);
  return true;
}

void FileTail::on_written(const std::string& path, SteadyNs now_ns) {
  TrackedFile* one = known_.find(path);
  if (!one) return;
  one->may_have_more = true;
  one->grown_ns = now_ns;
}

bool FileTail::read_some(std::span<char> buffer, std::size_t runs_max) {
  settle();
  bool is_more = false, lacks_room = false, has_ended = false;
  std::list<TrackedFile>& files = known_.all();
  auto next = files.begin();
  for (std::size_t left = files.size(); left > 0 && runs() < runs_max; --left) {
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
    files.splice(files.end(), files, one);  // All have their turn.
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
  if (!run.ok()) return one.set_problem(run.error().text), false;
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

FileTail::State FileTail::state() const {
  State state{.files = known_.all().size(), .problem = known_.problem()};
  for (const TrackedFile& one : known_.all()) {
    state.unread_bytes += one.file.unread_bytes();
    if (state.problem.empty()) state.problem = one.problem;
  }
  return state;
}

}  // namespace tt::net
