// Listen addresses as text.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "net/http_server.h"

namespace tt::net {
namespace {

using Kind = ListenAddress::Kind;

TEST(Listen, understands_what_people_write) {
  struct Case {
    const char* text;
    Kind kind;
    const char* host;
    int port;
    const char* path;
    const char* shown;
    bool is_loopback;
  };
  const Case cases[] = {
      {"127.0.0.1:8420", Kind::kTcp, "127.0.0.1", 8420, "", "127.0.0.1:8420", true},
      {"tcp://127.9.9.9:1", Kind::kTcp, "127.9.9.9", 1, "", "127.9.9.9:1", true},
      {"[::1]:8420", Kind::kTcp, "::1", 8420, "", "[::1]:8420", true},
      {"[::]:65535", Kind::kTcp, "::", 65535, "", "[::]:65535", false},
      {"0.0.0.0:0", Kind::kTcp, "0.0.0.0", 0, "", "0.0.0.0:0", false},
      {"localhost:80", Kind::kTcp, "localhost", 80, "", "localhost:80", true},
      {"TLS://host.example:443", Kind::kTls, "host.example", 443, "", "tls://host.example:443",
       false},
      {"udp://0.0.0.0:514", Kind::kUdp, "0.0.0.0", 514, "", "udp://0.0.0.0:514", false},
      {"unix:/run/tt.sock", Kind::kUnix, "", 0, "/run/tt.sock", "unix:/run/tt.sock", true},
      {"unix:///run/tt.sock", Kind::kUnix, "", 0, "/run/tt.sock", "unix:/run/tt.sock", true},
  };
  for (const Case& one : cases) {
    const Result<ListenAddress> parsed = parse_listen(one.text);
    ASSERT_TRUE(parsed.ok()) << one.text << parsed.error().text;
    EXPECT_EQ(parsed->kind, one.kind);
    EXPECT_EQ(parsed->host, one.host);
    EXPECT_EQ(parsed->port, one.port);
    EXPECT_EQ(parsed->path, one.path);
    EXPECT_EQ(parsed->to_string(), one.shown);
    EXPECT_EQ(parsed->is_loopback(), one.is_loopback) << one.text;
    EXPECT_EQ(parse_listen(parsed->to_string())->to_string(), one.shown);
  }
}

TEST(Listen, refuses_the_rest_and_says_why) {
  for (const char* text : {"",
                           ":80",
                           "127.0.0.1",
                           "127.0.0.1:",
                           "127.0.0.1:65536",
                           "127.0.0.1:-1",
                           "127.0.0.1:x",
                           "::1:80",
                           "[::1]",
                           "[::1:80",
                           "[1.2.3.4]:80",
                           "[]:80",
                           "ftp://h:1",
                           "http://h:1",
                           "unix:",
                           "unix:relative",
                           "udp:127.0.0.1:514",
                           "tcp:/h:1",
                           "tls:h:443",
                           "a b:80",
                           "a/b:80",
                           "h:80/path"}) {
    const Result<ListenAddress> parsed = parse_listen(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().code, Code::kMisconfigured);
    EXPECT_THAT(parsed.error().text, ::testing::HasSubstr(text));
  }
  EXPECT_FALSE(parse_listen("unix:/" + std::string(200, 'x')).ok());
  EXPECT_THAT(parse_listen("udp:127.0.0.1:514").error().text,
              ::testing::HasSubstr("did you mean `udp://127.0.0.1:514`?"));
}

}  // namespace
}  // namespace tt::net
