// Dead letters: an index in memory, the letters in record files, removals as records.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/dead_letter_store.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.h"
#include "base/metric_table.h"
#include "tunnel/tagged.h"

namespace tt::tunnel {
namespace {

/// The seq alone: an index of many letters needs no copy of their events.
Seq event_of(std::string_view body) {
  const auto parts = split_body(body);
  if (!parts) return 0;
  FieldReader fields(parts->fields);
  while (const auto field = fields.next())
    if (field->tag == Tag::kEventSeq) return field->number<std::uint64_t>();
  return 0;
}

}  // namespace

DeadLetterStore::DeadLetterStore(Disk& disk, Clock& clock, Metrics& metrics,
                                 const LogIdentity& identity, std::string folder,
                                 std::function<void(const Error&)> on_fatal)
    : disk_(disk),
      clock_(clock),
      identity_(identity),
      folder_(std::move(folder)),
      on_fatal_(std::move(on_fatal)),
      dropped_total_(counter(metrics, "tt_tunnel_dead_dropped_total")),
      damaged_total_(counter(metrics, "tt_tunnel_dead_damaged_total")) {}

Status DeadLetterStore::open() {
  TT_CHECK(disk_.create_directories(folder_));
  TT_TRY(const auto entries, disk_.list(folder_));
  for (const DirectoryEntry& entry : entries) {
    if (entry.is_directory) TT_CHECK(open_box(name_of_folder(entry.name)));
  }
  return {};
}

Status DeadLetterStore::open_box(const std::string& exit) {
  const SharedBox box = make_box(exit);
  std::map<std::uint64_t, Letter> letters;
  TT_CHECK(box->log.open([&](const Record& record, const SharedSegment& file) {
    if (record.frame.type == RecordType::kDeadLetter) {
      letters[record.frame.seq] = {.place = {file, record.position},
                                   .last_ns = record.frame.time_ns,
                                   .event = event_of(record.body)};
    } else if (record.frame.type == RecordType::kDeadTried) {
      const auto found = letters.find(tried_number(record.body).value_or(0));
      if (found == letters.end()) return;
      found->second.tried = SideLog::Place{file, record.position};
      found->second.last_ns = record.frame.time_ns;
    } else if (record.frame.type == RecordType::kDeadRemoved && record.body.size() == 8) {
      letters.erase(tunnel::load<std::uint64_t>(record.body.data()));
    }
  }));
  damaged_total_.add(box->log.damaged());
  const std::lock_guard lock(mutex_);
  box->letters = std::move(letters);
  return {};
}

DeadLetterStore::SharedBox DeadLetterStore::find_box(std::string_view exit) const {
  const std::lock_guard lock(mutex_);
  const auto found = boxes_.find(exit);
  return found == boxes_.end() ? nullptr : found->second;
}

DeadLetterStore::SharedBox DeadLetterStore::make_box(std::string_view exit) {
  const std::lock_guard lock(mutex_);
  const auto found = boxes_.find(exit);
  if (found != boxes_.end()) return found->second;
  const std::string folder = folder_name(exit);
  return boxes_
      .emplace(exit, std::make_shared<Box>(
                         disk_, clock_, identity_,
                         SideLog::Options{.folder = folder_ + "/" + folder, .kind = "dead"}))
      .first->second;
}

Result<std::uint64_t> DeadLetterStore::append(DeadLetter letter) {
  const SharedBox box = make_box(letter.exit);
  const std::lock_guard io_lock(box->io_mutex);
  auto place = keep(*box, letter);
  // On a full disk the oldest letters of the exit make room for the newest.
  while (!place.ok() && place.error().code == Code::kRetry && box->log.files().size() > 1) {
    if (!drop_oldest(*box).ok()) break;
    place = keep(*box, letter);
  }
  if (!place.ok()) return failed(*box, std::move(place).error());
  {
    const std::lock_guard lock(mutex_);
    box->letters[letter.number] = {
        .place = *place, .last_ns = clock_.wall_ns(), .event = letter.seq};
  }
  trim(*box);
  return letter.number;
}

// After a failed write or sync the file takes nothing more: a new process must look at it.
Error DeadLetterStore::failed(Box& box, Error error) const {
  if (on_fatal_ && box.log.has_failed()) on_fatal_(error);
  return error;
}

Result<SideLog::Place> DeadLetterStore::keep(Box& box, DeadLetter& letter) {
  letter.number = box.log.next_seq();
  TT_TRY(auto place, box.log.append(RecordType::kDeadLetter, letter.number, encode_letter(letter)));
  TT_CHECK(box.log.sync());
  return place;
}

// Oldest files go first: those without a letter, then those too old or too many.
void DeadLetterStore::trim(Box& box) {
  while (box.log.files().size() > 1) {
    {
      const std::lock_guard lock(mutex_);
      const auto end = box.letters.lower_bound(box.log.files()[1]->header.base_seq);
      const bool is_old =
          end != box.letters.begin() && std::prev(end)->second.last_ns < clock_.wall_ns() - kKeepNs;
      if (end != box.letters.begin() && !is_old && box.log.bytes() <= kExitBytesMax) return;
    }
    if (const Status dropped = drop_oldest(box); !dropped.ok()) {
      log::warning("cannot remove old dead letters", {{"error", dropped.error().text}});
      return;
    }
  }
}

// Of two files or more; the letters in it are counted, because nobody has seen them off.
Status DeadLetterStore::drop_oldest(Box& box) {
  const Seq next_base = box.log.files()[1]->header.base_seq;
  TT_CHECK(box.log.drop_front());
  const std::lock_guard lock(mutex_);
  const auto end = box.letters.lower_bound(next_base);
  const auto count = static_cast<std::uint64_t>(std::distance(box.letters.begin(), end));
  box.letters.erase(box.letters.begin(), end);
  dropped_total_.add(count);
  if (count > 0) log::warning("old dead letters were dropped", {{"count", count}});
  return {};
}

std::vector<DeadSummary> DeadLetterStore::summary() const {
  const std::lock_guard lock(mutex_);
  std::vector<DeadSummary> summaries;
  for (const auto& [exit, box] : boxes_) {
    if (box->letters.empty()) continue;
    summaries.push_back({.exit = exit,
                         .count = box->letters.size(),
                         .oldest_ns = box->letters.begin()->second.last_ns,
                         .newest_ns = box->letters.rbegin()->second.last_ns});
  }
  return summaries;
}

std::uint64_t DeadLetterStore::count(std::string_view exit, std::uint64_t after_number) const {
  const std::lock_guard lock(mutex_);
  const auto box = boxes_.find(exit);
  if (box == boxes_.end()) return 0;
  const auto& letters = box->second->letters;
  return static_cast<std::uint64_t>(
      std::distance(letters.upper_bound(after_number), letters.end()));
}

std::vector<LetterName> DeadLetterStore::of_event(std::uint64_t seq) const {
  const std::lock_guard lock(mutex_);
  std::vector<LetterName> names;
  for (const auto& [exit, box] : boxes_)
    for (const auto& [number, letter] : box->letters)
      if (letter.event == seq) names.push_back({exit, number});
  return names;
}

Result<DeadLetter> DeadLetterStore::load(std::string_view exit, std::uint64_t number,
                                         const Letter& place) {
  TT_TRY(const std::string body, SideLog::read(place.place));
  TT_TRY(DeadLetter letter, decode_letter(body));
  letter.number = number;
  letter.exit = exit;  // The exit may have been renamed since.
  if (place.tried)
    if (const auto tried = SideLog::read(*place.tried); tried.ok()) apply_tried(*tried, letter);
  return letter;
}

Result<std::vector<DeadLetter>> DeadLetterStore::list(std::string_view exit,
                                                      std::uint64_t after_number,
                                                      std::size_t count_max) {
  std::vector<std::pair<std::uint64_t, Letter>> places;
  if (const SharedBox box = find_box(exit)) {
    const std::lock_guard lock(mutex_);
    for (auto at = box->letters.upper_bound(after_number);
         at != box->letters.end() && places.size() < count_max; ++at) {
      places.emplace_back(at->first, at->second);
    }
  }
  std::vector<DeadLetter> letters;
  letters.reserve(places.size());
  for (const auto& [number, place] : places) {
    auto letter = load(exit, number, place);
    if (!letter.ok() && letter.error().code == Code::kCorrupt) {
      // Damaged, but it stays countable and removable.
      letters.push_back({.number = number,
                         .exit = std::string(exit),
                         .reason = "gap",
                         .error = letter.error().text});
      continue;
    }
    TT_TRY(letters.emplace_back(), std::move(letter));
  }
  return letters;
}

Result<DeadLetter> DeadLetterStore::find(std::string_view exit, std::uint64_t number) {
  Letter place;
  {
    const SharedBox box = find_box(exit);
    const std::lock_guard lock(mutex_);
    const auto found = box ? box->letters.find(number) : decltype(box->letters.end()){};
    if (!box || found == box->letters.end()) {
      return reject("no dead letter " + std::to_string(number) + " of exit " + std::string(exit));
    }
    place = found->second;
  }
  return load(exit, number, place);
}

Status DeadLetterStore::note_attempt(std::string_view exit, std::uint64_t number,
                                     const LetterAttempt& attempt) {
  const SharedBox box = find_box(exit);
  if (!box) return reject("no dead letters of exit " + std::string(exit));
  const std::lock_guard io_lock(box->io_mutex);
  auto place =
      box->log.append(RecordType::kDeadTried, box->log.next_seq(), encode_tried(number, attempt));
  if (!place.ok()) return failed(*box, std::move(place).error());
  if (Status flushed = box->log.flush(); !flushed.ok())
    return failed(*box, std::move(flushed).error());
  const std::lock_guard lock(mutex_);
  const auto found = box->letters.find(number);
  if (found == box->letters.end()) return {};  // Removed meanwhile: nobody will ask.
  found->second.tried = *place;
  found->second.last_ns = clock_.wall_ns();
  return {};
}

Status DeadLetterStore::remove(std::string_view exit, std::uint64_t number) {
  const SharedBox box = find_box(exit);
  if (!box) return reject("no dead letters of exit " + std::string(exit));
  const std::lock_guard io_lock(box->io_mutex);
  {
    const std::lock_guard lock(mutex_);
    if (!box->letters.contains(number)) {
      return reject("no dead letter " + std::to_string(number) + " of exit " + std::string(exit));
    }
  }
  char body[8];
  store(body, number);
  auto place = box->log.append(RecordType::kDeadRemoved, box->log.next_seq(), {body, sizeof body});
  if (!place.ok()) return failed(*box, std::move(place).error());
  if (Status synced = box->log.sync(); !synced.ok()) return failed(*box, std::move(synced).error());
  {
    const std::lock_guard lock(mutex_);
    box->letters.erase(number);
  }
  trim(*box);
  return {};
}

Status DeadLetterStore::rename(std::string_view from, const std::string& to) {
  const SharedBox box = find_box(from);
  if (!box || find_box(to)) return {};
  const std::lock_guard io_lock(box->io_mutex);
  if (!box->log.files().empty()) {
    TT_CHECK(disk_.rename(folder_ + "/" + folder_name(from), folder_ + "/" + folder_name(to)));
    TT_CHECK(disk_.sync_directory(folder_));
  }
  {
    const std::lock_guard lock(mutex_);
    boxes_.erase(boxes_.find(from));
  }
  return open_box(to);  // With the paths of the new folder.
}

}  // namespace tt::tunnel
