// Words for the `changes` of an updated issue, merge request or work item.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/text.h"
#include "portals/entry/gitlab/payload.h"
#include "portals/kit/json.h"

namespace tt::portals::entry::gitlab {
namespace {

/// Book-keeping that changes with everything, and what has its own words below.
constexpr std::string_view kQuiet[] = {"updated_at",
                                       "updated_by_id",
                                       "last_edited_at",
                                       "last_edited_by_id",
                                       "created_at",
                                       "relative_position",
                                       "state_id",
                                       "closed_at",
                                       "merge_status",
                                       "prepared_at",
                                       "head_pipeline_id",
                                       "id",
                                       "iid",
                                       "author_id",
                                       "time_change",
                                       "merge_commit_sha",
                                       "merge_user_id",
                                       "merge_params",
                                       "detailed_merge_status",
                                       "labels",
                                       "assignees",
                                       "assignee_id",
                                       "assignee_ids",
                                       "reviewers",
                                       "reviewer_ids",
                                       "draft",
                                       "work_in_progress"};

std::vector<std::string> names_at(const Payload& payload, const std::string& path,
                                  std::string_view name) {
  std::vector<std::string> names;
  if (const boost::json::array* list = list_at(payload.body(), path))
    for (const boost::json::value& one : *list)
      if (const std::string_view text = text_at(one, name); !text.empty())
        names.push_back(headline(text));
  return names;
}

std::vector<std::string> without(const std::vector<std::string>& names,
                                 const std::vector<std::string>& others) {
  std::vector<std::string> left;
  for (const std::string& name : names)
    if (std::find(others.begin(), others.end(), name) == others.end()) left.push_back(name);
  return left;
}

class Sentence {
 public:
  void add(std::string_view part) {
    text_ += text_.empty() ? "" : "; ";
    text_ += part;
  }
  void add(std::string_view verb, const std::vector<std::string>& names) {
    if (!names.empty()) add(std::string(verb) + " " + join(names, ", "));
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void add_lists(const Payload& payload, Sentence& sentence) {
  struct Row {
    std::string list;
    std::string_view name, added, removed;
  };
  const Row rows[] = {
      {"labels", "title", "added label", "removed label"},
      {"assignees", "name", "assigned", "unassigned"},
      {"reviewers", "name", "asked for a review by", "no longer asks for a review by"}};
  for (const Row& row : rows) {
    const auto before = names_at(payload, "changes." + row.list + ".previous", row.name);
    const auto now = names_at(payload, "changes." + row.list + ".current", row.name);
    const auto added = without(now, before), removed = without(before, now);
    const bool is_label = row.name == "title";
    sentence.add(std::string(row.added) + (is_label && added.size() > 1 ? "s" : ""), added);
    sentence.add(std::string(row.removed) + (is_label && removed.size() > 1 ? "s" : ""), removed);
  }
}

}  // namespace

std::string changes_in_words(const Payload& payload) {
  Sentence sentence;
  // Only a push to the source branch names the commit that was there before.
  if (!payload.at("object_attributes.oldrev").empty()) sentence.add("pushed new commits");
  const boost::json::object* changes = map_at(payload.body(), "changes");
  if (!changes) return sentence.take();
  if (changes->contains("draft"))
    sentence.add(payload.flag("changes.draft.current") ? "marked it as a draft"
                                                       : "marked it as ready");
  add_lists(payload, sentence);
  std::vector<std::string> others;
  for (const auto& [key, value] : *changes) {
    const std::string_view name = key;
    if (std::find(std::begin(kQuiet), std::end(kQuiet), name) != std::end(kQuiet)) continue;
    others.push_back(
        name == "total_time_spent"
            ? "time spent"
            : in_words(name.ends_with("_id") ? name.substr(0, name.size() - 3) : name));
  }
  sentence.add("changed", others);
  return sentence.take();
}

}  // namespace tt::portals::entry::gitlab
