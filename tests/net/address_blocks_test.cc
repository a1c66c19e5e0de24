// The address policy, block by block: first, last and next addresses of the IANA's registries.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "net/http_client.h"

namespace tt::net {
namespace {

enum class For : std::uint8_t { kEveryone, kOperator, kNobody };

For who_may_dial(std::string_view address) {
  AddressPolicy strict;
  strict.allow_private = false;
  if (strict.allows(address)) return For::kEveryone;
  return AddressPolicy{}.allows(address) ? For::kOperator : For::kNobody;
}

/// First and last address of a block, and those outside that are next to it ("": there is none).
struct Block {
  const char *first, *last;
  For inside;
  const char* before;
  For below;
  const char* after;
  For above;
};

using enum For;

// https://www.iana.org/assignments/iana-ipv4-special-registry and multicast. Of the /24 of the
// IETF's protocols the /29, /32s in it are for the operator as the rest is.
constexpr Block kBlocks4[] = {
    {"0.0.0.0", "0.255.255.255", kNobody, "", kNobody, "1.0.0.0", kEveryone},
    {"10.0.0.0", "10.255.255.255", kOperator, "9.255.255.255", kEveryone, "11.0.0.0", kEveryone},
    {"100.64.0.0", "100.127.255.255", kOperator, "100.63.255.255", kEveryone, "100.128.0.0",
     kEveryone},
    {"127.0.0.0", "127.255.255.255", kOperator, "126.255.255.255", kEveryone, "128.0.0.0",
     kEveryone},
    {"169.254.0.0", "169.254.255.255", kNobody, "169.253.255.255", kEveryone, "169.255.0.0",
     kEveryone},
    {"172.16.0.0", "172.31.255.255", kOperator, "172.15.255.255", kEveryone, "172.32.0.0",
     kEveryone},
    {"192.0.0.0", "192.0.0.255", kOperator, "191.255.255.255", kEveryone, "192.0.1.0", kEveryone},
    {"192.0.0.0", "192.0.0.7", kOperator, "191.255.255.255", kEveryone, "192.0.0.8", kOperator},
    {"192.0.0.9", "192.0.0.10", kOperator, "192.0.0.8", kOperator, "192.0.0.11", kOperator},
    {"192.0.0.170", "192.0.0.171", kOperator, "192.0.0.169", kOperator, "192.0.0.172", kOperator},
    {"192.0.0.192", "192.0.0.192", kNobody, "192.0.0.191", kOperator, "192.0.0.193", kOperator},
    {"192.0.2.0", "192.0.2.255", kOperator, "192.0.1.255", kEveryone, "192.0.3.0", kEveryone},
    {"192.31.196.0", "192.31.196.255", kEveryone, "192.31.195.255", kEveryone, "192.31.197.0",
     kEveryone},
    {"192.52.193.0", "192.52.193.255", kEveryone, "192.52.192.255", kEveryone, "192.52.194.0",
     kEveryone},
    {"192.88.99.0", "192.88.99.255", kOperator, "192.88.98.255", kEveryone, "192.88.100.0",
     kEveryone},
    {"192.168.0.0", "192.168.255.255", kOperator, "192.167.255.255", kEveryone, "192.169.0.0",
     kEveryone},
    {"192.175.48.0", "192.175.48.255", kEveryone, "192.175.47.255", kEveryone, "192.175.49.0",
     kEveryone},
    {"198.18.0.0", "198.19.255.255", kOperator, "198.17.255.255", kEveryone, "198.20.0.0",
     kEveryone},
    {"198.51.100.0", "198.51.100.255", kOperator, "198.51.99.255", kEveryone, "198.51.101.0",
     kEveryone},
    {"203.0.113.0", "203.0.113.255", kOperator, "203.0.112.255", kEveryone, "203.0.114.0",
     kEveryone},
    {"224.0.0.0", "239.255.255.255", kNobody, "223.255.255.255", kEveryone, "240.0.0.0", kOperator},
    {"240.0.0.0", "255.255.255.254", kOperator, "239.255.255.255", kNobody, "255.255.255.255",
     kNobody},
    {"255.255.255.255", "255.255.255.255", kNobody, "255.255.255.254", kOperator, "", kNobody},
};

// https://www.iana.org/assignments/iana-ipv6-special-registry, multicast and site-local. Blocks
// that hold IPv4 addresses are as good as those: the first ends in 0.0.0.0.
constexpr Block kBlocks6[] = {
    {"::", "::", kNobody, "", kNobody, "::1", kOperator},
    {"::1", "::1", kOperator, "::", kNobody, "::2", kNobody},
    {"::ffff:0.0.0.0", "::ffff:255.255.255.255", kNobody, "::fffe:ffff:ffff", kNobody, "::1:0:0:0",
     kNobody},
    {"64:ff9b::", "64:ff9b::ffff:ffff", kNobody, "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", kEveryone,
     "64:ff9b::1:0:0", kEveryone},
    {"64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", kNobody,
     "64:ff9b:0:ffff:ffff:ffff:ffff:ffff", kEveryone, "64:ff9b:2::", kEveryone},
    {"100::", "100::ffff:ffff:ffff:ffff", kOperator, "ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
     kEveryone, "100:0:0:1::", kOperator},
    {"100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", kOperator, "100::ffff:ffff:ffff:ffff",
     kOperator, "100:0:0:2::", kEveryone},
    {"2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", kOperator,
     "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", kEveryone, "2001:200::", kEveryone},
    {"2001:1::1", "2001:1::3", kOperator, "2001:1::", kOperator, "2001:1::4", kOperator},
    {"2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", kOperator,
     "2001:1:ffff:ffff:ffff:ffff:ffff:ffff", kOperator, "2001:2:1::", kOperator},
    {"2001:3::", "2001:3:ffff:ffff:ffff:ffff:ffff:ffff", kOperator,
     "2001:2:ffff:ffff:ffff:ffff:ffff:ffff", kOperator, "2001:4::", kOperator},
    {"2001:4:112::", "2001:4:112:ffff:ffff:ffff:ffff:ffff", kOperator,
     "2001:4:111:ffff:ffff:ffff:ffff:ffff", kOperator, "2001:4:113::", kOperator},
    {"2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", kOperator,
     "2001:f:ffff:ffff:ffff:ffff:ffff:ffff", kOperator, "2001:20::", kOperator},
    {"2001:20::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", kOperator,
     "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", kOperator, "2001:30::", kOperator},
    {"2001:30::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff", kOperator,
     "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", kOperator, "2001:40::", kOperator},
    {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", kOperator,
     "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", kEveryone, "2001:db9::", kEveryone},
    {"2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", kNobody,
     "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", kEveryone, "2003::", kEveryone},
    {"2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", kEveryone,
     "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff", kEveryone, "2620:4f:8001::", kEveryone},
    {"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", kOperator,
     "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", kEveryone, "3fff:1000::", kEveryone},
    {"5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", kOperator,
     "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", kEveryone, "5f01::", kEveryone},
    {"fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", kOperator,
     "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", kEveryone, "fe00::", kEveryone},
    {"fd00:ec2::", "fd00:ec2:ffff:ffff:ffff:ffff:ffff:ffff", kNobody,
     "fd00:ec1:ffff:ffff:ffff:ffff:ffff:ffff", kOperator, "fd00:ec3::", kOperator},
    {"fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", kNobody,
     "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", kEveryone, "fec0::", kOperator},
    {"fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", kOperator,
     "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", kNobody, "ff00::", kNobody},
    {"ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", kNobody,
     "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", kOperator, "", kNobody},
};

void check_block(const Block& block) {
  EXPECT_EQ(who_may_dial(block.first), block.inside) << block.first;
  EXPECT_EQ(who_may_dial(block.last), block.inside) << block.last;
  if (*block.before) {
    EXPECT_EQ(who_may_dial(block.before), block.below) << block.before;
  }
  if (*block.after) {
    EXPECT_EQ(who_may_dial(block.after), block.above) << block.after;
  }
}

TEST(AddressBlocks, special_blocks_end_where_the_registries_say) {
  for (const Block& block : kBlocks4) check_block(block);
  for (const Block& block : kBlocks6) check_block(block);
}

}  // namespace
}  // namespace tt::net
