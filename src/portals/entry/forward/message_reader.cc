// What of a message is stored, and what of it closes the connection.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/forward/message_reader.h"

#include <algorithm>
#include <limits>

#include "base/utf8.h"
#include "portals/entry/forward/handshake.h"
#include "portals/kit/gunzip.h"

namespace tt::portals::entry::forward {
namespace {

// A sender may make a lot of little: events of 3 bytes, texts of zeros compressed.
constexpr std::size_t kUnpackedBytesMax = 32u << 20;
constexpr std::size_t kEventsMax = 250'000;            // Of what one read brings.
constexpr std::size_t kEventTextBytesMax = 64u << 20;  // The same.
constexpr std::size_t kChunkBytesMax = 256;
constexpr std::size_t kTagBytesMax = 1024;  // Each event of a message holds it.

/// False for the marks that Fluent Bit puts around groups of records: their time is -1 or -2
/// (include/fluent-bit/flb_log_event.h), and they tell of nothing that happened.
bool take_time(Values& values, Place& place) {
  const auto time = values.take_time();
  if (!time) {
    values.skip();
    return true;
  }
  constexpr std::int64_t kMarks = 0xffff'fffe;
  const bool is_mark = time->seconds == -1 || time->seconds == -2 || time->seconds == kMarks ||
                       time->seconds == kMarks + 1;
  constexpr std::int64_t kSecondsMax = std::numeric_limits<WallNs>::max() / kNsPerSec - 1;
  if (time->seconds > 0 && time->seconds < kSecondsMax)
    place.time_ns = time->seconds * kNsPerSec + time->nanoseconds;
  return !is_mark;
}

}  // namespace

MessageReader::MessageReader(const Secret& shared_key, const EntryRequest& request,
                             const DecodeContext& context, EntryEvents& out)
    : shared_key_(shared_key),
      request_(request),
      context_(context),
      out_(out),
      sizes_before_(out.events.sizes()) {}

void MessageReader::read_all() {
  std::string_view rest = request_.body;
  for (; !rest.empty() && !out_.must_close; ++index_) {
    const Extent extent = measure(rest);
    // A part of a message is what a connection that broke leaves behind.
    if (extent.kind == Extent::Kind::kPartial)
      return reject("the connection ended inside of a message");
    if (extent.kind == Extent::Kind::kBad) return close("this is no MessagePack");
    read_message(rest.substr(0, extent.bytes));
    rest.remove_prefix(extent.bytes);
  }
}

void MessageReader::reject(std::string error) {
  out_.rejected.push_back({index_, std::move(error)});
}

void MessageReader::close(std::string error) {
  reject(std::move(error));
  out_.must_close = true;
}

void MessageReader::read_message(std::string_view frame) {
  Values values(frame);
  if (values.is_nil()) return;  // A heartbeat.
  const auto length = values.take_list();
  if (!length) return close("a message of Fluent Forward is a list");
  if (!is_authorised()) return shake_hands(values, *length);
  auto tag = values.take_text();
  if (!tag || *length < 2 || *length > 4)
    return close("a message of Fluent Forward is a tag, what happened, and options");
  tag = clip_bytes(*tag, kTagBytesMax);
  const std::size_t count_before = out_.events.size();
  const Options options = options_of(values, *length);
  if (options.chunk.size() > kChunkBytesMax) return close("the id of the chunk is too long");
  if (options.signal != 0)
    reject("metrics and traces of Fluent Bit are no events");
  else if (!read_entries(*tag, values, *length, options))
    return out_.events.truncate(count_before);  // Not acknowledged either.
  // It is no idempotency key: Fluent Bit's is a digest of the records (plugins/out_forward), and
  // equal ones of two moments would be stored once.
  if (!options.chunk.empty()) {
    PackedWriter writer;
    reply_ += writer.map(1).text("ack").text(options.chunk).take();
  }
}

// Tools decode without a connection: what they read is on their side of the door.
bool MessageReader::is_authorised() const {
  return shared_key_.empty() || !request_.stream || request_.stream->is_authorised;
}

void MessageReader::shake_hands(const Values& message, std::uint32_t length) {
  const Pong pong = answer_ping(message, length, shared_key_, *request_.stream);
  reply_ += pong.bytes;
  request_.stream->is_authorised = pong.is_authorised;
  if (!pong.is_authorised) close("the sender does not know the shared key");
}

MessageReader::Options MessageReader::read_options(Values values) {
  Options options;
  for (std::uint32_t i = 0, n = values.take_map().value_or(0); i < n; ++i) {
    std::string_view name;
    if (values.is_text())
      name = *values.take_text();
    else
      values.skip();
    Values value = values;
    values.skip();
    if (name == "chunk") options.chunk = value.take_text().value_or(options.chunk);
    if (name == "compressed") options.compressed = value.take_text().value_or(options.compressed);
    if (name == "fluent_signal") options.signal = value.take_integer().value_or(0);
  }
  return options;
}

MessageReader::Options MessageReader::options_of(Values values, std::uint32_t length) {
  const bool is_single = !values.is_list() && !values.is_text();
  const std::uint32_t place = is_single ? 3 : 2;
  for (std::uint32_t i = 1; i < std::min(place, length); ++i) values.skip();
  return length > place ? read_options(values) : Options{};
}

bool MessageReader::read_entries(std::string_view tag, Values values, std::uint32_t length,
                                 const Options& options) {
  if (const auto entries = values.take_list()) {
    for (std::uint32_t i = 0; i < *entries; ++i)
      if (!read_entry(tag, values)) return false;
    return true;
  }
  if (const auto packed = values.take_text()) return read_packed(tag, *packed, options);
  if (length < 3) return close("a message without a record"), false;
  return read_event(tag, values);
}

bool MessageReader::read_packed(std::string_view tag, std::string_view packed,
                                const Options& options) {
  if (options.compressed.empty() || options.compressed == "text") return read_run(tag, packed);
  if (options.compressed != "gzip")
    return close("entries are compressed in a way that this version does not know; use gzip"),
           false;
  const auto plain = gunzip(packed, kUnpackedBytesMax);
  if (!plain) return close("a chunk is refused: " + plain.error().text), false;
  return read_run(tag, *plain);
}

bool MessageReader::read_run(std::string_view tag, std::string_view run) {
  while (!run.empty()) {
    const Extent extent = measure(run);
    if (extent.kind != Extent::Kind::kWhole) return close("a damaged packed entry"), false;
    Values entry(run.substr(0, extent.bytes));
    if (!read_entry(tag, entry)) return false;
    run.remove_prefix(extent.bytes);
  }
  return true;
}

bool MessageReader::read_entry(std::string_view tag, Values& values) {
  Values ahead = values;
  values.skip();
  const auto length = ahead.take_list();
  if (!length || *length < 2) return close("an entry is a time and a record"), false;
  return read_event(tag, ahead);
}

bool MessageReader::read_event(std::string_view tag, Values values) {
  Place place{.tag = tag};
  Values behind = values;
  behind.skip();
  if (const auto pair = values.take_list(); pair && *pair > 0) {
    const auto time = take_time(values, place);
    if (!time) return true;
    if (*pair > 1 && values.is_map()) place.metadata = values.take_json();
    if (place.metadata == "{}") place.metadata.clear();
  } else if (!take_time(values, place)) {
    return true;
  }
  if (!behind.is_map()) return reject("a record is a map"), true;
  if (out_.events.size() - sizes_before_.event_count >= kEventsMax ||
      out_.events.text_bytes() - sizes_before_.text_bytes >= kEventTextBytesMax)
    return close("a chunk makes too many events; make the sender's chunks smaller"), false;
  add_record(behind, place, request_, context_, out_);
  return true;
}

}  // namespace tt::portals::entry::forward
