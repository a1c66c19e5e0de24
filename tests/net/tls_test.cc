// TLS of the HTTP server and client: versions, client certificates, verification.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "certificates.h"
#include "net/http_client.h"
#include "server_fixture.h"

namespace tt::net::testing {
namespace {

using ::testing::HasSubstr;

class TlsTest : public ServerTest {
 protected:
  Authority authority_{"authority"};
  CertificateFiles server_files_ = authority_.sign("server", "DNS:localhost,IP:127.0.0.1");
  std::unique_ptr<HttpClient> client_ = HttpClient::start(system_spawner(), metrics_, 1);

  TlsTest() {
    options_.listen = {listen_on("tls://127.0.0.1:0")};
    options_.tls = TlsFiles{server_files_.cert, server_files_.key, ""};
    handler_.handle = [](const HttpRequest& request, Responder responder) {
      responder.answer({200,
                        "text/plain",
                        (request.is_tls ? "tls " : "plain ") +
                            std::string(request.client_certificate) + "|" +
                            std::to_string(request.body.size()),
                        {}});
    };
  }
  ClientAnswer call(ClientTls tls, std::string body = "") {
    if (!server_) start();
    ClientRequest request;
    request.url = "https://127.0.0.1:" + std::to_string(server_->addresses().front().port) + "/";
    request.timeout_ms = kPatienceMs;
    request.tls = std::make_shared<ClientTls>(std::move(tls));
    request.body = std::move(body);
    return client_->call(std::move(request));
  }
};

TEST_F(TlsTest, answers_over_tls) {
  EXPECT_EQ(call({authority_.ca()}).body, "tls |0");
  EXPECT_EQ(call({authority_.ca()}, std::string(300'000, 'x')).body, "tls |300000");
}

TEST_F(TlsTest, a_large_answer_arrives_whole) {
  handler_.handle = [](const HttpRequest&, Responder responder) {
    responder.answer({200, "text/plain", std::string(5u << 20, 'x'), {}});
  };
  start();
  ClientRequest request;
  request.url = "https://127.0.0.1:" + std::to_string(server_->addresses().front().port) + "/";
  request.tls = std::make_shared<ClientTls>(ClientTls{authority_.ca()});
  request.answer_bytes_max = 10u << 20;
  EXPECT_EQ(client_->call(request).body.size(), 5u << 20);
}

TEST_F(TlsTest, requests_in_one_tls_record_are_all_answered) {
  start();
  RawTlsClient client(server_->addresses().front(), nullptr);
  const std::string get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  ASSERT_TRUE(client.send(get + get + get));
  std::string got;
  while (got.find("|0") == got.rfind("|0") || std::count(got.begin(), got.end(), '|') < 3) {
    const std::string more = client.read_some();
    ASSERT_FALSE(more.empty());
    got += more;
  }
}

TEST_F(TlsTest, the_client_verifies_the_server) {
  const ClientAnswer answer = call({});
  EXPECT_EQ(answer.status, 0);
  EXPECT_FALSE(answer.was_sent);
  EXPECT_THAT(answer.error, HasSubstr("certificate"));
  EXPECT_EQ(call({"", "", "", true}).status, 200);
}

TEST_F(TlsTest, the_host_name_must_fit) {
  const CertificateFiles other = authority_.sign("other", "DNS:other.example");
  options_.tls = TlsFiles{other.cert, other.key, ""};
  EXPECT_EQ(call({authority_.ca()}).status, 0);
}

TEST_F(TlsTest, versions_before_1_2_are_refused) {
  start();
  EXPECT_FALSE(RawTlsClient(server_->addresses().front(), nullptr, TLS1_1_VERSION).is_connected());
  EXPECT_TRUE(RawTlsClient(server_->addresses().front(), nullptr, TLS1_2_VERSION).is_connected());
  EXPECT_TRUE(RawTlsClient(server_->addresses().front(), nullptr, TLS1_3_VERSION).is_connected());
}

TEST_F(TlsTest, client_certificates_are_asked_for_and_verified) {
  Authority clients("clients"), strangers("strangers");
  options_.tls->client_ca = clients.ca();
  const CertificateFiles known =
      clients.sign("agent", "DNS:agent.example,URI:spiffe://x/agent,IP:10.0.0.1");
  const CertificateFiles stranger = strangers.sign("agent", "DNS:agent.example");
  EXPECT_EQ(call({authority_.ca(), known.cert, known.key}).body,
            "tls DNS:agent.example,URI:spiffe://x/agent|0");
  EXPECT_EQ(call({authority_.ca(), stranger.cert, stranger.key}).status, 0);
  EXPECT_EQ(call({authority_.ca()}).body, "tls |0") << "without one: others may decide";
}

TEST_F(TlsTest, a_certificate_without_names_gives_none) {
  Authority clients("clients");
  options_.tls->client_ca = clients.ca();
  const CertificateFiles bare = clients.sign("bare", "");
  EXPECT_EQ(call({authority_.ca(), bare.cert, bare.key}).body, "tls |0");
}

TEST_F(TlsTest, names_that_fake_a_list_are_left_out) {
  Authority clients("clients");
  options_.tls->client_ca = clients.ca();
  const CertificateFiles faked = clients.sign("faked", "DNS:a b,URI:fine:x");
  EXPECT_EQ(call({authority_.ca(), faked.cert, faked.key}).body, "tls URI:fine:x|0");
}

TEST_F(TlsTest, plain_bytes_on_a_tls_port_are_dropped) {
  RawClient client = connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read_all().find("HTTP/"), std::string::npos);
}

TEST_F(TlsTest, a_handshake_that_hangs_is_ended) {
  options_.limits.head_timeout_ms = 50;
  RawClient client = connect();
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(TlsTest, bad_files_are_named) {
  const auto error_with = [&](TlsFiles files) {
    options_.tls = std::move(files);
    const auto started = HttpServer::start(options_, handler_, system_spawner(), metrics_);
    return started.ok() ? std::string("started") : started.error().text;
  };
  EXPECT_THAT(error_with({"/none.crt", server_files_.key, ""}), HasSubstr("/none.crt"));
  EXPECT_THAT(error_with({server_files_.cert, "/none.key", ""}), HasSubstr("/none.key"));
  EXPECT_THAT(error_with({server_files_.cert, server_files_.key, "/none.ca"}),
              HasSubstr("/none.ca"));
  const CertificateFiles other = authority_.sign("mismatch", "");
  EXPECT_THAT(error_with({server_files_.cert, other.key, ""}), HasSubstr(other.key));
  options_.tls.reset();
  const auto started = HttpServer::start(options_, handler_, system_spawner(), metrics_);
  ASSERT_FALSE(started.ok());
  EXPECT_THAT(started.error().text, HasSubstr("tls.cert"));
}

}  // namespace
}  // namespace tt::net::testing
