// Dead letters in the hands of an operator: sent again as they are, sent again changed, dropped.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "event/decode.h"
#include "event/writer.h"
#include "pipeline/daemon_impl.h"
#include "pipeline/delivery_job.h"
#include "pipeline/limits.h"

namespace tt::pipeline {

using portals::VerdictKind;

namespace {

std::string letters_of(std::string_view exit, std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " dead letter" : " dead letters") + " of exit " +
         std::string(exit);
}

std::string letter_name(std::string_view exit, std::uint64_t number) {
  return "dead letter " + std::to_string(number) + " of exit " + std::string(exit);
}

/// Names of the fields that `after` has in another way than `before`, or not at all, or anew.
std::vector<std::string> changed_fields(const event::EventView& before,
                                        const event::EventView& after) {
  std::vector<std::string> names;
  for (const event::Field& was : before.fields) {
    const std::string name = before.name(was);
    const event::Field* is = after.find(name);
    if (!is || after.raw_value(*is) != before.raw_value(was)) names.push_back(name);
  }
  for (const event::Field& is : after.fields)
    if (std::string name = after.name(is); !before.find(name)) names.push_back(std::move(name));
  return names;
}

}  // namespace

Status RunningDaemon::begin_retry(std::string_view exit) {
  std::lock_guard lock(retry_mutex_);
  if (!retrying_.emplace(exit).second)
    return retry("dead letters of exit `" + std::string(exit) + "` are being retried already");
  return {};
}

void RunningDaemon::end_retry(std::string_view exit) {
  std::lock_guard lock(retry_mutex_);
  retrying_.erase(retrying_.find(exit));
}

Result<RetryReport> RunningDaemon::retry_dead(std::string_view exit,
                                              std::vector<std::uint64_t> numbers) {
  TT_CHECK(begin_retry(exit));
  auto report = retry_letters(exit, numbers);
  end_retry(exit);
  if (report.ok() && report->tried > 0)
    audit("retry", letters_of(exit, report->tried) + ", " + std::to_string(report->delivered) +
                       " delivered");
  return report;
}

Result<RetryReport> RunningDaemon::retry_letters(std::string_view exit,
                                                 const std::vector<std::uint64_t>& numbers) {
  RetryReport report;
  const SteadyNs end_ns = seams_.clock.steady_ns() + kRetryMsMax * kNsPerMs;
  for (const std::uint64_t number : numbers) {
    if (seams_.clock.steady_ns() > end_ns) break;
    report.last = number;
    auto letter = tunnel_->dead_letters().find(exit, number);
    if (letter.ok() && letter->event_json.empty())
      letter = reject(letter_name(exit, number) +
                      " names events that are lost: there is nothing to send");
    if (!letter.ok()) {
      // One of many may have been dropped or delivered by somebody else meanwhile.
      if (numbers.size() == 1) return letter.error();
      continue;
    }
    ++report.tried;
    const auto result = send_letter(*letter, letter->event_json);
    if (!result.ok()) {
      if (numbers.size() == 1) return result.error();
      report.problem = result.error().text;  // Of those before it is told nevertheless.
      break;
    }
    if (result->verdict.kind == VerdictKind::kDelivered) {
      ++report.delivered;
    } else if (result->verdict.kind == VerdictKind::kRejected) {
      report.refused = "letter " + std::to_string(number) + ": " + result->verdict.text;
    } else {
      // Only a refusal is about this letter; otherwise the exit is not there, and none will pass.
      report.problem = result->verdict.text;
      break;
    }
  }
  return report;
}

// What it came to is in the letter, or the letter is gone, before anybody hears of it.
Result<SendTest> RunningDaemon::send_letter(const tunnel::DeadLetter& letter,
                                            std::string_view event_json) {
  event::EventBatch batch;
  TT_CHECK(event::index_canonical(event_json, batch));
  const tunnel::Meta meta{
      .seq = letter.seq, .received_ns = letter.received_ns, .entry = letter.entry};
  TT_TRY(SendTest result,
         send_once(letter.exit, {meta, batch[0]}, tunnel::format_id(tunnel_->log_id(), letter.seq),
                   letter.attempts + 1));
  if (result.verdict.kind == VerdictKind::kDelivered) {
    TT_CHECK(tunnel_->dead_letters().remove(letter.exit, letter.number));
    return result;
  }
  log::info("dead letter not delivered",
            {{"exit", letter.exit}, {"number", letter.number}, {"error", result.verdict.text}});
  const Status noted = tunnel_->dead_letters().note_attempt(
      letter.exit, letter.number,
      {.attempts = letter.attempts + 1,
       .last_ns = seams_.clock.wall_ns(),
       .status = result.status,
       .error = std::string(beside_reason(result.verdict.text, letter.reason)),
       .answer = result.status ? result.answer : ""});
  if (!noted)
    log::warning("an attempt at a dead letter is not stored", {{"error", noted.error().text}});
  return result;
}

Result<SendTest> RunningDaemon::retry_edited(std::string_view exit, std::uint64_t number,
                                             std::string_view event_json) {
  event::Decoded decoded =
      event::decode_events(event_json, event::BodyFormat::kJson, {}, seams_.clock.wall_ns());
  if (decoded.syntax)
    return reject("the changed event, byte " + std::to_string(decoded.syntax->byte) + ": " +
                  decoded.syntax->text);
  if (!decoded.rejected.empty())
    return reject("the changed event: " + decoded.rejected.front().error);
  if (decoded.events.size() != 1) return reject("a dead letter has one event");
  TT_CHECK(begin_retry(exit));
  const auto found = tunnel_->dead_letters().find(exit, number);
  auto result =
      found.ok() ? send_letter(*found, decoded.events[0].json) : Result<SendTest>(found.error());
  end_retry(exit);
  if (!result.ok()) return result;
  // The tunnel keeps the original as long as any event. Beyond that the record has what fits: the
  // names of what was changed stand first, since a record is cut.
  const tunnel::DeadLetter& letter = *found;
  event::EventBatch original;  // A letter of a gap has no event.
  const bool had_event = event::index_canonical(letter.event_json, original).ok();
  const event::EventView was = had_event ? original[0] : event::EventView{};
  audit("edit", letter_name(exit, number) + ", event " +
                    tunnel::format_id(tunnel_->log_id(), letter.seq) +
                    ", changed and sent: " + std::string(portals::to_string(result->verdict.kind)) +
                    "; changed: " + join(changed_fields(was, decoded.events[0]), ", ") +
                    "; it was " + letter.event_json);
  return result;
}

Result<std::uint64_t> RunningDaemon::drop_dead(std::string_view exit,
                                               std::vector<std::uint64_t> numbers) {
  std::uint64_t dropped = 0;
  Status problem;
  for (const std::uint64_t number : numbers) {
    const Status removed = tunnel_->dead_letters().remove(exit, number);
    if (removed.ok()) {
      ++dropped;
    } else if (numbers.size() == 1 || removed.error().code != Code::kReject) {
      problem = removed;
      break;
    }
  }
  if (dropped > 0) audit("drop", letters_of(exit, dropped));
  TT_CHECK(problem);
  return dropped;
}

void RunningDaemon::audit(std::string_view action, const std::string& target) {
  self_.audit(action, target);
}

}  // namespace tt::pipeline
