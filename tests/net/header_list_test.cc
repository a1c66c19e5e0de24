// Tests of net/header_list.h: lines as libcurl reads them, and nothing left of the list before.
// SPDX-License-Identifier: Apache-2.0
#include "net/header_list.h"

#include <gmock/gmock.h>

namespace tt::net {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> lines_of(HeaderList& headers) {
  std::vector<std::string> lines;
  for (const curl_slist* node = headers.list(); node; node = node->next)
    lines.emplace_back(node->data);
  return lines;
}

TEST(HeaderList, has_what_was_given_and_keeps_libcurl_from_adding) {
  HeaderList list;
  ASSERT_TRUE(list.set({{"A", "1"}, {"Empty", ""}}));
  EXPECT_THAT(lines_of(list),
              ElementsAre("A: 1", "Empty;", "Expect:", "Content-Type:", "User-Agent: time-tunnel"));
  ASSERT_TRUE(list.set({{"expect", "x"}, {"CONTENT-TYPE", "t"}, {"user-agent", "me"}}));
  EXPECT_THAT(lines_of(list), ElementsAre("expect: x", "CONTENT-TYPE: t", "user-agent: me"));
}

TEST(HeaderList, long_lists_and_short_ones_follow_each_other) {
  HeaderList list;
  for (const std::size_t count : {100, 1, 0, 300, 2}) {
    Headers headers;
    for (std::size_t i = 0; i < count; ++i)
      headers.emplace_back("N" + std::to_string(i), std::string(i, 'v'));
    ASSERT_TRUE(list.set(headers));
    const std::vector<std::string> lines = lines_of(list);
    ASSERT_EQ(lines.size(), count + 3);
    for (std::size_t i = 1; i < count; ++i)
      EXPECT_EQ(lines[i], headers[i].first + ": " + headers[i].second);
  }
}

TEST(HeaderList, refuses_what_would_break_the_head) {
  HeaderList list;
  const Headers bad[] = {{{"A", "b\r\nC: d"}}, {{"A\n", "b"}},  {{"A", std::string("b\0", 2)}},
                         {{"A:", "b"}},        {{"", "empty"}}, {{"A b", "c"}},
                         {{"A", "\x7f"}}};
  for (const Headers& headers : bad) EXPECT_FALSE(list.set(headers));
  EXPECT_TRUE(list.set({{"A", "tab\tand \xc3\xa9"}}));
}

}  // namespace
}  // namespace tt::net
