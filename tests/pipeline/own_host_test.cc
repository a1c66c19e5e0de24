// Own hosts: which Host headers ask for this daemon.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/own_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tt::pipeline {
namespace {

TEST(OwnHost, is_loopback_or_what_the_configuration_names) {
  Settings settings;
  settings.listen = {*net::parse_listen("10.0.0.7:8420"), *net::parse_listen("unix:/run/tt.sock")};
  settings.api.listen = {*net::parse_listen("[fd00::7]:8421")};
  settings.api.hosts = {"events.example.com"};
  const auto own = own_hosts(settings);
  EXPECT_THAT(own, ::testing::UnorderedElementsAre("10.0.0.7", "fd00::7", "events.example.com"));
  for (const char* host : {"localhost", "LOCALHOST:1", "127.0.0.1:8420", "[::1]:8420",
                           "10.0.0.7:8420", "[fd00::7]:8421", "Events.Example.Com"})
    EXPECT_TRUE(is_own_host(own, host)) << host;
  for (const char* host : {"", ":8420", "evil.example", "127.0.0.1.evil.example",
                           "localhost.evil.example:8420", "[::1"})
    EXPECT_FALSE(is_own_host(own, host)) << host;
}

}  // namespace
}  // namespace tt::pipeline
