// From an event to the command of Redis that delivers it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "redis/client.h"
#include "redis/options.h"

namespace tt::broker::redis {

/// What a key names, for exit and entry.
enum class Shape : std::uint8_t { kList, kChannel, kStream };

struct ExitOptions : ServerOptions {
  Shape into = Shape::kList;
  tmpl::Template key;
  std::int64_t max_length = 0;
  bool as_fields = false;

  static constexpr auto fields() {
    return std::tuple_cat(
        server_fields<ExitOptions>(),
        std::tuple{
            config::field("into", &ExitOptions::into,
                          "What `key` names: a `list` (RPUSH, the default), a `channel` (PUBLISH) "
                          "or a `stream` (XADD)."),
            config::field("key", &ExitOptions::key, "Name of the list, channel or stream.")
                .required()
                .example("events:{{ event.project }}"),
            config::field("max_length", &ExitOptions::max_length,
                          "Streams: about how many entries are kept (MAXLEN ~). Default 0: all.")
                .minimum(0),
            config::field("as_fields", &ExitOptions::as_fields,
                          "Streams: each field of the event is one of the entry. Default false: "
                          "`id`, and `event` with all of it as JSON."),
        });
  }
  static Status check(const ExitOptions& options);
};

/// kReject when the key is empty, a hole of it failed, or the event is no object.
Result<Command> command_of(const ExitOptions& options, const portals::OutgoingEvent& event);

/// The arguments behind the key for an event as fields: `id`, then its own. Values are texts; what
/// is none is JSON.
Result<Command> entry_fields(std::string_view id, std::string_view json);

}  // namespace tt::broker::redis

namespace tt::config {
template <>
struct EnumWords<broker::redis::Shape> {
  static constexpr EnumWord words[] = {{"list", 0}, {"channel", 1}, {"stream", 2}};
};
}  // namespace tt::config
