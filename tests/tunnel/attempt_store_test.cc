// What an attempt is on disk: its events as runs, small however far apart they are.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/attempt_store.h"

#include <gtest/gtest.h>

namespace tt::tunnel {
namespace {

TEST(AttemptRecord, comes_back_with_each_of_its_events) {
  const std::vector<std::uint64_t> seqs{5, 6, 7, 300, (1ull << 40) - 1, 1ull << 40, ~0ull - 1};
  const auto read = decode_attempt(encode_attempt({.exit = "chat", .seqs = seqs, .status = 204}));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->exit, "chat");
  EXPECT_EQ(read->status, 204);
  EXPECT_EQ(read->seqs, seqs);
}

TEST(AttemptRecord, touches_its_events_and_no_others) {
  const std::string body = encode_attempt({.exit = "chat", .seqs = {5, 6, 300}});
  for (const std::uint64_t seq : {5, 6, 300}) EXPECT_TRUE(attempt_touches(body, seq)) << seq;
  for (const std::uint64_t seq : {0, 4, 7, 299, 301}) EXPECT_FALSE(attempt_touches(body, seq));
}

TEST(AttemptRecord, of_events_in_the_middle_of_others_takes_two_bytes_each) {
  Attempt attempt{.exit = "chat"};
  const std::size_t without = encode_attempt(attempt).size();
  for (std::uint64_t i = 0; i < 100; ++i) attempt.seqs.push_back(1'000'000 + 4 * i);
  EXPECT_LE(encode_attempt(attempt).size(), without + 2 * 100 + 2);
}

TEST(AttemptRecord, that_is_cut_has_the_events_that_are_whole) {
  const std::string body = encode_attempt({.exit = "chat", .seqs = {5, 1'000'000}});
  const auto read = decode_attempt(std::string_view(body).substr(0, body.size() - 2));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->seqs, std::vector<std::uint64_t>{5});
}

}  // namespace
}  // namespace tt::tunnel
