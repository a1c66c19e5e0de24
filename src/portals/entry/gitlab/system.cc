// System and group hooks that carry an `event_name`: projects, groups, members, users, keys.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/text.h"
#include "portals/entry/gitlab/payload.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::gitlab {
namespace {

/// One event_name: the object it is about, what happened, and the sentence. `{0}` is the thing's
/// name, `{1}` its former name, `{2}` whose it is. `time` is the field that says when it happened:
/// of what is deleted, only the birth and the last change are told.
struct SystemRow {
  std::string_view event_name, object, action, sentence, severity, time;
};

constexpr SystemRow kSystemRows[] = {
    {"project_create", "project", "created", "Project {0}{2} was created", "info", "created_at"},
    {"project_destroy", "project", "deleted", "Project {0}{2} was deleted", "notice", ""},
    {"project_rename", "project", "renamed", "Project {1} was renamed to {0}", "info",
     "updated_at"},
    {"project_transfer", "project", "moved", "Project {1} was moved to {0}", "info", "updated_at"},
    {"project_update", "project", "updated", "Settings of project {0} were changed", "info",
     "updated_at"},
    {"group_create", "group", "created", "Group {0} was created", "info", "created_at"},
    {"group_destroy", "group", "deleted", "Group {0} was deleted", "notice", ""},
    {"group_rename", "group", "renamed", "Group {1} was renamed to {0}", "info", "updated_at"},
    {"subgroup_create", "group", "created", "Subgroup {0} was created", "info", "created_at"},
    {"subgroup_destroy", "group", "deleted", "Subgroup {0} was deleted", "notice", ""},
    {"user_create", "user", "created", "User {0} was created", "info", "created_at"},
    {"user_destroy", "user", "deleted", "User {0} was deleted", "notice", ""},
    {"user_rename", "user", "renamed", "User {1} was renamed to {0}", "info", "updated_at"},
    {"user_failed_login", "user", "failed_login", "User {0} failed to log in", "warning", ""},
    {"key_create", "key", "created", "An SSH key was added for {0}", "notice", "created_at"},
    {"key_destroy", "key", "deleted", "An SSH key of {0} was removed", "notice", ""},
};

std::string thing_name(const Payload& payload, std::string_view object) {
  std::string found;
  if (object == "project") found = payload.first({"path_with_namespace", "name", "path"});
  if (object == "group") found = payload.first({"full_path", "path", "name", "group_path"});
  if (object == "key") found = payload.first({"username", "user_username", "name"});
  if (object == "user") {
    const std::string name = payload.at("name"), username = payload.first({"username", "email"});
    const bool is_same = name.empty() || username.empty() || name == username;
    found = is_same ? name.empty() ? username : name : fmt::format("{} ({})", name, username);
  }
  return found.empty() ? "without a name" : found;
}

/// Where a person can look at it, unless it is gone.
std::string page(const Payload& payload, const SystemRow& row) {
  if (row.action == "deleted") return {};
  if (row.object == "project") return payload.page_of(payload.at("path_with_namespace"));
  if (row.object == "group") return payload.page_of(payload.first({"full_path", "path"}));
  return payload.page_of(payload.at("username"));
}

void describe_row(const Payload& payload, const SystemRow& row, HookEvent& event) {
  const std::string owner = payload.first({"owner_name", "owners.0.name"});
  const std::string before =
      payload.first({"old_path_with_namespace", "old_full_path", "old_path", "old_username"});
  std::string message = fmt::format(fmt::runtime(row.sentence), thing_name(payload, row.object),
                                    before.empty() ? "of another name" : before,
                                    owner.empty() ? "" : fmt::format(" (owner {})", owner));
  if (row.action == "failed_login" && payload.at("state").find("blocked") != std::string::npos)
    message += ": the account is blocked";
  event.text("kind", kind_of(row.object, row.action)).text("message", message);
  event.text("severity", row.severity).text("status", row.action);
  if (row.object == "group") {
    const std::string group = payload.first({"full_path", "path"});
    event.text("group", group).text("source", payload.page_of(group));
  }
  // Of projects, groups and accounts the hook names what was changed, never who did it.
  if (row.object == "key" || row.action == "failed_login")
    event.text("actor", payload.first({"username", "user_username"}));
  if (!row.time.empty()) event.text("timestamp", iso_time(payload.at(row.time)));
  event.text("view_link", page(payload, row));
}

}  // namespace

void describe_system(const Payload& payload, HookEvent& event) {
  const std::string name = payload.at("event_name");
  for (const SystemRow& row : kSystemRows)
    if (row.event_name == name) return describe_row(payload, row, event);
  describe_unknown(payload, event);
}

void describe_member(const Payload& payload, HookEvent& event) {
  const std::string name = payload.at("event_name");
  const std::string project = payload.first({"project_path_with_namespace", "project_name"});
  const std::string group = payload.first({"group_path", "group_name"});
  const std::string where = !project.empty() ? "project " + project
                            : group.empty()  ? "a group"
                                             : "group " + group;
  const std::string access =
      to_lower(payload.first({"access_level", "group_access", "project_access"}));
  const std::string who = payload.actor_name();
  const std::string as = access.empty() ? "" : " as " + access;
  std::string what, message;
  if (name.find("_denied_") != std::string::npos) {
    what = "request_denied";
    message = fmt::format("{} was denied access to {}", who, where);
  } else if (name.find("_revoked_") != std::string::npos) {
    what = "request_revoked";
    message = fmt::format("{} no longer asks for access to {}", who, where);
  } else if (name.find("_access_request_") != std::string::npos) {
    what = "requested";
    message = fmt::format("{} asks for access to {}", who, where);
  } else if (name.find("_remove_from_") != std::string::npos) {
    what = "removed";
    message = fmt::format("{} was removed from {}", who, where);
  } else if (name.find("_add_to_") != std::string::npos) {
    what = "added";
    message = fmt::format("{} was added to {}{}", who, where, as);
  } else {
    what = "updated";
    message = fmt::format("Access of {} to {} was changed{}", who, where,
                          access.empty() ? "" : " to " + access);
  }
  event.text("kind", kind_of("member", what)).text("message", message);
  event.text("severity", "notice").text("status", what).text("access_level", access);
  event.text("group", group);
  if (what == "added" || what == "requested")
    event.text("timestamp", iso_time(payload.at("created_at")));
  if (what == "updated") event.text("timestamp", iso_time(payload.at("updated_at")));
  event.text("view_link",
             payload.page_of(project.empty() ? group : payload.at("project_path_with_namespace")));
}

void describe_unknown(const Payload& payload, HookEvent& event) {
  const std::string object = payload.first({"object_kind", "event_name", "event_type"});
  const std::string action =
      payload.first({"object_attributes.action", "object_attributes.state", "action"});
  const std::string title = payload.first(
      {"object_attributes.title", "object_attributes.name", "message", "title", "name"});
  event.text("kind", kind_of(object.empty() ? "unknown" : kind_word(object), action));
  event.text("message", fmt::format("GitLab: {}{}{}{}", object.empty() ? "hook" : in_words(object),
                                    action.empty() ? "" : " " + in_words(past_tense(action)),
                                    quoted(title), payload.in_project()));
  event.text("timestamp", iso_time(payload.first({"object_attributes.updated_at", "updated_at"})));
  event.text("view_link", payload.first({"object_attributes.url", "url", "project.web_url"}));
}

}  // namespace tt::portals::entry::gitlab
