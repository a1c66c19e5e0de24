// Tests of sdk/tt_plugin.h: what plugins were compiled with stays as it is.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/abi.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "base/digest.h"

namespace tt::portals::plugin {
namespace {

// Of 64-bit machines, which the SDK is for. To add a member: append it, give it a line here.
#define AT(type, member, offset) static_assert(offsetof(type, member) == (offset))
static_assert(sizeof(void*) == 8 && sizeof(tt_code) == 4);
AT(tt_str, data, 0);
AT(tt_str, size, 8);
static_assert(sizeof(tt_str) == 16);
AT(tt_text, data, 0);
AT(tt_text, capacity, 8);
AT(tt_text, size, 12);
static_assert(sizeof(tt_text) == 16);
AT(tt_result, size, 0);
AT(tt_result, code, 4);
AT(tt_result, retry_after_ms, 8);
AT(tt_result, status, 16);
AT(tt_result, reserved, 20);
AT(tt_result, text, 24);
static_assert(sizeof(tt_result) == 40);
AT(tt_event, size, 0);
AT(tt_event, reserved, 4);
AT(tt_event, seq, 8);
AT(tt_event, received_ns, 16);
AT(tt_event, id, 24);
AT(tt_event, entry, 40);
AT(tt_event, idempotency_key, 56);
AT(tt_event, json, 72);
static_assert(sizeof(tt_event) == 88);
AT(tt_message, size, 0);
AT(tt_message, status, 4);
AT(tt_message, now_ns, 8);
AT(tt_message, method, 16);
AT(tt_message, path, 32);
AT(tt_message, query, 48);
AT(tt_message, peer, 64);
AT(tt_message, body, 80);
static_assert(sizeof(tt_message) == 96);
AT(tt_host, size, 0);
AT(tt_host, minor, 4);
AT(tt_host, self, 8);
AT(tt_host, log, 16);
AT(tt_host, field, 24);
AT(tt_host, option, 32);
AT(tt_host, header, 40);
AT(tt_host, write, 48);
AT(tt_host, add, 56);
AT(tt_host, append, 64);
AT(tt_host, is_stopping, 72);
static_assert(sizeof(tt_host) == 80);
AT(tt_portal, size, 0);
AT(tt_portal, flags, 4);
AT(tt_portal, name, 8);
AT(tt_portal, summary, 16);
AT(tt_portal, security, 24);
AT(tt_portal, schema_json, 32);
AT(tt_portal, example, 40);
AT(tt_portal, create, 48);
AT(tt_portal, destroy, 56);
AT(tt_portal, target, 64);
AT(tt_portal, encode, 72);
AT(tt_portal, judge, 80);
AT(tt_portal, deliver, 88);
AT(tt_portal, decode, 96);
AT(tt_portal, run, 104);
AT(tt_portal, stop, 112);
static_assert(sizeof(tt_portal) == 120);
AT(tt_plugin, size, 0);
AT(tt_plugin, minor, 4);
AT(tt_plugin, name, 8);
AT(tt_plugin, version, 16);
AT(tt_plugin, portal_count, 24);
AT(tt_plugin, portals, 32);
static_assert(sizeof(tt_plugin) == 40);
static_assert(TT_UNSET == -1 && TT_OK == 0 && TT_RETRY == 1 && TT_REJECT == 2 &&
              TT_MISCONFIGURED == 3 && TT_STOPPED == 4);
static_assert(TT_METHOD == 1 && TT_URL == 2 && TT_HEADER == 3 && TT_BODY == 4 && TT_SECRET == 256);
static_assert(TT_ENTRY == 1 && TT_BATCHES == 2 && TT_STREAM == 4 && TT_PAGES == 8);
#undef AT

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Abi, what_was_released_is_frozen) {
  const std::string frozen = text_of(TT_SOURCE_DIR "/sdk/frozen/1.0/tt_plugin.h");
  EXPECT_EQ(hex(as_text(sha256(frozen))),
            "872bcc099db44db494164249f4259f894ade61199f4c429f4661a43fad5156c3")
      << "sdk/frozen/1.0 never changes; a new minor gets a folder of its own";
  if (TT_PLUGIN_MINOR == 0) {
    EXPECT_EQ(text_of(TT_SOURCE_DIR "/sdk/tt_plugin.h"), frozen)
        << "the header has changed: raise TT_PLUGIN_MINOR, and append only";
  }
}

TEST(Abi, a_host_that_has_grown_works_with_an_older_plugin) {
  const std::string command = std::string(TT_PLUGIN_DIR "/grown_host ") + TT_PLUGIN_DIR "/plain.so";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

TEST(Abi, a_member_that_a_table_is_too_short_for_is_null) {
  tt_portal portal{.size = offsetof(tt_portal, run)};
  portal.run = [](void*, tt_text*) -> tt_code { return TT_OK; };
  EXPECT_EQ(TT_MEMBER(&portal, run), nullptr);
  portal.size = sizeof portal;
  EXPECT_NE(TT_MEMBER(&portal, run), nullptr);
}

}  // namespace
}  // namespace tt::portals::plugin
