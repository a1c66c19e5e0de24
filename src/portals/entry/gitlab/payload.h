// Payload: one GitLab hook, read by name; what is missing reads as empty.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "portals/kit/hook_event.h"

namespace tt::portals::entry::gitlab {

/// Field names: https://docs.gitlab.com/user/project/integrations/webhook_events/
class Payload {
 public:
  Payload(const boost::json::value& body, std::string_view instance)
      : body_(body), instance_(instance) {}

  const boost::json::value& body() const { return body_; }
  /// Text or number at a dotted path, as text.
  std::string at(std::string_view path) const;
  /// The first of the paths that is not empty.
  std::string first(std::initializer_list<std::string_view> paths) const;
  std::int64_t number(std::string_view path) const;
  bool flag(std::string_view path) const;
  bool has(std::string_view path) const;
  std::size_t count(std::string_view list_path) const;

  /// What people call whoever did it: the display name, else the user name, else "someone".
  std::string actor_name() const;
  /// The user name where the hook has it, else the display name: for rules.
  std::string actor() const;
  /// `group/project`.
  std::string project() const;
  std::string project_url() const;
  /// " in group/project", or nothing.
  std::string in_project() const;
  std::string_view instance() const { return instance_; }

 private:
  const boost::json::value& body_;
  std::string_view instance_;
};

/// GitLab's three spellings of a time as RFC 3339; others as they are.
std::string iso_time(std::string_view text);
/// `refs/heads/main` -> `main`.
std::string_view short_ref(std::string_view ref);
/// First line, at most 120 characters.
std::string headline(std::string_view text);
/// `"` + headline + `"` with a leading space, or nothing.
std::string quoted(std::string_view text);
/// 95 -> "1 min 35 s"; nothing below one second.
std::string duration_text(double seconds);
/// "1 commit", "3 commits".
std::string counted(std::int64_t n, std::string_view noun);
/// Past tense of a GitLab action: open -> opened, merge -> merged.
std::string past_tense(std::string_view action);
/// Spaces to `_`, lower case: the last part of a kind.
std::string kind_word(std::string_view text);

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

}  // namespace tt::portals::entry::gitlab
