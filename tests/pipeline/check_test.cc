// What `vortex check` says about whole configurations: tests/golden/check/*.yaml and the text for
// each (TT_UPDATE_GOLDEN=1 rewrites those), and that the golden files leave no diagnostic out.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/text.h"
#include "event/decode.h"
#include "pipeline/settings.h"
#include "portals/kit/catalog.h"
#include "rules/produced.h"

namespace tt::pipeline {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(TT_SOURCE_DIR) / "tests/golden";

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kGolden / "check"))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

class CheckGolden : public ::testing::TestWithParam<std::string> {};

TEST_P(CheckGolden, says_what_the_file_expects) {
  const std::string folder = (kGolden / "check/").string();
  const fs::path expected = folder + GetParam() + ".txt";
  config::Files files;
  config::Diagnostics diagnostics;
  ConfigSource source;
  source.paths = {folder + GetParam() + ".yaml"};
  const auto settings = load_settings(source, files, diagnostics);
  EXPECT_EQ(settings == nullptr, diagnostics.has_errors());
  std::string said = config::print_text(diagnostics, files);
  for (std::size_t at = said.find(folder); at != std::string::npos; at = said.find(folder, at))
    said.erase(at, folder.size());
  if (std::getenv("TT_UPDATE_GOLDEN")) std::ofstream(expected, std::ios::binary) << said;
  EXPECT_EQ(said, read(expected)) << "TT_UPDATE_GOLDEN=1 rewrites it";
}

INSTANTIATE_TEST_SUITE_P(Files, CheckGolden, ::testing::ValuesIn(case_names()),
                         [](const auto& info) { return info.param; });

/// Code and severity (`[unknown-field] warning`) of every diagnostic of all golden files.
std::vector<std::string> golden_diagnostics() {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(kGolden)) {
    if (entry.path().extension() != ".txt") continue;
    const std::string text = read(entry.path());
    for (const std::string_view line : split(text, '\n')) {
      const bool is_warning = line.find(": warning: ") != std::string_view::npos;
      if (!is_warning && line.find(": error: ") == std::string_view::npos) continue;
      if (!line.ends_with(']')) continue;
      found.push_back(std::string(line.substr(line.rfind('['))) +
                      (is_warning ? " warning" : " error"));
    }
  }
  return found;
}

TEST(GoldenFiles, hold_at_least_sixty_diagnostics) { EXPECT_GE(golden_diagnostics().size(), 60u); }

TEST(GoldenFiles, have_every_code_that_a_file_alone_can_give) {
  // These need a running daemon, a plugin, or a file that no editor would keep.
  const std::set<std::string_view> elsewhere{"file-unreadable", "file-too-large", "not-utf8",
                                             "needs-restart",   "listen-failed",  "plugin-refused",
                                             "plugin-option"};
  const std::vector<std::string> found = golden_diagnostics();
  for (const std::string_view code : config::kCodeNames) {
    const std::string shown = "[" + std::string(code) + "]";
    const bool has = std::any_of(found.begin(), found.end(),
                                 [&](const std::string& one) { return one.starts_with(shown); });
    EXPECT_NE(has, elsewhere.contains(code)) << code;
  }
}

/// Codes that the sources report as warnings: `warning("code"`, `warning(\n    "code"`.
std::set<std::string> codes_of_warnings() {
  std::set<std::string> codes;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(TT_SOURCE_DIR) / "src")) {
    if (entry.path().extension() != ".cc") continue;
    const std::string text = read(entry.path());
    constexpr std::string_view kCall = "diagnostics.warning(";
    for (std::size_t at = text.find(kCall); at != std::string::npos; at = text.find(kCall, at)) {
      at += kCall.size();
      const std::size_t quote = text.find_first_not_of(" \n", at);
      if (text[quote] != '"') continue;  // A code that is found out at run time.
      codes.insert(text.substr(quote + 1, text.find('"', quote + 1) - quote - 1));
    }
  }
  return codes;
}

TEST(GoldenFiles, have_every_kind_of_warning) {
  const std::vector<std::string> found = golden_diagnostics();
  const std::set<std::string> codes = codes_of_warnings();
  EXPECT_GE(codes.size(), 15u);
  for (const std::string& code : codes) {
    if (code == "needs-restart") continue;  // Said by a reload only.
    EXPECT_NE(std::find(found.begin(), found.end(), "[" + code + "] warning"), found.end()) << code;
  }
}

TEST(ProducedKinds, hold_for_every_recorded_event_of_gitlab) {
  const portals::EntryDescriptor* gitlab = portals::find_entry("gitlab");
  ASSERT_TRUE(gitlab);
  const std::string lines =
      read(fs::path(TT_SOURCE_DIR) / "src/portals/entry/gitlab/golden/shared_payloads.ndjson");
  std::size_t events = 0;
  for (std::string_view line : split(lines, '\n')) {
    const std::size_t begin = line.find("\"event\":");
    if (begin == std::string_view::npos) continue;
    line.remove_prefix(begin + 8);
    line.remove_suffix(1);
    const auto decoded = event::decode_events(line, event::BodyFormat::kNdjson, {}, 0);
    ASSERT_EQ(decoded.events.size(), 1u) << line;
    const event::EventView event = decoded.events[0];
    // The rows that the kind fits; the portal may not know better.
    rules::EntryFacts facts{.name = "gitlab"};
    for (const portals::ProducedKind& row : gitlab->kinds) {
      rules::Produced one;
      one.add({.name = "x", .kinds = {{row.kind, row.severity, row.fields, row.words}}});
      if (one.kind(event.text("kind"), false).kind != rules::Occurrence::Kind::kPossible) continue;
      facts.kinds.push_back({row.kind, row.severity, row.fields, row.words});
      break;
    }
    ASSERT_FALSE(facts.kinds.empty()) << event.text("kind");
    rules::Produced produced;
    produced.add(facts);
    using Kind = rules::Occurrence::Kind;
    EXPECT_EQ(produced.severity(event.text("severity")).kind, Kind::kPossible) << line;
    for (const event::Field& field : event.fields)
      EXPECT_EQ(produced.field(event.name(field)).kind, Kind::kPossible)
          << event.name(field) << " in " << line;
    ++events;
  }
  EXPECT_GT(events, 20u);
}

}  // namespace
}  // namespace tt::pipeline
