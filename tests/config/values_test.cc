// Rates and networks as people write them.
// SPDX-License-Identifier: Apache-2.0
#include "config/values.h"

#include <gtest/gtest.h>

namespace tt::config {
namespace {

TEST(Rate, is_a_count_and_a_unit) {
  EXPECT_DOUBLE_EQ(parse_rate("30/m")->per_sec, 0.5);
  EXPECT_DOUBLE_EQ(parse_rate("5/s")->per_sec, 5);
  for (const char* text : {"", "30", "/m", "30/", "30/w", "-1/s", "1.5/s"})
    EXPECT_FALSE(parse_rate(text)) << text;
}

TEST(Rate, is_written_as_it_was_read) {
  for (const char* text : {"30/m", "5/s", "7/h", "1/d"})
    EXPECT_EQ(format_rate(*parse_rate(text)), text);
}

TEST(Cidr, holds_what_its_prefix_says) {
  EXPECT_TRUE(parse_cidr("10.0.0.0/8")->contains("10.255.1.2"));
  EXPECT_FALSE(parse_cidr("10.0.0.0/8")->contains("11.0.0.0"));
  EXPECT_TRUE(parse_cidr("192.0.2.128/25")->contains("192.0.2.200"));
  EXPECT_FALSE(parse_cidr("192.0.2.128/25")->contains("192.0.2.100"));
  EXPECT_TRUE(parse_cidr("2001:db8::/33")->contains("2001:db8:7fff::1"));
  EXPECT_FALSE(parse_cidr("2001:db8::/33")->contains("2001:db8:8000::1"));
  EXPECT_TRUE(parse_cidr("0.0.0.0/0")->contains("1.2.3.4"));
  EXPECT_FALSE(parse_cidr("0.0.0.0/0")->contains("::1"));
}

TEST(Cidr, a_bare_address_is_a_network_of_one) {
  EXPECT_TRUE(parse_cidr("192.0.2.7")->contains("192.0.2.7"));
  EXPECT_FALSE(parse_cidr("192.0.2.7")->contains("192.0.2.8"));
  EXPECT_EQ(parse_cidr("::1")->to_string(), "::1/128");
}

TEST(Cidr, ipv4_mapped_into_ipv6_counts_as_ipv4) {
  EXPECT_TRUE(parse_cidr("10.0.0.0/8")->contains("::ffff:10.1.2.3"));
}

TEST(Cidr, refuses_what_is_none) {
  for (const char* text : {"", "localhost", "10.0.0/8", "10.0.0.0/33", "::/129", "10.0.0.0/",
                           "10.0.0.0/-1", "::ffff:10.0.0.0/104"})
    EXPECT_FALSE(parse_cidr(text)) << text;
}

}  // namespace
}  // namespace tt::config
