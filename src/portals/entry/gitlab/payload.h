// Payload: one GitLab hook, read by name; what is missing reads as empty.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "portals/kit/entry.h"
#include "portals/kit/hook_event.h"
#include "portals/kit/words.h"

namespace tt::portals::entry::gitlab {

/// Field names: https://docs.gitlab.com/user/project/integrations/webhook_events/
class Payload {
 public:
  Payload(const boost::json::value& body, std::string_view instance);

  const boost::json::value& body() const { return body_; }
  /// Text or number at a dotted path, as text.
  std::string at(std::string_view path) const;
  /// The first of the paths that is not empty.
  std::string first(std::initializer_list<std::string_view> paths) const;
  std::int64_t number(std::string_view path) const;
  bool flag(std::string_view path) const;
  bool has(std::string_view path) const;
  std::size_t count(std::string_view list_path) const;

  /// What people call whoever did it: the display name, else the user name, else "Someone".
  std::string actor_name() const;
  /// " by " and that name, or nothing.
  std::string by_actor() const;
  /// The user name where the hook has it, else the display name: for rules.
  std::string actor() const;
  /// `group/project`; where a hook has no path, taken from the address of the project's page.
  std::string project() const;
  std::string project_url() const;
  /// Full path of the group that a hook without a project is about.
  std::string group() const;
  /// " in group/project", else " in group path", else nothing.
  std::string in_project() const;
  /// Address of the instance as the sender names it, without a slash at its end.
  std::string_view instance() const { return instance_; }
  /// The page of what has this path (group, project or user), or nothing without an instance.
  std::string page_of(std::string_view path) const;

 private:
  std::string_view path_below(std::string_view url) const;

  const boost::json::value& body_;
  std::string_view instance_;
};

/// GitLab's spellings of a time as RFC 3339; others as they are.
std::string iso_time(std::string_view text);
/// The short name as part of a URL's path.
std::string url_ref(std::string_view ref);
/// in_quotes() with a leading space, or nothing.
std::string quoted(std::string_view text);
/// Past tense of a GitLab action: open -> opened, merge -> merged.
std::string past_tense(std::string_view action);
/// `urn:gitlab:` + object, and `:` + what when that is not empty.
std::string kind_of(std::string_view object, std::string_view what);

/// What a comment or an emoji is on. `type` is GitLab's class: "MergeRequest", "WikiPage::Meta".
struct Thing {
  std::string object;  ///< "merge_request"; "unknown" without a type.
  std::string words;   ///< `merge request !1 "Title"`, or "a merge request".
};
Thing thing_of(const Payload& payload, std::string_view type);
/// What an `update` changed: "added label bug; changed description, title". Empty when GitLab does
/// not say.
std::string changes_in_words(const Payload& payload);

/// Writes message, kind, severity and the well-known fields of one family of hooks. The caller has
/// set actor, project and source already.
using Describe = void (*)(const Payload& payload, HookEvent& event);

void describe_push(const Payload& payload, HookEvent& event);
void describe_pipeline(const Payload& payload, HookEvent& event);
void describe_job(const Payload& payload, HookEvent& event);
void describe_deployment(const Payload& payload, HookEvent& event);
void describe_merge_request(const Payload& payload, HookEvent& event);
void describe_issue(const Payload& payload, HookEvent& event);
void describe_note(const Payload& payload, HookEvent& event);
void describe_wiki_page(const Payload& payload, HookEvent& event);
void describe_release(const Payload& payload, HookEvent& event);
void describe_feature_flag(const Payload& payload, HookEvent& event);
void describe_access_token(const Payload& payload, HookEvent& event);
void describe_vulnerability(const Payload& payload, HookEvent& event);
void describe_milestone(const Payload& payload, HookEvent& event);
void describe_emoji(const Payload& payload, HookEvent& event);
void describe_repository_update(const Payload& payload, HookEvent& event);
void describe_member(const Payload& payload, HookEvent& event);
void describe_system(const Payload& payload, HookEvent& event);
/// A hook that this version does not know.
void describe_unknown(const Payload& payload, HookEvent& event);

std::vector<ProducedKind> produced_kinds();

}  // namespace tt::portals::entry::gitlab
