// Golden events of GitLab's hooks: one line a payload of the shared data, raw fields dropped.
// TT_UPDATE_GOLDEN=1 rewrites the file.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/text.h"
#include "base/units.h"
#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

namespace fs = std::filesystem;
const std::string kGitlabData = TT_SHARED_DIR "/data/02-gitlab/open";
const std::string kGitlabGolden =
    TT_SOURCE_DIR "/src/portals/entry/gitlab/golden/shared_payloads.ndjson";

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
  std::string text;
  for (const auto& [file, json] : decode_gitlab_payloads())
    text += "{\"file\":" + json_string(file) + ",\"event\":" + json + "}\n";
  if (std::getenv("TT_UPDATE_GOLDEN")) {
    fs::create_directories(fs::path(kGitlabGolden).parent_path());
    std::ofstream(kGitlabGolden) << text;
  }
  const auto now = split(text, '\n');
  const std::string golden = file_text(kGitlabGolden);
  const auto before = split(golden, '\n');
  EXPECT_EQ(now.size(), before.size());
  for (std::size_t i = 0; i < std::min(now.size(), before.size()); ++i)
    EXPECT_EQ(now[i], before[i]);
}

TEST(GitlabGolden, every_event_reads_well_and_says_where_it_comes_from) {
  if (!fs::exists(kGitlabData)) GTEST_SKIP() << "shared payloads are not here";
  for (const auto& [file, json] : decode_gitlab_payloads()) {
    SCOPED_TRACE(file + " " + json);
    const auto event = parse_json(json);
    ASSERT_TRUE(event);
    const std::string_view message = text_at(*event, "message");
    for (const std::string_view bad : {"  ", "\"\"", "null", "()", " :", "unknown", "{", "\n"})
      EXPECT_EQ(message.find(bad), std::string_view::npos) << bad;
    EXPECT_EQ(message, trim(message));
    EXPECT_FALSE(message.starts_with("GitLab: ")) << "a documented kind of hook";
    EXPECT_TRUE(text_at(*event, "kind").starts_with("urn:gitlab:"));
    EXPECT_FALSE(text_at(*event, "kind").ends_with(':'));
    EXPECT_TRUE(text_at(*event, "source").starts_with("http"));
    EXPECT_TRUE(parse_time(text_at(*event, "timestamp")));
    EXPECT_FALSE(text_at(*event, "severity").empty());
    EXPECT_EQ(find_at(*event, "truncated"), nullptr);
  }
}

}  // namespace
}  // namespace tt::portals::test
