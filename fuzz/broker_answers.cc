// Subjects that the server would read otherwise, and acknowledgements with any verdict.
// SPDX-License-Identifier: Apache-2.0
#include "broker_answers.h"

#include "nats/subject.h"

using namespace tt;

void read_nats(std::string_view text) {
  if (const auto subject = broker::nats::subject_of(text); subject.ok()) {
    TT_ASSERT(!subject->empty() && subject->front() != '$' && subject->front() != '.');
    TT_ASSERT(subject->back() != '.' && subject->find("..") == std::string::npos);
    TT_ASSERT(subject->find_first_of(" \t\r\n*>") == std::string::npos);
  }
  const portals::Verdict verdict = broker::nats::verdict_of_ack(text);
  if (verdict.kind == portals::VerdictKind::kDelivered) TT_ASSERT(!verdict.reference.empty());
}
