// Commit statuses, pages and deployments: outcomes without a run of their own.
// SPDX-License-Identifier: Apache-2.0

// https://docs.github.com/en/webhooks/webhook-events-and-payloads

#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "portals/entry/github/payload.h"
#include "portals/kit/json.h"
#include "portals/kit/words.h"

namespace tt::portals::entry::github {

void describe_status(const Payload& payload, HookEvent& event) {
  const std::string state = payload.at("state"), sha = payload.at("sha");
  const std::string context = payload.at("context");
  // Branches are those that hold the commit; only where it is the newest is it theirs.
  std::string branch;
  if (const boost::json::array* branches = list_at(payload.body(), "branches"))
    for (const boost::json::value& one : *branches)
      if (branch.empty() && (text_at(one, "commit.sha") == sha || branches->size() == 1))
        branch = text_at(one, "name");
  set_outcome(payload, event, state);
  event.text("message",
             fmt::format("Status {} of {}{}{} {}{}", context.empty() ? "check" : in_quotes(context),
                         sha.empty() ? "a commit" : "commit " + headline(sha.substr(0, 8)),
                         branch.empty() ? "" : " on " + headline(branch), payload.in_project(),
                         outcome(state), after_colon(payload.at("description"))));
  event.text("ref", branch);
  event.text("timestamp", payload.time({"updated_at", "created_at"}));
  event.text("view_link", payload.first({"target_url", "commit.html_url", "repository.html_url"}));
  // Without a branch nothing could resolve it: the mended commit is another one.
  if (!branch.empty())
    set_alert(event, state, payload.alert_key(fmt::format("{}:status:{}", branch, context)));
}

void describe_page_build(const Payload& payload, HookEvent& event) {
  const bool is_failed = payload.at("build.status") == "errored";
  const std::string what = is_failed                               ? "failure"
                           : payload.at("build.status") == "built" ? "success"
                                                                   : payload.at("build.status");
  set_outcome(payload, event, what);
  event.text("message",
             fmt::format("Build of the pages{} by {} {}{}", payload.in_project(), payload.who(),
                         outcome(what), after_colon(payload.at("build.error.message"))));
  event.text("timestamp", payload.time({"build.updated_at", "build.created_at"}));
  event.text("view_link", payload.project_url());
  set_alert(event, what, payload.alert_key("pages"));
}

void describe_deployment_status(const Payload& payload, HookEvent& event) {
  const std::string state = payload.at("deployment_status.state");
  const std::string environment =
      payload.first({"deployment_status.environment", "deployment.environment"});
  std::string ref(short_ref(payload.at("deployment.ref")));
  if (ref == payload.at("deployment.sha")) ref = ref.substr(0, 8);
  set_outcome(payload, event, state);
  event.text("message",
             fmt::format("Deployment{}{} by {}{} {}{}", ref.empty() ? "" : " of " + headline(ref),
                         environment.empty() ? "" : " to " + headline(environment), payload.who(),
                         payload.in_project(), state == "success" ? "succeeded" : outcome(state),
                         after_colon(payload.at("deployment_status.description"))));
  event.text("environment", environment).text("ref", ref);
  event.text("timestamp",
             payload.time({"deployment_status.updated_at", "deployment_status.created_at"}));
  event.text("view_link",
             payload.first({"deployment_status.log_url", "deployment_status.target_url",
                            "workflow_run.html_url", "deployment_status.environment_url",
                            "repository.html_url"}));
  set_alert(event, state, payload.alert_key("deployment:" + environment));
}

}  // namespace tt::portals::entry::github
