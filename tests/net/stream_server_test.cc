// Stream and datagram listeners: bytes in order, back-pressure, answers, ends.
// SPDX-License-Identifier: Apache-2.0
#include "net/stream_server.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "certificates.h"
#include "server_fixture.h"

namespace tt::net::testing {
namespace {

// What all sessions of a test saw, and how they behave.
struct Log {
  std::mutex mutex;
  std::condition_variable changed;
  std::string bytes;
  std::vector<std::string> pieces;
  std::vector<StreamInfo> opened;
  int closed = 0;
  bool must_pause = false, must_echo = false;
  std::shared_ptr<StreamPeer> last_peer;

  template <class Is>
  bool wait(Is is) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::milliseconds(kPatienceMs), is);
  }
};

class LoggingSession final : public StreamSession {
 public:
  LoggingSession(std::shared_ptr<Log> log, std::shared_ptr<StreamPeer> peer)
      : log_(std::move(log)), peer_(std::move(peer)) {}
  bool on_bytes(std::string_view bytes) override {
    const std::lock_guard lock(log_->mutex);
    log_->bytes += bytes;
    log_->pieces.emplace_back(bytes);
    if (log_->must_echo) peer_->write(std::string(bytes));
    log_->changed.notify_all();
    return !log_->must_pause;
  }
  void on_close() override {
    const std::lock_guard lock(log_->mutex);
    ++log_->closed;
    log_->changed.notify_all();
  }

 private:
  std::shared_ptr<Log> log_;
  std::shared_ptr<StreamPeer> peer_;
};

class StreamServerTest : public ::testing::Test {
 protected:
  StreamServer::Options options_;
  Metrics metrics_;
  std::shared_ptr<Log> log_ = std::make_shared<Log>();
  std::unique_ptr<StreamServer> server_;

  void start(std::string_view listen) {
    options_.listen = {listen_on(listen)};
    Result<std::unique_ptr<StreamServer>> started = StreamServer::start(
        options_,
        [log = log_](std::shared_ptr<StreamPeer> peer, StreamInfo info) {
          const std::lock_guard lock(log->mutex);
          log->opened.push_back(info);
          log->last_peer = peer;
          log->changed.notify_all();
          return std::make_unique<LoggingSession>(log, peer);
        },
        system_spawner(), metrics_);
    ASSERT_TRUE(started.ok()) << started.error().text;
    server_ = *std::move(started);
  }
  RawClient connect() { return RawClient(server_->addresses().front()); }
  bool wait_for_bytes(std::size_t count) {
    return log_->wait([&] { return log_->bytes.size() >= count; });
  }
  void TearDown() override {
    server_.reset();
    log_->last_peer.reset();
  }
};

TEST_F(StreamServerTest, bytes_arrive_in_order_and_the_end_is_told) {
  start("127.0.0.1:0");
  std::string sent;
  {
    RawClient client = connect();
    for (int i = 0; i < 1'000; ++i) {
      const std::string line = "line " + std::to_string(i) + "\n";
      client.send(line);
      sent += line;
    }
  }
  EXPECT_TRUE(log_->wait([&] { return log_->closed == 1; }));
  EXPECT_EQ(log_->bytes, sent);
  EXPECT_EQ(log_->opened.front().peer, "127.0.0.1");
  EXPECT_TRUE(log_->opened.front().is_loopback);
  EXPECT_FALSE(log_->opened.front().is_datagram);
}

TEST_F(StreamServerTest, unix_streams_work_alike) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("tt_stream_" + std::to_string(getpid()) + ".sock");
  start("unix:" + path);
  {
    RawClient client = connect();
    client.send("hello");
  }
  EXPECT_TRUE(log_->wait([&] { return log_->closed == 1; }));
  EXPECT_EQ(log_->bytes, "hello");
  EXPECT_EQ(log_->opened.front().peer, "unix");
}

TEST_F(StreamServerTest, a_paused_session_reads_no_more_until_it_resumes) {
  log_->must_pause = true;
  start("127.0.0.1:0");
  RawClient client = connect();
  client.send("first");
  ASSERT_TRUE(wait_for_bytes(5));
  // More than the kernel's buffers take in: the sender is held back.
  std::thread sender([&] { client.send(std::string(64u << 20, 'x')); });
  for (int i = 0; i < 20; ++i) {
    std::shared_ptr<StreamPeer> peer;
    std::size_t before;
    {
      const std::lock_guard lock(log_->mutex);
      peer = log_->last_peer;
      before = log_->pieces.size();
    }
    peer->resume();
    ASSERT_TRUE(log_->wait([&] { return log_->pieces.size() > before; }));
    EXPECT_EQ(log_->pieces.size(), before + 1);
  }
  {
    const std::lock_guard lock(log_->mutex);
    log_->must_pause = false;
  }
  log_->last_peer->resume();
  EXPECT_TRUE(wait_for_bytes(5 + (64u << 20)));
  sender.join();
}

TEST_F(StreamServerTest, sessions_answer) {
  log_->must_echo = true;
  start("127.0.0.1:0");
  RawClient client = connect();
  client.send("ping");
  EXPECT_EQ(client.read_bytes(4), "ping");
}

TEST_F(StreamServerTest, answers_written_from_elsewhere_arrive_and_close_follows_them) {
  start("127.0.0.1:0");
  RawClient client = connect();
  ASSERT_TRUE(log_->wait([&] { return log_->last_peer != nullptr; }));
  const std::string large(500'000, 'y');
  EXPECT_TRUE(log_->last_peer->write(large));
  log_->last_peer->close();
  EXPECT_EQ(client.read_all().size(), large.size());
  EXPECT_TRUE(log_->wait([&] { return log_->closed == 1; }));
  EXPECT_FALSE(log_->last_peer->write("late"));
}

TEST_F(StreamServerTest, a_peer_that_reads_no_answers_is_closed) {
  start("127.0.0.1:0");
  RawClient client = connect();
  ASSERT_TRUE(log_->wait([&] { return log_->last_peer != nullptr; }));
  int blocks = 0;
  while (log_->last_peer->write(std::string(100'000, 'z'))) ASSERT_LT(++blocks, 10'000);
  EXPECT_TRUE(log_->wait([&] { return log_->closed == 1; }));
}

TEST_F(StreamServerTest, connections_beyond_the_maximum_are_closed) {
  options_.connections_max = 1;
  start("127.0.0.1:0");
  RawClient first = connect();
  ASSERT_TRUE(log_->wait([&] { return log_->opened.size() == 1; }));
  RawClient second = connect();
  EXPECT_TRUE(second.is_closed_by_peer());
}

TEST_F(StreamServerTest, a_factory_may_refuse) {
  options_.listen = {listen_on("127.0.0.1:0")};
  server_ = *StreamServer::start(
      options_, [](std::shared_ptr<StreamPeer>, StreamInfo) { return nullptr; }, system_spawner(),
      metrics_);
  EXPECT_TRUE(connect().is_closed_by_peer());
}

TEST_F(StreamServerTest, stop_closes_connections_and_tells_sessions) {
  start("127.0.0.1:0");
  RawClient client = connect();
  client.send("x");
  ASSERT_TRUE(wait_for_bytes(1));
  server_->stop(kPatienceMs);
  EXPECT_TRUE(client.is_closed_by_peer());
  EXPECT_EQ(log_->closed, 1);
}

TEST_F(StreamServerTest, stop_ends_paused_sessions_too) {
  log_->must_pause = true;
  start("127.0.0.1:0");
  RawClient client = connect();
  client.send("x");
  ASSERT_TRUE(wait_for_bytes(1));
  server_->stop(kPatienceMs);
  EXPECT_EQ(log_->closed, 1);
}

TEST_F(StreamServerTest, tls_streams_carry_the_client_certificate) {
  Authority authority("authority");
  const CertificateFiles server = authority.sign("server", "DNS:localhost");
  const CertificateFiles agent = authority.sign("agent", "DNS:agent.example");
  options_.tls = TlsFiles{server.cert, server.key, authority.ca()};
  log_->must_echo = true;
  start("tls://127.0.0.1:0");
  RawTlsClient client(server_->addresses().front(), &agent);
  ASSERT_TRUE(client.is_connected());
  const std::string large(100'000, 'x');
  std::thread sender([&] { client.send(large); });
  EXPECT_TRUE(wait_for_bytes(large.size()));
  sender.join();
  EXPECT_EQ(log_->opened.front().client_certificate, "DNS:agent.example");
  EXPECT_TRUE(log_->opened.front().is_tls);
  EXPECT_FALSE(client.read_some().empty());
}

class DatagramTest : public StreamServerTest {
 protected:
  void send(const std::vector<std::string>& datagrams) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(server_->addresses().front().port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (const std::string& bytes : datagrams) {
      ::sendto(fd, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof(to));
    }
    ::close(fd);
  }
};

TEST_F(DatagramTest, each_datagram_is_one_piece_of_one_session_an_address) {
  start("udp://127.0.0.1:0");
  const std::vector<std::string> sent = {"a", "", std::string(60'000, 'b'), "c"};
  send(sent);
  ASSERT_TRUE(log_->wait([&] { return log_->pieces.size() == 4; }));
  EXPECT_EQ(log_->pieces, sent);
  EXPECT_EQ(log_->opened.size(), 1u);
  EXPECT_EQ(log_->opened.front().peer, "127.0.0.1");
  EXPECT_TRUE(log_->opened.front().is_datagram);
  EXPECT_EQ(metrics_.counter("tt_stream_datagrams_total", "").value(), 4u);
  EXPECT_FALSE(log_->last_peer->write("no way back"));
  server_->stop(0);
  EXPECT_EQ(log_->closed, 1);
}

TEST_F(DatagramTest, a_pause_leaves_datagrams_to_the_kernel_until_resume) {
  log_->must_pause = true;
  start("udp://127.0.0.1:0");
  send({"1", "2", "3"});
  ASSERT_TRUE(log_->wait([&] { return log_->pieces.size() == 1; }));
  log_->last_peer->resume();
  ASSERT_TRUE(log_->wait([&] { return log_->pieces.size() == 2; }));
  log_->last_peer->resume();
  ASSERT_TRUE(log_->wait([&] { return log_->pieces.size() == 3; }));
}

TEST_F(DatagramTest, losses_in_the_kernel_are_counted) {
  log_->must_pause = true;
  start("udp://127.0.0.1:0");
  const std::vector<std::string> flood(2'000, std::string(60'000, 'x'));
  send(flood);
  {
    const std::lock_guard lock(log_->mutex);
    log_->must_pause = false;
  }
  ASSERT_TRUE(log_->wait([&] { return !log_->pieces.empty(); }));
  log_->last_peer->resume();
  Counter& got = metrics_.counter("tt_stream_datagrams_total", "");
  Counter& lost = metrics_.counter("tt_stream_datagrams_lost_total", "");
  // The count of losses travels on the datagrams that come after them.
  while (got.value() + lost.value() < flood.size()) send({"after"});
  EXPECT_GT(lost.value(), 0u);
}

}  // namespace
}  // namespace tt::net::testing
