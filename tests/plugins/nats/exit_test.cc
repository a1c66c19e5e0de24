// Tests of nats/exit with a server that lets nobody publish to some subjects.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "nats/portals.h"
#include "nats/session.h"
#include "plugins/kit/fake_host.h"

namespace tt::broker::nats::test {
namespace {

using broker::test::FakeHost;

/// Speaks as much of the protocol as a publisher needs:
/// https://docs.nats.io/reference/reference-protocols/nats-protocol. Subjects that begin with `no`
/// are refused.
class Server {
 public:
  Server() : listens_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listens_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listens_, 16), 0);
    EXPECT_EQ(::getsockname(listens_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ::ntohs(address.sin_port);
    accepts_ = std::thread([this] {
      for (int peer; (peer = ::accept(listens_, nullptr, nullptr)) >= 0;)
        talks_.emplace_back([peer] { talk(peer); });
    });
  }
  ~Server() {
    ::shutdown(listens_, SHUT_RDWR);
    accepts_.join();
    for (std::thread& one : talks_) one.join();
    ::close(listens_);
  }
  std::string address() const { return "nats://127.0.0.1:" + std::to_string(port_); }

 private:
  static void say(int peer, const std::string& text) {
    (void)!::send(peer, text.data(), text.size(), MSG_NOSIGNAL);
  }
  static void talk(int peer) {
    say(peer,
        R"(INFO {"server_id":"x","version":"2.9.10","proto":1,"headers":true,"max_payload":99999})"
        "\r\n");
    std::string heard;
    char bytes[4096];
    for (ssize_t n; (n = ::read(peer, bytes, sizeof bytes)) > 0;) {
      heard.append(bytes, static_cast<std::size_t>(n));
      while (take_one(peer, heard)) {
      }
    }
    ::close(peer);
  }
  static bool take_one(int peer, std::string& heard) {
    const std::size_t end = heard.find("\r\n");
    if (end == std::string::npos) return false;
    const std::string line = heard.substr(0, end);
    std::size_t taken = end + 2;
    if (line.starts_with("PUB ") || line.starts_with("HPUB ")) {
      taken += std::strtoul(line.c_str() + line.rfind(' '), nullptr, 10) + 2;
      if (heard.size() < taken) return false;
      const std::size_t begin = line.find(' ') + 1;
      const std::string subject = line.substr(begin, line.find(' ', begin) - begin);
      if (subject.starts_with("no"))
        say(peer, "-ERR 'Permissions Violation for Publish to \"" + subject + "\"'\r\n");
    }
    if (line == "PING") say(peer, "PONG\r\n");
    heard.erase(0, taken);
    return true;
  }

  const int listens_;
  int port_ = 0;
  std::thread accepts_;
  std::vector<std::thread> talks_;
};

/// Holds the one thread on which the library tells what happened, until it goes.
class HeldThread {
 public:
  explicit HeldThread(const std::string& address) {
    natsOptions* options = nullptr;
    EXPECT_EQ(natsOptions_Create(&options), NATS_OK);
    const Options owner(options);
    EXPECT_EQ(natsOptions_SetURL(options, address.c_str()), NATS_OK);
    const auto hold = [](natsConnection*, void* gate) {
      const std::unique_ptr<std::shared_ptr<Gate>> ours(static_cast<std::shared_ptr<Gate>*>(gate));
      (*ours)->is_held.count_down();
      (*ours)->may_go.wait();
    };
    EXPECT_EQ(natsOptions_SetClosedCB(options, hold, new std::shared_ptr<Gate>(gate_)), NATS_OK);
    natsConnection* raw = nullptr;
    EXPECT_EQ(natsConnection_Connect(&raw, options), NATS_OK);
    connection_.reset(raw);
    natsConnection_Close(raw);
    gate_->is_held.wait();
  }
  ~HeldThread() { gate_->may_go.count_down(); }

 private:
  struct Gate {
    std::latch is_held{1}, may_go{1};
  };
  const std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  Connection connection_;
};

TEST(NatsExit, what_is_refused_and_not_known_in_time_is_tried_again) {
  static const tt_portal* const table = exit_portal().table;
  FakeHost host;
  host.options["subject"] = "no.a";
  const Server server;
  char buffer[512];
  tt_text error{buffer, sizeof buffer, 0};
  void* self = nullptr;
  const std::string config = "{\"servers\":[\"" + server.address() +
                             R"("],"subject":"no.a","jetstream":false,"reply_seconds":1})";
  ASSERT_EQ(table->create(&host.table, sdk::str_of(config), &self, &error), TT_OK);
  {
    const HeldThread held(server.address());
    FakeHost::Batch batch(host, {R"({"s":"a"})", R"({"s":"b"})"});
    table->deliver(self, batch.events(), batch.size(), batch.results());
    EXPECT_EQ(batch.code(0), TT_RETRY) << batch.text(0);
    EXPECT_EQ(batch.code(1), TT_RETRY) << batch.text(1);
  }
  FakeHost::Batch again(host, {R"({"s":"a"})"});
  table->deliver(self, again.events(), again.size(), again.results());
  EXPECT_EQ(again.code(0), TT_REJECT) << again.text(0);
  table->destroy(self);
}

TEST(NatsExit, of_core_subjects_nothing_that_is_refused_counts_as_delivered) {
  static const tt_portal* const table = exit_portal().table;
  FakeHost host;
  // The subject is the event's own.
  host.table.option = [](const tt_event* event, tt_str, std::int32_t) {
    const std::string_view json = sdk::view_of(event->json);
    return sdk::str_of(json.substr(json.find(':') + 2, json.size() - json.find(':') - 4));
  };
  const Server server;
  char buffer[512];
  tt_text error{buffer, sizeof buffer, 0};
  void* self = nullptr;
  const std::string config =
      "{\"servers\":[\"" + server.address() + R"("],"subject":"{{ s }}","jetstream":false})";
  ASSERT_EQ(table->create(&host.table, sdk::str_of(config), &self, &error), TT_OK);
  const std::string longest = "no." + std::string(500, 'x');
  // The library tells of a refusal when it likes.
  for (int round = 0; round < 30; ++round) {
    FakeHost::Batch batch(host, {R"({"s":"no.a"})", R"({"s":"yes"})", R"({"s":"no.b"})",
                                 "{\"s\":\"" + longest + "\"}", R"({"s":"no.a"})"});
    table->deliver(self, batch.events(), batch.size(), batch.results());
    for (const std::size_t refused : {0, 2, 3, 4})
      EXPECT_EQ(batch.code(refused), TT_REJECT) << round << ' ' << refused << batch.text(refused);
    EXPECT_EQ(batch.code(1), TT_OK) << batch.text(1);
    if (HasFailure()) break;
  }
  table->destroy(self);
}

}  // namespace
}  // namespace tt::broker::nats::test
