// Sentences for people and rights: members, teams, organizations, apps, sponsors.
// SPDX-License-Identifier: Apache-2.0

// https://docs.github.com/en/webhooks/webhook-events-and-payloads

#include "portals/entry/github/payload.h"

namespace tt::portals::entry::github {
namespace {

constexpr Row kOrganizationRows[] = {
    {"member", "added",
     "{@who} added {member.login?someone} as a collaborator{@in}[ with permission "
     "{changes.permission.to}]",
     "", "notice"},
    {"member", "removed", "{@who} removed {member.login?someone} from the collaborators{@in}", "",
     "notice"},
    {"member", "*",
     "{@who} changed the permission of {member.login?someone}{@in}[ from "
     "{changes.old_permission.from|changes.permission.from}][ to {changes.permission.to}]",
     "", "notice"},
    {"membership", "added",
     "{@who} added {member.login?someone} to team {team.name?of no name}{@of}", "", "notice"},
    {"membership", "*",
     "{@who} {@did} {member.login?someone} from team {team.name?of no name}{@of}", "", "notice"},
    {"team", "added_to_repository",
     "{@who} gave team {team.name?of no name} access to {@project?a repository}", "team", "notice"},
    {"team", "removed_from_repository",
     "{@who} took access to {@project?a repository} from team {team.name?of no name}", "team",
     "notice"},
    {"team", "edited", "{@who} edited team {team.name?of no name}{@of}[: changed {@changes}]",
     "team", "notice"},
    {"team", "*", "{@who} {@did} team {team.name?of no name}{@of}", "team", "notice"},
    {"team_add", "*", "{@who} gave team {team.name?of no name} access to {@project?a repository}",
     "team", "notice"},
    {"organization", "member_added",
     "{@who} added {membership.user.login?someone} to organization {organization.login?of no "
     "name}[ as {membership.role}]",
     "", "notice"},
    {"organization", "member_removed",
     "{@who} removed {membership.user.login?someone} from organization {organization.login?of no "
     "name}",
     "", "notice"},
    {"organization", "member_invited",
     "{@who} invited {user.login|invitation.login|invitation.email?someone} to organization "
     "{organization.login?of no name}",
     "", "notice"},
    {"organization", "renamed",
     "{@who} renamed organization {changes.login.from?of another name} to "
     "{organization.login?another name}",
     "", "notice"},
    {"organization", "*", "{@who} {@did} organization {organization.login?of no name}", "",
     "warning"},
    {"org_block", "*", "{@who} {@did} {blocked_user.login?someone}{@in}", "blocked_user", "notice"},
    {"installation", "new_permissions_accepted",
     "{@who} accepted new permissions of app {installation.app_slug|installation.app_id?of no "
     "name}[ for {installation.account.login}]",
     "installation", "notice"},
    {"installation", "created",
     "{@who} installed app {installation.app_slug|installation.app_id?of no name}[ for "
     "{installation.account.login}]",
     "installation", "notice"},
    {"installation", "deleted",
     "{@who} removed app {installation.app_slug|installation.app_id?of no name}[ from "
     "{installation.account.login}]",
     "installation", "warning"},
    {"installation", "*",
     "{@who} {@did} app {installation.app_slug|installation.app_id?of no name}[ of "
     "{installation.account.login}]",
     "installation", "notice"},
    {"installation_repositories", "added",
     "{@who} gave app {installation.app_slug|installation.app_id?of no name} access to "
     "{repositories_added.0.full_name?repositories}[ and {@more_added}]",
     "installation", "notice"},
    {"installation_repositories", "*",
     "{@who} took access to {repositories_removed.0.full_name?repositories}[ and {@more_removed}] "
     "from app {installation.app_slug|installation.app_id?of no name}",
     "installation", "notice"},
    {"installation_target", "*",
     "{@who} {@did} the account of an app[ from {changes.login.from}][ to {account.login}]", "",
     "notice"},
    {"github_app_authorization", "*", "{@who} {@did} the authorization of an app", "", "notice"},
    {"personal_access_token_request", "*",
     "The request of {personal_access_token_request.owner.login?someone} for an access token{@in} "
     "was {@did}",
     "", "notice"},
    {"marketplace_purchase", "*",
     "{marketplace_purchase.account.login?Someone} {@did} {'marketplace_purchase.plan.name?a "
     "plan}[ ({marketplace_purchase.billing_cycle})] in the marketplace",
     ""},
    {"sponsorship", "created",
     "{sponsorship.sponsor.login?Someone} sponsors {sponsorship.sponsorable.login?someone}[ with "
     "{sponsorship.tier.name}]",
     "sponsorship"},
    {"sponsorship", "*",
     "Sponsorship of {sponsorship.sponsorable.login?someone} by "
     "{sponsorship.sponsor.login?someone}: {@did}[, from {changes.tier.from.name}][ to "
     "{sponsorship.tier.name}]",
     "sponsorship"},
    {"projects_v2", "*", "{@who} {@did} project {'projects_v2.title?without a name}{@in}",
     "projects_v2"},
    {"projects_v2_item", "*",
     "{@who} {@did} an item of a project{@in}[ ({projects_v2_item.content_type})]",
     "projects_v2_item"},
    {"projects_v2_status_update", "*",
     "{@who} {@did} the status of a project{@in}[: {projects_v2_status_update.body}]",
     "projects_v2_status_update"},
    {"custom_property", "*",
     "{@who} {@did} custom property {definition.property_name?without a name}{@in}", "", "notice"},
    {"custom_property_values", "*", "{@who} {@did} values of custom properties{@in}", "", "notice"},
};

}  // namespace

std::vector<Row> organization_rows() {
  return {std::begin(kOrganizationRows), std::end(kOrganizationRows)};
}

}  // namespace tt::portals::entry::github
