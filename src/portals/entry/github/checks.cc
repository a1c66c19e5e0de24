// Runs, checks, statuses and deployments: outcomes, with severity raised for failures.
// SPDX-License-Identifier: Apache-2.0

// https://docs.github.com/en/webhooks/webhook-events-and-payloads

#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "base/units.h"
#include "portals/entry/github/payload.h"
#include "portals/kit/json.h"
#include "portals/kit/words.h"

namespace tt::portals::entry::github {
namespace {

std::string spaced(const std::string& text) { return text.empty() ? "" : " " + text; }

/// What has come to an end by its conclusion, else what happens to it.
std::string conclusion_of(const Payload& payload, const std::string& run) {
  if (payload.action() != "completed") return payload.action();
  const std::string conclusion = payload.at(run + ".conclusion");
  return conclusion.empty() ? "completed" : conclusion;
}

/// " on main", " on changes (pull request #2)".
std::string on_branch(const Payload& payload, const std::string& run) {
  const std::string branch =
      headline(payload.first({run + ".head_branch", run + ".check_suite.head_branch"}));
  const std::string request =
      payload.first({run + ".pull_requests.0.number", run + ".check_suite.pull_requests.0.number"});
  if (branch.empty()) return request.empty() ? "" : " on pull request #" + request;
  return fmt::format(" on {}{}", branch,
                     request.empty() ? "" : fmt::format(" (pull request #{})", request));
}

/// " after 3 min 5 s", for what has come to an end.
std::string after(const Payload& payload, std::string_view begin, std::string_view end) {
  const auto from = parse_time(payload.time({begin})), to = parse_time(payload.time({end}));
  if (payload.action() != "completed" || !from || !to) return {};
  const std::string text =
      duration_text(static_cast<double>(*to - *from) / static_cast<double>(kNsPerSec));
  return text.empty() ? "" : " after " + text;
}

/// "step Build", "steps Build, Test and 2 more".
std::string failed_steps(const Payload& payload) {
  const boost::json::array* steps = list_at(payload.body(), "workflow_job.steps");
  if (!steps) return {};
  std::string names;
  std::int64_t n = 0;
  for (const boost::json::value& step : *steps)
    if (text_at(step, "conclusion") == "failure" && ++n <= 3)
      names += (names.empty() ? "" : ", ") + headline(text_at(step, "name"));
  if (n > 3) names += fmt::format(" and {} more", n - 3);
  return names.empty() ? "" : (n == 1 ? "step " : "steps ") + names;
}

/// The branch of a run as part of a key; that of a fork is another than ours of the same name.
std::string branch_key(const Payload& payload, const std::string& run) {
  const std::string branch = payload.at(run + ".head_branch");
  const std::string from = payload.at(run + ".head_repository.full_name");
  return from.empty() || from == payload.project() ? branch : from + ":" + branch;
}

}  // namespace

std::string outcome(std::string_view conclusion) {
  struct Words {
    std::string_view conclusion, words;
  };
  constexpr Words kWords[] = {
      {"success", "passed"},
      {"failure", "failed"},
      {"error", "failed with an error"},
      {"cancelled", "was cancelled"},
      {"timed_out", "timed out"},
      {"skipped", "was skipped"},
      {"neutral", "ended without a verdict"},
      {"stale", "was given up"},
      {"startup_failure", "could not start"},
      {"action_required", "needs a person"},
      {"requested_action", "was asked to act"},
      {"in_progress", "is running"},
      {"waiting", "is waiting"},
      {"pending", "is pending"},
      {"queued", "is queued"},
      {"inactive", "is no longer active"},
      {"completed", "ended"},
      {"rerequested", "was requested again"},
      {"recover", "passed again"},
  };
  for (const Words& one : kWords)
    if (one.conclusion == conclusion) return std::string(one.words);
  return conclusion.empty() ? "changed" : "was " + headline(in_words(conclusion), 40);
}

std::string_view severity_of_outcome(std::string_view conclusion) {
  for (const std::string_view bad : {"failure", "error", "timed_out", "startup_failure"})
    if (conclusion == bad) return "error";
  return conclusion == "cancelled" || conclusion == "action_required" ? "warning" : "info";
}

void set_outcome(const Payload& payload, HookEvent& event, std::string_view conclusion) {
  event.text("kind", payload.kind(payload.event(), conclusion)).text("status", conclusion);
  event.text("severity", severity_of_outcome(conclusion));
}

std::string after_colon(std::string_view text) {
  const std::string line = headline(text);
  return line.empty() ? "" : ": " + line;
}

void set_alert(HookEvent& event, std::string_view conclusion, const std::string& key) {
  const bool is_firing = severity_of_outcome(conclusion) == "error";
  if (!is_firing && conclusion != "success" && conclusion != "recover") return;
  event.text("alert_key", key).text("alert_state", is_firing ? "firing" : "resolved");
}

void describe_workflow_run(const Payload& payload, HookEvent& event) {
  const std::string what = conclusion_of(payload, "workflow_run");
  const std::string name = payload.first({"workflow_run.name", "workflow.name", "workflow.path"});
  const std::string number = payload.at("workflow_run.run_number");
  const std::string attempt = payload.at("workflow_run.run_attempt");
  const std::string title =
      headline(payload.first({"workflow_run.display_title", "workflow_run.head_commit.message"}));
  set_outcome(payload, event, what);
  event.text("message",
             fmt::format("Workflow{}{}{}{} by {}{} {}{}{}", spaced(in_quotes(name)),
                         number.empty() ? "" : " #" + number,
                         attempt.empty() || attempt == "1" ? "" : " (attempt " + attempt + ")",
                         on_branch(payload, "workflow_run"), payload.who(), payload.in_project(),
                         outcome(what),
                         after(payload, "workflow_run.run_started_at", "workflow_run.updated_at"),
                         after_colon(title)));
  event.text("ref", payload.at("workflow_run.head_branch"));
  event.text("timestamp", payload.time({"workflow_run.updated_at", "workflow_run.created_at"}));
  event.text("view_link", payload.first({"workflow_run.html_url", "repository.html_url"}));
  set_alert(event, what,
            payload.alert_key(fmt::format(
                "{}:workflow:{}", branch_key(payload, "workflow_run"),
                payload.first({"workflow_run.path", "workflow.path", "workflow_run.name"}))));
}

void describe_workflow_job(const Payload& payload, HookEvent& event) {
  const std::string what = conclusion_of(payload, "workflow_job");
  const std::string name = in_quotes(payload.at("workflow_job.name"));
  const std::string workflow = in_quotes(payload.at("workflow_job.workflow_name"));
  const std::string steps = failed_steps(payload);
  set_outcome(payload, event, what);
  event.text("message",
             fmt::format("{}{}{}{} {}{}{}", name.empty() ? "A job" : "Job " + name,
                         workflow.empty() ? "" : " of workflow " + workflow,
                         on_branch(payload, "workflow_job"), payload.in_project(), outcome(what),
                         after(payload, "workflow_job.started_at", "workflow_job.completed_at"),
                         after_colon(what == "failure" ? steps : "")));
  event.text("ref", payload.at("workflow_job.head_branch"));
  event.text("environment", payload.at("deployment.environment"));
  event.text("timestamp", payload.time({"workflow_job.completed_at", "workflow_job.started_at",
                                        "workflow_job.created_at"}));
  event.text("view_link", payload.first({"workflow_job.html_url", "repository.html_url"}));
}

void describe_action_run(const Payload& payload, HookEvent& event) {
  // https://codeberg.org/forgejo/forgejo/src/branch/forgejo/modules/structs/action.go
  const std::string name = in_quotes(payload.at("run.workflow_id"));
  const std::string number = payload.at("run.index_in_repo");
  const std::string ref = payload.at("run.prettyref");
  set_outcome(payload, event, payload.action());
  event.text(
      "message",
      fmt::format("Workflow{}{}{} by {}{} {}{}", spaced(name), number.empty() ? "" : " #" + number,
                  ref.empty() ? "" : " on " + headline(ref), payload.who(), payload.in_project(),
                  outcome(payload.action()), after_colon(payload.at("run.title"))));
  event.text("ref", ref);
  event.text("timestamp", payload.time({"run.stopped", "run.updated"}));
  event.text("view_link", payload.first({"run.html_url", "run.repository.html_url"}));
  set_alert(event, payload.action(),
            payload.alert_key(fmt::format("{}:workflow:{}", ref, payload.at("run.workflow_id"))));
}

void describe_check_run(const Payload& payload, HookEvent& event) {
  const std::string what = conclusion_of(payload, "check_run");
  const std::string name = in_quotes(payload.at("check_run.name"));
  set_outcome(payload, event, what);
  event.text(
      "message",
      fmt::format("{}{}{} {}{}{}", name.empty() ? "A check" : "Check " + name,
                  on_branch(payload, "check_run"), payload.in_project(), outcome(what),
                  after(payload, "check_run.started_at", "check_run.completed_at"),
                  after_colon(payload.action() == "completed" ? payload.at("check_run.output.title")
                                                              : "")));
  event.text("ref", payload.at("check_run.check_suite.head_branch"));
  // A check that is asked for again still tells of its last run.
  if (payload.action() == "completed")
    event.text("timestamp", payload.time({"check_run.completed_at"}));
  if (payload.action() == "created")
    event.text("timestamp", payload.time({"check_run.started_at"}));
  event.text("view_link",
             payload.first({"check_run.html_url", "check_run.details_url", "repository.html_url"}));
}

void describe_check_suite(const Payload& payload, HookEvent& event) {
  const std::string what = conclusion_of(payload, "check_suite");
  const std::string app = payload.first({"check_suite.app.slug", "check_suite.app.name"});
  const std::string sha = payload.at("check_suite.head_sha");
  const bool is_plural_was = outcome(what).starts_with("was ");
  std::string verb = is_plural_was ? "were " + outcome(what).substr(4) : outcome(what);
  if (verb.starts_with("is ")) verb = "are " + verb.substr(3);
  if (verb.starts_with("needs ")) verb = "need " + verb.substr(6);
  set_outcome(payload, event, what);
  event.text("message", fmt::format("Checks{}{}{} {}{}", app.empty() ? "" : " by " + headline(app),
                                    on_branch(payload, "check_suite"), payload.in_project(), verb,
                                    after_colon(payload.at("check_suite.head_commit.message"))));
  event.text("ref", payload.at("check_suite.head_branch"));
  event.text("timestamp", payload.time({"check_suite.updated_at", "check_suite.created_at"}));
  const std::string url = payload.project_url();
  event.text("view_link", url.empty() || sha.empty() ? url : url + "/commit/" + sha + "/checks");
  // What Actions runs is told, and is an alert, as a workflow_run.
  if (app != "github-actions")
    set_alert(
        event, what,
        payload.alert_key(fmt::format("{}:checks:{}", branch_key(payload, "check_suite"), app)));
}

}  // namespace tt::portals::entry::github
