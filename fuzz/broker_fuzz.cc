// Fuzz target: what brokers bring becomes an event that the tunnel takes, in one form or the other,
// and what NATS is sent and answers is read to its end.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json_split.h"
#include "base/result.h"
#include "base/utf8.h"
#include "broker_answers.h"
#include "event/decode.h"
#include "kit/message.h"
#include "kit/text.h"

namespace {

using namespace tt;
using namespace tt::broker;

constexpr WallNs kNow = 1'769'860'800 * kNsPerSec;
constexpr std::size_t kRawBytesMax = 64;

/// Whether the tunnel takes it.
bool is_event(const std::string& json) {
  TT_ASSERT(is_utf8(json));
  const event::Decoded decoded =
      event::decode_events(json, event::BodyFormat::kJson, event::Limits{}, kNow);
  TT_ASSERT(decoded.events.size() <= 1);
  if (decoded.events.size() == 0) return false;
  TT_ASSERT(!decoded.events[0].text("message").empty());
  return true;
}

void check(const Message& message) {
  const std::string text = mend_utf8(trim(message.body));
  // An object may be one by its brackets only, or have a field that no event has.
  TT_ASSERT(is_event(event_of(message, "nats")) || split_object(text));
  for (const std::size_t raw_bytes : {kRawBytesMax, std::size_t{0}})
    TT_ASSERT(is_event(unknown_event(message, "nats", raw_bytes)));
}

}  // namespace

/// The first byte says what the broker tells beside the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  Message message{.body = std::string(body)};
  if ((data[0] & 1) != 0) message.time_ms = kNow / kNsPerMs;
  if ((data[0] & 2) != 0)
    message.facts = {{"kafka.key", json_string(mend_utf8(body))}, {"kafka.offset", "7"}};
  check(message);
  TT_ASSERT(headline(mend_utf8(body)).size() <= 300);
  static_cast<void>(timestamp_of(body));
  read_nats(body);
  return 0;
}
