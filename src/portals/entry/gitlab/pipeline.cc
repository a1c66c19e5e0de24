// Pipelines, jobs and deployments: outcomes, with severity raised for failures.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "portals/entry/gitlab/payload.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::gitlab {
namespace {

std::string_view severity_of(std::string_view status) {
  if (status == "failed") return "error";
  if (status == "canceled" || status == "canceling") return "warning";
  return "info";
}

/// What became of it, as the end of a sentence.
std::string outcome(std::string_view status) {
  if (status == "success") return "passed";
  if (status == "failed") return "failed";
  if (status == "canceled") return "was cancelled";
  if (status == "canceling") return "is being cancelled";
  if (status == "created" || status == "skipped") return "was " + std::string(status);
  if (status == "preparing") return "is being prepared";
  if (status == "waiting_for_resource") return "waits for a resource";
  if (status == "manual") return "waits for a person";
  return status.empty() ? "changed" : "is " + in_words(status);
}

/// "job unit", "jobs unit, lint": those that were not allowed to fail, at most three names.
std::string failed_jobs(const Payload& payload) {
  const boost::json::array* builds = list_at(payload.body(), "builds");
  if (!builds) return {};
  std::string names;
  std::int64_t n = 0;
  for (const boost::json::value& build : *builds) {
    if (text_at(build, "status") != "failed" || bool_at(build, "allow_failure")) continue;
    if (++n <= 3) names += (names.empty() ? "" : ", ") + headline(text_at(build, "name"));
  }
  if (n > 3) names += fmt::format(" and {} more", n - 3);
  return names.empty() ? "" : (n == 1 ? "job " : "jobs ") + names;
}

/// One alert a ref: a later success resolves an earlier failure.
void set_alert(HookEvent& event, std::string_view status, const std::string& key) {
  if (status == "failed") event.text("alert_key", key).text("alert_state", "firing");
  if (status == "success") event.text("alert_key", key).text("alert_state", "resolved");
}

/// " after 5 s", for what has come to an end.
std::string after(std::string_view status, double seconds) {
  if (status != "success" && status != "failed" && status != "canceled") return {};
  const std::string text = duration_text(seconds);
  return text.empty() ? "" : " after " + text;
}

/// " on main", " on tag v1".
std::string on_ref(std::string_view ref, bool is_tag) {
  return ref.empty() ? "" : fmt::format(" on {}{}", is_tag ? "tag " : "", ref);
}

}  // namespace

void describe_pipeline(const Payload& payload, HookEvent& event) {
  const std::string status = payload.at("object_attributes.status");
  const std::string ref(short_ref(payload.at("object_attributes.ref")));
  const std::string id = payload.first({"object_attributes.id", "object_attributes.iid"});
  const std::string request = payload.at("object_attributes.source") == "merge_request_event"
                                  ? payload.at("merge_request.iid")
                                  : "";
  const std::string on = request.empty() ? on_ref(ref, payload.flag("object_attributes.tag"))
                                         : fmt::format(" for merge request !{}{}", request,
                                                       quoted(payload.at("merge_request.title")));
  std::string message = fmt::format(
      "Pipeline{}{}{}{}{} {}{}", id.empty() ? "" : " #" + id,
      quoted(payload.at("object_attributes.name")), payload.by_actor(), on, payload.in_project(),
      outcome(status),
      after(status, number_at(payload.body(), "object_attributes.duration").value_or(0)));
  const std::string jobs = status == "failed" ? failed_jobs(payload) : "";
  const std::string title = headline(payload.first({"commit.title", "commit.message"}));
  if (!jobs.empty())
    message += ": " + jobs;
  else if (!title.empty())
    message += ": " + title;

  event.text("kind", kind_of("pipeline", status)).text("message", message);
  event.text("severity", severity_of(status)).text("status", status).text("ref", ref);
  event.text(
      "timestamp",
      iso_time(payload.first({"object_attributes.finished_at", "object_attributes.created_at"})));
  std::string link = payload.at("object_attributes.url");
  if (link.empty() && !payload.project_url().empty() && !id.empty())
    link = payload.project_url() + "/-/pipelines/" + payload.at("object_attributes.id");
  event.text("view_link", link);
  set_alert(event, status,
            fmt::format("gitlab:{}:{}:pipeline", payload.project(),
                        request.empty() ? ref : "!" + request));
}

void describe_job(const Payload& payload, HookEvent& event) {
  // Pipelines speak of jobs; the hook still calls them builds.
  const std::string status = payload.first({"build_status", "job_status"});
  const std::string name = payload.first({"build_name", "job_name"});
  const std::string stage = payload.first({"build_stage", "job_stage"});
  const std::string ref(short_ref(payload.at("ref")));
  std::string message = fmt::format(
      "{}{}{}{}{} {}{}", name.empty() ? "A job" : "Job" + quoted(name),
      stage.empty() || stage == name ? "" : " (stage " + stage + ")", payload.by_actor(),
      on_ref(ref, payload.flag("tag")), payload.in_project(), outcome(status),
      after(status, number_at(payload.body(), "build_duration").value_or(0)));
  const std::string reason = payload.first({"build_failure_reason", "job_failure_reason"});
  if (status == "failed" && !reason.empty() && reason != "unknown_failure")
    message += ": " + in_words(reason);
  const bool may_fail = payload.flag("build_allow_failure") || payload.flag("job_allow_failure");
  event.text("kind", kind_of("job", status)).text("message", message);
  event.text("severity", may_fail && status == "failed" ? "warning" : severity_of(status));
  event.text("status", status).text("ref", ref);
  event.text(
      "timestamp",
      iso_time(payload.first({"build_finished_at", "build_started_at", "build_created_at"})));
  const std::string url = payload.project_url();
  const std::string id = payload.first({"build_id", "job_id"});
  if (!url.empty() && !id.empty()) event.text("view_link", url + "/-/jobs/" + id);
  if (!may_fail)
    set_alert(event, status, fmt::format("gitlab:{}:{}:job:{}", payload.project(), ref, name));
}

void describe_deployment(const Payload& payload, HookEvent& event) {
  const std::string status = payload.at("status");
  const std::string environment = payload.first({"environment", "environment.name"});
  const std::string project = payload.project().empty() ? "a project" : payload.project();
  const std::string to = environment.empty() ? "" : " to " + environment;
  std::string message = status == "success"
                            ? fmt::format("{} deployed {}{}", payload.actor_name(), project, to)
                            : fmt::format("Deployment of {}{}{} {}", project, to,
                                          payload.by_actor(), outcome(status));
  if (const std::string title = headline(payload.at("commit_title")); !title.empty())
    message += ": " + title;
  event.text("kind", kind_of("deployment", status)).text("message", message);
  event.text("severity", severity_of(status)).text("status", status);
  event.text("environment", environment).text("ref", short_ref(payload.at("ref")));
  event.text("timestamp", iso_time(payload.at("status_changed_at")));
  event.text("view_link", payload.first({"deployable_url", "environment_external_url", "commit_url",
                                         "project.web_url"}));
  set_alert(event, status, fmt::format("gitlab:{}:deployment:{}", payload.project(), environment));
}

}  // namespace tt::portals::entry::gitlab
