// The address policy, form by form.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "net/http_client.h"

namespace tt::net {
namespace {

// What one may dial: everyone, operators who name private hosts, nobody without allow_networks.
const char* const kPublic[] = {
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.3.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "168.63.129.15",
    "168.63.129.17",
    "93.184.216.34",
    "::ffff:8.8.8.8",
    "::ffff:808:808",
    "0:0:0:0:0:ffff:8.8.8.8",
    "::FFFF:1.1.1.1",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
    "2a00:1450:4001:80b::200e",
    "2001:200::1",
    "2003::1",
    "2001:db7:ffff::1",
    "2001:db9::1",
    "3ffe::1",
    "3fff:1000::1",
    "5eff::1",
    "5f01::1",
    "64:ff9a::1",
    "64:ff9b:2::1",
    "101::1",
    "100:0:0:2::1",
    "fbff::1",
    "2400::1",
};

const char* const kPrivate[] = {
    "10.0.0.0",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.0",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.0",
    "127.0.0.1",
    "127.1.2.3",
    "127.255.255.255",
    "172.16.0.0",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.0",
    "192.0.0.1",
    "192.0.0.255",
    "192.0.2.0",
    "192.0.2.255",
    "192.88.99.0",
    "192.88.99.255",
    "192.168.0.0",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.0",
    "198.51.100.255",
    "203.0.113.0",
    "203.0.113.255",
    "240.0.0.0",
    "240.0.0.1",
    "250.1.2.3",
    "255.255.255.254",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::0001",
    "fc00::",
    "fc00::1",
    "fcff:ffff::1",
    "fd00::1",
    "fd12:3456:789a::1",
    "fdff::1",
    "fec0::1",
    "feff::1",
    "100::",
    "100::1",
    "100::ffff:ffff:ffff:ffff",
    "100:0:0:1::1",
    "2001:db8::",
    "2001:db8::1",
    "2001:db8:ffff::1",
    "3fff::",
    "3fff::1",
    "3fff:fff::1",
    "5f00::",
    "5f00::1",
    "5f00:ffff::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:1ff::1",
    // IPv4-mapped.
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:192.168.1.1",
    "::ffff:172.16.0.1",
    "::ffff:7f00:1",
    "::ffff:a00:1",
    "::FFFF:C0A8:0101",
    "0:0:0:0:0:ffff:127.0.0.1",
    "::ffff:100.64.0.1",
    "::ffff:198.18.0.1",
    "::ffff:240.0.0.1",
    // IPv4-compatible (::/96).
    "::8.8.8.8",
    "::808:808",
    "::127.0.0.1",
    "::10.0.0.1",
    "::192.168.0.1",
    "::7f00:1",
    // NAT64, well known and local.
    "64:ff9b::8.8.8.8",
    "64:ff9b::808:808",
    "64:ff9b::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::192.168.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::8.8.8.8",
    "64:ff9b:1:808:8:800::",
    "64:ff9b:1:ffff::8.8.8.8",
    "64:ff9b:1::7f00:1",
    "64:ff9b:1:a00:0:100:8.8.8.8",
    // 6to4.
    "2002:808:808::",
    "2002:808:808::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2002:c0a8:101::1",
    "2002:ac10:1::1",
    "2002:6440:1::1",
    // Teredo: server 8.8.8.8, client inverted.
    "2001:0:808:808::f7f7:f7f7",
    "2001:0:808:808:0:0:80ff:fffe",
    "2001:0:7f00:1::f7f7:f7f7",
    "2001:0:a00:1::f7f7:f7f7",
    // Translated (SIIT).
    "::ffff:0:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "::ffff:0:10.0.0.1",
    "::ffff:0:808:808",
    // ISATAP in a unique local network.
    "fd00::5efe:10.0.0.1",
    "fd00::200:5efe:8.8.8.8",
};

const char* const kForbidden[] = {
    "0.0.0.0",
    "0.0.0.1",
    "0.1.2.3",
    "0.255.255.255",
    "169.254.0.0",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "169.254.255.255",
    "224.0.0.0",
    "224.0.0.1",
    "239.255.255.250",
    "239.255.255.255",
    "255.255.255.255",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "::",
    "0:0:0:0:0:0:0:0",
    "::0",
    "fe80::",
    "fe80::1",
    "fe80::a9fe:a9fe",
    "febf::1",
    "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "ff00::",
    "ff02::1",
    "ff05::2",
    "ff0e::1",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fd00:ec2::254",
    "fd00:0ec2:0:0:0:0:0:254",
    "fd00:ec2::23",
    "fd00:ec2::123",
    "fd00:ec2::253",
    "fd20:ce::254",
    "fd00:a9fe:a9fe::1",
    "fd00:42::42",
    "fd00:c1::a9fe:a9fe",
    "fd00:100::100:200",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "::FFFF:A9FE:A9FE",
    "0:0:0:0:0:ffff:169.254.169.254",
    "0000:0000:0000:0000:0000:ffff:a9fe:a9fe",
    "::ffff:0.0.0.0",
    "::ffff:0:0",
    "::ffff:224.0.0.1",
    "::ffff:255.255.255.255",
    "::ffff:168.63.129.16",
    "::ffff:100.100.100.200",
    "::169.254.169.254",
    "::a9fe:a9fe",
    "::224.0.0.1",
    "::255.255.255.255",
    "::0.0.0.2",
    "64:ff9b::169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::0.0.0.0",
    "64:ff9b::e000:1",
    "64:ff9b::255.255.255.255",
    "64:ff9b:1::169.254.169.254",
    "64:ff9b:1::a9fe:a9fe",
    "64:ff9b:1:a9fe:a9:fe00::",
    "64:ff9b:1:a9fe:a9:fe00:8.8.8.8",
    "64:ff9b:1:ffff::a9fe:a9fe",
    "2002::808:808",
    "2001::808:808:f7f7:f7f7",
    "64:ff9b:1::",
    "2002:a9fe:a9fe::",
    "2002:a9fe:a9fe::1",
    "2002:e000:1::1",
    "2002:0:1::1",
    "2002:ffff:ffff::1",
    "2002:a83f:8110::1",
    "2001:0:a9fe:a9fe::f7f7:f7f7",
    "2001:0:808:808::5601:5601",
    "2001:0:808:808:0:0:1fff:fffe",
    "2001:0:808:808::",
    "2001::",
    "::ffff:0:169.254.169.254",
    "::ffff:0:a9fe:a9fe",
    "::ffff:0:224.0.0.1",
    "fd00::5efe:169.254.169.254",
    "2606:4700::5efe:a9fe:a9fe",
    "2606:4700::200:5efe:a9fe:a9fe",
    "fe80::5efe:8.8.8.8",
};

const char* const kNoAddress[] = {
    "",
    " ",
    "localhost",
    "example.com",
    "127.1",
    "127.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "2130706433",
    "0177.0.0.1",
    "0251.0376.0251.0376",
    "169.254.169.254 ",
    " 8.8.8.8",
    "8.8.8.8.",
    "8.8.8",
    "8.8.8.8.8",
    "256.1.1.1",
    "8.8.8.-1",
    "8.8.8.8/32",
    "8.8.8.8:80",
    "[::1]",
    "[2606:4700::1]",
    "fe80::1%eth0",
    "fe80::1%1",
    "2606:4700::1%lo",
    ":::",
    "1::2::3",
    "12345::",
    "::ffff:256.0.0.1",
    "::ffff:1.2.3",
    "g::1",
    "\xef\xbc\x98.8.8.8",
    ("8\xe3\x80\x82"
     "8.8.8"),
};

TEST(AddressPolicy, public_addresses_are_for_everyone) {
  AddressPolicy strict;
  strict.allow_private = false;
  for (const char* text : kPublic) {
    EXPECT_TRUE(strict.allows(text)) << text;
    EXPECT_TRUE(AddressPolicy{}.allows(text)) << text;
  }
}

TEST(AddressPolicy, private_addresses_are_for_the_operator) {
  AddressPolicy strict;
  strict.allow_private = false;
  for (const char* text : kPrivate) {
    EXPECT_FALSE(strict.allows(text)) << text;
    EXPECT_TRUE(AddressPolicy{}.allows(text)) << text;
  }
}

TEST(AddressPolicy, forbidden_addresses_need_a_named_network) {
  AddressPolicy named;
  named.allow_networks = {"0.0.0.0/0", "::/0"};
  for (const char* text : kForbidden) {
    EXPECT_FALSE(AddressPolicy{}.allows(text)) << text;
    EXPECT_TRUE(named.allows(text)) << text;
  }
}

TEST(AddressPolicy, what_is_no_address_is_refused) {
  AddressPolicy named;
  named.allow_networks = {"0.0.0.0/0", "::/0"};
  for (const char* text : kNoAddress) EXPECT_FALSE(named.allows(text)) << text;
  EXPECT_FALSE(named.allows(std::string_view("8.8.8.8\0", 8)));
}

TEST(AddressPolicy, the_tables_hold_at_least_two_hundred_forms) {
  EXPECT_GE(
      std::size(kPublic) + std::size(kPrivate) + std::size(kForbidden) + std::size(kNoAddress),
      200u);
}

TEST(AddressPolicy, networks_open_exactly_their_range) {
  AddressPolicy policy;
  policy.allow_private = false;
  policy.allow_networks = {"10.1.0.0/16", "169.254.169.254", "fd00:1::/32", "192.168.1.128/25"};
  EXPECT_TRUE(policy.allows("10.1.0.0"));
  EXPECT_TRUE(policy.allows("10.1.255.255"));
  EXPECT_TRUE(policy.allows("::ffff:10.1.2.3"));
  EXPECT_FALSE(policy.allows("10.0.255.255"));
  EXPECT_FALSE(policy.allows("10.2.0.0"));
  EXPECT_TRUE(policy.allows("169.254.169.254"));
  EXPECT_FALSE(policy.allows("169.254.169.253"));
  EXPECT_TRUE(policy.allows("fd00:1::5"));
  EXPECT_FALSE(policy.allows("fd00:2::5"));
  EXPECT_TRUE(policy.allows("192.168.1.128"));
  EXPECT_FALSE(policy.allows("192.168.1.127"));
  // Naming an IPv4 network does not open the IPv6 addresses that embed it.
  EXPECT_FALSE(policy.allows("64:ff9b::10.1.2.3"));
}

TEST(AddressPolicy, malformed_networks_open_nothing) {
  AddressPolicy policy;
  policy.allow_private = false;
  policy.allow_networks = {
      "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/",   "10/8",   "10.0.0.0/8x", "::/129", "",   "/",
      "any",         "*",           "10.0.0.0 /8", "[::]/0", "::/",         "::/0x1", "0/0"};
  EXPECT_FALSE(policy.allows("10.0.0.1"));
  EXPECT_FALSE(policy.allows("::1"));
}

TEST(AddressPolicy, socket_addresses_and_text_agree) {
  for (const char* text : kForbidden) {
    sockaddr_in four{};
    sockaddr_in6 six{};
    four.sin_family = AF_INET;
    six.sin6_family = AF_INET6;
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
      EXPECT_FALSE(AddressPolicy{}.allows(reinterpret_cast<sockaddr*>(&four))) << text;
    } else {
      ASSERT_EQ(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
      EXPECT_FALSE(AddressPolicy{}.allows(reinterpret_cast<sockaddr*>(&six))) << text;
    }
  }
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  EXPECT_FALSE(AddressPolicy{}.allows(reinterpret_cast<sockaddr*>(&local)));
}

}  // namespace
}  // namespace tt::net
