// Entry @NAME@: one event of each HTTP body.
// SPDX-License-Identifier: Apache-2.0
#include "tt_plugin.hpp"

namespace {

using namespace tt;
using namespace tt::portals;

struct Config {
  std::string kind = "urn:@NAME@:event";

  static constexpr auto fields() {
    return std::tuple{
        config::field("kind", &Config::kind, "The kind of events that come this way.").not_empty(),
    };
  }
};

// Pure: no clock, no socket. The sender gets its answer once the events are stored.
Status decode(const Config& c, const EntryRequest& request, EntryEvents& events) {
  if (request.body.empty()) return reject("the body is empty");
  JsonWriter json;
  json.map().key("kind").text(c.kind);
  json.key("message").text(request.body.substr(0, 1000));
  json.some("agent", request.header("User-Agent"));
  if (!events.add(json.end().take())) return reject("the body is no UTF-8");
  return {};
}

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = decode_entry(DecodeEntry<Config>{
      .name = "@NAME@",
      .summary = "Takes each HTTP body as one event.",
      .security = "What is sent stands in two fields of the event; `auth` says who may send.",
      .example = "type: @NAME@\npath: /hooks/@NAME@\n",
      .decode = decode});
  return made;
}

}  // namespace

TT_PLUGIN("@NAME@", "0.1.0", descriptor())
