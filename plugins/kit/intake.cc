// Three forms of a message, each one easier to store than the one before.
// SPDX-License-Identifier: Apache-2.0
#include "kit/intake.h"

namespace tt::broker {
namespace {

constexpr int kForms = 3;
constexpr int kLogError = 3;

}  // namespace

std::string Intake::event(const Message& message, int form) const {
  if (form == 0) return event_of(message, system_);
  return unknown_event(message, system_, form == 1 ? kRawBytesMax : 0);
}

Result<std::vector<std::string>> Intake::store(std::span<const Message> messages) const {
  std::vector<std::string> faults(messages.size());
  std::vector<std::size_t> left(messages.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
  for (int form = 0; form < kForms && !left.empty(); ++form) {
    std::vector<portals::NewEvent> events;
    for (const std::size_t i : left) events.push_back({event(messages[i], form), {}});
    const std::vector<portals::Verdict> verdicts = inbox_.append(events);
    if (verdicts.size() != left.size()) return stopped();
    std::vector<std::size_t> refused;
    for (std::size_t i = 0; i < left.size(); ++i) {
      const portals::Verdict& verdict = verdicts[i];
      if (verdict.kind == portals::VerdictKind::kRejected)
        refused.push_back(left[i]);
      else if (verdict.kind != portals::VerdictKind::kDelivered)
        return retry(verdict.text);
      faults[left[i]] =
          verdict.kind == portals::VerdictKind::kRejected ? verdict.text : std::string();
    }
    left = std::move(refused);
  }
  return faults;
}

Status Intake::store_all(std::span<const Message> messages) const {
  TT_TRY(const std::vector<std::string> faults, store(messages));
  for (const std::string& fault : faults)
    if (!fault.empty()) inbox_.log(kLogError, "a message cannot be stored in any form: " + fault);
  return {};
}

}  // namespace tt::broker
