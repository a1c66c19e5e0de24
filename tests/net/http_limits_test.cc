// Limits and deadlines of the HTTP server, each with the answer that it owes.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <thread>

#include "server_fixture.h"

namespace tt::net::testing {
namespace {

using ::testing::HasSubstr;

class LimitsTest : public ServerTest {
 protected:
  /// A connection made while no descriptor is left for the server's side of it.
  RawClient connect_under_limit(const rlimit& before) {
    const int lowest_free = ::dup(0);
    ::close(lowest_free);
    rlimit tight = before;
    tight.rlim_cur = static_cast<rlim_t>(lowest_free) + 1;
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
    return connect();
  }
};

TEST_F(LimitsTest, chunk_sizes_that_wrap_are_too_large) {
  const std::string answer = ask(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffe\r\nabc");
  EXPECT_EQ(status_of(answer), 413);
}

TEST_F(LimitsTest, refuses_heads_beyond_the_limit) {
  options_.limits.head_bytes_max = 1'000;
  start();
  const std::string begin = "GET / HTTP/1.1\r\nHost: x\r\nA: ";
  const auto request = [&](std::size_t size) {
    return begin + std::string(size - begin.size() - 4, 'a') + "\r\n\r\n";
  };
  EXPECT_EQ(status_of(ask(request(1'000))), 200);
  EXPECT_EQ(status_of(ask(request(1'001))), 431);
  RawClient endless = connect();
  endless.send(begin + std::string(5'000, 'a'));
  EXPECT_EQ(status_of(endless.read_answer()), 431);
  EXPECT_TRUE(endless.is_closed_by_peer());
}

TEST_F(LimitsTest, takes_a_head_as_large_as_the_default_limit) {
  const std::string begin = "GET /large HTTP/1.1\r\nHost: x\r\nA: ";
  const std::string head = begin + std::string((32u << 10) - begin.size() - 4, 'a') + "\r\n\r\n";
  EXPECT_EQ(status_of(ask(head)), 200);
  EXPECT_EQ(status_of(ask(head + "x")), 200);
}

TEST_F(LimitsTest, refuses_too_many_fields) {
  options_.limits.head_fields_max = 10;
  start();
  std::string fields = "Host: x\r\n";
  for (int i = 0; i < 9; ++i) fields += "A: b\r\n";
  EXPECT_EQ(status_of(ask("GET / HTTP/1.1\r\n" + fields + "\r\n")), 200);
  EXPECT_EQ(status_of(ask("GET / HTTP/1.1\r\n" + fields + "A: b\r\n\r\n")), 431);
}

TEST_F(LimitsTest, refuses_bodies_beyond_the_limit_that_admit_gave) {
  handler_.admit = [](const HttpRequest&) { return Admission{10, std::nullopt}; };
  RawClient client = connect();
  EXPECT_EQ(status_of(client.ask(post("0123456789"))), 200);
  const std::string answer = client.ask(post("0123456789a"));
  EXPECT_EQ(status_of(answer), 413);
  EXPECT_EQ(body_of(answer),
            R"({"error":"the request body of 11 bytes is over the limit of 10 bytes"})");
  EXPECT_TRUE(client.is_closed_by_peer());
  const std::string chunked =
      ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
          "6\r\nabcdef\r\n6\r\nabcdef\r\n0\r\n\r\n");
  EXPECT_EQ(status_of(chunked), 413);
  EXPECT_EQ(body_of(chunked), R"({"error":"the request body is over the limit of 10 bytes"})");
}

TEST_F(LimitsTest, a_handler_says_in_its_own_words_that_a_body_is_too_large) {
  handler_.admit = [](const HttpRequest&) { return Admission{10, std::nullopt}; };
  handler_.too_large = [](const HttpRequest& request, std::size_t most,
                          std::optional<std::size_t> is) {
    return HttpAnswer{.status = 413,
                      .body = std::string(request.path) + " " + std::to_string(most) + " " +
                              std::to_string(is.value_or(0))};
  };
  EXPECT_EQ(body_of(ask(post("0123456789a"))), "/p 10 11");
}

TEST_F(LimitsTest, a_large_refused_body_still_gets_its_answer) {
  handler_.admit = [](const HttpRequest&) { return Admission{10, std::nullopt}; };
  RawClient client = connect();
  client.send(post(std::string(500'000, 'x')));
  EXPECT_EQ(status_of(client.read_answer()), 413);
}

TEST_F(LimitsTest, refusals_of_admit_close_only_when_a_body_was_due) {
  handler_.admit = [](const HttpRequest&) {
    return Admission{10, HttpAnswer{401, "application/json", "{}", {{"WWW-Authenticate", "x"}}}};
  };
  RawClient client = connect();
  EXPECT_THAT(client.ask(kGet), HasSubstr("WWW-Authenticate: x\r\n"));
  EXPECT_EQ(status_of(client.ask(kGet)), 401);
  EXPECT_THAT(client.ask(post("x")), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(LimitsTest, bodies_beyond_the_budget_get_503) {
  options_.limits.body_budget_bytes = 100'000;
  auto held = std::make_shared<Held>();
  handler_.handle = [held](const HttpRequest&, Responder responder) {
    held->put(std::move(responder));
  };
  RawClient first = connect();
  first.send(post(std::string(80'000, 'x')));
  Responder responder = held->take();
  RawClient second = connect();
  const std::string answer = second.ask(post(std::string(30'000, 'x')));
  EXPECT_EQ(status_of(answer), 503);
  EXPECT_THAT(answer, HasSubstr("Retry-After: 1\r\n"));
  responder.answer({});
  EXPECT_EQ(status_of(first.read_answer()), 200);
  RawClient third = connect();
  third.send(post(std::string(80'000, 'x')));
  held->take().answer({});
  EXPECT_EQ(status_of(third.read_answer()), 200);
}

TEST_F(LimitsTest, a_large_body_waits_for_others_instead_of_being_refused) {
  options_.threads = 1;
  options_.limits.body_budget_bytes = 200'000;
  options_.limits.turns_from_bytes = 50'000;
  options_.limits.turn_wait_ms = 60'000;
  auto held = std::make_shared<Held>();
  handler_.handle = [held](const HttpRequest&, Responder responder) {
    held->put(std::move(responder));
  };
  RawClient first = connect(), second = connect(), third = connect();
  first.send(post(std::string(80'000, 'x')));
  Responder begun = held->take();
  second.send(post(std::string(150'000, 'x')));
  third.send(post(std::string(150'000, 'x')));
  RawClient small = connect();
  small.send(post("x"));  // Waits for nobody.
  held->take().answer({});
  EXPECT_EQ(status_of(small.read_answer()), 200);
  begun.answer({});
  EXPECT_EQ(status_of(first.read_answer()), 200);
  for (RawClient* next : {&second, &third}) {
    held->take().answer({});
    EXPECT_EQ(status_of(next->read_answer()), 200);
  }
}

TEST_F(LimitsTest, whoever_is_slow_keeps_others_from_their_turn_for_a_moment_only) {
  options_.threads = 1;
  options_.limits.turns_from_bytes = 50'000;
  options_.limits.turn_wait_ms = 10;
  RawClient slow = connect();
  const std::string request = post(std::string(90'000, 'x'));
  slow.send(request.substr(0, 80'000));
  EXPECT_EQ(status_of(ask(post(std::string(100'000, 'x')))), 200);
  EXPECT_EQ(status_of(slow.ask(request.substr(80'000))), 200);
}

TEST_F(LimitsTest, a_stop_ends_those_that_wait_for_their_turn) {
  options_.threads = 1;
  options_.limits.turns_from_bytes = 50'000;
  options_.limits.turn_wait_ms = 60'000;
  auto held = std::make_shared<Held>();
  handler_.handle = [held](const HttpRequest&, Responder responder) {
    held->put(std::move(responder));
  };
  RawClient first = connect(), second = connect();
  first.send(post(std::string(80'000, 'x')));
  const Responder begun = held->take();
  second.send(post(std::string(80'000, 'x')));
  server_->stop(10);
  EXPECT_TRUE(second.is_closed_by_peer());
}

TEST_F(LimitsTest, a_body_that_is_only_promised_takes_no_budget) {
  options_.limits.body_budget_bytes = 100'000;
  const auto head = [](std::size_t length) {
    return "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(length) +
           "\r\nExpect: 100-continue\r\n\r\n";
  };
  // A small body lies in the read buffer, a large one has memory of its own.
  RawClient large = connect(), small = connect();
  large.send(head(99'000));
  small.send(head(9'000));
  EXPECT_THAT(large.read_until("\r\n\r\n"), HasSubstr("100 Continue"));
  EXPECT_THAT(small.read_until("\r\n\r\n"), HasSubstr("100 Continue"));
  EXPECT_EQ(status_of(ask(post(std::string(100'000, 'x')))), 200);
  EXPECT_EQ(status_of(large.ask(std::string(99'000, 'x'))), 200);
  EXPECT_EQ(status_of(small.ask(std::string(9'000, 'x'))), 200);
}

TEST_F(LimitsTest, connections_beyond_the_maximum_get_503) {
  options_.limits.connections_max = 2;
  RawClient first = connect(), second = connect();
  EXPECT_EQ(status_of(first.ask(kGet)), 200);
  EXPECT_EQ(status_of(second.ask(kGet)), 200);
  RawClient third = connect();
  const std::string answer = third.read_answer();
  EXPECT_EQ(status_of(answer), 503);
  EXPECT_EQ(body_of(answer), "{\"error\":\"too many connections\"}");
  EXPECT_TRUE(third.is_closed_by_peer());
  EXPECT_EQ(status_of(first.ask(kGet)), 200);
}

TEST_F(LimitsTest, a_slow_head_times_out) {
  options_.limits.head_timeout_ms = 50;
  RawClient client = connect();
  client.send("GET / HTTP/1.1\r\nHost:");
  EXPECT_EQ(status_of(client.read_answer()), 408);
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(LimitsTest, a_slow_body_times_out) {
  options_.limits.body_timeout_ms = 50;
  RawClient client = connect();
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_EQ(status_of(client.read_answer()), 408);
  RawClient chunked = connect();
  chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
  EXPECT_EQ(status_of(chunked.read_answer()), 408);
}

TEST_F(LimitsTest, idle_connections_are_closed_in_silence) {
  options_.limits.idle_timeout_ms = 50;
  RawClient fresh = connect(), used = connect();
  EXPECT_EQ(status_of(used.ask(kGet)), 200);
  EXPECT_TRUE(fresh.is_closed_by_peer());
  EXPECT_TRUE(used.is_closed_by_peer());
}

TEST_F(LimitsTest, a_peer_that_takes_no_answer_is_dropped) {
  options_.limits.idle_timeout_ms = 50;
  auto held = std::make_shared<Held>();
  handler_.handle = [held](const HttpRequest&, Responder responder) {
    held->put(std::move(responder));
  };
  RawClient client = connect();
  client.send(kGet);
  held->take().answer({200, "text/plain", std::string(64u << 20, 'x'), {}});
  EXPECT_EQ(metrics_.gauge("tt_http_connections", "").value(), 1);
  while (metrics_.gauge("tt_http_connections", "").value() != 0) std::this_thread::yield();
  EXPECT_LT(client.read_all().size(), 64u << 20);
}

TEST_F(LimitsTest, running_out_of_descriptors_only_delays_accepting) {
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
  GTEST_SKIP() << "the sanitizer itself needs a descriptor to check a virtual call";
#endif
#endif
  start();
  RawClient first = connect();
  EXPECT_EQ(status_of(first.ask(kGet)), 200);
  // The client's descriptor is the last one that the process may have.
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  RawClient waiting = connect_under_limit(before);
  waiting.send(kGet);
  EXPECT_EQ(status_of(first.ask(kGet)), 200);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(status_of(waiting.read_answer()), 200);
}

}  // namespace
}  // namespace tt::net::testing
