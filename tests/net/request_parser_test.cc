// The request parser alone: any cut gives the same result, and the corpus of the fuzz target holds.
// SPDX-License-Identifier: Apache-2.0
#include "net/request_parser.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "net/parser_check.h"

namespace tt::net {
namespace {

constexpr std::size_t kHeadMax = 1'000, kFieldsMax = 20;

TEST(RequestParser, asks_for_more_until_the_head_is_whole) {
  const std::string head = "POST /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n";
  RequestParser parser;
  for (std::size_t size = 0; size < head.size(); ++size) {
    ASSERT_EQ(parser.parse_head(head.substr(0, size), kHeadMax, kFieldsMax), Parse::kNeedMore);
  }
  const std::string whole = head + "abc";
  ASSERT_EQ(parser.parse_head(whole, kHeadMax, kFieldsMax), Parse::kDone);
  EXPECT_EQ(parser.head_bytes(), head.size());
  EXPECT_EQ(parser.head().method, "POST");
  EXPECT_EQ(parser.head().path, "/a");
  EXPECT_EQ(parser.head().query, "b");
  EXPECT_EQ(parser.head().content_length, 3u);
  EXPECT_TRUE(parser.head().is_keep_alive);
}

TEST(RequestParser, skips_empty_lines_in_front) {
  const std::string head = "\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n";
  RequestParser parser;
  ASSERT_EQ(parser.parse_head(head, kHeadMax, kFieldsMax), Parse::kDone);
  EXPECT_EQ(parser.head_bytes(), head.size());
  parser.reset();
  EXPECT_EQ(parser.parse_head("\r\n\r\n\r\n\r\n\r\n\r\n", kHeadMax, kFieldsMax), Parse::kBad);
}

TEST(RequestParser, forgets_everything_on_reset) {
  RequestParser parser;
  ASSERT_EQ(parser.parse_head("GET / HTTP/1.0\r\nHost: x\r\nExpect: 100-continue\r\n"
                              "Content-Length: 5\r\nA: long enough to be on the heap\r\n\r\n",
                              kHeadMax, kFieldsMax),
            Parse::kDone);
  EXPECT_FALSE(parser.head().wants_continue);
  parser.reset();
  ASSERT_EQ(parser.parse_head("GET / HTTP/1.1\r\nHost: y\r\n\r\n", kHeadMax, kFieldsMax),
            Parse::kDone);
  EXPECT_FALSE(parser.head().has_body());
  EXPECT_FALSE(parser.head().is_http_1_0);
  EXPECT_EQ(parser.head().headers, (Headers{{"Host", "y"}}));
}

TEST(RequestParser, every_cut_of_the_fuzz_corpus_gives_the_same_result) {
  const std::filesystem::path folder = TT_SOURCE_DIR "/fuzz/corpus/http";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    EXPECT_TRUE(is_parsed_alike(bytes.str())) << entry.path();
    ++files;
  }
  EXPECT_GT(files, 10);
}

}  // namespace
}  // namespace tt::net
