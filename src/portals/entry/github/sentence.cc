// Sentences with holes, and what becomes of a row of the tables.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/text.h"
#include "portals/entry/github/payload.h"
#include "portals/kit/json.h"
#include "portals/kit/words.h"

namespace tt::portals::entry::github {
namespace {

/// Members that `changes` may name, in words: "title, description".
std::string changes_in_words(const Payload& payload) {
  const boost::json::object* changes = map_at(payload.body(), "changes");
  if (!changes) return {};
  std::string words;
  for (const auto& [name, value] : *changes) {
    const std::string word = name == "body" ? "description" : headline(in_words(name), 40);
    words += (words.empty() ? "" : ", ") + word;
  }
  return headline(words);
}

/// "opened", "auto merge enabled": the sender's action as a past tense.
std::string did(const Payload& payload) {
  const std::string action = headline(in_words(payload.action()), 40);
  if (action.empty()) return "changed";
  // GitHub has few that are no past tense: "create", "dismiss", "resolve", "suspend".
  if (action.find(' ') != std::string::npos || action.ends_with("ed")) return action;
  return action + (action.ends_with('e') ? "d" : "ed");
}

/// "2 more" than the first of a list, or nothing.
std::string more(const Payload& payload, std::string_view list) {
  const boost::json::array* found = list_at(payload.body(), list);
  return found && found->size() > 1 ? std::to_string(found->size() - 1) + " more" : "";
}

std::string special(const Payload& payload, std::string_view name) {
  if (name == "who") return payload.who();
  if (name == "in") return payload.in_project();
  if (name == "thing") return payload.thing();
  if (name == "project") return headline(payload.project());
  if (name == "did") return did(payload);
  if (name == "commit") {
    const std::string sha = headline(payload.at("comment.commit_id").substr(0, 8));
    return sha.empty() ? "" : "commit " + sha;
  }
  if (name == "product") return std::string(payload.forge().product);
  if (name == "of") {
    const std::string owner = headline(payload.organization());
    return owner.empty() ? "" : " of " + owner;
  }
  if (name == "more_pages") return more(payload, "pages");
  if (name == "more_added") return more(payload, "repositories_added");
  if (name == "more_removed") return more(payload, "repositories_removed");
  if (name == "changes") return changes_in_words(payload);
  // Gitea calls the copy `repository` and the original `forkee`, the others the other way round.
  const bool is_swapped = payload.flag("repository.fork") && !payload.flag("forkee.fork");
  const std::string original = payload.at(is_swapped ? "forkee.full_name" : "repository.full_name");
  const std::string copy = payload.at(is_swapped ? "repository.full_name" : "forkee.full_name");
  if (name == "fork_of") return headline(original);
  if (name == "fork") return copy == original ? "" : headline(copy);
  const std::string ref = payload.first({"deployment.ref", "ref"});
  return headline(ref == payload.at("deployment.sha") ? ref.substr(0, 8) : short_ref(ref));
}

/// Of people's own texts, which may begin with a quotation.
bool is_markdown(std::string_view path) {
  return path.ends_with(".body") || path.ends_with(".content");
}

std::string hole(const Payload& payload, std::string_view inside) {
  const bool is_quoted = inside.starts_with('\'');
  if (is_quoted) inside.remove_prefix(1);
  const std::size_t question = std::min(inside.find('?'), inside.size());
  for (const std::string_view path : split(inside.substr(0, question), '|')) {
    const std::string text = path.starts_with('@')   ? special(payload, path.substr(1))
                             : is_markdown(path)     ? own_line(payload.at(path))
                             : path.ends_with("ref") ? headline(short_ref(payload.at(path)))
                                                     : headline(payload.at(path));
    if (!text.empty()) return is_quoted ? in_quotes(text) : text;
  }
  return std::string(inside.substr(std::min(question + 1, inside.size())));
}

std::string fill_part(const Payload& payload, std::string_view pattern, bool& is_whole) {
  std::string out;
  while (!pattern.empty()) {
    const std::size_t next = std::min(pattern.find_first_of("{["), pattern.size());
    out += pattern.substr(0, next);
    pattern.remove_prefix(next);
    if (pattern.empty()) break;
    const bool is_hole = pattern.front() == '{';
    const std::size_t end = std::min(pattern.find(is_hole ? '}' : ']'), pattern.size() - 1);
    const std::string_view inside = pattern.substr(1, end - 1);
    pattern.remove_prefix(end + 1);
    if (is_hole) {
      const std::string text = hole(payload, inside);
      is_whole &= !text.empty();
      out += text;
    } else {
      bool is_part_whole = true;
      const std::string part = fill_part(payload, inside, is_part_whole);
      if (is_part_whole) out += part;
    }
  }
  return out;
}

bool is_gone(std::string_view action) { return action == "deleted" || action == "removed"; }

/// When it happened, as far as the payload says: of what is gone only the birth is told.
std::string time_of(const Payload& payload, const std::string& object) {
  if (object.empty() || is_gone(payload.action())) return {};
  if (object == "forkee")
    return payload.flag("forkee.fork") ? payload.time({"forkee.created_at"}) : "";
  // A thread has no time of its own, and that of its comment is when it was written.
  if (object.starts_with("thread.")) return payload.time({"updated_at", "pull_request.updated_at"});
  if (std::string time = payload.time({object + ".updated_at"}); !time.empty()) return time;
  for (const std::string_view birth : {"created", "opened", "published", "prereleased", "released",
                                       "approved", "changes_requested", "commented"})
    if (birth == payload.action())
      return payload.time(
          {object + ".submitted_at", object + ".published_at", object + ".created_at"});
  return {};
}

/// The object's own page; that of what it stands in when it has none or is gone.
std::string page_of(const Payload& payload, const std::string& object) {
  const bool has_page = !object.empty() && !is_gone(payload.action());
  std::string page = has_page ? payload.at(object + ".html_url") : "";
  for (const std::string around :
       {"pull_request", "issue", "discussion", "team", "workflow_run", "repository"})
    if (page.empty() && (has_page || around != object)) page = payload.at(around + ".html_url");
  if (page.empty()) page = payload.at("sponsorship.sponsorable.html_url");
  // Payloads do not name the page of an organization; its events' source is that page.
  if (page.empty() && !payload.organization().empty()) page = payload.source();
  return page.starts_with("http") ? page : "";
}

const std::vector<Row>& all_rows() {
  static const std::vector<Row> rows = [] {
    std::vector<Row> all = discussion_rows();
    for (const auto& more : {repository_rows(), organization_rows()})
      all.insert(all.end(), more.begin(), more.end());
    return all;
  }();
  return rows;
}

}  // namespace

std::string fill(const Payload& payload, std::string_view pattern) {
  bool is_whole = true;
  return fill_part(payload, pattern, is_whole);
}

const Row* find_row(const Payload& payload) {
  for (const Row& row : all_rows())
    if (row.event == payload.event() && (row.action == payload.action() || row.action == "*"))
      return &row;
  return nullptr;
}

void describe_row(const Payload& payload, const Row& row, HookEvent& event) {
  const std::string action = payload.action(), object(row.object);
  event.text("kind", payload.kind(row.event, action)).text("message", fill(payload, row.sentence));
  event.text("severity", row.severity);
  const std::string state = object.empty() ? "" : payload.at(object + ".state");
  event.text("status", action == "merged" || state.empty() ? action : state);
  event.text("ref", short_ref(payload.first(
                        {"pull_request.base.ref", "release.tag_name", "deployment.ref", "ref"})));
  event.text("environment", payload.first({"deployment.environment", "environment"}));
  event.text("timestamp", time_of(payload, object));
  event.text("view_link", page_of(payload, object));
}

}  // namespace tt::portals::entry::github
