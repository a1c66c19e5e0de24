// Pushes: branches and tags, from projects, groups and the whole instance.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "portals/entry/gitlab/payload.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::gitlab {
namespace {

/// GitLab says "nothing" with forty zeros.
bool is_nothing(const std::string& sha) {
  return sha.empty() || sha.find_first_not_of('0') == std::string::npos;
}

}  // namespace

void describe_push(const Payload& payload, HookEvent& event) {
  const std::string ref = payload.at("ref");
  const bool is_tag = ref.starts_with("refs/tags/") || payload.at("object_kind") == "tag_push" ||
                      payload.at("event_name") == "tag_push";
  const std::string name(short_ref(ref));
  const std::string thing = fmt::format("{} {}", is_tag ? "tag" : "branch", name);
  // `commits` holds the newest twenty; the true count stands beside it.
  const std::int64_t commits = payload.number("total_commits_count");
  const std::string who = payload.actor_name();
  const bool is_deleted = is_nothing(payload.at("after"));
  const bool is_new = is_nothing(payload.at("before"));

  std::string message = who;
  if (is_deleted)
    message += " deleted " + thing;
  else if (is_tag)
    message += (is_new ? " created " : " moved ") + thing;
  else if (commits == 0)
    message += (is_new ? " created " : " pushed to ") + thing;
  else
    message += fmt::format(" pushed {} to {}{}", counted(commits, "commit"),
                           is_new ? "new branch " : "", name);
  message += payload.in_project();
  std::string title;
  if (const boost::json::array* list = list_at(payload.body(), "commits"); list && !list->empty())
    title = headline(text_at(list->back(), "message"));
  if (is_tag && title.empty()) title = headline(payload.at("message"));
  if (!title.empty() && !is_deleted) message += ": " + title;

  event.text("kind", std::string("urn:gitlab:") + (is_tag ? "tag_push" : "push") +
                         (is_deleted ? ":deleted" : ""));
  event.text("message", message);
  event.text("status", is_deleted ? "deleted" : is_new ? "created" : "updated");
  event.text("ref", name);
  if (commits > 0) event.number("commits", commits);
  const std::string url = payload.project_url();
  if (url.empty()) return;
  const std::string link_name = url_ref(ref);
  if (is_deleted)
    event.text("view_link", url);
  else if (is_tag)
    event.text("view_link", url + "/-/tags/" + link_name);
  else if (is_new || commits == 0)
    event.text("view_link", url + "/-/commits/" + link_name);
  else
    event.text("view_link",
               fmt::format("{}/-/compare/{}...{}", url, payload.at("before"), payload.at("after")));
}

void describe_repository_update(const Payload& payload, HookEvent& event) {
  const auto refs = static_cast<std::int64_t>(payload.count("refs"));
  const std::string what = refs == 0   ? "the repository"
                           : refs == 1 ? std::string(short_ref(payload.at("refs.0")))
                                       : fmt::format("{} branches or tags", refs);
  const std::string message =
      fmt::format("{} updated {}{}", payload.actor_name(), what, payload.in_project());
  event.text("kind", "urn:gitlab:repository_update").text("message", message);
  event.text("view_link", payload.project_url());
}

}  // namespace tt::portals::entry::gitlab
