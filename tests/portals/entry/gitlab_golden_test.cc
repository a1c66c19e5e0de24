// Golden events of GitLab's hooks: one line a payload of the shared data, raw fields dropped.
// TT_UPDATE_GOLDEN=1 rewrites the file.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <map>

#include "portals/entry/golden_events.h"

namespace tt::portals::test {
namespace {

namespace fs = std::filesystem;
const std::string kGitlabData = TT_SHARED_DIR "/data/02-gitlab/open";

std::map<std::string, std::string> event_headers() {
  std::map<std::string, std::string> names;
  const auto list = parse_json(file_text(kGitlabData + "/_headers.json"));
  if (list)
    for (const boost::json::value& one : *list_at(*list, ""))
      names[std::string(text_at(one, "file"))] = text_at(one, "X-Gitlab-Event");
  return names;
}

/// File name and event, by file name.
std::map<std::string, std::string> decode_gitlab_payloads() {
  std::map<std::string, std::string> lines;
  const ConfiguredEntry gitlab("gitlab", "");
  for (const auto& [file, header] : event_headers()) {
    const Sent sent{
        file_text(kGitlabData + "/" + file),
        {{"X-Gitlab-Event", header}, {"X-Gitlab-Instance", "https://gitlab.example.com"}}};
    lines[file] = OneEvent(*gitlab.portal, sent, {.raw = Raw::kDrop}).json();
  }
  return lines;
}

TEST(GitlabGolden, events_of_the_shared_payloads_are_as_before) {
  if (!fs::exists(kGitlabData)) GTEST_SKIP() << "shared payloads are not here";
  expect_golden("gitlab", decode_gitlab_payloads());
}

TEST(GitlabGolden, every_event_reads_well_and_says_where_it_comes_from) {
  if (!fs::exists(kGitlabData)) GTEST_SKIP() << "shared payloads are not here";
  for (const auto& [file, json] : decode_gitlab_payloads()) {
    SCOPED_TRACE(file + " " + json);
    const auto event = parse_json(json);
    ASSERT_TRUE(event);
    expect_readable(*event, {"  ", "\"\"", "null", "()", " :", "unknown", "{", "\n"});
    EXPECT_FALSE(text_at(*event, "message").starts_with("GitLab: ")) << "a documented kind of hook";
    EXPECT_TRUE(text_at(*event, "kind").starts_with("urn:gitlab:"));
    EXPECT_FALSE(text_at(*event, "kind").ends_with(':'));
    EXPECT_TRUE(text_at(*event, "source").starts_with("http"));
  }
}

}  // namespace
}  // namespace tt::portals::test
