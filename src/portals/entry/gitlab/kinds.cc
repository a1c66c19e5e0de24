// The kinds of events that GitLab's hooks become, for the docs and the checks of rules.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/gitlab/payload.h"

namespace tt::portals::entry::gitlab {

std::vector<ProducedKind> produced_kinds() {
  return {
      {"urn:gitlab:push", "commits were pushed to a branch", "info",
       "project actor ref commits status view_link"},
      {"urn:gitlab:push:deleted", "a branch was deleted", "info",
       "project actor ref status view_link"},
      {"urn:gitlab:tag_push", "a tag was pushed", "info", "project actor ref status view_link"},
      {"urn:gitlab:tag_push:deleted", "a tag was deleted", "info",
       "project actor ref status view_link"},
      {"urn:gitlab:pipeline:*",
       "a pipeline changed its status: `failed`, `success`, `running`, ...", "info warning error",
       "project actor ref status view_link alert_key alert_state"},
      {"urn:gitlab:job:*", "a job changed its status", "info warning error",
       "project actor ref status view_link alert_key alert_state"},
      {"urn:gitlab:deployment:*", "a deployment changed its status", "info warning error",
       "project actor environment ref status view_link alert_key alert_state"},
      {"urn:gitlab:merge_request:*",
       "`opened`, `merged`, `closed`, `reopened`, `updated`, `approved`, ...", "info",
       "project actor ref status view_link"},
      {"urn:gitlab:issue:*", "`opened`, `closed`, `reopened`, `updated`", "info",
       "project actor status confidential view_link"},
      {"urn:gitlab:work_item:*", "the same for tasks, epics, incidents and other work items",
       "info", "project group actor status confidential view_link"},
      {"urn:gitlab:note:*", "a comment on a `commit`, `merge_request`, `issue` or `snippet`",
       "info", "project actor confidential view_link"},
      {"urn:gitlab:wiki_page:*", "`created`, `updated`, `deleted`", "info",
       "project actor view_link"},
      {"urn:gitlab:release:*", "`created`, `updated`, `deleted`", "info",
       "project ref status view_link"},
      {"urn:gitlab:feature_flag:*", "turned `on` or `off`", "info",
       "project actor status view_link"},
      {"urn:gitlab:access_token:expiring", "a project or group access token expires soon",
       "warning", "project group status view_link"},
      {"urn:gitlab:vulnerability:*", "its state changed", "notice warning error critical",
       "project status view_link alert_key alert_state"},
      {"urn:gitlab:milestone:*", "`created`, `closed`, `reopened`", "info",
       "project actor status view_link"},
      {"urn:gitlab:emoji:*", "`awarded` or `revoked`", "info", "project actor view_link"},
      {"urn:gitlab:repository_update", "system hook: branches or tags of a repository changed",
       "info", "project actor view_link"},
      {"urn:gitlab:member:*",
       "`added`, `removed`, `updated`, `requested`, `request_denied`, `request_revoked` in a group "
       "or project; `actor` is the member",
       "notice", "project group actor status access_level view_link"},
      {"urn:gitlab:project:*", "`created`, `deleted`, `renamed`, `moved`, `updated`", "info notice",
       "project status view_link"},
      {"urn:gitlab:group:*", "`created`, `deleted`, `renamed`", "info notice",
       "group status view_link"},
      {"urn:gitlab:user:*", "`created`, `deleted`, `renamed`, `failed_login`",
       "info notice warning", "actor status view_link"},
      {"urn:gitlab:key:*", "an SSH key was `created` or `deleted`", "notice",
       "actor status view_link"},
      {"urn:gitlab:*", "a hook that this version does not know", "info", "project actor view_link"},
  };
}

}  // namespace tt::portals::entry::gitlab
