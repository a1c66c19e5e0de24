// Streams of lines: pieces become lines, bad ones cost only themselves, a full tunnel makes them
// wait.
// SPDX-License-Identifier: Apache-2.0
#include "net/raw_client.h"
#include "pipeline/daemon_fixture.h"
#include "pipeline/intake.h"
#include "pipeline/limits.h"
#include "pipeline/offline.h"
#include "tunnel/fixture.h"

namespace tt::pipeline {
namespace {

using net::testing::RawClient;
using ::testing::ElementsAre;

class StreamIntakeTest : public testing::DaemonTest {
 protected:
  void start_lines(const std::string& options = "") {
    start("entries:\n  lines: {type: lines, listen: '" + listen_ + "'" + options + "}\n");
  }
  RawClient connect() { return RawClient(*net::parse_listen(listen_)); }
  std::vector<std::string> stored() {
    std::vector<std::string> all;
    const auto scan = daemon_->tunnel().scan(0);
    for (;;) {
      const auto batch = scan->next(kReadBytesMax);
      if (!batch.ok() || !*batch) return all;
      for (const tunnel::StoredEvent& event : (*batch)->events())
        all.push_back(testing::message_of(event.event.json));
    }
  }
  static std::string line(const std::string& message) {
    return R"({"message":")" + message + "\"}\n";
  }

  const std::string listen_ = "unix:" + folder_ / "lines.sock";
};

TEST_F(StreamIntakeTest, a_line_may_come_in_pieces_and_many_in_one) {
  start_lines();
  RawClient client = connect();
  ASSERT_TRUE(client.send(line("one") + line("two") + R"({"message":)"));
  ASSERT_TRUE(eventually([&] { return stored().size() == 2; }));
  ASSERT_TRUE(client.send(R"("three"})" + std::string("\n\r\n") + line("four")));
  ASSERT_TRUE(eventually([&] { return stored().size() == 4; }));
  EXPECT_THAT(stored(), ElementsAre("one", "two", "three", "four"));
  EXPECT_EQ(entry("lines").accepted, 4u);
  EXPECT_EQ(entry("lines").rejected, 0u);
}

TEST_F(StreamIntakeTest, a_last_line_without_newline_counts_when_the_peer_is_done) {
  start_lines();
  RawClient client = connect();
  ASSERT_TRUE(client.send(R"({"message":"last words"})"));
  client.close();
  ASSERT_TRUE(eventually([&] { return stored().size() == 1; }));
  EXPECT_THAT(stored(), ElementsAre("last words"));
}

TEST_F(StreamIntakeTest, bad_lines_cost_only_themselves) {
  start_lines();
  RawClient client = connect();
  ASSERT_TRUE(client.send(line("one") + "{oops\n" + "{\"kind\":\"urn:x\"}\n" + line("two")));
  ASSERT_TRUE(eventually([&] { return stored().size() == 2; }));
  EXPECT_THAT(stored(), ElementsAre("one", "two"));
  EXPECT_EQ(entry("lines").rejected, 2u);
}

TEST_F(StreamIntakeTest, a_line_in_pieces_and_those_behind_it_are_refused_each_alone) {
  start_lines(", set: {service: '{{ meta.entry }}'}");
  RawClient client = connect();
  ASSERT_TRUE(client.send(line("one") + "{oo"));
  ASSERT_TRUE(eventually([&] { return stored().size() == 1; }));
  ASSERT_TRUE(client.send("ps\n{\"kind\":\"urn:x\"}\n" + line("two") + R"({"message":)"));
  ASSERT_TRUE(eventually([&] { return stored().size() == 2; }));
  ASSERT_TRUE(client.send("\"three\"}\n{oops\n" + line("four") + line("five")));
  ASSERT_TRUE(eventually([&] { return stored().size() == 5; }));
  EXPECT_THAT(stored(), ElementsAre("one", "two", "three", "four", "five"));
  EXPECT_EQ(entry("lines").rejected, 3u);
  const auto batch = daemon_->tunnel().scan(0)->next(kReadBytesMax);
  ASSERT_TRUE(batch.ok() && *batch);
  for (const tunnel::StoredEvent& event : (*batch)->events())
    EXPECT_EQ(event.event.text("service"), "lines");
}

TEST_F(StreamIntakeTest, a_line_over_the_limit_is_skipped_and_the_next_is_not) {
  start_lines();
  RawClient client = connect();
  ASSERT_TRUE(client.send(line("before") + line(std::string(3u << 20, 'x')) + line("after")));
  ASSERT_TRUE(eventually([&] { return stored().size() == 2; }));
  EXPECT_THAT(stored(), ElementsAre("before", "after"));
  EXPECT_EQ(entry("lines").rejected, 1u);
}

TEST_F(StreamIntakeTest, lines_wait_for_room_and_are_stored_when_it_returns) {
  start_lines();
  RawClient client = connect();
  ASSERT_TRUE(client.send(line("fits")));
  ASSERT_TRUE(eventually([&] { return stored().size() == 1; }));
  memory_.set_free_bytes(1 << 20);
  clock_.advance_ns(kNsPerSec);
  ASSERT_TRUE(client.send(line("waits")));
  ASSERT_TRUE(eventually([&] { return !daemon_->is_ready(); }));
  EXPECT_THAT(stored(), ElementsAre("fits"));
  memory_.set_free_bytes(std::uint64_t{1} << 40);
  ASSERT_TRUE(eventually([&] { return stored().size() == 2; }));
  EXPECT_THAT(stored(), ElementsAre("fits", "waits"));
}

TEST_F(StreamIntakeTest, the_end_of_a_datagram_ends_its_line) {
  start("entries:\n  lines: {type: lines, listen: 'udp://127.0.0.1:0', auth: none}\n");
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (const net::ListenAddress& address : daemon_->addresses())
    if (address.kind == net::ListenAddress::Kind::kUdp) to.sin_port = htons(address.port);
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const std::string bare = R"({"message":"bare"})";
  for (const std::string& sent : {bare, bare, std::string(), line("one") + bare, bare})
    ::sendto(fd, sent.data(), sent.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof(to));
  ::close(fd);
  ASSERT_TRUE(eventually([&] { return stored().size() == 5; }));
  EXPECT_THAT(stored(), ElementsAre("bare", "bare", "one", "bare", "bare"));
  EXPECT_EQ(entry("lines").rejected, 0u);
}

TEST_F(StreamIntakeTest, an_entry_rewrites_lines_too) {
  start_lines(", set: {service: '{{ meta.entry }}'}");
  RawClient client = connect();
  ASSERT_TRUE(client.send(line("one")));
  ASSERT_TRUE(eventually([&] { return stored().size() == 1; }));
  const auto batch = daemon_->tunnel().scan(0)->next(kReadBytesMax);
  ASSERT_TRUE(batch.ok() && *batch);
  EXPECT_EQ((*batch)->events()[0].event.text("service"), "lines");
  EXPECT_EQ((*batch)->events()[0].meta.entry, "lines");
}

/// Frames that are no lines: the forward protocol of Fluentd, whose senders wait for acks.
class ForwardTest : public StreamIntakeTest {
 protected:
  void start_forward() {
    start("entries:\n  fluent: {type: forward, listen: '" + listen_ + "'}\n");
  }
  /// `["app", 1700000000, {"message": text}, {"chunk": chunk}]` in msgpack.
  static std::string message(const std::string& text, const std::string& chunk) {
    const auto word = [](const std::string& bytes) {
      return std::string(1, static_cast<char>(0xa0 | bytes.size())) + bytes;
    };
    return std::string("\x94") + word("app") + std::string("\xce\x65\x53\xf1\x00", 5) + "\x81" +
           word("message") + word(text) + "\x81" + word("chunk") + word(chunk);
  }
  static std::string ack(const std::string& chunk) {
    return std::string("\x81\xa3") + "ack" +
           std::string(1, static_cast<char>(0xa0 | chunk.size())) + chunk;
  }
};

TEST_F(ForwardTest, each_chunk_is_acknowledged_once_it_is_stored) {
  start_forward();
  RawClient client = connect();
  const std::string one = message("one", "c1"), two = message("two", "c2");
  ASSERT_TRUE(client.send(one + two.substr(0, 9)));
  EXPECT_EQ(client.read_bytes(ack("c1").size()), ack("c1"));
  EXPECT_THAT(stored(), ElementsAre("one"));
  ASSERT_TRUE(client.send(two.substr(9)));
  EXPECT_EQ(client.read_bytes(ack("c2").size()), ack("c2"));
  EXPECT_THAT(stored(), ElementsAre("one", "two"));
}

TEST(ForwardBytes, a_large_message_that_drips_is_not_measured_for_each_byte) {
  struct Peer final : net::StreamPeer {
    bool write(std::string) override { return true; }
    void resume() override {}
    void close() override { is_closed = true; }
    bool is_closed = false;
  };
  tunnel::World world;
  const auto tunnel = tunnel::open_tunnel(world);
  const auto settings =
      offline_settings("entries:\n  fluent: {type: forward, listen: 'unix:/run/fluent.sock'}\n");
  Loop loop(world.clock, system_spawner());
  AlertMemory alerts;
  Intake intake(*tunnel, world.clock, world.metrics, loop, alerts);
  intake.swap(*settings);
  const auto peer = std::make_shared<Peer>();
  const auto session = intake.open_stream(intake.find_name("fluent"), peer, {.peer = "unix"});
  ASSERT_TRUE(session);
  // A million entries that are none, as the end will tell.
  session->on_bytes(std::string("\x92\xa1t\xdd\x00\x0f\x42\x40", 8));
  session->on_bytes(std::string(900'000, '\xc0'));
  for (int i = 0; i < 100'000 - 1; ++i) session->on_bytes("\xc0");
  EXPECT_FALSE(peer->is_closed);
  session->on_bytes("\xc0");
  EXPECT_TRUE(peer->is_closed);
}

TEST_F(ForwardTest, who_speaks_another_protocol_is_hung_up_on) {
  start_forward();
  RawClient client = connect();
  ASSERT_TRUE(client.send("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_TRUE(client.is_closed_by_peer());
  EXPECT_EQ(entry("fluent").refused, 1u);
  EXPECT_TRUE(stored().empty());
}

}  // namespace
}  // namespace tt::pipeline
