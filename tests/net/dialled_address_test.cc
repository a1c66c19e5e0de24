// The address that is dialled is the one that was judged: names that change, chains, many addresses
// at once, redirects, and every way to write an address.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <condition_variable>
#include <future>

#include "name_server.h"
#include "net/http_client.h"
#include "net/socket_client.h"
#include "own_network.h"
#include "raw_client.h"
#include "raw_server.h"

namespace tt::net::testing {
namespace {

using ::testing::HasSubstr;

// Within OwnNetwork both are on the loopback device, so that whoever dials them gets through.
constexpr const char* kWorld = "93.184.216.34";
constexpr const char* kMetadata = "169.254.169.254";
constexpr const char* kLoopback = "127.0.0.1";

/// A server at all addresses that notes at which of them it was called.
class Everywhere {
 public:
  explicit Everywhere(Behaviour behaviour = answering(200)) : behaviour_(std::move(behaviour)) {}
  std::string port() const { return std::to_string(server_.port()); }
  /// Waits for the next call.
  std::string next() {
    std::unique_lock lock(mutex_);
    if (!come_.wait_for(lock, std::chrono::milliseconds(kPatienceMs),
                        [&] { return !called_.empty(); }))
      return "nobody called";
    std::string first = called_.front();
    called_.erase(called_.begin());
    return first;
  }

 private:
  void serve(RawPeer& peer) {
    sockaddr_in here{};
    socklen_t size = sizeof here;
    ::getsockname(peer.fd(), reinterpret_cast<sockaddr*>(&here), &size);
    char text[INET_ADDRSTRLEN];
    {
      const std::lock_guard lock(mutex_);
      called_.emplace_back(::inet_ntop(AF_INET, &here.sin_addr, text, sizeof text));
    }
    come_.notify_all();
    behaviour_(peer);
  }

  const Behaviour behaviour_;
  std::mutex mutex_;
  std::condition_variable come_;
  std::vector<std::string> called_;
  RawServer server_{[this](RawPeer& peer) { serve(peer); }, INADDR_ANY};
};

enum class Dialler : std::uint8_t { kHttp, kSocket };

/// One client a dial: none of them remembers a name or keeps a connection.
struct Outcome {
  bool is_dialled = false;
  std::string error;
};

Outcome dial_http(const std::string& url, const AddressPolicy& policy, std::string proxy = "") {
  Metrics metrics;
  const auto client = HttpClient::start(system_spawner(), metrics, 1);
  ClientRequest request{.url = url, .timeout_ms = kPatienceMs};
  request.addresses = std::make_shared<AddressPolicy>(policy);
  request.proxy = std::move(proxy);
  const ClientAnswer answer = client->call(std::move(request));
  EXPECT_EQ(answer.was_sent, answer.status != 0) << url << answer.error;
  return {answer.status != 0, answer.error};
}

Outcome dial_socket(const std::string& to, const AddressPolicy& policy) {
  const auto client = SocketClient::start(system_spawner());
  const auto parsed = parse_listen(to);
  if (!parsed.ok()) return {false, parsed.error().text};
  SocketRequest request{.to = *parsed, .bytes = "x", .timeout_ms = kPatienceMs};
  request.addresses = std::make_shared<AddressPolicy>(policy);
  std::promise<SocketAnswer> promise;
  client->send(std::move(request), [&](SocketAnswer got) { promise.set_value(std::move(got)); });
  const SocketAnswer answer = promise.get_future().get();
  EXPECT_EQ(answer.was_sent, answer.status.ok()) << to;
  return {answer.status.ok(), answer.status.ok() ? "" : answer.status.error().text};
}

class DialledAddress : public ::testing::TestWithParam<Dialler> {
 protected:
  static void in_own_network(const std::function<void()>& story) {
    OwnNetwork::run({kWorld, kMetadata}, story);
  }
  static Outcome dial(const std::string& host, const Everywhere& server,
                      const AddressPolicy& policy = {}) {
    const std::string authority = host + ":" + server.port();
    return GetParam() == Dialler::kHttp ? dial_http("http://" + authority + "/", policy)
                                        : dial_socket("tcp://" + authority, policy);
  }
  static void expect_dialled(const std::string& host, Everywhere& server, const char* address,
                             const AddressPolicy& policy = {}) {
    const Outcome outcome = dial(host, server, policy);
    EXPECT_TRUE(outcome.is_dialled) << host << ": " << outcome.error;
    if (!outcome.is_dialled) return;
    EXPECT_EQ(server.next(), address) << host;
  }
  static void expect_refused(const std::string& host, Everywhere& server, const char* address,
                             const AddressPolicy& policy = {}) {
    const Outcome outcome = dial(host, server, policy);
    EXPECT_FALSE(outcome.is_dialled) << host;
    EXPECT_EQ(outcome.error,
              "address " + std::string(address) + " is not allowed (add it to allow_networks)")
        << host;
    expect_dialled(kWorld, server, kWorld);  // A call from before would have come first.
  }
  static AddressPolicy strict() { return {.allow_private = false, .allow_networks = {}}; }
};

TEST_P(DialledAddress, is_judged_whatever_the_name_says) {
  in_own_network([] {
    NameServer names;
    Everywhere server;
    names.tell("world.test", {{kWorld}});
    names.tell("inside.test", {{kLoopback}});
    expect_dialled("world.test", server, kWorld);
    expect_dialled("inside.test", server, kLoopback);  // The operator wrote the name.
    expect_refused("inside.test", server, kLoopback, strict());
    for (const char* address : {kMetadata, "fd00:ec2::254", "::ffff:169.254.169.254",
                                "64:ff9b::a9fe:a9fe", "fe80::1", "0.0.0.0", "::", "224.0.0.1"}) {
      names.tell("forbidden.test", {{address}});
      expect_refused("forbidden.test", server, address);
    }
    AddressPolicy named;
    named.allow_networks = {"169.254.169.254/32"};
    names.tell("forbidden.test", {{kMetadata}});
    expect_dialled("forbidden.test", server, kMetadata, named);
  });
}

TEST_P(DialledAddress, is_the_good_one_of_several) {
  in_own_network([] {
    NameServer names;
    Everywhere server;
    names.tell("both.test", {{kMetadata, kWorld}});
    expect_dialled("both.test", server, kWorld);
    names.tell("both.test", {{kWorld, kMetadata}});
    expect_dialled("both.test", server, kWorld);
    names.tell("both.test", {{kMetadata, "fd00:ec2::254", kLoopback, kWorld}});
    expect_dialled("both.test", server, kWorld, strict());
    names.tell("both.test", {{kMetadata, "fe80::1"}});
    EXPECT_THAT(dial("both.test", server).error, HasSubstr("is not allowed"));
  });
}

TEST_P(DialledAddress, does_not_follow_a_name_that_changes_its_mind) {
  in_own_network([] {
    NameServer names;
    Everywhere server;
    for (const char* second : {kMetadata, kLoopback}) {
      names.tell("rebind.test", {{kWorld}, {second}});
      expect_dialled("rebind.test", server, kWorld, strict());
      EXPECT_EQ(names.lookups("rebind.test"), 1) << "nothing is looked up after it was judged";
      expect_refused("rebind.test", server, second, strict());
      EXPECT_EQ(names.lookups("rebind.test"), 2);
    }
    names.tell("rebind.test", {{kWorld}, {kMetadata}, {kWorld}});
    expect_dialled("rebind.test", server, kWorld);
    expect_refused("rebind.test", server, kMetadata);
    expect_dialled("rebind.test", server, kWorld);
  });
}

TEST_P(DialledAddress, is_that_at_the_end_of_a_chain) {
  in_own_network([] {
    NameServer names;
    Everywhere server;
    names.tell("a.test", {{"=b.test"}});
    names.tell("b.test", {{"=c.test"}});
    names.tell("c.test", {{kWorld}, {kMetadata}, {kMetadata, kWorld}});
    expect_dialled("a.test", server, kWorld);
    expect_refused("a.test", server, kMetadata);
    expect_dialled("a.test", server, kWorld);
  });
}

std::string client_name(const ::testing::TestParamInfo<Dialler>& info) {
  return info.param == Dialler::kHttp ? "http" : "socket";
}
INSTANTIATE_TEST_SUITE_P(Clients, DialledAddress,
                         ::testing::Values(Dialler::kHttp, Dialler::kSocket), client_name);

TEST(DialledByHttp, is_no_address_that_an_answer_names) {
  OwnNetwork::run({kWorld, kMetadata}, [] {
    NameServer names;
    names.tell("metadata.test", {{kMetadata}});
    names.tell("world.test", {{kWorld}});
    Everywhere forbidden;
    for (const int status : {300, 301, 302, 303, 307, 308}) {
      for (const std::string& to :
           {"http://169.254.169.254:" + forbidden.port() + "/latest/meta-data",
            "//2852039166:" + forbidden.port() + "/", "http://metadata.test:" + forbidden.port(),
            "http://127.0.0.1:" + forbidden.port() + "/", std::string("file:///etc/passwd")}) {
        const std::string fields = "Location: " + to + "\r\nRefresh: 0;url=" + to +
                                   "\r\nAlt-Svc: h2=\"169.254.169.254:" + forbidden.port() +
                                   "\"\r\n";
        Everywhere server(answering(status, "", fields));
        EXPECT_TRUE(dial_http("http://world.test:" + server.port() + "/", {}).is_dialled);
        EXPECT_EQ(server.next(), kWorld);
      }
    }
    EXPECT_EQ(names.lookups("metadata.test"), 0);
    EXPECT_TRUE(dial_http("http://world.test:" + forbidden.port() + "/", {}).is_dialled);
    EXPECT_EQ(forbidden.next(), kWorld) << "nobody called before";
  });
}

TEST(DialledByHttp, is_judged_of_a_proxy_too) {
  OwnNetwork::run({kWorld, kMetadata}, [] {
    NameServer names;
    Everywhere server;
    names.tell("proxy.test", {{kWorld}, {kMetadata}});
    const std::string proxy = "http://proxy.test:" + server.port();
    EXPECT_TRUE(dial_http("http://a.test/", {}, proxy).is_dialled);
    EXPECT_EQ(server.next(), kWorld);
    EXPECT_THAT(dial_http("http://a.test/", {}, proxy).error,
                HasSubstr("address 169.254.169.254 is not allowed"));
  });
}

// Names of other alphabets become ASCII (RFC 5891) where the locale is a UTF-8 one; else they are
// no names. Then the address may be judged, or nothing is dialled at all.
constexpr const char* kByLocale = "by locale";

/// A host as somebody might write it; `judged` is the address it stands for, "" when it is none.
struct Form {
  const char* host;
  const char* judged;
};

constexpr Form kForms[] = {
    // inet_aton(3): one to four parts, each decimal, octal or hexadecimal.
    {"169.254.169.254", kMetadata},
    {"2852039166", kMetadata},
    {"0xa9fea9fe", kMetadata},
    {"0XA9FEA9FE", kMetadata},
    {"025177524776", kMetadata},
    {"0251.0376.0251.0376", kMetadata},
    {"0000000251.000376.00251.0376", kMetadata},
    {"0xa9.0xfe.0xa9.0xfe", kMetadata},
    {"0xa9.254.0251.0xFE", kMetadata},
    {"169.254.43518", kMetadata},
    {"169.16689662", kMetadata},
    {"0xa9.0xfea9fe", kMetadata},
    {"0251.0376.0xa9fe", kMetadata},
    {"0", "0.0.0.0"},
    {"0x0", "0.0.0.0"},
    {"00", "0.0.0.0"},
    {"0.0.0.0", "0.0.0.0"},
    {"0.0", "0.0.0.0"},
    {"224.1", "224.0.0.1"},
    {"4294967295", "255.255.255.255"},
    {"0xffffffff", "255.255.255.255"},
    {"168.63.33040", "168.63.129.16"},
    // Too large, too many, too few.
    {"7147006462", ""},
    {"0xa9fea9fe00000000", ""},
    {"425.510.425.510", ""},
    {"169.254.169.254.1", ""},
    {"169.254..254", ""},
    {"1.169.254.169.254", ""},
    {"0x", ""},
    {"09.0.0.1", ""},
    // Dots at the ends, spaces, escapes, other alphabets: an address or a name, never a way around.
    {".169.254.169.254", ""},
    {" 169.254.169.254", ""},
    {"169.254.169.254 ", ""},
    {"169.254.\t169.254", ""},
    {"+169.254.169.254", ""},
    {"169.254.169.254%00.world.test", ""},
    {"169.254.169.254%0d%0a", ""},
    {"%253169.254.169.254", ""},
    {"%31%36%39.254.169.254", kMetadata},
    {"169%2e254%2E169%2e254", kMetadata},
    {"%30xa9fea9fe", kMetadata},
    {"１６９.２５４.１６９.２５４", kByLocale},
    {"169。254。169。254", kByLocale},
    {"169．254．169．254", kByLocale},
    {"169｡254｡169｡254", kByLocale},
    {"①⑥⑨.②⑤④.①⑥⑨.②⑤④", kByLocale},
    {"𝟏𝟔𝟗.𝟐𝟓𝟒.𝟏𝟔𝟗.𝟐𝟓𝟒", kByLocale},
    {"١٦٩.٢٥٤.١٦٩.٢٥٤", ""},
    // Userinfo.
    {"93.184.216.34@169.254.169.254", kMetadata},
    {"93.184.216.34:80@169.254.169.254", kMetadata},
    {"world.test%40x@169.254.169.254", kMetadata},
    {"a@b@169.254.169.254", ""},
    {"@169.254.169.254", kMetadata},
    {":@169.254.169.254", kMetadata},
    {"93.184.216.34%40169.254.169.254", ""},
    {"169.254.169.254@@@", ""},
    // IPv6 that embeds, and with zones (RFC 6874).
    {"[::ffff:169.254.169.254]", "::ffff:169.254.169.254"},
    {"[::ffff:a9fe:a9fe]", "::ffff:169.254.169.254"},
    {"[0:0:0:0:0:FFFF:A9FE:A9FE]", "::ffff:169.254.169.254"},
    {"[0000:0000:0000:0000:0000:ffff:a9fe:a9fe]", "::ffff:169.254.169.254"},
    {"[::169.254.169.254]", "::169.254.169.254"},
    {"[::a9fe:a9fe]", "::169.254.169.254"},
    {"[::ffff:0:169.254.169.254]", "::ffff:0:a9fe:a9fe"},
    {"[64:ff9b::169.254.169.254]", "64:ff9b::a9fe:a9fe"},
    {"[64:ff9b:1::a9fe:a9fe]", "64:ff9b:1::a9fe:a9fe"},
    {"[2002:a9fe:a9fe::1]", "2002:a9fe:a9fe::1"},
    {"[2001:0:808:808::5601:5601]", "2001:0:808:808::5601:5601"},
    {"[fd00:0EC2::0254]", "fd00:ec2::254"},
    {"[fd00:ec2:0:0:0:0:0:254]", "fd00:ec2::254"},
    {"[fe80::1]", "fe80::1"},
    {"[fe80::1%25lo]", "fe80::1"},
    {"[fe80::a9fe:a9fe%251]", "fe80::a9fe:a9fe"},
    {"[fe80::1%lo]", "fe80::1"},
    {"[::]", "::"},
    {"[::%25lo]", "::"},
    {"[169.254.169.254]", ""},
    {"[0xa9fea9fe]", ""},
    {"[::ffff:169.254.169.254", ""},
    {"[::ffff:0xa9.254.169.254]", ""},
    {"[::1::2]", ""},
    {"[[::1]]", ""},
};

TEST(DialledByHttp, is_judged_however_it_is_written) {
  OwnNetwork::run({kWorld, kMetadata}, [] {
    NameServer names;
    Everywhere server;
    for (const auto& [host, judged] : kForms) {
      const Outcome outcome =
          dial_http("http://" + std::string(host) + ":" + server.port() + "/", {});
      EXPECT_FALSE(outcome.is_dialled) << host;
      if (judged == kByLocale) continue;
      const std::string refused = "address " + std::string(judged) + " is not allowed";
      EXPECT_EQ(outcome.error.starts_with(*judged ? refused : "address"), *judged != 0)
          << host << ": " << outcome.error;
    }
    // What a reader could take for the forbidden address, and is none.
    for (const char* url : {"http://169.254.169.254@93.184.216.34:",
                            "http://169.254.169.254:80@"
                            "93.184.216.34:"}) {
      EXPECT_TRUE(dial_http(url + server.port() + "/", {}).is_dialled) << url;
      EXPECT_EQ(server.next(), kWorld) << url;
    }
  });
}

TEST(DialledBySocket, is_judged_however_it_is_written) {
  OwnNetwork::run({kWorld, kMetadata}, [] {
    NameServer names;
    for (const char* scheme : {"tcp://", "udp://"}) {
      for (const char* host :
           {"169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518",
            "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[fd00:ec2::254]", "[fe80::1]"}) {
        const Outcome outcome = dial_socket(scheme + std::string(host) + ":514", {});
        EXPECT_FALSE(outcome.is_dialled) << scheme << host;
        EXPECT_THAT(outcome.error, HasSubstr("is not allowed")) << scheme << host;
      }
      EXPECT_THAT(dial_socket(scheme + std::string("[fe80::1%lo]:514"), {}).error,
                  HasSubstr("has no IPv6 address"));
    }
  });
}

}  // namespace
}  // namespace tt::net::testing
