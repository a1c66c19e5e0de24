// Golden events of GitHub's, Gitea's and Gogs' webhooks: one line a payload of the shared data, raw
// fields dropped. TT_UPDATE_GOLDEN=1 rewrites the file.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <map>

#include "portals/entry/golden_events.h"

namespace tt::portals::test {
namespace {

namespace fs = std::filesystem;
const std::string kGithub = TT_SHARED_DIR "/data/03-github/open";
const std::string kOthers = TT_SHARED_DIR "/data/04-alerting/open/";

/// The files of Gitea and Gogs are named by event, but not as the header names it.
std::string event_of(const std::string& file) {
  std::string name = file.substr(file.find('.') + 1);
  name = name.substr(0, name.find("-event"));
  if (name == "issue-assign") return "issues";
  if (name == "pull-request-label") return "pull_request";
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// File name and event, by file name.
std::map<std::string, std::string> decode_github_payloads() {
  std::map<std::string, std::string> lines;
  const ConfiguredEntry github("github", "");
  const auto add = [&](const std::string& name, const fs::path& path, const std::string& header,
                       const std::string& event) {
    const Sent sent{file_text(path), {{header, event}, {"X-GitHub-Event", event}}};
    lines[name] = OneEvent(*github.portal, sent, {.raw = Raw::kDrop}).json();
  };
  for (const auto& file : fs::directory_iterator(kGithub)) {
    const std::string name = file.path().filename();
    if (name == "signature.json") continue;
    add(name, file.path(), "X-GitHub-Hook-ID", name.substr(0, name.find('.')));
  }
  for (const std::string forge : {"gitea", "gogs"})
    for (const auto& file : fs::directory_iterator(kOthers + forge)) {
      const std::string name = file.path().filename();
      add(forge + "/" + name, file.path(), "X-" + forge + "-Event", event_of(name));
    }
  return lines;
}

TEST(GithubGolden, events_of_the_shared_payloads_are_as_before) {
  if (!fs::exists(kGithub)) GTEST_SKIP() << "shared payloads are not here";
  expect_golden("github", decode_github_payloads());
}

TEST(GithubGolden, every_event_reads_well_and_says_where_it_comes_from) {
  if (!fs::exists(kGithub)) GTEST_SKIP() << "shared payloads are not here";
  for (const auto& [file, json] : decode_github_payloads()) {
    SCOPED_TRACE(file + " " + json);
    const auto event = parse_json(json);
    ASSERT_TRUE(event);
    // One check is called "Do examples need to be regenerated?".
    expect_readable(*event, {"  ", "\"\"", "null", "()", " : ", "unknown", "{", "\n", "??", "[ ",
                             "someone", "without a name", "Someone changed"});
    EXPECT_FALSE(text_at(*event, "message").starts_with("GitHub: ")) << "a documented event";
    EXPECT_TRUE(text_at(*event, "kind")
                    .starts_with(file.starts_with("g") && file.find('/') < 6 ? "urn:gitea:"
                                                                             : "urn:github:"));
    EXPECT_FALSE(text_at(*event, "kind").ends_with(':'));
    EXPECT_TRUE(text_at(*event, "source").starts_with("http"));
  }
}

bool has_word(std::string_view words, std::string_view word) {
  if (words == "*") return true;
  for (const std::string_view one : split(words, ' '))
    if (one == word) return true;
  return false;
}

const ProducedKind* declared(std::string_view kind) {
  for (const ProducedKind& one : find_entry("github")->kinds)
    if (one.kind == kind ||
        (one.kind.ends_with('*') && kind.starts_with(one.kind.substr(0, one.kind.size() - 1))))
      return &one;
  return nullptr;
}

TEST(GithubGolden, events_are_of_the_kinds_that_the_portal_declares) {
  if (!fs::exists(kGithub)) GTEST_SKIP() << "shared payloads are not here";
  for (const auto& [file, json] : decode_github_payloads()) {
    SCOPED_TRACE(file + " " + json);
    const auto event = parse_json(json);
    ASSERT_TRUE(event);
    const ProducedKind* made = declared(text_at(*event, "kind"));
    ASSERT_TRUE(made);
    EXPECT_TRUE(has_word(made->severity, text_at(*event, "severity")));
    for (const auto& [name, value] : event->get_object())
      EXPECT_TRUE(has_word("kind message timestamp severity", name) || has_word(made->fields, name))
          << std::string_view(name);
  }
}

}  // namespace
}  // namespace tt::portals::test
