// Fuzz target: every stream entry cuts any bytes into frames, and makes sound events of them
// however the bytes come.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/utf8.h"
#include "config/yaml_reader.h"
#include "entry_portals.h"
#include "portals/kit/catalog.h"
#include "template/event_scope.h"

namespace {

using namespace tt;
using namespace tt::portals;

/// One connection or one datagram, as the pipeline drives it.
class Connection {
 public:
  Connection(const Portal& portal, bool is_authorised) : portal_(portal) {
    portal_.portal->greet(state_);
    state_.nonce = std::string(16, 'n');  // One run must be like the other.
    state_.is_authorised = is_authorised;
  }

  void take(std::string_view bytes) {
    if (is_closed_) return;
    partial_ += bytes;
    std::size_t whole = partial_.rfind('\n') + 1;
    if (!portal_.type->framing.is_lines) {
      const auto cut = portal_.type->framing.whole(partial_);
      is_closed_ = !cut;
      whole = cut.value_or(0);
    }
    TT_ASSERT(whole <= partial_.size());
    hand_on(std::string_view(partial_).substr(0, whole), false);
    partial_.erase(0, whole);
  }
  void end() {
    if (!is_closed_) hand_on(partial_, false);
  }
  void hand_on(std::string_view frames, bool is_datagram) {
    if (frames.empty()) return;
    EntryEvents events;
    const auto refusal = portal_.portal->decode({.body = frames,
                                                 .peer = "192.0.2.1",
                                                 .now_ns = kNow,
                                                 .stream = &state_,
                                                 .is_datagram = is_datagram},
                                                {}, events);
    TT_ASSERT(portal_.type->is_strict || !refusal);
    check(events);
    is_closed_ |= events.must_close;
    for (std::size_t i = 0; i < events.events.size(); ++i) made_ += events.events[i].json;
    if (events.reply) replies_ += events.reply->body;
  }
  /// Events, and what went back.
  std::string made() const { return made_ + replies_; }

 private:
  const Portal& portal_;
  StreamState state_;
  std::string partial_, made_, replies_;
  bool is_closed_ = false;
};

std::string run(const Portal& portal, std::string_view bytes, std::size_t step,
                bool is_authorised) {
  Connection connection(portal, is_authorised);
  for (std::size_t at = 0; at < bytes.size(); at += step) connection.take(bytes.substr(at, step));
  connection.end();
  return connection.made();
}

}  // namespace

/// The first byte says in which steps the bytes come, and whether the sender is known already.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Portal> all = [] {
    std::vector<Portal> made;
    for (const EntryDescriptor* type : entry_catalog())
      if (type->is_stream) made.push_back(configure(*type));
    for (const char* options :
         {"format: logfmt\n", "format: raw\n",
          "format: regex\nregex: '(?:(?P<time>\\S+) )?\\[(?P<level>\\w+)\\](?P<message>.*)'\n"})
      made.push_back(configure(*find_entry("lines"), options));
    return made;
  }();
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t step = std::max<std::size_t>(1, data[0] & 0x7f);
  const bool is_authorised = (data[0] & 0x80) != 0;
  for (const Portal& one : all) {
    const std::string in_steps = run(one, bytes, step, is_authorised);
    const std::string at_once = run(one, bytes, bytes.size(), is_authorised);
    TT_ASSERT(in_steps == at_once);
    Connection(one, is_authorised).hand_on(bytes, true);
  }
  return 0;
}
