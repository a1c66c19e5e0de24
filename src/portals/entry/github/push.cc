// Pushes: branches and tags, made, moved, forced and deleted.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "portals/entry/github/payload.h"
#include "portals/kit/json.h"
#include "portals/kit/words.h"

namespace tt::portals::entry::github {
namespace {

/// Git says "nothing" with forty zeros (sixty-four of SHA-256).
bool is_nothing(const std::string& sha) {
  return !sha.empty() && sha.find_first_not_of('0') == std::string::npos;
}

std::int64_t count_commits(const Payload& payload) {
  // Gitea lists the newest only and tells the true number beside.
  if (const std::int64_t total = payload.number("total_commits"); total > 0) return total;
  const boost::json::array* list = list_at(payload.body(), "commits");
  return list ? static_cast<std::int64_t>(list->size()) : 0;
}

std::string page_of(const Payload& payload) {
  const std::string compare = payload.first({"compare", "compare_url"});
  // Gitea compares a new branch with the commit of zeros, which is a page that is not there.
  if (!compare.empty() && compare.find("/000000000000") == std::string::npos) return compare;
  return payload.first({"head_commit.url", "commits.0.url", "repository.html_url"});
}

std::string sentence(const Payload& payload, std::string_view status, bool is_tag,
                     std::int64_t commits) {
  const std::string name = headline(short_ref(payload.at("ref")));
  const std::string thing =
      fmt::format("{}{}{}", is_tag ? "tag" : "branch", name.empty() ? "" : " ", name);
  const bool is_forced = status == "forced";
  if (status == "deleted") return "deleted " + thing;
  if (is_tag) return (status == "created" ? "created " : "moved ") + thing;
  if (commits == 0)
    return (status == "created" ? "created " : is_forced ? "force-pushed " : "pushed to ") + thing;
  return fmt::format("{} {} to {}{}", is_forced ? "force-pushed" : "pushed",
                     counted(commits, "commit"), status == "created" ? "new branch " : "",
                     name.empty() ? "a branch" : name);
}

}  // namespace

void describe_push(const Payload& payload, HookEvent& event) {
  const std::string ref = payload.at("ref");
  const bool is_tag = ref.starts_with("refs/tags/");
  const std::string_view status =
      payload.flag("deleted") || is_nothing(payload.at("after"))    ? "deleted"
      : payload.flag("created") || is_nothing(payload.at("before")) ? "created"
      : payload.flag("forced")                                      ? "forced"
                                                                    : "updated";
  const std::int64_t commits = count_commits(payload);
  std::string message = fmt::format(
      "{} {}{}", payload.who(), sentence(payload, status, is_tag, commits), payload.in_project());
  // GitHub lists the oldest commit first, the others the newest; all but Gogs name the newest.
  const std::string title = headline(payload.first({"head_commit.message", "commits.0.message"}));
  if (!title.empty() && status != "deleted") message += ": " + title;

  event.text("kind", payload.kind("push", status == "deleted" ? "deleted" : ""));
  event.text("message", message).text("status", status);
  event.text("ref", short_ref(ref)).text("ref_type", is_tag ? "tag" : "branch");
  if (commits > 0) event.number("commits", commits);
  // Commits may be much older than the push that brings them.
  event.text("timestamp", payload.time({"repository.pushed_at"}));
  event.text("view_link", status == "deleted" ? payload.project_url() : page_of(payload));
}

}  // namespace tt::portals::entry::github
