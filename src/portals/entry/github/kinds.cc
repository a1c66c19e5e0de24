// The kinds of events that webhooks become, for the docs and the checks of rules.
// SPDX-License-Identifier: Apache-2.0
#include <deque>

#include "portals/entry/github/payload.h"

namespace tt::portals::entry::github {
namespace {

struct Family {
  std::string_view object;  ///< Behind `urn:<system>:`.
  std::string_view when;
  std::string_view severity = "info";
  std::string_view fields = {};  ///< Beside those that any event may have.
  std::string_view words = {};
  bool is_gitea = false;  ///< Gitea, Forgejo or Gogs sends it too.
};

constexpr std::string_view kAnyFields =
    "source project organization actor status ref environment view_link hook";
constexpr std::string_view kAlert = "alert_key alert_state";
constexpr std::string_view kConclusions =
    "success failure cancelled timed_out skipped neutral stale action_required requested "
    "in_progress completed created queued waiting rerequested requested_action startup_failure";
constexpr std::string_view kEdited = "created edited deleted";

constexpr Family kFamilies[] = {
    {"push", "commits or a tag were pushed, or a branch was made", "info", "ref_type commits", "",
     true},
    {"push:deleted", "a branch or tag was deleted by a push", "info", "ref_type", "", true},
    {"create", "a branch or tag was created", "info", "", "", true},
    {"delete", "a branch or tag was deleted", "info", "", "", true},
    {"fork", "the repository was forked", "info", "", "", true},
    {"pull_request:*", "a pull request changed", "info", "",
     "opened merged closed reopened edited synchronize synchronized assigned unassigned labeled "
     "unlabeled label_updated label_cleared review_requested review_request_removed "
     "ready_for_review converted_to_draft locked unlocked milestoned demilestoned enqueued "
     "dequeued auto_merge_enabled auto_merge_disabled",
     true},
    {"pull_request_review:*", "a pull request was reviewed", "info", "",
     "approved changes_requested commented dismissed edited", true},
    {"pull_request_review_comment:*", "a comment on a line of a pull request", "info", "", kEdited},
    {"pull_request_review_thread:*", "a thread of a review was", "info", "", "resolved unresolved"},
    {"issues:*", "an issue changed", "info", "",
     "opened closed reopened edited deleted transferred assigned unassigned labeled unlabeled "
     "label_updated label_cleared locked unlocked pinned unpinned milestoned demilestoned",
     true},
    {"issue_comment:*", "a comment on an issue or pull request", "info", "", kEdited, true},
    {"commit_comment:*", "a comment on a commit", "info", "", kEdited},
    {"discussion:*", "a discussion changed", "info", "",
     "created closed reopened edited deleted answered unanswered labeled unlabeled locked unlocked "
     "pinned unpinned category_changed transferred"},
    {"discussion_comment:*", "a comment in a discussion", "info", "", kEdited},
    {"workflow_run:*", "a workflow run began or ended", "info warning error", kAlert, kConclusions,
     true},
    {"workflow_job:*", "a job of a workflow began or ended", "info warning error", "", kConclusions,
     true},
    {"check_run:*", "a check began or ended", "info warning error", "", kConclusions},
    {"check_suite:*", "the checks of an app began or ended", "info warning error", kAlert,
     kConclusions},
    {"status:*", "the status of a commit", "info error", kAlert, "success failure error pending",
     true},
    {"page_build:*", "GitHub Pages were built", "info error", kAlert, "success failure"},
    {"deployment:*", "a deployment was asked for", "info", "", "created"},
    {"deployment_status:*", "a deployment changed its state", "info error", kAlert,
     "success failure error inactive in_progress queued pending waiting"},
    {"deployment_review:*", "a deployment waits for a review or got it", "info notice", "",
     "requested approved rejected"},
    {"deployment_protection_rule:*", "a deployment waits for a rule", "notice", "", "requested"},
    {"workflow_dispatch", "a workflow was started by hand", "info", ""},
    {"repository_dispatch:*", "an event that somebody sent through the API", "info", ""},
    {"merge_group:*", "the merge queue made or dropped a group", "info", "",
     "checks_requested destroyed"},
    {"release:*", "a release changed", "info", "",
     "published released prereleased created edited updated deleted unpublished", true},
    {"package:*", "a package changed", "info", "", "published updated created deleted", true},
    {"registry_package:*", "the same under its older name", "info", "", "published updated"},
    {"gollum", "pages of the wiki changed", "info", ""},
    {"dependabot_alert:*", "a vulnerable dependency", "notice warning error critical",
     "advisory alert_key alert_state",
     "created reintroduced reopened auto_reopened fixed dismissed auto_dismissed"},
    {"code_scanning_alert:*", "a finding of code scanning", "notice warning error critical", kAlert,
     "created reopened reopened_by_user appeared_in_branch fixed closed_by_user"},
    {"secret_scanning_alert:*", "a secret leaked into a repository", "notice error critical",
     kAlert, "created reopened publicly_leaked validated resolved revoked"},
    {"secret_scanning_alert_location:*", "a leaked secret was found in another place", "error", "",
     "created"},
    {"repository_vulnerability_alert:*", "the same as dependabot_alert of old GitHub servers",
     "notice warning error critical", "advisory alert_key alert_state",
     "create dismiss reopen resolve"},
    {"security_advisory:*", "an advisory about any project on GitHub",
     "notice warning error critical", "advisory", "published updated withdrawn"},
    {"repository_advisory:*", "an advisory about this repository", "warning", "",
     "published reported"},
    {"star:*", "somebody starred the repository or took that back", "info", "", "created deleted"},
    {"watch:*", "somebody starred the repository", "info", "", "started"},
    {"public", "a repository became public", "warning", ""},
    {"repository:*", "a repository changed", "info notice warning", "",
     "created deleted archived unarchived edited renamed transferred publicized privatized", true},
    {"repository_import", "an import ended", "info", ""},
    {"branch_protection_rule:*", "the protection of a branch changed", "notice warning", "",
     kEdited},
    {"deploy_key:*", "a deploy key changed", "notice", "", "created deleted"},
    {"member:*", "collaborators changed", "notice", "", "added edited removed"},
    {"membership:*", "members of a team changed", "notice", "", "added removed"},
    {"team:*", "a team changed", "notice", "",
     "created deleted edited added_to_repository removed_from_repository"},
    {"team_add", "a team got access to a repository", "notice", ""},
    {"organization:*", "an organization changed", "notice warning", "",
     "member_added member_removed member_invited renamed deleted"},
    {"org_block:*", "a user was blocked or unblocked", "notice", "", "blocked unblocked"},
    {"installation:*", "an app was installed, changed or removed", "notice warning", "",
     "created deleted suspend unsuspend new_permissions_accepted"},
    {"installation_repositories:*", "an app got or lost repositories", "notice", "",
     "added removed"},
    {"meta:*", "this webhook was deleted", "warning", "", "deleted"},
    {"ping", "a webhook was set up", "info", ""},
};

}  // namespace

std::vector<ProducedKind> produced_kinds() {
  static std::deque<std::string> texts;  // What the views below look at.
  std::vector<ProducedKind> kinds;
  const auto add = [&](std::string_view system, const Family& family) {
    const auto& kind =
        texts.emplace_back("urn:" + std::string(system) + ":" + std::string(family.object));
    const auto& fields = texts.emplace_back(
        std::string(kAnyFields) + (family.fields.empty() ? "" : " ") + std::string(family.fields));
    kinds.push_back({kind, family.when, family.severity, fields, family.words});
  };
  for (const Family& family : kFamilies) add("github", family);
  for (const Family& family : kFamilies)
    if (family.is_gitea) add("gitea", family);
  add("gitea", {"wiki:*", "a page of the wiki changed", "info", "", kEdited});
  add("gitea", {"action_run:*", "a workflow run of Forgejo ended", "info warning error", kAlert,
                "success failure recover cancelled"});
  for (const std::string_view kind : {"urn:github:*", "urn:gitea:*"})
    kinds.push_back({kind, "anything else, by its name and what happened", "*", "*"});
  return kinds;
}

}  // namespace tt::portals::entry::github
