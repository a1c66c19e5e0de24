// Lines, folders and masking of the configuration's texts.
// SPDX-License-Identifier: Apache-2.0
#include "config/files.h"

#include <gtest/gtest.h>

namespace tt::config {
namespace {

TEST(Files, lines_are_found_without_their_ends) {
  Files files;
  files.add("a.yaml", "one\r\ntwo\n\nfour");
  EXPECT_EQ(files.line(0, 1), "one");
  EXPECT_EQ(files.line(0, 2), "two");
  EXPECT_EQ(files.line(0, 3), "");
  EXPECT_EQ(files.line(0, 4), "four");
  EXPECT_EQ(files.line(0, 5), "");
  EXPECT_EQ(files.line(7, 1), "");
}

TEST(Files, a_last_line_without_end_and_one_behind_the_last_end_are_lines) {
  Files files;
  files.add("a.yaml", "one\ntwo");
  files.add("b.yaml", "one\n");
  EXPECT_EQ(files.line(0, 2), "two");
  EXPECT_EQ(files.line(1, 2), "");
  EXPECT_EQ(files.line(1, 0), "");
}

TEST(Files, a_byte_order_mark_is_no_text) {
  Files files;
  files.add("a.yaml",
            "\xef\xbb\xbf"
            "a: 1\n");
  EXPECT_EQ(files.line(0, 1), "a: 1");
}

TEST(Files, the_folder_is_that_of_the_path) {
  Files files;
  for (const char* path : {"a.yaml", "/a.yaml", "/etc/tt/a.yaml", "x/a.yaml"}) files.add(path, "");
  EXPECT_EQ(files.folder(0), ".");
  EXPECT_EQ(files.folder(1), "/");
  EXPECT_EQ(files.folder(2), "/etc/tt");
  EXPECT_EQ(files.folder(3), "x");
}

TEST(Files, hidden_texts_are_masked_wherever_they_stand) {
  Files files;
  files.hide("s3cret");
  files.hide("ab");  // Too short to be sought inside of words.
  EXPECT_EQ(files.masked("s3crets3cret ab cab 'ab'"), "************ ** cab '**'");
  files.hide("my-s3cret-key");  // One inside of another hides the whole.
  EXPECT_EQ(files.masked("my-s3cret-key, s3cret"), "*************, ******");
}

TEST(Files, the_same_file_read_again_keeps_its_index) {
  Files files;
  const int first = files.add("a.yaml", "a: 1\n");
  EXPECT_EQ(files.add("a.yaml", "a: 1\n"), first);
  EXPECT_NE(files.add("a.yaml", "a: 2\n"), first);
  EXPECT_NE(files.add("b.yaml", "a: 1\n"), first);
}

}  // namespace
}  // namespace tt::config
