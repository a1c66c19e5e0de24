// Entry portal: what Jenkins' Notification plugin posts, one event for each phase of a build.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/text.h"
#include "base/units.h"
#include "portals/kit/alerts.h"
#include "portals/kit/entry.h"
#include "portals/kit/hook_body.h"
#include "portals/kit/json.h"
#include "portals/kit/words.h"

namespace tt::portals::entry::jenkins {
namespace {

constexpr std::size_t kNamesShownMax = 3;

struct Config {
  std::string path = "/hooks/jenkins";

  static constexpr auto fields() {
    return std::tuple{
        config::field("path", &Config::path, "Path that the builds are posted to."),
    };
  }
};

struct Result {
  std::string_view status;  ///< Lower case.
  std::string_view words;   ///< What became of the build.
  std::string_view severity;
  std::string_view state;  ///< alert_state; empty: says neither.
};

// https://javadoc.jenkins.io/hudson/model/Result.html
constexpr Result kResults[] = {
    {"success", "succeeded", "info", "resolved"}, {"unstable", "is unstable", "warning", "firing"},
    {"failure", "failed", "error", "firing"},     {"aborted", "was aborted", "warning", ""},
    {"not_built", "was not built", "info", ""},
};

const Result* result_of(std::string_view status) {
  for (const Result& result : kResults)
    if (result.status == status) return &result;
  return nullptr;
}

/// The job with its folders, of its URL "job/team/job/web/": a name alone is not unique.
std::string job_of(const boost::json::value& body) {
  const std::string name(trim(text_at(body, "name")));
  std::string path;
  const auto parts = split(text_at(body, "url"), '/');
  for (std::size_t i = 0; i + 1 < parts.size() && parts[i] == "job"; i += 2)
    path += (path.empty() ? "" : "/") +
            percent_decode(parts[i + 1]).value_or(std::string(parts[i + 1]));
  return name.empty() || path.ends_with("/" + name) ? path : name;
}

/// Of a list of texts: "ann, bob and 2 more".
std::string names_at(const boost::json::value& body, std::string_view path) {
  const boost::json::array* list = list_at(body, path);
  if (!list) return {};
  std::string words;
  for (std::size_t i = 0; i < list->size() && i < kNamesShownMax; ++i)
    words += (i ? ", " : "") + one_line(text_at((*list)[i], ""), 100);
  if (list->size() > kNamesShownMax)
    words += fmt::format(" and {} more", list->size() - kNamesShownMax);
  return words;
}

/// "3 of 120 tests failed; changes by ann", of a build that is not well.
std::string reasons(const boost::json::value& body) {
  std::string words;
  const std::int64_t failed = int_at(body, "build.test_summary.failed");
  if (failed > 0) {
    words = fmt::format("{} of {} failed", failed,
                        counted(int_at(body, "build.test_summary.total"), "test"));
    if (const std::string names = names_at(body, "build.test_summary.failed_tests"); !names.empty())
      words += fmt::format(" ({})", names);
  }
  if (const std::string names = names_at(body, "build.scm.culprits"); !names.empty())
    words += fmt::format("{}changes by {}", words.empty() ? "" : "; ", names);
  return words;
}

/// origin/master -> master; a checkout of a commit has no branch.
std::string branch_of(const boost::json::value& body) {
  std::string_view branch = trim(text_at(body, "build.scm.branch"));
  for (const std::string_view prefix : {"refs/remotes/", "refs/heads/", "origin/"})
    if (branch.starts_with(prefix)) branch.remove_prefix(prefix.size());
  return branch == "detached" ? "" : one_line(branch, 120);
}

/// Milliseconds since 1970; very old versions of the plugin write a date.
std::string time_of(const boost::json::value& body) {
  const std::int64_t ms = int_at(body, "build.timestamp");
  constexpr std::int64_t kMsMax = 9'000'000'000'000;  // 2255: nanoseconds still fit.
  if (ms > 0 && ms < kMsMax) return format_time(ms * 1'000'000);
  return std::string(text_at(body, "build.timestamp"));
}

/// "Build #48 of team/web on main failed after 1 min: 3 of 120 tests failed; changes by ann".
std::string sentence(const boost::json::value& body, std::string_view job, std::string_view phase,
                     std::string_view status) {
  const bool is_over = phase == "completed" || phase == "finalized";
  const Result* result = result_of(status);
  std::string number = one_line(any_text_at(body, "build.number"), 100);
  if (number.empty()) number = one_line(text_at(body, "build.display_name"), 100);
  std::string words = fmt::format("Build{}{}{}", number.empty() ? "" : " ",
                                  number.empty() || number.starts_with('#') ? "" : "#", number);
  if (!job.empty()) words += fmt::format(" of {}", one_line(job, 200));
  if (const std::string branch = branch_of(body); !branch.empty()) words += " on " + branch;
  words += ' ';
  if (phase == "queued")
    words += "is queued";
  else if (phase == "started")
    words += "started";
  else if (result)
    words += result->words;
  else
    words += is_over ? "ended" : "sent a note";
  if (is_over)
    if (const auto took = duration_text(static_cast<double>(int_at(body, "build.duration")) / 1e3);
        !took.empty())
      words += " after " + took;
  std::string more = is_over && result && result->state == "firing" ? reasons(body) : "";
  if (const std::string notes = one_line(text_at(body, "build.notes")); !notes.empty())
    more += (more.empty() ? "" : "; ") + notes;
  return more.empty() ? words : words + ": " + more;
}

/// The page of the job: that of the build, with the job's path for the build's.
std::string page_of_job(const boost::json::value& body) {
  const std::string_view url = web_link(text_at(body, "build.full_url"));
  const std::string_view below = text_at(body, "build.url");
  const bool has_root = !below.empty() && url.ends_with(below);
  std::string page(has_root ? url.substr(0, url.size() - below.size()) : url);
  if (has_root) page += text_at(body, "url");
  while (page.ends_with('/')) page.pop_back();
  return page;
}

// Names: https://github.com/jenkinsci/notification-plugin, model/JobState.java and BuildState.java,
// written by Gson in lower case with underscores.
HookEvent describe(const boost::json::value& body) {
  const std::string phase = to_lower(trim(text_at(body, "build.phase")));
  const std::string status = to_lower(trim(text_at(body, "build.status")));
  const std::string job = job_of(body);
  const bool is_over = phase == "completed" || phase == "finalized";
  const Result* result = is_over ? result_of(status) : nullptr;
  const bool is_known = is_over || phase == "queued" || phase == "started";

  HookEvent event;
  event.text("kind", is_known ? "urn:jenkins:build:" + phase : std::string("urn:jenkins:build"));
  event.text("severity", result ? result->severity : "info");
  event.text("message", sentence(body, job, phase, status));
  event.text("source", job.empty() ? "urn:jenkins" : "urn:jenkins:" + job);
  event.text("source", page_of_job(body));
  event.text("timestamp", time_of(body));
  event.text("view_link", web_link(text_at(body, "build.full_url")));
  event.text("project", job).text("status", status.empty() ? phase : status);
  event.text("ref", branch_of(body));
  // One alert a job: what fails before its checkout knows no branch.
  if (result && !result->state.empty() && !job.empty())
    event.text("alert_key", "jenkins:" + job).text("alert_state", result->state);
  return event;
}

std::optional<EntryRefusal> decode(const Config&, const EntryRequest& request,
                                   const DecodeContext& context, EntryEvents& out) {
  const HookBody body = read_hook_body(request.body);
  const bool is_build = body.json && map_at(*body.json, "build");
  add_hook_event(out.events,
                 is_build ? describe(*body.json)
                          : unknown_hook("jenkins", "Jenkins sent a hook that is no build", body),
                 body.raw(), context, request.now_ns);
  return std::nullopt;
}

constexpr std::string_view kFields = "project status ref view_link";
constexpr std::string_view kOutcome = "project status ref view_link alert_key alert_state";
constexpr std::string_view kSeverities = "info warning error";

}  // namespace

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made = entry_portal(EntrySpec<Config>{
      .name = "jenkins",
      .summary = "Takes the builds that Jenkins' Notification plugin tells of.",
      .security = "Hardened against untrusted senders; set `auth: {basic: ...}`, which the plugin "
                  "sends when its URL has a user, else anyone who reaches the path can invent "
                  "builds.",
      .example = "type: jenkins\npath: /hooks/jenkins\n"
                 "auth: {basic: {user: jenkins, password: {env: JENKINS_PASSWORD}}}\n",
      .kinds = {{"urn:jenkins:build:queued", "a build waits for an executor", "info", kFields},
                {"urn:jenkins:build:started", "a build began", "info", kFields},
                {"urn:jenkins:build:completed",
                 "a build has its result; steps after it may still run", kSeverities, kOutcome},
                {"urn:jenkins:build:finalized", "all of a build is done, its result is final",
                 kSeverities, kOutcome},
                {"urn:jenkins:build", "a build tells of itself in no phase", "info", kFields},
                {"urn:jenkins:unknown", "a hook that is no build", "info", ""}},
      .decode = decode,
  });
  return made;
}

}  // namespace tt::portals::entry::jenkins
