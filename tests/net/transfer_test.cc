// Mail through the client: what the server replies is the answer, and a broken talk is none.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <future>

#include "net/http_client.h"
#include "raw_client.h"
#include "raw_server.h"

namespace tt::net::testing {
namespace {

using ::testing::HasSubstr;

/// Talks SMTP (RFC 5321), and records each line; replies differently where told.
class MailServer {
 public:
  std::string on_recipient = "250 ok", on_data_end = "250 queued as 17";
  std::string greeting = "220 mail.example.com ESMTP", refuses = "-";
  bool hangs_up_after_greeting = false;

  std::string url() const { return "smtp://127.0.0.1:" + std::to_string(server_.port()); }
  std::vector<std::string> lines() const { return server_.requests(); }

 private:
  void talk(RawPeer& peer) {
    peer.send(greeting + "\r\n");
    if (hangs_up_after_greeting) return;
    bool is_data = false;
    for (std::string line; !(line = read_line(peer)).empty();) {
      server_.record(line);
      if (is_data && line != ".\r\n") continue;
      if (is_data) {
        is_data = false;
        peer.send(on_data_end + "\r\n");
      } else if (line.starts_with(refuses) || (refuses == "EHLO" && line.starts_with("HELO"))) {
        peer.send("550 not here\r\n");
      } else if (line.starts_with("DATA")) {
        is_data = true;
        peer.send("354 go on\r\n");
      } else if (line.starts_with("RCPT")) {
        peer.send(on_recipient + "\r\n");
      } else {
        peer.send("250 ok\r\n");
      }
    }
  }
  static std::string read_line(RawPeer& peer) {
    std::string line;
    char c = 0;
    while (!line.ends_with('\n') && ::recv(peer.fd(), &c, 1, 0) == 1) line += c;
    return line;
  }
  RawServer server_{[this](RawPeer& peer) { talk(peer); }};
};

class MailTest : public ::testing::Test {
 protected:
  ClientAnswer send(const MailServer& server, ClientMail::StartTls tls) {
    ClientRequest request{.url = server.url(), .body = "Subject: s\r\n\r\n.dot\r\nbody\r\n"};
    request.timeout_ms = kPatienceMs;
    request.mail = std::make_shared<const ClientMail>(ClientMail{
        .from = "a@example.com", .to = {"b@example.com", "c@example.com"}, .start_tls = tls});
    return client_->call(std::move(request));
  }
  Metrics metrics_;
  std::unique_ptr<HttpClient> client_ = HttpClient::start(system_spawner(), metrics_, 1);
};

constexpr auto kNever = ClientMail::StartTls::kNever;

TEST_F(MailTest, a_message_goes_to_all_its_receivers) {
  MailServer server;
  const ClientAnswer answer = send(server, kNever);
  EXPECT_EQ(answer.status, 250) << answer.error;
  EXPECT_THAT(answer.body, HasSubstr("queued as 17"));
  const auto lines = server.lines();
  EXPECT_THAT(lines, ::testing::IsSupersetOf(
                         {"MAIL FROM:<a@example.com>\r\n", "RCPT TO:<b@example.com>\r\n",
                          "RCPT TO:<c@example.com>\r\n", "..dot\r\n", ".\r\n"}));
}

TEST_F(MailTest, a_refused_receiver_is_the_answer) {
  MailServer server;
  server.on_recipient = "550 no such mailbox";
  const ClientAnswer answer = send(server, kNever);
  EXPECT_EQ(answer.status, 550);
  EXPECT_THAT(answer.body, HasSubstr("no such mailbox"));
  EXPECT_THAT(answer.body, ::testing::Not(HasSubstr("354")));
}

// By these an exit knows which command was refused.
TEST_F(MailTest, the_replies_before_a_refusal_are_told_too) {
  MailServer server;
  server.on_data_end = "554 it looks like spam";
  const ClientAnswer refused = send(server, kNever);
  EXPECT_EQ(refused.status, 554);
  EXPECT_THAT(refused.body, HasSubstr("354 go on\r\n554 it looks like spam\r\n"));
  for (const char* command : {"EHLO", "MAIL", "DATA"}) {
    MailServer deaf;
    deaf.refuses = command;
    const ClientAnswer answer = send(deaf, kNever);
    EXPECT_EQ(answer.status, 550) << command;
    EXPECT_THAT(answer.body, HasSubstr("550 not here")) << command;
  }
  MailServer closed;
  closed.greeting = "554 no mail here";
  EXPECT_EQ(send(closed, kNever).status, 554);
}

TEST_F(MailTest, a_message_that_is_refused_at_its_end_was_not_delivered) {
  MailServer server;
  server.on_data_end = "451 greylisted";
  EXPECT_EQ(send(server, kNever).status, 451);
}

TEST_F(MailTest, the_yes_to_a_beginning_is_no_answer) {
  MailServer server;
  server.hangs_up_after_greeting = true;
  const ClientAnswer answer = send(server, kNever);
  EXPECT_EQ(answer.status, 0);
  EXPECT_NE(answer.error, "");
}

TEST_F(MailTest, nothing_is_told_to_a_server_without_tls_unless_that_is_wanted) {
  MailServer server;
  EXPECT_EQ(send(server, ClientMail::StartTls::kAlways).status, 0);
  for (const std::string& line : server.lines()) EXPECT_FALSE(line.starts_with("MAIL")) << line;
  EXPECT_EQ(send(server, ClientMail::StartTls::kIfOffered).status, 250);
}

TEST_F(MailTest, addresses_cannot_bring_commands) {
  MailServer server;
  ClientRequest request{.url = server.url(), .body = "x"};
  request.mail = std::make_shared<const ClientMail>(
      ClientMail{.from = "a@example.com>\r\nRCPT TO:<evil@example.com", .to = {"b@example.com"}});
  const ClientAnswer answer = client_->call(std::move(request));
  EXPECT_EQ(answer.status, 0);
  EXPECT_TRUE(answer.is_misconfigured);
}

TEST_F(MailTest, requests_over_http_are_as_before) {
  MailServer server;
  EXPECT_EQ(send(server, kNever).status, 250);
  RawServer http([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 204 No Content\r\n\r\n");
  });
  ClientRequest request{.url = http.url(), .body = "{}"};
  EXPECT_EQ(client_->call(std::move(request)).status, 204);
}

}  // namespace
}  // namespace tt::net::testing
