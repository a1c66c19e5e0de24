// Entry portal: Fluent Forward v1, as Fluentd, Fluent Bit, Docker and fluent-loggers speak it.
// SPDX-License-Identifier: Apache-2.0
// https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1
#include <algorithm>
#include <limits>
#include <memory>

#include "base/utf8.h"
#include "portals/entry/forward/handshake.h"
#include "portals/entry/forward/msgpack.h"
#include "portals/entry/forward/record.h"
#include "portals/kit/entry.h"
#include "portals/kit/gunzip.h"

namespace tt::portals::entry::forward {
namespace {

// A sender may make a lot of little: events of 3 bytes, texts of zeros compressed.
constexpr std::size_t kUnpackedBytesMax = 32u << 20;
constexpr std::size_t kEventsMax = 250'000;            // Of what one read brings.
constexpr std::size_t kEventTextBytesMax = 64u << 20;  // The same.
constexpr std::size_t kChunkBytesMax = 256;
constexpr std::size_t kTagBytesMax = 1024;  // Each event of a message holds it.

struct Config {
  std::vector<std::string> listen;
  Secret shared_key;

  static constexpr auto fields() {
    return std::tuple{
        config::field("listen", &Config::listen,
                      "Where senders connect: `tcp://`, `tls://` or `unix:`; one or a list.")
            .required()
            .not_empty()
            .example("tcp://127.0.0.1:24224"),
        config::field("shared_key", &Config::shared_key,
                      "Key that senders must know (`shared_key` of Fluentd's and Fluent Bit's "
                      "forward output); a list while it changes.")
            .default_text("none")
            .example("{env: FLUENT_SHARED_KEY}"),
    };
  }
  static Status check(const Config& config) {
    for (const std::string& listen : config.listen)
      if (listen.starts_with("udp://"))
        return misconfigured("Fluent Forward needs connections; use tcp:// instead of udp://");
    return {};
  }
};

/// What the map at the end of a message says.
struct Options {
  std::string_view chunk, compressed;
  std::int64_t signal = 0;  ///< Fluent Bit: 0 logs, 1 metrics, 2 traces.
};

Options read_options(Values values) {
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

/// One decode() at work: the frames of one read.
class Reader {
 public:
  Reader(const Config& config, const EntryRequest& request, const DecodeContext& context,
         EntryEvents& out)
      : config_(config), request_(request), context_(context), out_(out) {
    sizes_before_ = out.events.sizes();
  }

  void read_all() {
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
  std::string take_reply() { return std::move(reply_); }

 private:
  void reject(std::string error) { out_.rejected.push_back({index_, std::move(error)}); }
  void close(std::string error) {
    reject(std::move(error));
    out_.must_close = true;
  }

  void read_message(std::string_view frame) {
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
    if (!options.chunk.empty()) {
      PackedWriter writer;
      reply_ += writer.map(1).text("ack").text(options.chunk).take();
    }
  }

  // Tools decode without a connection: what they read is on their side of the door.
  bool is_authorised() const {
    return config_.shared_key.empty() || !request_.stream || request_.stream->is_authorised;
  }

  void shake_hands(const Values& message, std::uint32_t length) {
    const Pong pong = answer_ping(message, length, config_.shared_key, *request_.stream);
    reply_ += pong.bytes;
    request_.stream->is_authorised = pong.is_authorised;
    if (!pong.is_authorised) close("the sender does not know the shared key");
  }

  /// Behind the entries, or behind time and record.
  static Options options_of(Values values, std::uint32_t length) {
    const bool is_single = !values.is_list() && !values.is_text();
    const std::uint32_t place = is_single ? 3 : 2;
    for (std::uint32_t i = 1; i < std::min(place, length); ++i) values.skip();
    return length > place ? read_options(values) : Options{};
  }

  /// The four modes. False: nothing of the message is stored.
  bool read_entries(std::string_view tag, Values values, std::uint32_t length,
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

  bool read_packed(std::string_view tag, std::string_view packed, const Options& options) {
    if (options.compressed.empty() || options.compressed == "text") return read_run(tag, packed);
    if (options.compressed != "gzip")
      return close("entries are compressed in a way that this version does not know; use gzip"),
             false;
    const auto plain = gunzip(packed, kUnpackedBytesMax);
    if (!plain) return close("a chunk is refused: " + plain.error().text), false;
    return read_run(tag, *plain);
  }

  /// Entries one behind the other.
  bool read_run(std::string_view tag, std::string_view run) {
    while (!run.empty()) {
      const Extent extent = measure(run);
      if (extent.kind != Extent::Kind::kWhole) return close("a damaged packed entry"), false;
      Values entry(run.substr(0, extent.bytes));
      if (!read_entry(tag, entry)) return false;
      run.remove_prefix(extent.bytes);
    }
    return true;
  }

  /// `[time, record]`
  bool read_entry(std::string_view tag, Values& values) {
    Values ahead = values;
    values.skip();
    const auto length = ahead.take_list();
    if (!length || *length < 2) return close("an entry is a time and a record"), false;
    return read_event(tag, ahead);
  }

  /// A time and a record. Fluent Bit keeps metadata beside the time: `[time, {...}]`.
  bool read_event(std::string_view tag, Values values) {
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

  const Config& config_;
  const EntryRequest& request_;
  const DecodeContext& context_;
  EntryEvents& out_;
  event::EventBatch::Sizes sizes_before_;
  std::size_t index_ = 0;
  std::string reply_;
};

std::optional<EntryRefusal> decode(const Config& config, const EntryRequest& request,
                                   const DecodeContext& context, EntryEvents& out) {
  Reader reader(config, request, context, out);
  reader.read_all();
  if (std::string reply = reader.take_reply(); !reply.empty()) {
    out.reply = std::make_unique<net::HttpAnswer>();
    out.reply->body = std::move(reply);
  }
  return std::nullopt;
}

std::string greet(const Config& config, StreamState& state) {
  return config.shared_key.empty() ? std::string() : make_helo(state);
}

bool verify(const Config& config, const EntryRequest& request) {
  return config.shared_key.empty() || (request.stream && request.stream->is_authorised);
}

bool has_verifier(const Config& config) { return !config.shared_key.empty(); }

/// Messages are lists, heartbeats nil; whatever begins otherwise is another protocol.
std::optional<std::size_t> whole_messages(std::string_view bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto first = static_cast<unsigned char>(bytes[done]);
    const bool is_ours = (first & 0xf0) == 0x90 || first == 0xdc || first == 0xdd || first == 0xc0;
    const Extent extent = is_ours ? measure(bytes.substr(done)) : Extent{Extent::Kind::kBad};
    // What is whole in front of it is still handed on.
    if (extent.kind == Extent::Kind::kBad && done == 0) return std::nullopt;
    if (extent.kind != Extent::Kind::kWhole) return done;
    done += extent.bytes;
  }
  return done;
}

std::size_t wanted_bytes(std::string_view rest) {
  const Extent extent = measure(rest);
  return extent.kind == Extent::Kind::kPartial ? extent.bytes : 0;
}

}  // namespace

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = entry_portal(EntrySpec<Config>{
      .name = "forward",
      .summary = "Takes records of Fluentd, Fluent Bit, Docker and fluent-loggers.",
      .security =
          "Hardened against untrusted senders; set `shared_key`, or `allow` and `tls://`, else "
          "anyone who reaches the port can invent records.",
      .example =
          "type: forward\nlisten: tcp://127.0.0.1:24224\nshared_key: {env: FLUENT_SHARED_KEY}\n",
      .is_stream = true,
      .is_strict = true,
      .framing = {.whole = whole_messages, .wanted = wanted_bytes, .bytes_max = kFrameBytesMax},
      .kinds = {{"urn:forward", "a record with an empty tag", "*", "*"},
                {"urn:forward:*", "a record with the tag that the kind ends with", "*", "*"}},
      .decode = decode,
      .verify = verify,
      .has_verifier = has_verifier,
      .greet = greet,
  });
  return made;
}

}  // namespace tt::portals::entry::forward
