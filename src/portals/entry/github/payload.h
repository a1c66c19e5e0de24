// Payload: one delivery of GitHub or a forge that speaks alike; what is missing reads as empty.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "portals/kit/entry.h"
#include "portals/kit/hook_event.h"

namespace tt::portals::entry::github {

/// Who sent it and what it calls the event, from the headers.
struct Forge {
  std::string_view system;   ///< In kinds: "github", "gitea" (Forgejo and Gogs too).
  std::string_view product;  ///< For people: "GitHub", "Gitea", "Forgejo", "Gogs".
  std::string_view event;    ///< X-GitHub-Event and the like; may be empty.
  std::string_view host;     ///< X-GitHub-Enterprise-Host; may be empty.
};
Forge forge_of(const EntryRequest& request);

/// Field names: https://docs.github.com/en/webhooks/webhook-events-and-payloads,
/// https://github.com/go-gitea/gitea/blob/main/modules/structs/hook.go
class Payload {
 public:
  Payload(const boost::json::value& body, const Forge& forge);

  const boost::json::value& body() const { return body_; }
  const Forge& forge() const { return forge_; }
  /// What happened, in GitHub's words whoever sent it: "pull_request_review" and "approved". Of
  /// pull requests that were closed by merging the action is "merged".
  const std::string& event() const { return event_; }
  const std::string& action() const { return action_; }

  /// Text, number or bool at a dotted path, as text.
  std::string at(std::string_view path) const;
  /// The first of the paths that is not empty.
  std::string first(std::initializer_list<std::string_view> paths) const;
  std::int64_t number(std::string_view path) const;
  bool flag(std::string_view path) const;
  bool has(std::string_view path) const;  ///< And is not null.
  /// The first of the paths that holds a time.
  std::string time(std::initializer_list<std::string_view> paths) const;

  std::string actor() const;  ///< Login of whoever did it.
  std::string who() const;    ///< The same for sentences: "Someone" when nobody is named.
  std::string project() const;
  std::string project_url() const;
  std::string organization() const;
  /// " in owner/name", " in organization octo-org", or nothing.
  std::string in_project() const;
  /// `pull request #2 "Title"`, `issue #1 "Title"`, `discussion #4 "Title"`.
  std::string thing() const;
  /// The project's page, else that of the organization or the instance; at last a URN.
  std::string source() const;
  std::string kind(std::string_view object, std::string_view what) const;
  /// `github:owner/name:` and the rest.
  std::string alert_key(std::string_view rest) const;

 private:
  std::string instance() const;

  const boost::json::value& body_;
  const Forge& forge_;
  std::string event_, action_;
};

/// A sentence for a payload. Holes: `{path}`, `{path|other.path?fallback}`, `{'path}` in quotes,
/// `{@who}`, `{@in}`, `{@thing}`, `{@project}`, `{@did}`, `{@changes}`, `{@commit}`, `{@ref}`. A
/// part in [] is left out when one of its holes is empty. `pattern` is a constant of ours.
std::string fill(const Payload& payload, std::string_view pattern);

/// One thing that happens, as a sentence; see the tables in rows_*.cc.
struct Row {
  std::string_view event;
  std::string_view action;    ///< "*": any other.
  std::string_view sentence;  ///< For fill().
  std::string_view object;    ///< Member that the page, the state and the time are taken from.
  std::string_view severity = "info";
};
std::vector<Row> discussion_rows();
std::vector<Row> repository_rows();
std::vector<Row> organization_rows();
/// Null when no table has it.
const Row* find_row(const Payload& payload);
void describe_row(const Payload& payload, const Row& row, HookEvent& event);

/// Writes kind, message, severity and the well-known fields of one family of events. The caller
/// has set source, project, actor and organization already.
using Describe = void (*)(const Payload& payload, HookEvent& event);

void describe_push(const Payload& payload, HookEvent& event);
void describe_workflow_run(const Payload& payload, HookEvent& event);
void describe_workflow_job(const Payload& payload, HookEvent& event);
void describe_action_run(const Payload& payload, HookEvent& event);
void describe_check_run(const Payload& payload, HookEvent& event);
void describe_check_suite(const Payload& payload, HookEvent& event);
void describe_status(const Payload& payload, HookEvent& event);
void describe_page_build(const Payload& payload, HookEvent& event);
void describe_deployment_status(const Payload& payload, HookEvent& event);
void describe_dependabot_alert(const Payload& payload, HookEvent& event);
void describe_code_scanning_alert(const Payload& payload, HookEvent& event);
void describe_secret_scanning_alert(const Payload& payload, HookEvent& event);
void describe_vulnerability_alert(const Payload& payload, HookEvent& event);
void describe_advisory(const Payload& payload, HookEvent& event);
/// An event that this version does not know.
void describe_unknown(const Payload& payload, HookEvent& event);

/// What became of a run, as the end of a sentence: "failure" -> "failed".
std::string outcome(std::string_view conclusion);
std::string_view severity_of_outcome(std::string_view conclusion);
/// Kind, status and severity of what came to that end.
void set_outcome(const Payload& payload, HookEvent& event, std::string_view conclusion);
/// ": " and the first line of it, or nothing.
std::string after_colon(std::string_view text);
/// Fires on failure, is resolved by success, else nothing.
void set_alert(HookEvent& event, std::string_view conclusion, const std::string& key);

std::vector<ProducedKind> produced_kinds();

}  // namespace tt::portals::entry::github
