// Readers over one delivery, the same for GitHub, Gitea, Forgejo and Gogs.
// SPDX-License-Identifier: Apache-2.0
#include "portals/entry/github/payload.h"

#include <fmt/format.h>

#include "base/text.h"
#include "portals/kit/json.h"
#include "portals/kit/words.h"

namespace tt::portals::entry::github {
namespace {

/// Gitea's names for what GitHub calls otherwise. An empty action leaves the sender's own.
/// https://github.com/go-gitea/gitea/blob/main/modules/webhook/type.go
struct Alias {
  std::string_view event, named, action;
};
constexpr Alias kAliases[] = {
    {"pull_request_approved", "pull_request_review", "approved"},
    {"pull_request_rejected", "pull_request_review", "changes_requested"},
    {"pull_request_comment", "pull_request_review", "commented"},
    {"pull_request_review_approved", "pull_request_review", "approved"},
    {"pull_request_review_rejected", "pull_request_review", "changes_requested"},
    {"action_run_failure", "action_run", "failure"},
    {"action_run_recover", "action_run", "recover"},
    {"action_run_success", "action_run", "success"},
    {"action_run_cancelled", "action_run", "cancelled"},
};

bool is_pull_request(const Payload& payload) {
  return payload.has("issue.pull_request") || payload.flag("is_pull");
}

}  // namespace

Forge forge_of(const EntryRequest& request) {
  // Gitea sends the headers of GitHub and Gogs beside its own, Forgejo those of Gitea too, Gogs
  // those of GitHub: who has fewer imitators is asked first.
  struct Mark {
    std::string_view product, header;
  };
  constexpr Mark kMarks[] = {
      {"Forgejo", "x-forgejo-event"}, {"Gitea", "x-gitea-event"}, {"Gogs", "x-gogs-event"}};
  for (const Mark& mark : kMarks)
    if (const std::string_view event = trim(request.header(mark.header)); !event.empty())
      return {"gitea", mark.product, event, {}};
  return {"github", "GitHub", trim(request.header("x-github-event")),
          trim(request.header("x-github-enterprise-host"))};
}

Payload::Payload(const boost::json::value& body, const Forge& forge)
    : body_(body), forge_(forge), event_(forge.event), action_(at("action")) {
  for (const Alias& alias : kAliases)
    if (alias.event == event_) {
      event_ = alias.named;
      action_ = alias.action;
      return;
    }
  if (event_ == "pull_request" && action_ == "closed" &&
      (flag("pull_request.merged") || !at("pull_request.merged_at").empty()))
    action_ = "merged";
  if (event_ == "pull_request_review" && action_ == "submitted" && !at("review.state").empty())
    action_ = to_lower(at("review.state"));
}

std::string Payload::at(std::string_view path) const { return any_text_at(body_, path); }

std::string Payload::first(std::initializer_list<std::string_view> paths) const {
  for (const std::string_view path : paths)
    if (std::string text = at(path); !text.empty()) return text;
  return {};
}

std::int64_t Payload::number(std::string_view path) const { return int_at(body_, path); }
bool Payload::flag(std::string_view path) const { return bool_at(body_, path); }

bool Payload::has(std::string_view path) const {
  const boost::json::value* found = find_at(body_, path);
  return found && !found->is_null();
}

std::string Payload::time(std::initializer_list<std::string_view> paths) const {
  for (const std::string_view path : paths)
    if (std::string text = time_text(at(path)); !text.empty()) return text;
  return {};
}

std::string Payload::actor() const {
  // Gogs names nobody in some; then whoever wrote what it is about.
  return first({"sender.login", "sender.username", "pusher.login", "pusher.username", "pusher.name",
                "run.trigger_user.login", "comment.user.login"});
}

std::string Payload::who() const {
  const std::string name = headline(actor());
  return name.empty() ? "Someone" : name;
}

std::string Payload::project() const {
  return first({"repository.full_name", "run.repository.full_name"});
}

std::string Payload::project_url() const {
  return first({"repository.html_url", "run.repository.html_url"});
}

std::string Payload::organization() const {
  return first({"organization.login", "organization.username"});
}

std::string Payload::in_project() const {
  if (const std::string name = headline(project()); !name.empty()) return " in " + name;
  const std::string name = headline(organization());
  return name.empty() ? "" : " in organization " + name;
}

std::string Payload::thing() const {
  std::string noun, path;
  if (event_.starts_with("pull_request")) {
    noun = "pull request";
    path = "pull_request";
  } else if (event_.starts_with("discussion")) {
    noun = path = "discussion";
  } else {
    noun = is_pull_request(*this) ? "pull request" : "issue";
    path = "issue";
  }
  const std::string number = first({path + ".number", "number"});
  const std::string title = in_quotes(at(path + ".title"));
  if (number.empty() && title.empty()) return with_article(noun);
  return fmt::format("{}{}{}{}", noun, number.empty() ? "" : " #" + number,
                     title.empty() ? "" : " ", title);
}

std::string Payload::instance() const {
  if (!forge_.host.empty()) return "https://" + std::string(forge_.host);
  for (const std::string_view path :
       {"sender.html_url", "installation.html_url", "sponsorship.sponsorable.html_url"}) {
    const std::string page = at(path);
    const std::size_t host = page.find("://");
    if (host != std::string::npos) return page.substr(0, page.find('/', host + 3));
  }
  return forge_.system == "github" ? "https://github.com" : "";
}

std::string Payload::source() const {
  if (std::string page = project_url(); !page.empty()) return page;
  const std::string home = instance(), owner = organization();
  if (home.empty())
    return fmt::format("urn:{}{}{}", forge_.system, owner.empty() ? "" : ":", owner);
  return owner.empty() ? home : home + "/" + owner;
}

std::string Payload::kind(std::string_view object, std::string_view what) const {
  const std::string word = kind_word(what);
  return fmt::format("urn:{}:{}{}{}", forge_.system, kind_word(object), word.empty() ? "" : ":",
                     word);
}

std::string Payload::alert_key(std::string_view rest) const {
  return fmt::format("{}:{}:{}", forge_.system, project(), rest);
}

}  // namespace tt::portals::entry::github
