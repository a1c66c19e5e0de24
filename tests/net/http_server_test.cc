// The HTTP server over real loopback sockets: framing, limits, deadlines, answers from anywhere.
// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

#include "server_fixture.h"

namespace tt::net::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(ServerTest, answers_a_get) {
  const std::string answer = ask(kGet);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain\r\n"));
  EXPECT_EQ(body_of(answer), "GET /a?b=c ");
}

TEST_F(ServerTest, hands_the_request_in_parts) {
  handler_.handle = [](const HttpRequest& request, Responder responder) {
    HttpAnswer answer;
    answer.body = std::string(request.path) + "|" + std::string(request.query) + "|" +
                  std::string(request.header("x-THING")) + "|" + std::string(request.peer) +
                  (request.is_loopback ? "|loopback" : "") + (request.is_tls ? "|tls" : "");
    responder.answer(std::move(answer));
  };
  EXPECT_EQ(body_of(ask("GET /a%20b?c=d?e HTTP/1.1\r\nHost: x\r\nX-Thing:  v \r\n\r\n")),
            "/a%20b|c=d?e|v|127.0.0.1|loopback");
  EXPECT_EQ(body_of(ask("GET http://h:1/p?q HTTP/1.1\r\nHost: x\r\n\r\n")),
            "/p|q||127.0.0.1|loopback");
  EXPECT_EQ(body_of(ask("GET http://h:1 HTTP/1.1\r\nHost: x\r\n\r\n")), "/|||127.0.0.1|loopback");
}

TEST_F(ServerTest, keeps_the_connection_for_further_requests) {
  RawClient client = connect();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(body_of(client.ask(post("body"))), "POST /p body");
}

TEST_F(ServerTest, closes_when_asked_to) {
  RawClient client = connect();
  const std::string answer = client.ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(ServerTest, http_1_0_closes_unless_keep_alive) {
  RawClient closing = connect();
  EXPECT_EQ(status_of(closing.ask("GET / HTTP/1.0\r\n\r\n")), 200);
  EXPECT_TRUE(closing.is_closed_by_peer());
  RawClient keeping = connect();
  const std::string request = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  EXPECT_THAT(keeping.ask(request), HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_EQ(status_of(keeping.ask(request)), 200);
}

TEST_F(ServerTest, answers_pipelined_requests_in_order) {
  RawClient client = connect();
  std::string all;
  for (int i = 0; i < 200; ++i) all += post(std::to_string(i));
  client.send(all);
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(body_of(client.read_answer()), "POST /p " + std::to_string(i));
  }
}

TEST_F(ServerTest, pipelined_requests_wait_for_a_late_answer) {
  auto held = std::make_shared<Held>();
  handler_.handle = [held](const HttpRequest& request, Responder responder) {
    if (request.path == "/late") return held->put(std::move(responder));
    responder.answer({200, "text/plain", "quick", {}});
  };
  RawClient client = connect();
  client.send("GET /late HTTP/1.1\r\nHost: x\r\n\r\nGET /quick HTTP/1.1\r\nHost: x\r\n\r\n");
  held->take().answer({202, "text/plain", "late", {}});
  EXPECT_EQ(body_of(client.read_answer()), "late");
  EXPECT_EQ(body_of(client.read_answer()), "quick");
}

TEST_F(ServerTest, takes_a_request_byte_by_byte) {
  RawClient client = connect();
  for (const char c : post("split")) client.send({&c, 1});
  EXPECT_EQ(body_of(client.read_answer()), "POST /p split");
}

TEST_F(ServerTest, head_has_length_but_no_body) {
  RawClient client = connect();
  client.send("HEAD /h HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_EQ(body_of(client.ask(kGet)), "GET /a?b=c ");
}

TEST_F(ServerTest, no_content_has_no_length) {
  handler_.handle = [](const HttpRequest&, Responder responder) {
    responder.answer({204, "", "ignored", {}});
  };
  RawClient client = connect();
  EXPECT_THAT(client.ask(kGet), Not(HasSubstr("Content-Length")));
  EXPECT_EQ(status_of(client.ask(kGet)), 204);
}

TEST_F(ServerTest, reads_bodies_of_every_size) {
  RawClient client = connect();
  for (const std::size_t size : {1u, 16'000u, 16'300u, 16'384u, 65'536u, 1'000'000u, 4u << 20}) {
    const std::string body(size, 'x');
    const std::string answer = client.ask(post(body));
    EXPECT_EQ(body_of(answer).size(), size + 8) << size;
  }
}

TEST_F(ServerTest, decodes_chunked_bodies) {
  RawClient client = connect();
  const std::string chunked =
      "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n4;name=value\r\ndefg\r\n0\r\nTrailer: dropped\r\n\r\n";
  EXPECT_EQ(body_of(client.ask(chunked + std::string(kGet))), "POST /p abcdefg");
  EXPECT_EQ(body_of(client.read_answer()), "GET /a?b=c ");
  for (const char c : chunked) client.send({&c, 1});
  EXPECT_EQ(body_of(client.read_answer()), "POST /p abcdefg");
}

TEST_F(ServerTest, takes_an_empty_chunked_body_in_pieces) {
  RawClient client = connect();
  const std::string empty =
      "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  for (const char c : empty) client.send({&c, 1});
  EXPECT_EQ(body_of(client.read_answer()), "POST /p ");
}

struct BadRequest {
  const char* name;
  std::string bytes;
};

TEST_F(ServerTest, refuses_ambiguous_and_malformed_requests) {
  const std::string host = "Host: x\r\n";
  const BadRequest cases[] = {
      {"both lengths", "POST / HTTP/1.1\r\n" + host +
                           "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"both lengths, other order",
       "POST / HTTP/1.1\r\n" + host +
           "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n"},
      {"two lengths",
       "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx"},
      {"length list", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1, 1\r\n\r\nx"},
      {"signed length", "POST / HTTP/1.1\r\n" + host + "Content-Length: +1\r\n\r\nx"},
      {"huge length",
       "POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999999\r\n\r\nx"},
      {"other coding",
       "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
      {"coding twice", "POST / HTTP/1.1\r\n" + host +
                           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "0\r\n\r\n"},
      {"coding with a tab",
       "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
      {"chunked in 1.0",
       "POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"bare line feed", "GET / HTTP/1.1\nHost: x\n\n"},
      {"one bare line feed", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n"},
      {"folded line", "GET / HTTP/1.1\r\n" + host + "A: b\r\n c\r\n\r\n"},
      {"no host", "GET / HTTP/1.1\r\n\r\n"},
      {"two hosts", "GET / HTTP/1.1\r\n" + host + host + "\r\n"},
      {"space before colon", "GET / HTTP/1.1\r\n" + host + "A : b\r\n\r\n"},
      {"no colon", "GET / HTTP/1.1\r\n" + host + "A\r\n\r\n"},
      {"version 2", "GET / HTTP/2.0\r\n" + host + "\r\n"},
      {"no version", "GET /\r\n" + host + "\r\n"},
      {"binary", std::string("\x16\x03\x01\x00\xff\r\n\r\n", 9)},
      {"space in target", "GET /a b HTTP/1.1\r\n" + host + "\r\n"},
      {"bad chunk size",
       "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"},
      {"negative chunk size",
       "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n-2\r\nabc\r\n0\r\n\r\n"},
      {"chunk without line end",
       "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n"},
      {"NUL in value", "GET / HTTP/1.1\r\nHost: x\r\nA: b" + std::string(1, '\0') + "c\r\n\r\n"},
  };
  for (const BadRequest& one : cases) {
    RawClient client = connect();
    const std::string answer = client.ask(one.bytes);
    EXPECT_EQ(status_of(answer), 400) << one.name << ": " << answer;
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n")) << one.name;
    EXPECT_THAT(std::string(body_of(answer)), StartsWith("{\"error\":\"")) << one.name;
    EXPECT_TRUE(client.is_closed_by_peer()) << one.name;
  }
}

TEST_F(ServerTest, continues_when_expected_and_only_if_admitted) {
  handler_.admit = [](const HttpRequest& request) {
    Admission admission;
    if (request.path == "/no") admission.refusal = HttpAnswer{404, "text/plain", "no", {}};
    return admission;
  };
  RawClient client = connect();
  client.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(body_of(client.ask("ab")), "POST /p ab");
  EXPECT_EQ(status_of(client.ask("POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
                                 "Expect: 100-continue\r\n\r\n")),
            404);
}

TEST_F(ServerTest, answers_come_from_any_thread) {
  auto held = std::make_shared<Held>();
  handler_.handle = [held](const HttpRequest&, Responder responder) {
    held->put(std::move(responder));
  };
  RawClient client = connect();
  for (int i = 0; i < 100; ++i) {
    client.send(kGet);
    held->take().answer({202, "text/plain", std::to_string(i), {}});
    EXPECT_EQ(body_of(client.read_answer()), std::to_string(i));
  }
}

TEST_F(ServerTest, a_dropped_responder_answers_500) {
  handler_.handle = [](const HttpRequest&, Responder) {};
  EXPECT_EQ(status_of(ask(kGet)), 500);
}

TEST_F(ServerTest, a_throwing_handler_answers_500) {
  handler_.handle = [](const HttpRequest&, Responder) { throw std::runtime_error("no"); };
  RawClient client = connect();
  EXPECT_EQ(status_of(client.ask(kGet)), 500);
  EXPECT_EQ(status_of(client.ask(kGet)), 500);
}

TEST_F(ServerTest, only_the_first_answer_counts) {
  handler_.handle = [](const HttpRequest&, Responder responder) {
    responder.answer({201, "text/plain", "first", {}});
    responder.answer({202, "text/plain", "second", {}});
    EXPECT_FALSE(responder.stream({})->write("third"));
  };
  RawClient client = connect();
  EXPECT_EQ(body_of(client.ask(kGet)), "first");
  EXPECT_EQ(body_of(client.ask(kGet)), "first");
}

TEST_F(ServerTest, an_answer_after_the_peer_or_the_server_went_is_dropped) {
  auto held = std::make_shared<Held>();
  handler_.handle = [held](const HttpRequest&, Responder responder) {
    held->put(std::move(responder));
  };
  std::optional<Responder> late;
  {
    RawClient gone = connect();
    gone.send(kGet);
    late = held->take();
  }
  late->answer({});
  RawClient client = connect();
  client.send(kGet);
  held->take().answer({});
  EXPECT_EQ(status_of(client.read_answer()), 200) << "the server goes on";
  client.send(kGet);
  late = held->take();
  server_.reset();
  late->answer({});
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(ServerTest, rendered_answers_are_sent_as_they_are) {
  const auto rendered =
      std::make_shared<const std::string>("HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok");
  handler_.handle = [rendered](const HttpRequest&, Responder responder) {
    responder.answer_rendered(rendered);
  };
  RawClient client = connect();
  EXPECT_EQ(client.ask(kGet), *rendered);
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
            "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(ServerTest, header_values_cannot_add_headers) {
  handler_.handle = [](const HttpRequest&, Responder responder) {
    responder.answer({200, "text/plain", "", {{"A", "b\r\nEvil: 1"}}});
  };
  EXPECT_THAT(ask(kGet), Not(HasSubstr("\r\nEvil")));
}

TEST_F(ServerTest, listens_on_unix_sockets) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("tt_net_" + std::to_string(getpid()) + ".sock"))
          .string();
  options_.listen = {listen_on("unix:" + path)};
  handler_.handle = [](const HttpRequest& request, Responder responder) {
    responder.answer({200, "text/plain", std::string(request.peer), {}});
  };
  EXPECT_EQ(body_of(ask(kGet)), "unix");
  EXPECT_FALSE(HttpServer::start(options_, handler_, system_spawner(), metrics_).ok());
  server_->stop(0);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ServerTest, replaces_the_socket_file_of_a_crashed_daemon) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("tt_left_" + std::to_string(getpid()) + ".sock"))
          .string();
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, path.c_str(), path.size() + 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0);
  ::close(fd);
  options_.listen = {listen_on("unix:" + path)};
  EXPECT_EQ(status_of(ask(kGet)), 200);
}

TEST_F(ServerTest, a_taken_address_is_named) {
  start();
  HttpServer::Options second = options_;
  second.listen = server_->addresses();
  const auto started = HttpServer::start(second, handler_, system_spawner(), metrics_);
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().code, Code::kRetry);
  EXPECT_THAT(started.error().text, HasSubstr(server_->addresses().front().to_string()));
}

TEST_F(ServerTest, several_threads_share_a_port) {
  options_.threads = 4;
  start();
  EXPECT_EQ(server_->addresses().size(), 1u);
  std::vector<RawClient> clients;
  for (int i = 0; i < 32; ++i) clients.push_back(connect());
  for (RawClient& client : clients) EXPECT_EQ(status_of(client.ask(kGet)), 200);
}

TEST_F(ServerTest, stop_lets_a_begun_request_be_answered) {
  auto held = std::make_shared<Held>();
  handler_.handle = [held](const HttpRequest&, Responder responder) {
    held->put(std::move(responder));
  };
  RawClient busy = connect(), idle = connect();
  busy.send(kGet);
  Responder responder = held->take();
  std::thread stopping([&] { server_->stop(kPatienceMs); });
  EXPECT_TRUE(idle.is_closed_by_peer());
  responder.answer({202, "text/plain", "done", {}});
  const std::string answer = busy.read_answer();
  EXPECT_EQ(body_of(answer), "done");
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  stopping.join();
}

TEST_F(ServerTest, stop_does_not_wait_beyond_its_grace) {
  auto held = std::make_shared<Held>();
  handler_.handle = [held](const HttpRequest&, Responder responder) {
    held->put(std::move(responder));
  };
  RawClient client = connect();
  client.send(kGet);
  Responder responder = held->take();
  server_->stop(10);
  EXPECT_TRUE(client.is_closed_by_peer());
  responder.answer({});
}

}  // namespace
}  // namespace tt::net::testing
