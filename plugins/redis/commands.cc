// Arguments are sent with their lengths, so that nothing in an event can begin another command.
// SPDX-License-Identifier: Apache-2.0
#include "redis/commands.h"

#include "base/json_split.h"
#include "kit/text.h"

namespace tt::broker::redis {

Status ExitOptions::check(const ExitOptions& options) {
  TT_CHECK(read_address(options.address));
  if (options.into != Shape::kStream && (options.max_length != 0 || options.as_fields))
    return misconfigured("`max_length` and `as_fields` are for `into: stream`");
  return {};
}

Result<Command> entry_fields(std::string_view id, std::string_view json) {
  const auto members = split_object(json);
  if (!members) return reject("redis: the event is no JSON object");
  Command fields{"id", std::string(id)};
  for (const RawMember& member : *members) {
    fields.push_back(json_text("\"" + std::string(member.name) + "\""));
    fields.push_back(json_text(member.value));
  }
  return fields;
}

Result<Command> command_of(const ExitOptions& options, const portals::OutgoingEvent& event) {
  TT_TRY(const std::string key, options.key.render_strict(*event.scope));
  if (key.empty()) return reject("template: `key` is empty");
  const std::string json(event.event.json);
  if (options.into == Shape::kList) return Command{"RPUSH", key, json};
  if (options.into == Shape::kChannel) return Command{"PUBLISH", key, json};
  Command command{"XADD", key};
  if (options.max_length > 0) {
    for (const char* part : {"MAXLEN", "~"}) command.push_back(part);
    command.push_back(std::to_string(options.max_length));
  }
  command.push_back("*");
  Command fields{"id", std::string(event.id), "event", json};
  if (options.as_fields) {
    TT_TRY(fields, entry_fields(event.id, json));
  }
  command.insert(command.end(), fields.begin(), fields.end());
  return command;
}

}  // namespace tt::broker::redis
