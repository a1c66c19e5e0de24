// Streamed bodies: server-sent events, long exports, slow and vanished readers.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <thread>

#include "server_fixture.h"

namespace tt::net::testing {
namespace {

using ::testing::HasSubstr;

class StreamTest : public ServerTest {
 protected:
  std::shared_ptr<Held> held_ = std::make_shared<Held>();
  StreamTest() {
    handler_.handle = [held = held_](const HttpRequest&, Responder responder) {
      held->put(std::move(responder));
    };
  }
  std::shared_ptr<BodyStream> open(RawClient& client, std::string_view version = "1.1",
                                   std::string_view method = "GET") {
    client.send(std::string(method) + " /s HTTP/" + std::string(version) + "\r\nHost: x\r\n\r\n");
    return held_->take().stream({200, "text/event-stream", "", {{"Cache-Control", "no-store"}}});
  }
};

TEST_F(StreamTest, chunks_arrive_as_they_are_written) {
  RawClient client = connect();
  const std::shared_ptr<BodyStream> stream = open(client);
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(head, HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_TRUE(stream->write("data: 1\n\n"));
  EXPECT_EQ(client.read_until("\n\n\r\n"), "9\r\ndata: 1\n\n\r\n");
  EXPECT_TRUE(stream->write("data: 22\n\n"));
  EXPECT_EQ(client.read_until("\n\n\r\n"), "a\r\ndata: 22\n\n\r\n");
  stream->finish();
  EXPECT_FALSE(stream->is_open());
  EXPECT_EQ(client.read_all(), "0\r\n\r\n");
}

TEST_F(StreamTest, http_1_0_gets_plain_bytes_until_close) {
  RawClient client = connect();
  const std::shared_ptr<BodyStream> stream = open(client, "1.0");
  stream->write("abc");
  stream->finish();
  EXPECT_EQ(body_of(client.read_all()), "abc");
}

TEST_F(StreamTest, a_head_request_gets_no_body) {
  RawClient client = connect();
  const std::shared_ptr<BodyStream> stream = open(client, "1.1", "HEAD");
  EXPECT_EQ(body_of(client.read_all()), "");
}

TEST_F(StreamTest, a_forgotten_stream_is_finished) {
  RawClient client = connect();
  open(client)->write("abc");
  EXPECT_EQ(body_of(client.read_all()), "3\r\nabc\r\n0\r\n\r\n");
}

TEST_F(StreamTest, the_writer_learns_that_the_peer_has_gone) {
  RawClient client = connect();
  const std::shared_ptr<BodyStream> stream = open(client);
  client.read_until("\r\n\r\n");
  client.close();
  while (stream->is_open()) std::this_thread::yield();
  EXPECT_FALSE(stream->write("x"));
}

TEST_F(StreamTest, a_reader_that_falls_behind_is_cut_off) {
  RawClient client = connect();
  const std::shared_ptr<BodyStream> stream = open(client);
  const std::string block(1u << 20, 'x');
  int blocks = 0;
  while (stream->write(block)) ASSERT_LT(++blocks, 1'000);
  EXPECT_FALSE(stream->is_open());
  EXPECT_LT(client.read_all().size(), (blocks + 2) * block.size());
}

TEST_F(StreamTest, long_bodies_arrive_whole) {
  RawClient client = connect();
  const std::shared_ptr<BodyStream> stream = open(client, "1.0");
  std::thread writer([&] {
    for (int i = 0; i < 3'000; ++i) {
      if (!stream->write(std::string(1'000, 'x'))) return;
    }
    stream->finish();
  });
  EXPECT_EQ(body_of(client.read_all()).size(), 3'000'000u);
  writer.join();
}

TEST_F(StreamTest, event_streams_end_when_the_server_stops) {
  RawClient client = connect();
  const std::shared_ptr<BodyStream> stream = open(client);
  client.read_until("\r\n\r\n");
  std::thread stopping([&] { server_->stop(kPatienceMs); });
  EXPECT_EQ(client.read_all(), "0\r\n\r\n");
  stopping.join();
}

}  // namespace
}  // namespace tt::net::testing
