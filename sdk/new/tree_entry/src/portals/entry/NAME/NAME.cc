// Entry portal: takes each HTTP body as one event.
// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"
#include "portals/kit/entry.h"

namespace tt::portals::entry::@ID@ {
namespace {

constexpr std::size_t kMessageBytesMax = 1000;

struct Config {
  std::string path = "/hooks/@NAME@";

  static constexpr auto fields() {
    return std::tuple{
        config::field("path", &Config::path, "Path of the requests."),
    };
  }
};

std::optional<EntryRefusal> decode(const Config&, const EntryRequest& request,
                                   const DecodeContext& context, EntryEvents& out) {
  event::EventWriter writer(out.events, context.limits);
  writer.begin();
  writer.set_text("kind", "urn:@NAME@:event");
  writer.set_text("severity", "info");
  const std::string message = to_utf8(clip_bytes(request.body, kMessageBytesMax));
  writer.set_text("message", message.empty() ? "an empty body" : message);
  if (Status done = writer.finish(request.now_ns); !done)
    return EntryRefusal{400, done.error().text, ""};
  return std::nullopt;
}

}  // namespace

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = entry_portal(EntrySpec<Config>{
      .name = "@NAME@",
      .summary = "Takes each HTTP body as one event.",
      .security = "What is sent stands in the message; `auth` says who may send.",
      .example = "type: @NAME@\npath: /hooks/@NAME@\n",
      .kinds = {{.kind = "urn:@NAME@:event", .when = "always", .severity = "info", .fields = ""}},
      .decode = decode});
  return made;
}

}  // namespace tt::portals::entry::@ID@
