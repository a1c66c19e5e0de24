// Merge requests, issues, work items, and the comments and emoji on them.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/text.h"
#include "portals/entry/gitlab/payload.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::gitlab {
namespace {

struct Action {
  std::string what;  ///< Last part of the kind: "merged".
  std::string verb;  ///< For the sentence.
};

Action action_of(const Payload& payload) {
  const std::string action = payload.at("object_attributes.action");
  // One approval, and the one that completes them.
  if (action == "approval") return {"approval", "approved"};
  if (action == "unapproval" || action == "unapproved") return {action, "withdrew the approval of"};
  if (!action.empty()) return {past_tense(action), past_tense(action)};
  // System hooks of old versions name the state alone: opened, or anything that left it open.
  const std::string state(trim(payload.at("object_attributes.state")));
  if (state == "opened" &&
      payload.at("object_attributes.created_at") != payload.at("object_attributes.updated_at"))
    return {"updated", "updated"};
  return {state, state.empty() ? "changed" : state};
}

/// `pages` is where the project keeps them, for hooks that have no address.
void describe_item(const Payload& payload, HookEvent& event, std::string_view object,
                   std::string_view noun, std::string_view mark, std::string_view pages) {
  const auto [what, verb] = action_of(payload);
  const std::string iid = payload.at("object_attributes.iid");
  std::string message =
      fmt::format("{} {} {}{}", payload.actor_name(), verb,
                  iid.empty() ? with_article(noun) : fmt::format("{} {}{}", noun, mark, iid),
                  quoted(payload.at("object_attributes.title")));
  const std::string target = payload.at("object_attributes.target_branch");
  if (what == "merged" && !target.empty()) message += " into " + target;
  message += payload.in_project();
  if (what == "updated")
    if (const std::string changes = changes_in_words(payload); !changes.empty())
      message += ": " + changes;
  event.text("kind", kind_of(object, what)).text("message", message);
  event.text("status", trim(payload.at("object_attributes.state")));
  event.text(
      "timestamp",
      iso_time(payload.first({"object_attributes.updated_at", "object_attributes.created_at"})));
  std::string link = payload.at("object_attributes.url");
  const std::string project = payload.project_url();
  if (link.empty() && !project.empty() && !iid.empty())
    link = fmt::format("{}/-/{}/{}", project, pages, iid);
  event.text("view_link", link);
}

}  // namespace

void describe_merge_request(const Payload& payload, HookEvent& event) {
  describe_item(payload, event, "merge_request", "merge request", "!", "merge_requests");
  event.text("ref", payload.at("object_attributes.target_branch"));
}

void describe_issue(const Payload& payload, HookEvent& event) {
  const bool is_work_item = payload.at("object_kind") == "work_item";
  const std::string type = to_lower(in_words(payload.at("object_attributes.type")));
  std::string noun = !is_work_item ? "issue" : type.empty() ? "work item" : type;
  if (payload.flag("object_attributes.confidential")) {
    noun = "confidential " + noun;
    event.json("confidential", "true");
  }
  describe_item(payload, event, is_work_item ? "work_item" : "issue", noun, "#",
                is_work_item ? "work_items" : "issues");
}

Thing thing_of(const Payload& payload, std::string_view type) {
  if (type.empty()) return {"unknown", "something"};
  // MergeRequest, WikiPage::Meta: the field that describes it is called merge_request, wiki_page.
  std::string name;
  for (const char c : type.substr(0, type.find(':'))) {
    const bool is_capital = c >= 'A' && c <= 'Z';
    if (is_capital && !name.empty()) name += '_';
    name += is_capital ? static_cast<char>(c - 'A' + 'a') : c;
  }
  name = kind_word(name);
  const std::string noun = in_words(name);
  const std::string title = quoted(payload.first({name + ".title", name + ".message"}));
  std::string number = payload.at(name + ".iid");
  if (name == "commit") number = payload.at("commit.id").substr(0, 8);
  const std::string_view mark = name == "commit"          ? ""
                                : name == "merge_request" ? "!"
                                : name == "epic"          ? "&"
                                                          : "#";
  if (number.empty() && title.empty()) return {name, with_article(noun)};
  return {name, fmt::format("{}{}{}", noun,
                            number.empty() ? "" : fmt::format(" {}{}", mark, number), title)};
}

void describe_note(const Payload& payload, HookEvent& event) {
  const Thing on = thing_of(payload, payload.at("object_attributes.noteable_type"));
  const bool is_edit = payload.at("object_attributes.action") == "update";
  const bool is_confidential = payload.at("event_type") == "confidential_note" ||
                               payload.flag("object_attributes.internal") ||
                               payload.flag("issue.confidential");
  const std::string text =
      headline(payload.first({"object_attributes.note", "object_attributes.description"}));
  event.text("kind", kind_of("note", on.object));
  event.text("message", fmt::format("{} {}{} on {}{}{}", payload.actor_name(),
                                    is_edit ? "edited a comment" : "commented",
                                    is_confidential ? " (confidentially)" : "", on.words,
                                    payload.in_project(), text.empty() ? "" : ": " + text));
  if (is_confidential) event.json("confidential", "true");
  event.text(
      "timestamp",
      iso_time(payload.first({"object_attributes.updated_at", "object_attributes.created_at"})));
  event.text("view_link", payload.at("object_attributes.url"));
}

void describe_emoji(const Payload& payload, HookEvent& event) {
  const bool is_revoked =
      payload.at("event_type") == "revoke" || payload.at("object_attributes.action") == "revoke";
  const std::string type = payload.at("object_attributes.awardable_type");
  std::string words = thing_of(payload, type).words;
  if (type == "Note") {
    words = "a comment";
    for (const std::string_view on : {"MergeRequest", "Issue", "Commit", "Snippet"})
      if (on == payload.at("note.noteable_type")) words += " on " + thing_of(payload, on).words;
  }
  event.text("kind", kind_of("emoji", is_revoked ? "revoked" : "awarded"));
  event.text("message",
             fmt::format("{} {} :{}: {} {}{}", payload.actor_name(),
                         is_revoked ? "took back" : "gave", payload.at("object_attributes.name"),
                         is_revoked ? "from" : "to", words, payload.in_project()));
  event.text(
      "timestamp",
      iso_time(payload.first({"object_attributes.updated_at", "object_attributes.created_at"})));
  event.text("view_link", payload.at("object_attributes.awarded_on_url"));
}

}  // namespace tt::portals::entry::gitlab
