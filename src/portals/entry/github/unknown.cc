// Events that no table knows: newer than this version, or without the header that names them.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>

#include "base/text.h"
#include "portals/entry/github/payload.h"
#include "portals/kit/json.h"
#include "portals/kit/words.h"

namespace tt::portals::entry::github {
namespace {

/// Members that say who and where, not what.
constexpr std::string_view kEnvelope[] = {"repository",   "sender",  "organization",
                                          "enterprise",   "changes", "repositories",
                                          "installation", "pusher"};

/// The member that the event is about: the one of its name, else the first object.
std::string object_of(const Payload& payload) {
  const boost::json::object* body = payload.body().if_object();
  if (!body || (!payload.event().empty() && map_at(payload.body(), payload.event())))
    return payload.event();
  for (const auto& [key, value] : *body) {
    const std::string_view name = key;
    if (value.is_object() &&
        std::find(std::begin(kEnvelope), std::end(kEnvelope), name) == std::end(kEnvelope))
      return std::string(name);
  }
  return {};
}

}  // namespace

void describe_unknown(const Payload& payload, HookEvent& event) {
  const std::string object = object_of(payload);
  const std::string name = payload.event().empty() ? object : payload.event();
  const std::string title = in_quotes(
      payload.first({object + ".title", object + ".name", object + ".message", "message"}));
  const std::string action = headline(in_words(payload.action()), 40);
  const std::string by = headline(payload.actor());
  event.text("kind", payload.kind(name.empty() ? "unknown" : name, payload.action()));
  event.text("message",
             fmt::format("{}: {}{}{}{}{}", payload.forge().product,
                         name.empty() ? "webhook" : headline(in_words(name), 60),
                         action.empty() ? "" : " " + action, title.empty() ? "" : " " + title,
                         by.empty() ? "" : " by " + by, payload.in_project()));
  event.text("status", payload.action());
  event.text("timestamp", payload.time({object + ".updated_at"}));
  event.text("view_link", payload.first({object + ".html_url", "repository.html_url"}));
}

}  // namespace tt::portals::entry::github
