// Feeds arbitrary bytes to the decoder and the index, and checks what must hold for every body.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "event/decode.h"
#include "event/json_fault.h"

namespace {

using namespace tt;
using namespace tt::event;

constexpr WallNs kNow = 1'769'860'800 * kNsPerSec;

void check_event(const EventView& event) {
  EventBatch batch;
  TT_ASSERT(index_canonical(event.json, batch).ok());
  TT_ASSERT(batch[0].fields.size() == event.fields.size());
  for (std::size_t i = 0; i < event.fields.size(); ++i) {
    const Field& field = event.fields[i];
    TT_ASSERT(batch[0].raw_name(batch[0].fields[i]) == event.raw_name(field));
    TT_ASSERT(batch[0].raw_value(batch[0].fields[i]) == event.raw_value(field));
    TT_ASSERT(event.find(event.name(field)) == &field);
    (void)event.text(field);
  }
  TT_ASSERT(!event.text("message").empty());
  // What is canonical is its own canonical form, for the writer too.
  const Decoded again = decode_events(event.json, BodyFormat::kJson, Limits{}, kNow + kNsPerSec);
  TT_ASSERT(again.events.size() == 1 && again.events[0].json == event.json);
  EventWriter writer(batch);
  writer.begin();
  writer.set_all(event);
  TT_ASSERT(writer.finish(kNow + kNsPerSec).ok());
  TT_ASSERT(batch[1].json == event.json);
}

void check_body(std::string_view body, BodyFormat format) {
  Limits limits;
  limits.batch_events_max = 100;
  const Decoded decoded = decode_events(body, format, limits, kNow);
  TT_ASSERT(!decoded.syntax || (decoded.events.empty() && decoded.rejected.empty()));
  if (format == BodyFormat::kJson && !decoded.is_too_many && !body.starts_with("\xEF\xBB\xBF")) {
    TT_ASSERT(decoded.syntax.has_value() == find_json_fault(body).has_value());
  }
  for (std::size_t i = 0; i < decoded.events.size(); ++i) check_event(decoded.events[i]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  check_body(body, BodyFormat::kJson);
  check_body(body, BodyFormat::kNdjson);
  EventBatch batch;
  const Status status = index_canonical(body, batch);
  for (std::size_t i = 0; status.ok() && i < batch[0].fields.size(); ++i) {
    (void)batch[0].find(batch[0].name(batch[0].fields[i]));
    (void)batch[0].text(batch[0].fields[i]);
  }
  EventWriter writer(batch);
  writer.begin();
  writer.set_text("message", body);
  writer.set_raw("raw", body);
  if (writer.set_flattened("flat", body).ok()) writer.unset_prefix("flat.");
  (void)writer.finish(kNow);
  return 0;
}
