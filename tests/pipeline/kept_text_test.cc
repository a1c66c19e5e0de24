// Kept texts: files come back as they were, and load without their secrets.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/kept_text.h"

#include <gtest/gtest.h>

#include "pipeline/offline.h"

namespace tt::pipeline {
namespace {

TEST(KeptText, a_kept_text_gives_its_files_back_whatever_stands_in_them) {
  const std::vector<ConfigText> files{
      {"a.yaml", "exits: {}\n"}, {"b # file of 3 bytes: x", "# file of 9 bytes: c\n"}, {"", ""}};
  const std::vector<ConfigText> back = split_files(join_files(files));
  ASSERT_EQ(back.size(), files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(back[i].path, files[i].path);
    EXPECT_EQ(back[i].text, files[i].text);
  }
  // Of another form: one file.
  for (const char* text : {"# old.yaml\nexits: {}\n", "", "# file of 99 bytes: a\nshort\n"}) {
    ASSERT_EQ(split_files(text).size(), 1u);
    EXPECT_EQ(split_files(text)[0].text, text);
  }
}

TEST(KeptText, a_kept_configuration_judges_without_its_secrets) {
  const std::shared_ptr<const Settings> first = offline_settings(
      "exits:\n  a: {type: webhook, url: 'https://me:secret@x.example', auth: {bearer: "
      "very-secret}}\n"
      "  b: {type: webhook, url: {env: TT_TEST_NO_SUCH_VARIABLE}}\n"
      "rules:\n  - {to: [a, b]}\n");
  ASSERT_TRUE(first);
  config::Files files;
  config::Diagnostics diagnostics;
  ConfigSource source;
  source.kept = split_files(first->text);
  const auto kept = load_settings(source, files, diagnostics);
  ASSERT_TRUE(kept) << config::print_text(diagnostics, files);
  EXPECT_TRUE(diagnostics.empty()) << config::print_text(diagnostics, files);
  EXPECT_EQ(first->text.find("very-secret"), std::string::npos);
  for (std::size_t i = 0; i < kept->exits.size(); ++i)
    EXPECT_EQ(kept->exits[i].as_shown, first->exits[i].as_shown);
  EXPECT_NE(kept->exits[0].fingerprint, first->exits[0].fingerprint);
}

}  // namespace
}  // namespace tt::pipeline
