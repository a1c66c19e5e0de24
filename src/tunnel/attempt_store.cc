// Attempts: fields for the facts, runs of seqs as the payload.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/attempt_store.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "tunnel/tagged.h"

namespace tt::tunnel {
namespace {

constexpr std::size_t kBufferBytes = 64u << 10;
constexpr std::size_t kAttemptTextBytesMax = 1024;

// LEB128. At a hundred thousand events a second fixed numbers filled 256 MiB in minutes.
void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

/// Nothing when it is cut, or larger than an u64.
std::optional<std::uint64_t> take_varint(std::string_view& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; !in.empty() && shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

/// Runs of seqs, each as how far it begins above the end of the one before, and its count.
template <class Each>
void each_run(std::string_view runs, Each each) {
  for (std::uint64_t end = 0; !runs.empty();) {
    const auto skipped = take_varint(runs), count = take_varint(runs);
    if (!skipped || !count) return;
    each(end + *skipped, *count);
    end += *skipped + *count;
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
               std::string_view(attempt.reference).substr(0, kAttemptTextBytesMax));
  append_field(fields, Tag::kAnswer,
               std::string_view(attempt.answer).substr(0, kAttemptTextBytesMax));
  std::string body(kFieldsLengthBytes, '\0');
  store(body.data(), static_cast<std::uint16_t>(fields.size()));
  body += fields;
  const auto& seqs = attempt.seqs;
  std::uint64_t end_seq = 0;
  for (std::size_t i = 0; i < seqs.size();) {
    std::size_t end = i + 1;
    while (end < seqs.size() && seqs[end] == seqs[i] + (end - i)) ++end;
    append_varint(body, seqs[i] - end_seq);
    append_varint(body, end - i);
    end_seq = seqs[i] + (end - i);
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
  each_run(parts->payload, [&](std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count && attempt.seqs.size() < kSeqsMax; ++i) {
      attempt.seqs.push_back(first + i);
    }
  });
  return attempt;
}

bool attempt_touches(std::string_view body, std::uint64_t seq) {
  const auto parts = split_body(body);
  bool touches = false;
  if (parts) {
    each_run(parts->payload, [&](std::uint64_t first, std::uint64_t count) {
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
        each_run(parts->payload, [&](std::uint64_t first, std::uint64_t count) {
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
