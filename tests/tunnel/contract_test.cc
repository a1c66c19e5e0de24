// The contract of Tunnel, for every implementation.
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#include "tunnel/fixture.h"

namespace tt::tunnel {
namespace {

class Contract : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    tunnel_ = GetParam() == "disk" ? open_tunnel(world_) : make_memory_tunnel(world_.seams);
    ASSERT_TRUE(tunnel_);
  }
  World world_;
  std::unique_ptr<Tunnel> tunnel_;
};

TEST_P(Contract, an_appended_event_is_read_by_every_exit) {
  auto first = open_reader(*tunnel_, "first");
  auto second = open_reader(*tunnel_, "second");
  const Appended appended = append(*tunnel_, {"a", "b"});
  ASSERT_TRUE(appended.status.ok());
  EXPECT_EQ(appended.count, 2u);
  const std::vector<Seen> wanted{{appended.first, "a"}, {appended.first + 1, "b"}};
  EXPECT_EQ(read_all(*first), wanted);
  EXPECT_EQ(read_all(*second), wanted);
}

TEST_P(Contract, meta_stands_beside_the_event) {
  auto reader = open_reader(*tunnel_, "exit");
  ASSERT_TRUE(append(*tunnel_, {"a"}, {.key = "k", .entry = "hooks"}).status.ok());
  auto batch = reader->next(1u << 20);
  ASSERT_TRUE(batch.ok() && *batch);
  const StoredEvent& event = (*batch)->events()[0];
  EXPECT_EQ(event.meta.entry, "hooks");
  EXPECT_EQ(event.meta.key.size(), 16u);
  EXPECT_EQ(event.meta.received_ns, world_.clock.wall_ns());
  EXPECT_EQ(event.event.text("kind"), "unknown");
}

TEST_P(Contract, seqs_rise_and_requests_stay_together) {
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::vector<Appended> answers;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i) {
        Appended appended = append(*tunnel_, {"x", "y", "z"});
        const std::lock_guard lock(mutex);
        answers.push_back(std::move(appended));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::sort(answers.begin(), answers.end(),
            [](const Appended& a, const Appended& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ASSERT_TRUE(answers[i].status.ok());
    EXPECT_EQ(answers[i].count, 3u);
    if (i > 0) {
      EXPECT_EQ(answers[i].first, answers[i - 1].first + 3);
    }
  }
  auto scan = tunnel_->scan(0);
  EXPECT_EQ(read_all(*scan).size(), 300u);
}

TEST_P(Contract, a_new_exit_begins_at_the_end_unless_told) {
  ASSERT_TRUE(append(*tunnel_, {"old"}).status.ok());
  world_.clock.advance_ns(3600 * kNsPerSec);
  ASSERT_TRUE(append(*tunnel_, {"new"}).status.ok());
  auto latest = open_reader(*tunnel_, "latest", {Start::Kind::kLatest});
  auto earliest = open_reader(*tunnel_, "earliest", {Start::Kind::kEarliest});
  auto recent = open_reader(*tunnel_, "recent", {Start::Kind::kAge, 60 * kNsPerSec});
  EXPECT_TRUE(read_all(*latest).empty());
  EXPECT_EQ(messages_of(read_all(*earliest)), (std::vector<std::string>{"old", "new"}));
  EXPECT_EQ(messages_of(read_all(*recent)), (std::vector<std::string>{"new"}));
}

TEST_P(Contract, the_cursor_follows_when_the_gap_closes) {
  auto reader = open_reader(*tunnel_, "exit");
  const Seq first = append(*tunnel_, numbered("m", 10)).first;
  reader->settle(first + 3, first + 5);
  EXPECT_LE(reader->cursor(), first);
  EXPECT_TRUE(reader->is_settled(first + 4));
  EXPECT_FALSE(reader->is_settled(first + 6));
  reader->settle(0, first + 2);
  EXPECT_EQ(reader->cursor(), first + 6);
}

TEST_P(Contract, rewinding_reads_again) {
  auto reader = open_reader(*tunnel_, "exit");
  const Seq first = append(*tunnel_, {"a", "b", "c"}).first;
  EXPECT_EQ(read_all(*reader).size(), 3u);
  reader->settle(0, first + 2);
  ASSERT_TRUE(reader->rewind(first + 1).ok());
  EXPECT_EQ(reader->cursor(), first + 1);
  EXPECT_EQ(messages_of(read_all(*reader)), (std::vector<std::string>{"b", "c"}));
}

TEST_P(Contract, seeking_moves_the_reading_position_only) {
  auto reader = open_reader(*tunnel_, "exit");
  const Seq first = append(*tunnel_, {"a", "b"}).first;
  EXPECT_EQ(read_all(*reader).size(), 2u);
  const Seq cursor = reader->cursor();
  reader->seek(first + 1);
  EXPECT_EQ(reader->position(), first + 1);
  EXPECT_EQ(messages_of(read_all(*reader)), (std::vector<std::string>{"b"}));
  EXPECT_EQ(reader->cursor(), cursor);
}

TEST_P(Contract, one_exit_has_one_reader) {
  auto reader = open_reader(*tunnel_, "exit");
  EXPECT_FALSE(tunnel_->open("exit", {}).ok());
  reader.reset();
  EXPECT_TRUE(tunnel_->open("exit", {}).ok());
}

TEST_P(Contract, a_repeated_key_is_answered_as_before_and_not_stored_twice) {
  const Appended first = append(*tunnel_, {"a", "b"}, {.key = "k"});
  const Appended again = append(*tunnel_, {"a", "b"}, {.key = "k"});
  ASSERT_TRUE(again.status.ok());
  EXPECT_TRUE(again.is_repeat);
  EXPECT_EQ(again.first, first.first);
  EXPECT_EQ(again.count, 2u);
  EXPECT_FALSE(append(*tunnel_, {"a"}, {.key = "k", .entry = "other"}).is_repeat);
  auto scan = tunnel_->scan(0);
  EXPECT_EQ(read_all(*scan).size(), 3u);
}

TEST_P(Contract, a_key_is_forgotten_after_a_day) {
  ASSERT_TRUE(append(*tunnel_, {"a"}, {.key = "k"}).status.ok());
  world_.clock.advance_ns(25ll * 3600 * kNsPerSec);
  EXPECT_FALSE(append(*tunnel_, {"a"}, {.key = "k"}).is_repeat);
}

TEST_P(Contract, received_never_goes_back) {
  ASSERT_TRUE(append(*tunnel_, {"a"}).status.ok());
  const WallNs before = world_.clock.wall_ns();
  world_.clock.set_wall_ns(before - 3600 * kNsPerSec);
  ASSERT_TRUE(append(*tunnel_, {"b"}).status.ok());
  auto scan = tunnel_->scan(0);
  WallNs last = 0;
  while (true) {
    auto batch = scan->next(1u << 20);
    ASSERT_TRUE(batch.ok());
    if (!*batch) break;
    for (const StoredEvent& event : (*batch)->events()) {
      EXPECT_GE(event.meta.received_ns, last);
      last = event.meta.received_ns;
    }
  }
  EXPECT_EQ(last, before);
}

TEST_P(Contract, waking_comes_with_the_visible_mark) {
  std::atomic<Seq> seen{0};
  tunnel_->on_visible([&] { seen = tunnel_->status().visible; });
  const Appended appended = append(*tunnel_, {"a"});
  EXPECT_EQ(seen.load(), appended.first + 1);
  tunnel_->on_visible(nullptr);
}

TEST_P(Contract, an_exit_without_reader_is_an_orphan_until_forgotten) {
  open_reader(*tunnel_, "gone").reset();
  auto kept = open_reader(*tunnel_, "kept");
  EXPECT_EQ(tunnel_->orphans(), std::vector<std::string>{"gone"});
  EXPECT_FALSE(tunnel_->forget("kept").ok());
  EXPECT_TRUE(tunnel_->forget("gone").ok());
  EXPECT_TRUE(tunnel_->orphans().empty());
}

TEST_P(Contract, a_renamed_exit_keeps_its_cursor_and_its_dead_letters) {
  auto reader = open_reader(*tunnel_, "old");
  const Seq first = append(*tunnel_, {"a", "b"}).first;
  reader->settle(0, first);
  reader.reset();
  ASSERT_TRUE(tunnel_->dead_letters().append({.exit = "old", .seq = first}).ok());
  ASSERT_TRUE(tunnel_->adopt("old", "new").ok());
  reader = open_reader(*tunnel_, "new");
  EXPECT_EQ(reader->cursor(), first + 1);
  ASSERT_EQ(tunnel_->dead_letters().summary().size(), 1u);
  EXPECT_EQ(tunnel_->dead_letters().summary()[0].exit, "new");
  EXPECT_FALSE(tunnel_->adopt("old", "newer").ok());
}

TEST_P(Contract, a_cursor_that_is_open_takes_its_new_name_at_once) {
  auto reader = open_reader(*tunnel_, "old");
  const Seq first = append(*tunnel_, {"a", "b"}).first;
  ASSERT_TRUE(tunnel_->dead_letters().append({.exit = "old", .seq = first}).ok());
  EXPECT_EQ(tunnel_->adopt("old", "new").error().code, Code::kRetry);  // More letters may come.
  EXPECT_EQ(tunnel_->adopt("new", "newer").error().code, Code::kRetry);
  EXPECT_EQ(tunnel_->dead_letters().count("old", 0), 1u);
  EXPECT_FALSE(tunnel_->open("newer", {}).ok());  // The reader has it still, and moves it.
  reader->settle(0, first);
  reader.reset();
  EXPECT_THAT(tunnel_->orphans(), ::testing::ElementsAre("newer"));
  EXPECT_EQ(tunnel_->adopt("old", "newer").error().code, Code::kReject);  // The cursor is renamed.
  EXPECT_EQ(tunnel_->dead_letters().count("newer", 0), 1u);
  reader = open_reader(*tunnel_, "newer");
  EXPECT_EQ(reader->cursor(), first + 1);
}

TEST_P(Contract, a_closed_tunnel_refuses_and_keeps_answering) {
  ASSERT_TRUE(append(*tunnel_, {"a"}).status.ok());
  EXPECT_TRUE(tunnel_->close().ok());
  const Appended late = append(*tunnel_, {"b"});
  ASSERT_FALSE(late.status.ok());
  EXPECT_EQ(late.status.error().code, Code::kStopped);
  EXPECT_TRUE(tunnel_->close().ok());
}

TEST_P(Contract, an_empty_request_is_refused) { EXPECT_FALSE(append(*tunnel_, {}).status.ok()); }

TEST_P(Contract, seek_time_finds_the_first_event_received_since) {
  ASSERT_TRUE(append(*tunnel_, {"a"}).status.ok());
  world_.clock.advance_ns(kNsPerSec);
  const WallNs then = world_.clock.wall_ns();
  const Seq second = append(*tunnel_, {"b"}).first;
  EXPECT_EQ(tunnel_->seek_time(then), second);
  EXPECT_EQ(tunnel_->seek_time(then + 1), tunnel_->status().visible);
  EXPECT_LT(tunnel_->seek_time(0), second);
}

TEST_P(Contract, a_reader_knows_where_its_exit_began) {
  append(*tunnel_, {"a"});
  const Seq second = append(*tunnel_, {"b"}).first;
  const auto reader = tunnel_->open("exit", {});
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ((*reader)->start(), second + 1);
  ASSERT_TRUE((*reader)->rewind(second).ok());
  EXPECT_EQ((*reader)->start(), second);
  ASSERT_TRUE((*reader)->rewind(second + 1).ok());
  EXPECT_EQ((*reader)->start(), second) << "what was once its business stays so";
}

TEST_P(Contract, dead_letters_are_listed_found_and_removed) {
  DeadLetters& dead = tunnel_->dead_letters();
  const DeadLetter letter{.exit = "exit",
                          .seq = 9,
                          .reason = "rejected",
                          .status = 400,
                          .attempts = 2,
                          .error = "no",
                          .answer = "bad",
                          .rule = "r",
                          .entry = "events",
                          .event_json = R"({"message":"x"})"};
  const auto one = dead.append(letter);
  const auto two = dead.append(letter);
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_LT(*one, *two);
  const auto found = dead.find("exit", *one);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->event_json, letter.event_json);
  EXPECT_EQ(found->reason, "rejected");
  EXPECT_EQ(found->status, 400);
  EXPECT_TRUE(dead.remove("exit", *one).ok());
  EXPECT_FALSE(dead.remove("exit", *one).ok());
  EXPECT_FALSE(dead.find("exit", *one).ok());
  const auto listed = dead.list("exit", 0, 10);
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ((*listed)[0].number, *two);
  EXPECT_TRUE(dead.list("exit", *two, 10)->empty());
}

TEST_P(Contract, a_letter_shows_its_newest_attempt_by_hand) {
  DeadLetters& dead = tunnel_->dead_letters();
  const auto one = dead.append({.exit = "exit",
                                .seq = 9,
                                .reason = "rejected",
                                .status = 400,
                                .attempts = 1,
                                .first_ns = 3,
                                .error = "no",
                                .request = "POST /",
                                .event_json = "{}"});
  ASSERT_TRUE(one.ok());
  ASSERT_TRUE(dead.note_attempt("exit", *one, {.attempts = 2, .last_ns = 7, .status = 401}).ok());
  const LetterAttempt newest{
      .attempts = 3, .last_ns = 8, .status = 422, .error = "bad", .answer = "why"};
  ASSERT_TRUE(dead.note_attempt("exit", *one, newest).ok());
  EXPECT_FALSE(dead.note_attempt("other", *one, newest).ok());
  const auto found = dead.find("exit", *one);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->number, *one);
  EXPECT_EQ(found->attempts, 3u);
  EXPECT_EQ(found->last_ns, 8);
  EXPECT_EQ(found->first_ns, 3);
  EXPECT_EQ(found->status, 422);
  EXPECT_EQ(found->error, "bad");
  EXPECT_EQ(found->answer, "why");
  EXPECT_EQ(found->request, "POST /");
  EXPECT_EQ(found->event_json, "{}");
  const auto two = dead.append({.exit = "exit", .seq = 10});
  ASSERT_TRUE(two.ok());
  EXPECT_GT(*two, *one);
  ASSERT_TRUE(dead.remove("exit", *one).ok());
  EXPECT_TRUE(dead.note_attempt("exit", *one, newest).ok());
  EXPECT_EQ(dead.list("exit", 0, 10)->size(), 1u);
}

TEST_P(Contract, dead_letters_are_found_by_event) {
  DeadLetters& dead = tunnel_->dead_letters();
  ASSERT_TRUE(dead.append({.exit = "a", .seq = 9, .event_json = "{}"}).ok());
  const auto other = dead.append({.exit = "b", .seq = 9, .event_json = "{}"});
  ASSERT_TRUE(dead.append({.exit = "b", .seq = 10, .event_json = "{}"}).ok());
  ASSERT_EQ(dead.of_event(9).size(), 2u);
  EXPECT_EQ(dead.of_event(9)[1].exit, "b");
  EXPECT_EQ(dead.of_event(9)[1].number, *other);
  EXPECT_TRUE(dead.of_event(11).empty());
  ASSERT_TRUE(dead.remove("b", *other).ok());
  EXPECT_EQ(dead.of_event(9).size(), 1u);
}

TEST_P(Contract, attempts_are_found_by_event) {
  Attempts& attempts = tunnel_->attempts();
  attempts.append({.exit = "a", .seqs = {1, 2, 3, 7}, .verdict = "delivered", .status = 200});
  attempts.append({.exit = "b",
                   .seqs = {3},
                   .number = 2,
                   .verdict = "retry",
                   .status = 503,
                   .answer = "busy",
                   .reference = "r-1",
                   .replay = 4});
  const auto found = attempts.find(3);
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ((*found)[0].seqs, (std::vector<std::uint64_t>{1, 2, 3, 7}));
  EXPECT_EQ((*found)[1].answer, "busy");
  EXPECT_EQ((*found)[1].reference, "r-1");
  EXPECT_EQ((*found)[0].replay, 0u) << "the first run";
  EXPECT_EQ((*found)[1].replay, 4u);
  EXPECT_TRUE(attempts.find(4)->empty());
}

INSTANTIATE_TEST_SUITE_P(Tunnels, Contract, testing::Values("disk", "memory"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace tt::tunnel
