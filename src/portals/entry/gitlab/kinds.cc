// The kinds of events that GitLab's hooks become, for the docs and the checks of rules.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/gitlab/payload.h"

namespace tt::portals::entry::gitlab {
namespace {

constexpr std::string_view kOutcome =
    "project actor ref status view_link hook alert_key alert_state";
constexpr std::string_view kStatuses =
    "created waiting_for_resource preparing pending running success failed canceling canceled "
    "skipped manual scheduled";
constexpr std::string_view kEdited = "created updated deleted";

}  // namespace

std::vector<ProducedKind> produced_kinds() {
  return {
      {"urn:gitlab:push", "commits were pushed to a branch", "info",
       "project actor ref commits status view_link hook"},
      {"urn:gitlab:push:deleted", "a branch was deleted", "info",
       "project actor ref status view_link hook"},
      {"urn:gitlab:tag_push", "a tag was pushed", "info",
       "project actor ref commits status view_link hook"},
      {"urn:gitlab:tag_push:deleted", "a tag was deleted", "info",
       "project actor ref status view_link hook"},
      {"urn:gitlab:pipeline:*", "a pipeline changed its status", "info warning error", kOutcome,
       kStatuses},
      {"urn:gitlab:job:*", "a job changed its status", "info warning error", kOutcome, kStatuses},
      {"urn:gitlab:deployment:*", "a deployment changed its status", "info warning error",
       "project actor environment ref status view_link hook alert_key alert_state",
       "created running success failed canceled skipped blocked"},
      {"urn:gitlab:merge_request:*", "a merge request changed", "info",
       "project actor ref status view_link hook",
       "opened merged closed reopened updated approved approval unapproved unapproval"},
      {"urn:gitlab:issue:*", "an issue changed", "info",
       "project actor status confidential view_link hook", "opened closed reopened updated"},
      {"urn:gitlab:work_item:*", "the same for tasks, epics, incidents and other work items",
       "info", "project group actor status confidential view_link hook",
       "opened closed reopened updated"},
      {"urn:gitlab:note:*", "a comment, by what it is on", "info",
       "project group actor confidential view_link hook", "commit merge_request issue snippet"},
      {"urn:gitlab:wiki_page:*", "a page of the wiki changed", "info",
       "project group actor view_link hook", kEdited},
      {"urn:gitlab:release:*", "a release changed", "info",
       "project actor ref status view_link hook", kEdited},
      {"urn:gitlab:feature_flag:*", "a feature flag was turned", "info",
       "project actor status view_link hook", "on off"},
      {"urn:gitlab:access_token:expiring", "a project or group access token expires soon",
       "warning", "project group actor status view_link hook"},
      {"urn:gitlab:vulnerability:*", "the state of a vulnerability changed",
       "notice warning error critical", "project actor status view_link hook alert_key alert_state",
       "detected confirmed dismissed resolved"},
      {"urn:gitlab:milestone:*", "a milestone changed", "info",
       "project group actor status view_link hook", "created closed reopened"},
      {"urn:gitlab:emoji:*", "an emoji was", "info", "project group actor view_link hook",
       "awarded revoked"},
      {"urn:gitlab:repository_update", "system hook: branches or tags of a repository changed",
       "info", "project actor view_link hook"},
      {"urn:gitlab:member:*", "membership of a group or project; `actor` is the member", "notice",
       "project group actor status access_level view_link hook",
       "added removed updated requested request_denied request_revoked"},
      {"urn:gitlab:project:*", "system hook: a project changed", "info notice",
       "project actor status view_link hook", "created deleted renamed moved updated"},
      {"urn:gitlab:group:*", "system hook: a group changed", "info notice",
       "group actor status view_link hook", "created deleted renamed"},
      {"urn:gitlab:user:*", "system hook: an account changed", "info notice warning",
       "actor group status view_link hook", "created deleted renamed failed_login"},
      {"urn:gitlab:key:*", "system hook: an SSH key changed", "notice",
       "actor group status view_link hook", "created deleted"},
      {"urn:gitlab:*", "a hook that this version does not know", "info",
       "project group actor view_link hook"},
  };
}

}  // namespace tt::portals::entry::gitlab
