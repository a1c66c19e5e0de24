// Merge requests, issues, work items and the comments on them.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "base/text.h"
#include "portals/entry/gitlab/payload.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::gitlab {
namespace {

/// What an `update` changed, in words: the names of `changes` that people care about.
std::string changed_what(const Payload& payload) {
  const boost::json::object* changes = map_at(payload.body(), "changes");
  if (!changes) return {};
  static constexpr std::string_view kQuiet[] = {"updated_at", "updated_by_id", "last_edited_at",
                                                "last_edited_by_id", "relative_position"};
  std::string names;
  for (const auto& [key, value] : *changes) {
    const std::string_view name = key;
    if (std::find(std::begin(kQuiet), std::end(kQuiet), name) != std::end(kQuiet)) continue;
    std::string word(name.ends_with("_id") ? name.substr(0, name.size() - 3) : name);
    for (char& c : word) c = c == '_' ? ' ' : c;
    names += (names.empty() ? "" : ", ") + word;
  }
  return names;
}

/// Titles of the labels that `changes` added and took away: "+bug -todo".
std::string label_changes(const Payload& payload) {
  const auto titles = [&](std::string_view path) {
    std::vector<std::string> all;
    if (const boost::json::array* list = list_at(payload.body(), path))
      for (const boost::json::value& label : *list) all.emplace_back(text_at(label, "title"));
    return all;
  };
  const auto before = titles("changes.labels.previous"), now = titles("changes.labels.current");
  std::string text;
  const auto add = [&](const std::vector<std::string>& from, const std::vector<std::string>& other,
                       char sign) {
    for (const std::string& title : from)
      if (std::find(other.begin(), other.end(), title) == other.end())
        text += (text.empty() ? "" : " ") + std::string(1, sign) + title;
  };
  add(now, before, '+');
  add(before, now, '-');
  return text;
}

/// "merged", "opened"; the state where a hook names no action (system hooks of old versions).
std::string action_of(const Payload& payload) {
  const std::string action = past_tense(payload.at("object_attributes.action"));
  if (action == "unapproveded" || action == "unapproved") return "unapproved";
  if (!action.empty()) return action;
  return payload.at("object_attributes.state");
}

void describe_item(const Payload& payload, HookEvent& event, const std::string& object,
                   const std::string& noun, const std::string& mark) {
  const std::string action = action_of(payload);
  const std::string iid = payload.at("object_attributes.iid");
  std::string message = payload.actor_name() + " " + (action.empty() ? "changed" : action) + " " +
                        (iid.empty() ? "a " + noun : noun + " " + mark + iid) +
                        quoted(payload.at("object_attributes.title"));
  if (action == "updated") {
    const std::string labels = label_changes(payload);
    const std::string what = labels.empty() ? changed_what(payload) : "labels " + labels;
    if (!what.empty()) message += " (" + what + ")";
  }
  message += payload.in_project();
  event.text("kind", "urn:gitlab:" + object + (action.empty() ? "" : ":" + kind_word(action)));
  event.text("message", message).text("status", payload.at("object_attributes.state"));
  event.text("timestamp", iso_time(payload.first({"object_attributes.updated_at",
                                                  "object_attributes.created_at"})));
  event.text("view_link", payload.first({"object_attributes.url"}));
}

}  // namespace

void describe_merge_request(const Payload& payload, HookEvent& event) {
  describe_item(payload, event, "merge_request", "merge request", "!");
  event.text("ref", payload.at("object_attributes.target_branch"));
}

void describe_issue(const Payload& payload, HookEvent& event) {
  const bool is_work_item = payload.at("object_kind") == "work_item";
  std::string noun = is_work_item ? to_lower(payload.at("object_attributes.type")) : "issue";
  if (noun.empty()) noun = "work item";
  if (payload.flag("object_attributes.confidential")) noun = "confidential " + noun;
  describe_item(payload, event, is_work_item ? "work_item" : "issue", noun, "#");
}

void describe_note(const Payload& payload, HookEvent& event) {
  const std::string type = payload.at("object_attributes.noteable_type");
  std::string object = "unknown", on = "something";
  if (type == "Commit") {
    object = "commit";
    on = "commit " + payload.at("commit.id").substr(0, 8) + quoted(payload.at("commit.message"));
  } else if (type == "MergeRequest") {
    object = "merge_request";
    on = "merge request !" + payload.at("merge_request.iid") + quoted(payload.at("merge_request.title"));
  } else if (type == "Issue") {
    object = "issue";
    on = "issue #" + payload.at("issue.iid") + quoted(payload.at("issue.title"));
  } else if (type == "Snippet") {
    object = "snippet";
    on = "snippet" + quoted(payload.at("snippet.title"));
  } else if (!type.empty()) {
    object = kind_word(type);
    on = to_lower(type);
  }
  event.text("kind", "urn:gitlab:note:" + object);
  event.text("message", fmt::format("{} commented on {}{}: {}", payload.actor_name(), on,
                                    payload.in_project(),
                                    headline(payload.first({"object_attributes.note",
                                                            "object_attributes.description"}))));
  event.text("timestamp", iso_time(payload.first({"object_attributes.updated_at",
                                                  "object_attributes.created_at"})));
  event.text("view_link", payload.at("object_attributes.url"));
}

}  // namespace tt::portals::entry::gitlab
