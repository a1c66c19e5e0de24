// Attempts: fields for the facts, runs of seqs as the payload.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/attempt_store.h"

#include <algorithm>
#include <utility>

#include "tunnel/tagged.h"

namespace tt::tunnel {
namespace {

constexpr std::size_t kBufferBytes = 64u << 10;
constexpr std::size_t kAnswerBytesMax = 1024;
constexpr std::size_t kRunBytes = 12;  // u64 first, u32 count.

template <class Each>
void each_run(std::string_view runs, Each each) {
  for (; runs.size() >= kRunBytes; runs.remove_prefix(kRunBytes)) {
    each(load<std::uint64_t>(runs.data()), load<std::uint32_t>(runs.data() + 8));
  }
}

}  // namespace

std::string encode_attempt(const Attempt& attempt) {
  std::string fields;
  append_field(fields, Tag::kExit, attempt.exit);
  append_field(fields, Tag::kVerdict, attempt.verdict);
  append_number(fields, Tag::kGeneration, attempt.generation);
  append_number(fields, Tag::kAttempts, attempt.number);
  append_number(fields, Tag::kLastTime, attempt.time_ns);
  append_number(fields, Tag::kDuration, attempt.duration_ns);
  if (attempt.replay) append_number(fields, Tag::kReplay, attempt.replay);
  append_number(fields, Tag::kStatus, static_cast<std::int32_t>(attempt.status));
  append_field(fields, Tag::kReference,
               std::string_view(attempt.reference).substr(0, kAnswerBytesMax));
  append_field(fields, Tag::kAnswer, std::string_view(attempt.answer).substr(0, kAnswerBytesMax));
  std::string body(kFieldsLengthBytes, '\0');
  store(body.data(), static_cast<std::uint16_t>(fields.size()));
  body += fields;
  const auto& seqs = attempt.seqs;
  for (std::size_t i = 0; i < seqs.size();) {
    std::size_t end = i + 1;
    while (end < seqs.size() && seqs[end] == seqs[i] + (end - i)) ++end;
    char run[kRunBytes];
    store(run, seqs[i]);
    store(run + 8, static_cast<std::uint32_t>(end - i));
    body.append(run, sizeof run);
    i = end;
  }
  return body;
}

Result<Attempt> decode_attempt(std::string_view body) {
  const auto parts = split_body(body);
  if (!parts) return corrupt("an attempt is damaged");
  Attempt attempt;
  FieldReader fields(parts->fields);
  while (const auto field = fields.next()) {
    switch (field->tag) {
      case Tag::kExit:
        attempt.exit = field->text();
        break;
      case Tag::kVerdict:
        attempt.verdict = field->text();
        break;
      case Tag::kGeneration:
        attempt.generation = field->number<std::uint64_t>();
        break;
      case Tag::kAttempts:
        attempt.number = field->number<std::uint32_t>();
        break;
      case Tag::kLastTime:
        attempt.time_ns = field->number<std::int64_t>();
        break;
      case Tag::kDuration:
        attempt.duration_ns = field->number<std::int64_t>();
        break;
      case Tag::kStatus:
        attempt.status = field->number<std::int32_t>();
        break;
      case Tag::kReplay:
        attempt.replay = field->number<std::uint64_t>();
        break;
      case Tag::kReference:
        attempt.reference = field->text();
        break;
      case Tag::kAnswer:
        attempt.answer = field->text();
        break;
      default:
        break;
    }
  }
  constexpr std::size_t kSeqsMax = 1u << 20;  // Far above a batch; a foreign count is not trusted.
  each_run(parts->payload, [&](std::uint64_t first, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count && attempt.seqs.size() < kSeqsMax; ++i) {
      attempt.seqs.push_back(first + i);
    }
  });
  return attempt;
}

bool attempt_touches(std::string_view body, std::uint64_t seq) {
  const auto parts = split_body(body);
  bool touches = false;
  if (parts) {
    each_run(parts->payload, [&](std::uint64_t first, std::uint32_t count) {
      touches |= seq >= first && seq - first < count;
    });
  }
  return touches;
}

void AttemptStore::append(const Attempt& attempt) {
  const std::string body = encode_attempt(attempt);
  const std::lock_guard lock(mutex_);
  // Attempts explain, they promise nothing: a full disk costs them alone.
  if (!log_.append(RecordType::kAttempt, log_.next_seq(), body).ok()) return;
  if (log_.buffered_bytes() >= kBufferBytes) (void)log_.flush();
  while (log_.bytes() > kBytesMax && log_.files().size() > 1) {
    ranges_.erase(log_.files().front()->header.base_seq);
    if (!log_.drop_front().ok()) return;
  }
}

void AttemptStore::flush() {
  const std::lock_guard lock(mutex_);
  (void)log_.flush();
}

WallNs AttemptStore::kept_since() {
  const std::lock_guard lock(mutex_);
  return log_.files().empty() ? 0 : log_.files().front()->header.created_ns;
}

Result<std::vector<Attempt>> AttemptStore::find(std::uint64_t seq) {
  std::vector<SharedSegment> files;
  std::map<std::uint64_t, Range> ranges;
  {
    const std::lock_guard lock(mutex_);
    (void)log_.flush();
    files = log_.files();
    ranges = ranges_;
  }
  std::vector<Attempt> found;
  for (const SharedSegment& file : files) {
    const std::uint64_t base = file->header.base_seq;
    const auto known = ranges.find(base);
    if (known != ranges.end() && (seq < known->second.min || seq > known->second.max)) continue;
    Range range;
    TT_CHECK(SideLog::scan(file, [&](const Record& record, const SharedSegment&) {
      if (record.frame.type != RecordType::kAttempt) return;
      if (const auto parts = split_body(record.body)) {
        each_run(parts->payload, [&](std::uint64_t first, std::uint32_t count) {
          range.min = std::min(range.min, first);
          range.max = std::max(range.max, first + count);
        });
      }
      if (!attempt_touches(record.body, seq)) return;
      if (auto attempt = decode_attempt(record.body); attempt.ok()) {
        found.push_back(*std::move(attempt));
      }
    }));
    if (file == files.back()) continue;  // Still growing.
    const std::lock_guard lock(mutex_);
    ranges_[base] = range;
  }
  return found;
}

}  // namespace tt::tunnel
