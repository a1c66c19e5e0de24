// System and group hooks that carry an `event_name`: projects, groups, members, users, keys.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/text.h"
#include "portals/entry/gitlab/payload.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::gitlab {
namespace {

/// One event_name: the object it is about, what happened, and the sentence. `{0}` is the thing's
/// name, `{1}` its former name, `{2}` who owns it.
struct SystemRow {
  std::string_view event_name, object, action, sentence, severity;
};

constexpr SystemRow kRows[] = {
    {"project_create", "project", "created", "Project {0} was created{2}", "info"},
    {"project_destroy", "project", "deleted", "Project {0} was deleted{2}", "notice"},
    {"project_rename", "project", "renamed", "Project {1} was renamed to {0}", "info"},
    {"project_transfer", "project", "moved", "Project {1} was moved to {0}", "info"},
    {"project_update", "project", "updated", "Settings of project {0} were changed", "info"},
    {"group_create", "group", "created", "Group {0} was created", "info"},
    {"group_destroy", "group", "deleted", "Group {0} was deleted", "notice"},
    {"group_rename", "group", "renamed", "Group {1} was renamed to {0}", "info"},
    {"subgroup_create", "group", "created", "Subgroup {0} was created", "info"},
    {"subgroup_destroy", "group", "deleted", "Subgroup {0} was deleted", "notice"},
    {"user_create", "user", "created", "User {0} was created", "info"},
    {"user_destroy", "user", "deleted", "User {0} was deleted", "notice"},
    {"user_rename", "user", "renamed", "User {1} was renamed to {0}", "info"},
    {"user_failed_login", "user", "failed_login", "User {0} failed to log in", "warning"},
    {"key_create", "key", "created", "An SSH key was added for {0}", "notice"},
    {"key_destroy", "key", "deleted", "An SSH key of {0} was removed", "notice"},
    {"gitlab_subscription_member_approval", "member", "approval", "A member of {0} waits for approval",
     "info"},
};

std::string thing_name(const Payload& payload, std::string_view object) {
  if (object == "project") return payload.first({"path_with_namespace", "name", "path"});
  if (object == "group") return payload.first({"full_path", "path", "name", "group_path"});
  if (object == "user") {
    const std::string name = payload.at("name"), username = payload.first({"username", "email"});
    return name.empty() ? username : username.empty() ? name : name + " (" + username + ")";
  }
  return payload.first({"username", "user_username", "name"});
}

void set_time(const Payload& payload, HookEvent& event) {
  event.text("timestamp", iso_time(payload.first({"updated_at", "created_at"})));
}

}  // namespace

void describe_system(const Payload& payload, HookEvent& event) {
  const std::string name = payload.at("event_name");
  for (const SystemRow& row : kRows) {
    if (row.event_name != name) continue;
    const std::string owner = payload.first({"owner_name", "owners.0.name"});
    event.text("kind", fmt::format("urn:gitlab:{}:{}", row.object, row.action));
    event.text("message",
               fmt::format(fmt::runtime(row.sentence), thing_name(payload, row.object),
                           payload.first({"old_path_with_namespace", "old_full_path", "old_path",
                                          "old_username"}),
                           owner.empty() ? "" : " by " + owner));
    event.text("severity", row.severity);
    event.text("actor", payload.first({"username", "user_username", "owner_name", "owners.0.name"}));
    return set_time(payload, event);
  }
  describe_unknown(payload, event);
}

void describe_member(const Payload& payload, HookEvent& event) {
  const std::string name = payload.at("event_name");
  const std::string where = payload.first({"project_path_with_namespace", "group_path", "group_name",
                                           "project_name"});
  const std::string access = to_lower(payload.first({"access_level", "group_access",
                                                     "project_access"}));
  const bool added = name.find("_add_to_") != std::string::npos;
  const bool removed = name.find("_remove_from_") != std::string::npos;
  const bool requested = name.find("access_request_to_") != std::string::npos;
  const bool revoked = name.find("access_request_revoked") != std::string::npos ||
                       name.find("access_request_denied") != std::string::npos;
  const std::string who = payload.actor_name();
  std::string message;
  if (revoked) message = fmt::format("{} no longer asks for access to {}", who, where);
  else if (requested) message = fmt::format("{} asks for access to {}", who, where);
  else if (removed) message = fmt::format("{} was removed from {}", who, where);
  else if (added) message = fmt::format("{} was added to {}{}", who, where,
                                        access.empty() ? "" : " as " + access);
  else message = fmt::format("Access of {} to {} was changed{}", who, where,
                             access.empty() ? "" : " to " + access);
  event.text("kind", std::string("urn:gitlab:member:") + (revoked ? "request_revoked"
                                                          : requested ? "requested"
                                                          : removed   ? "removed"
                                                          : added     ? "added"
                                                                      : "updated"));
  event.text("message", message).text("severity", "notice").text("status", access);
  set_time(payload, event);
}

void describe_unknown(const Payload& payload, HookEvent& event) {
  const std::string object = payload.first({"object_kind", "event_name", "event_type"});
  const std::string action = payload.first({"object_attributes.action", "object_attributes.state",
                                            "action"});
  std::string words = object.empty() ? "hook" : object;
  for (char& c : words) c = c == '_' ? ' ' : c;
  event.text("kind", "urn:gitlab:" + (object.empty() ? "unknown" : kind_word(object)) +
                         (action.empty() ? "" : ":" + kind_word(action)));
  const std::string title = payload.first({"object_attributes.title", "object_attributes.name",
                                           "message", "title", "name"});
  event.text("message", fmt::format("GitLab: {}{}{}{}", words,
                                    action.empty() ? "" : " " + past_tense(action), quoted(title),
                                    payload.in_project()));
  event.text("view_link", payload.first({"object_attributes.url", "url", "project.web_url"}));
  set_time(payload, event);
}

}  // namespace tt::portals::entry::gitlab
