// Search and tail: events found by condition, time, id, exit and rule, and live ones as they come.
// SPDX-License-Identifier: Apache-2.0
#include "api/search.h"

#include <mutex>

#include "api/api_fixture.h"

namespace tt::api {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class SearchTest : public testing::ApiTest {
 protected:
  /// Five events: one to five; the even ones are critical, `three` is of kind urn:a:b.
  void start_with_events() {
    start_usual();
    int number = 0;
    for (const char* message : {"one", "two", "three", "four", "five"}) {
      const std::string severity = ++number % 2 ? "info" : "critical";
      const std::string kind = number == 3 ? "urn:a:b" : "urn:x";
      seqs_.push_back(append("events", "{\"message\":\"" + std::string(message) +
                                           "\",\"severity\":\"" + severity + "\",\"kind\":\"" +
                                           kind + "\"}"));
      clock_.advance_ns(3600 * kNsPerSec);
    }
  }
  std::vector<std::string> found(const std::string& query) {
    return messages(read("/events?" + query));
  }
  std::vector<tunnel::Seq> seqs_;
};

TEST_F(SearchTest, the_newest_come_first_unless_asked_otherwise) {
  start_with_events();
  EXPECT_THAT(found(""), ElementsAre("five", "four", "three", "two", "one"));
  EXPECT_THAT(found("order=asc"), ElementsAre("one", "two", "three", "four", "five"));
}

TEST_F(SearchTest, a_condition_is_cel_over_event_and_meta) {
  start_with_events();
  EXPECT_THAT(found("where=" + percent_encode(R"(event.severity == "critical")")),
              ElementsAre("four", "two"));
  EXPECT_THAT(found("where=" + percent_encode(R"(meta.entry == "nobody")")), IsEmpty());
  const auto misspelt = read("/events?where=" + percent_encode(R"(event.severty == "critical")"));
  EXPECT_THAT(messages(misspelt), IsEmpty());
  EXPECT_THAT(std::string(misspelt.at("warnings").at(0).as_string()),
              HasSubstr("did you mean `event.severity`?"));
  const auto refused = read("/events?where=" + percent_encode("event.severity =="), 400);
  EXPECT_THAT(text(refused, "error"), HasSubstr("column"));
}

TEST_F(SearchTest, a_kind_finds_what_stands_below_it) {
  start_with_events();
  EXPECT_THAT(found("kind=urn:a"), ElementsAre("three"));
  EXPECT_THAT(found("kind=urn:a:b"), ElementsAre("three"));
  EXPECT_THAT(found("kind=ur"), IsEmpty());
}

TEST_F(SearchTest, an_exit_or_a_rule_finds_what_it_would_get) {
  start_with_events();
  EXPECT_THAT(found("exit=hook"), ElementsAre("four", "two"));
  EXPECT_THAT(found("rule=urgent"), ElementsAre("four", "two"));
  EXPECT_THAT(found("rule=" + percent_encode("kind a")), IsEmpty());
  read("/events?exit=nobody", 404);
  read("/events?rule=nothing", 404);
}

TEST_F(SearchTest, bounds_are_durations_times_and_ids) {
  start_with_events();
  // Events stand at full hours; now is one hour after the last.
  EXPECT_THAT(found("order=asc&since=" + id_of(seqs_[2])), ElementsAre("three", "four", "five"));
  EXPECT_THAT(found("order=asc&until=" + id_of(seqs_[2])), ElementsAre("one", "two"));
  EXPECT_THAT(found("order=asc&since=" + id_of(seqs_[1]) + "&until=" + id_of(seqs_[3])),
              ElementsAre("two", "three"));
  // Times may begin a little early, never late.
  EXPECT_THAT(found("since=150m"), ::testing::IsSupersetOf({"four", "five"}));
  EXPECT_THAT(found("since=2026-01-01T02:30:00Z"), ::testing::IsSupersetOf({"four", "five"}));
  read("/events?since=yesterday", 400);
}

TEST_F(SearchTest, next_goes_on_where_the_limit_cut) {
  start_with_events();
  for (const std::string& order : {std::string("desc"), std::string("asc")}) {
    std::vector<std::string> all;
    std::string next;
    int pages = 0;
    do {
      const auto page =
          read("/events?limit=2&order=" + order + (next.empty() ? "" : "&next=" + next));
      for (const std::string& message : messages(page)) all.push_back(message);
      next = page.at("next").is_null() ? "" : text(page, "next");
    } while (!next.empty() && ++pages < 10);
    std::vector<std::string> expected = {"one", "two", "three", "four", "five"};
    if (order == "desc") std::reverse(expected.begin(), expected.end());
    EXPECT_EQ(all, expected) << order;
  }
}

TEST_F(SearchTest, a_range_that_fits_has_no_next) {
  start_with_events();
  EXPECT_TRUE(read("/events?limit=5").at("next").is_null());
  EXPECT_TRUE(read("/events?limit=5&order=asc").at("next").is_null());
}

TEST_F(SearchTest, wrong_parameters_are_said_to_be_wrong) {
  start_with_events();
  for (const char* query : {"limit=0", "limit=10001", "limit=x", "order=up", "next=x"})
    read("/events?" + std::string(query), 400);
}

TEST_F(SearchTest, one_event_is_found_by_its_id) {
  start_with_events();
  const auto one = read("/events/" + id_of(seqs_[1]));
  EXPECT_EQ(text(one, "id"), id_of(seqs_[1]));
  EXPECT_EQ(text(one, "entry"), "events");
  EXPECT_EQ(text(one, "received"), "2026-01-01T01:00:00.000000Z");
  EXPECT_EQ(text(one.at("event"), "message"), "two");
  read("/events/" + id_of(seqs_[4] + 1000), 404);
  read("/events/00000000-1", 404);
  read("/events/nonsense", 404);
}

/// A stream of server-sent events as a client sees it.
class Stream {
 public:
  Stream(net::HttpClient& client, net::ClientRequest request) {
    request.timeout_ms = 0;
    request.on_body = [state = state_](std::string_view bytes) {
      const std::lock_guard lock(state->mutex);
      state->text += bytes;
      return !state->is_left;
    };
    client.send(std::move(request), [state = state_](net::ClientAnswer answer) {
      const std::lock_guard lock(state->mutex);
      state->answer = std::move(answer);
    });
  }
  ~Stream() {
    const std::lock_guard lock(state_->mutex);
    state_->is_left = true;
  }
  std::string text() const {
    const std::lock_guard lock(state_->mutex);
    return state_->text;
  }
  std::optional<net::ClientAnswer> ended() const {
    const std::lock_guard lock(state_->mutex);
    return state_->answer;
  }

 private:
  struct State {
    std::mutex mutex;
    std::string text;
    bool is_left = false;
    std::optional<net::ClientAnswer> answer;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class TailTest : public SearchTest {
 protected:
  std::unique_ptr<Stream> tail(const std::string& query = "", net::Headers headers = {}) {
    net::ClientRequest request;
    request.method = "GET";
    request.url =
        "http://127.0.0.1:" + std::to_string(address().port) + "/api/v1/events/stream" + query;
    request.headers = std::move(headers);
    auto stream = std::make_unique<Stream>(*client_, std::move(request));
    EXPECT_TRUE(eventually([&] { return stream->text().starts_with(": tail\n\n"); }));
    return stream;
  }
  ::testing::AssertionResult comes(const Stream& stream, const std::string& text) {
    return eventually([&] { return stream.text().find(text) != std::string::npos; });
  }
};

TEST_F(TailTest, a_watcher_gets_new_events_and_no_old_ones) {
  start_usual();
  say("old");
  const auto stream = tail();
  const std::string id = id_of(say("new"));
  ASSERT_TRUE(comes(*stream, "\"new\""));
  EXPECT_THAT(stream->text(), AllOf(HasSubstr("id: " + id + "\ndata: {\"id\":\"" + id + "\""),
                                    Not(HasSubstr("\"old\""))));
}

TEST_F(TailTest, a_watcher_that_comes_back_names_the_last_id_and_misses_nothing) {
  start_usual();
  const std::string seen = id_of(say("seen"));
  say("missed");
  const auto stream = tail("", {{"Last-Event-ID", seen}});
  say("new");
  ASSERT_TRUE(comes(*stream, "\"new\""));
  EXPECT_THAT(stream->text(), AllOf(HasSubstr("\"missed\""), Not(HasSubstr("\"seen\""))));
}

TEST_F(TailTest, since_goes_back_and_filters_hold) {
  start_usual();
  const std::string first = id_of(say("first"));
  const auto stream =
      tail("?since=" + first + "&where=" + percent_encode(R"(event.message != "second")"));
  say("second");
  say("third");
  ASSERT_TRUE(comes(*stream, "\"third\""));
  EXPECT_THAT(stream->text(), AllOf(HasSubstr("\"first\""), Not(HasSubstr("\"second\""))));
}

TEST_F(TailTest, a_wrong_filter_is_an_answer_and_no_stream) {
  start_usual();
  EXPECT_EQ(get("/api/v1/events/stream?where=%29").status, 400);
  EXPECT_EQ(get("/api/v1/events/stream?exit=nobody").status, 404);
}

TEST_F(TailTest, a_stop_ends_the_stream) {
  start_usual();
  const auto stream = tail();
  daemon_->stop(0);
  ASSERT_TRUE(soon([&] { return stream->ended().has_value(); }));
}

TEST_F(TailTest, a_watcher_that_leaves_disturbs_no_other) {
  start_usual();
  auto leaves = tail();
  const auto stays = tail();
  leaves.reset();
  for (int i = 0; i < 3; ++i) say("number " + std::to_string(i));
  ASSERT_TRUE(comes(*stays, "number 2"));
  EXPECT_THAT(stays->text(), HasSubstr("number 1"));
}

}  // namespace
}  // namespace tt::api
