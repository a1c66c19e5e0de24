// The body of a dead letter's record.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/dead_letter_store.h"
#include "tunnel/tagged.h"

namespace tt::tunnel {
namespace {

constexpr std::size_t kErrorBytesMax = 1024, kRequestBytesMax = 4096, kLetterAnswerBytesMax = 1024;

}  // namespace

std::string encode_letter(const DeadLetter& letter) {
  std::string fields;
  append_field(fields, Tag::kExit, letter.exit);
  append_number(fields, Tag::kEventSeq, letter.seq);
  if (letter.last_seq != 0) append_number(fields, Tag::kLastSeq, letter.last_seq);
  append_field(fields, Tag::kReason, letter.reason);
  append_number(fields, Tag::kStatus, static_cast<std::int32_t>(letter.status));
  append_number(fields, Tag::kAttempts, letter.attempts);
  append_number(fields, Tag::kFirstTime, letter.first_ns);
  append_number(fields, Tag::kLastTime, letter.last_ns);
  append_number(fields, Tag::kReceived, letter.received_ns);
  if (letter.replay) append_number(fields, Tag::kReplay, letter.replay);
  append_field(fields, Tag::kEntry, letter.entry);
  append_field(fields, Tag::kRule, letter.rule);
  append_field(fields, Tag::kError, std::string_view(letter.error).substr(0, kErrorBytesMax));
  append_field(fields, Tag::kRequest, std::string_view(letter.request).substr(0, kRequestBytesMax));
  append_field(fields, Tag::kAnswer,
               std::string_view(letter.answer).substr(0, kLetterAnswerBytesMax));
  std::string body(kFieldsLengthBytes, '\0');
  store(body.data(), static_cast<std::uint16_t>(fields.size()));
  return body + fields + letter.event_json;
}

Result<DeadLetter> decode_letter(std::string_view body) {
  const auto parts = split_body(body);
  if (!parts) return corrupt("a dead letter is damaged");
  DeadLetter letter;
  letter.event_json = parts->payload;
  FieldReader fields(parts->fields);
  while (const auto field = fields.next()) {
    switch (field->tag) {
      case Tag::kExit:
        letter.exit = field->text();
        break;
      case Tag::kEventSeq:
        letter.seq = field->number<std::uint64_t>();
        break;
      case Tag::kLastSeq:
        letter.last_seq = field->number<std::uint64_t>();
        break;
      case Tag::kReason:
        letter.reason = field->text();
        break;
      case Tag::kStatus:
        letter.status = field->number<std::int32_t>();
        break;
      case Tag::kAttempts:
        letter.attempts = field->number<std::uint32_t>();
        break;
      case Tag::kFirstTime:
        letter.first_ns = field->number<std::int64_t>();
        break;
      case Tag::kLastTime:
        letter.last_ns = field->number<std::int64_t>();
        break;
      case Tag::kReceived:
        letter.received_ns = field->number<std::int64_t>();
        break;
      case Tag::kEntry:
        letter.entry = field->text();
        break;
      case Tag::kReplay:
        letter.replay = field->number<std::uint64_t>();
        break;
      case Tag::kRule:
        letter.rule = field->text();
        break;
      case Tag::kError:
        letter.error = field->text();
        break;
      case Tag::kRequest:
        letter.request = field->text();
        break;
      case Tag::kAnswer:
        letter.answer = field->text();
        break;
      default:
        break;
    }
  }
  return letter;
}

std::string encode_tried(std::uint64_t number, const LetterAttempt& attempt) {
  std::string body(sizeof number, '\0');
  store(body.data(), number);
  return body + encode_letter({.status = attempt.status,
                               .attempts = attempt.attempts,
                               .last_ns = attempt.last_ns,
                               .error = attempt.error,
                               .answer = attempt.answer});
}

std::optional<std::uint64_t> tried_number(std::string_view body) {
  if (body.size() <= sizeof(std::uint64_t)) return std::nullopt;
  return load<std::uint64_t>(body.data());
}

void apply_tried(std::string_view body, DeadLetter& letter) {
  if (!tried_number(body)) return;
  auto tried = decode_letter(body.substr(sizeof(std::uint64_t)));
  if (!tried.ok()) return;
  letter.attempts = tried->attempts;
  letter.last_ns = tried->last_ns;
  letter.status = tried->status;
  letter.error = std::move(tried->error);
  letter.answer = std::move(tried->answer);
}

}  // namespace tt::tunnel
