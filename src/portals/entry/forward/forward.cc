// Entry portal: Fluent Forward v1, as Fluentd, Fluent Bit, Docker and fluent-loggers speak it.
// SPDX-License-Identifier: Apache-2.0
// https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1
#include <memory>

#include "portals/entry/forward/handshake.h"
#include "portals/entry/forward/message_reader.h"
#include "portals/entry/forward/msgpack.h"
#include "portals/kit/entry.h"

namespace tt::portals::entry::forward {
namespace {

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

std::optional<EntryRefusal> decode(const Config& config, const EntryRequest& request,
                                   const DecodeContext& context, EntryEvents& out) {
  MessageReader reader(config.shared_key, request, context, out);
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
