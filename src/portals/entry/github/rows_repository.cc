// Sentences for repositories and what is in them: refs, releases, packages, wikis, deployments.
// SPDX-License-Identifier: Apache-2.0

// https://docs.github.com/en/webhooks/webhook-events-and-payloads

#include "portals/entry/github/payload.h"

namespace tt::portals::entry::github {
namespace {

/// What "*" leaves open is the sender's own word for what happened.
constexpr Row kRepositoryRows[] = {
    {"create", "*", "{@who} created {ref_type?ref} {@ref?without a name}{@in}", ""},
    {"delete", "*", "{@who} deleted {ref_type?ref} {@ref?without a name}{@in}", ""},
    {"fork", "*", "{@who} forked {@fork_of?a repository}[ to {@fork}]", "forkee"},
    {"star", "created", "{@who} starred {@project?a repository}", ""},
    {"star", "deleted", "{@who} unstarred {@project?a repository}", ""},
    {"watch", "*", "{@who} starred {@project?a repository}", ""},
    {"public", "*", "{@who} made {@project?a repository} public", "repository", "warning"},
    {"repository", "publicized", "{@who} made {@project?a repository} public", "repository",
     "warning"},
    {"repository", "privatized", "{@who} made {@project?a repository} private", "repository",
     "notice"},
    {"repository", "created", "{@who} created repository {@project?without a name}", "repository"},
    {"repository", "deleted", "{@who} deleted repository {@project?without a name}", "repository",
     "warning"},
    {"repository", "archived", "{@who} archived repository {@project?without a name}", "repository",
     "notice"},
    {"repository", "unarchived", "{@who} took repository {@project?without a name} out of archive",
     "repository", "notice"},
    {"repository", "renamed",
     "{@who} renamed repository {changes.repository.name.from?of another name} to {@project}",
     "repository", "notice"},
    {"repository", "transferred",
     "{@who} transferred repository {@project?without a name}[ from "
     "{changes.owner.from.user.login|changes.owner.from.organization.login}][ to "
     "{repository.owner.login}]",
     "repository", "notice"},
    {"repository", "edited",
     "{@who} edited repository {@project?without a name}[: changed {@changes}]", "repository"},
    {"repository", "*", "{@who} {@did} repository {@project?without a name}", "repository"},
    {"repository_import", "*",
     "Import of repository {@project?without a name} by {@who}: {status?unfinished}", "repository"},
    {"release", "prereleased",
     "{@who} published pre-release {release.name|release.tag_name?without a name}{@in}[: "
     "{release.body}]",
     "release"},
    {"release", "released",
     "{@who} released {release.name|release.tag_name?something}{@in}[: {release.body}]", "release"},
    {"release", "edited",
     "{@who} edited release {release.name|release.tag_name?without a name}{@in}[: changed "
     "{@changes}]",
     "release"},
    {"release", "*",
     "{@who} {@did} release {release.name|release.tag_name?without a name}{@in}[: {release.body}]",
     "release"},
    {"package", "*",
     "{@who} {@did} package {package.name?without a name}[ "
     "{package.package_version.version|package.version}]{@in}",
     "package"},
    {"registry_package", "*",
     "{@who} {@did} package {registry_package.name?without a name}[ "
     "{registry_package.package_version.version}]{@in}",
     "registry_package"},
    {"gollum", "*",
     "{@who} {pages.0.action?edited} wiki page {'pages.0.title|pages.0.page_name?without a "
     "name}{@in}[ and {@more_pages}][: {pages.0.summary}]",
     "pages.0"},
    {"wiki", "*", "{@who} {@did} wiki page {'page?without a name}{@in}[: {comment}]", ""},
    {"label", "edited",
     "{@who} edited label {'label.name?without a name}{@in}[: changed {@changes}]", ""},
    {"label", "*", "{@who} {@did} label {'label.name?without a name}{@in}", ""},
    {"milestone", "*",
     "{@who} {@did} milestone {'milestone.title?without a name}{@in}[: changed {@changes}]",
     "milestone"},
    {"branch_protection_rule", "deleted",
     "{@who} deleted the protection of branch {rule.name?without a name}{@in}", "", "warning"},
    {"branch_protection_rule", "created", "{@who} protected branch {rule.name?without a name}{@in}",
     "", "notice"},
    {"branch_protection_rule", "*",
     "{@who} changed the protection of branch {rule.name?without a name}{@in}[: {@changes}]", "",
     "notice"},
    {"branch_protection_configuration", "*", "{@who} {@did} all branch protections{@in}", "",
     "warning"},
    {"repository_ruleset", "*",
     "{@who} {@did} ruleset {'repository_ruleset.name?without a name}{@in}", "repository_ruleset",
     "notice"},
    {"deploy_key", "created", "{@who} added deploy key {'key.title?without a name}{@in}", "",
     "notice"},
    {"deploy_key", "*", "{@who} {@did} deploy key {'key.title?without a name}{@in}", "", "notice"},
    {"meta", "*", "{@who} deleted this webhook{@in}: no more events will come from it", "",
     "warning"},
    {"ping", "*",
     "{@product} says hello from the webhook[ of {@project|organization.login}][: {zen}]", ""},
    {"deployment", "*",
     "{@who} started a deployment[ of {@ref}][ to {deployment.environment}]{@in}[: "
     "{deployment.description}]",
     "deployment"},
    {"deployment_review", "requested",
     "A deployment[ to {environment}]{@in} waits for a review[: {workflow_run.display_title}]",
     "workflow_run", "notice"},
    {"deployment_review", "*",
     "{@who} {@did} a deployment[ to {environment|workflow_job_run.environment}]{@in}[: {comment}]",
     "workflow_run"},
    {"deployment_protection_rule", "*",
     "A deployment[ to {environment}]{@in} waits for a protection rule", "", "notice"},
    {"workflow_dispatch", "*", "{@who} started workflow {workflow?without a name}[ on {@ref}]{@in}",
     ""},
    {"repository_dispatch", "*", "{@who} sent event {'action?without a name}[ for {branch}]{@in}",
     ""},
    {"merge_group", "checks_requested",
     "A merge group[ into {merge_group.base_ref}]{@in} waits for its checks[: "
     "{merge_group.head_commit.message}]",
     ""},
    {"merge_group", "*", "A merge group[ into {merge_group.base_ref}]{@in} was {@did}[: {reason}]",
     ""},
    {"project", "*", "{@who} {@did} project {'project.name?without a name}{@in}", "project"},
    {"project_column", "*",
     "{@who} {@did} column {'project_column.name?without a name} of a project{@in}", ""},
    {"project_card", "*", "{@who} {@did} a card of a project{@in}[: {project_card.note}]", ""},
    {"secret_scanning_alert_location", "*",
     "A leaked secret was found in another place{@in}[: {location.type}]", "alert", "error"},
    {"security_and_analysis", "*", "{@who} changed the security settings{@in}[: {@changes}]", "",
     "notice"},
    {"repository_advisory", "*",
     "{@who} {@did} security advisory [{repository_advisory.ghsa_id} "
     "]{'repository_advisory.summary?without a title}{@in}",
     "repository_advisory", "warning"},
    {"sub_issues", "*",
     "{@who} changed the sub-issues of [issue #{parent_issue.number} ]{'parent_issue.title?another "
     "issue}{@in}: {@did}",
     "sub_issue"},
};

}  // namespace

std::vector<Row> repository_rows() {
  return {std::begin(kRepositoryRows), std::end(kRepositoryRows)};
}

}  // namespace tt::portals::entry::github
