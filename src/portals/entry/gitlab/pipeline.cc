// Pipelines, jobs and deployments: outcomes, with severity raised for failures.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json/array.hpp>
#include <fmt/format.h>

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
  if (status == "skipped") return "was skipped";
  if (status == "running") return "is running";
  if (status == "pending" || status == "created" || status == "waiting_for_resource" ||
      status == "preparing")
    return "is waiting";
  if (status == "manual") return "waits for a person";
  if (status == "scheduled") return "is scheduled";
  return "is " + std::string(status);
}

/// Names of failed jobs that were not allowed to fail, at most three.
std::string failed_jobs(const Payload& payload) {
  const boost::json::array* builds = list_at(payload.body(), "builds");
  if (!builds) return {};
  std::string names;
  std::size_t n = 0;
  for (const boost::json::value& build : *builds) {
    if (text_at(build, "status") != "failed" || bool_at(build, "allow_failure")) continue;
    if (++n <= 3) names += (names.empty() ? "" : ", ") + headline(text_at(build, "name"));
  }
  if (n > 3) names += fmt::format(" and {} more", n - 3);
  return names;
}

/// One alert a ref: a later success resolves an earlier failure.
void set_alert(HookEvent& event, std::string_view status, const std::string& key) {
  if (status == "failed") event.text("alert_key", key).text("alert_state", "firing");
  if (status == "success") event.text("alert_key", key).text("alert_state", "resolved");
}

std::string after(double seconds) {
  const std::string text = duration_text(seconds);
  return text.empty() ? "" : " after " + text;
}

}  // namespace

void describe_pipeline(const Payload& payload, HookEvent& event) {
  const std::string status = payload.at("object_attributes.status");
  const std::string ref = payload.at("object_attributes.ref");
  const std::string id = payload.first({"object_attributes.iid", "object_attributes.id"});
  std::string message = fmt::format("Pipeline #{}{} {} on {}", id,
                                    payload.project().empty() ? "" : " of " + payload.project(),
                                    outcome(status), ref);
  message += after(number_at(payload.body(), "object_attributes.duration").value_or(0));
  if (const std::string jobs = failed_jobs(payload); !jobs.empty()) message += ": " + jobs;
  else message += payload.at("commit.title").empty() ? "" : ":" + quoted(payload.at("commit.title"));

  event.text("kind", "urn:gitlab:pipeline:" + kind_word(status)).text("message", message);
  event.text("severity", severity_of(status)).text("status", status).text("ref", ref);
  event.text("timestamp", iso_time(payload.first({"object_attributes.finished_at",
                                                  "object_attributes.created_at"})));
  std::string link = payload.at("object_attributes.url");
  if (link.empty() && !payload.project_url().empty())
    link = payload.project_url() + "/-/pipelines/" + payload.at("object_attributes.id");
  event.text("view_link", link);
  set_alert(event, status, fmt::format("gitlab:{}:{}:pipeline", payload.project(), ref));
}

void describe_job(const Payload& payload, HookEvent& event) {
  // Pipelines speak of jobs; the hook still calls them builds.
  const std::string status = payload.first({"build_status", "job_status"});
  const std::string name = payload.first({"build_name", "job_name"});
  const std::string stage = payload.first({"build_stage", "job_stage"});
  const std::string ref(short_ref(payload.at("ref")));
  std::string message = fmt::format("Job {}{}{} {} on {}", name,
                                    stage.empty() || stage == name ? "" : " (" + stage + ")",
                                    payload.project().empty() ? "" : " of " + payload.project(),
                                    outcome(status), ref);
  message += after(number_at(payload.body(), "build_duration").value_or(0));
  const std::string reason = payload.first({"build_failure_reason", "job_failure_reason"});
  if (status == "failed" && !reason.empty() && reason != "unknown_failure") {
    std::string words = reason;
    for (char& c : words) c = c == '_' ? ' ' : c;
    message += ": " + words;
  }
  const bool may_fail = payload.flag("build_allow_failure") || payload.flag("job_allow_failure");
  event.text("kind", "urn:gitlab:job:" + kind_word(status)).text("message", message);
  event.text("severity", may_fail && status == "failed" ? "warning" : severity_of(status));
  event.text("status", status).text("ref", ref);
  event.text("timestamp", iso_time(payload.first({"build_finished_at", "build_started_at",
                                                  "build_created_at"})));
  const std::string url = payload.project_url();
  const std::string id = payload.first({"build_id", "job_id"});
  if (!url.empty() && !id.empty()) event.text("view_link", url + "/-/jobs/" + id);
  if (!may_fail) set_alert(event, status, fmt::format("gitlab:{}:{}:job:{}", payload.project(), ref, name));
}

void describe_deployment(const Payload& payload, HookEvent& event) {
  const std::string status = payload.at("status");
  const std::string environment = payload.first({"environment", "environment.name"});
  std::string message;
  if (status == "success")
    message = fmt::format("{} deployed {} to {}", payload.actor_name(), payload.project(), environment);
  else
    message = fmt::format("Deployment of {} to {} by {} {}", payload.project(), environment,
                          payload.actor_name(), outcome(status));
  if (const std::string title = headline(payload.at("commit_title")); !title.empty())
    message += ": " + title;
  event.text("kind", "urn:gitlab:deployment:" + kind_word(status)).text("message", message);
  event.text("severity", severity_of(status)).text("status", status);
  event.text("environment", environment);
  event.text("timestamp", iso_time(payload.at("status_changed_at")));
  event.text("view_link", payload.first({"deployable_url", "environment_external_url", "commit_url"}));
  set_alert(event, status, fmt::format("gitlab:{}:deployment:{}", payload.project(), environment));
}

}  // namespace tt::portals::entry::gitlab
