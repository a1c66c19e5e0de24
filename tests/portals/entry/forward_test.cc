// Tests of portals/entry/forward: the four modes, acknowledgements, the handshake, hostile bytes.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "base/digest.h"
#include "base/utf8.h"
#include "net/compress.h"
#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {
namespace {

constexpr char kForwardListen[] = "listen: tcp://127.0.0.1:24224\n";

// MessagePack by hand, so that the tests do not believe the code they judge. Short ones only.
std::string text(std::string_view value) {
  return static_cast<char>(0xa0 + value.size()) + std::string(value);
}
std::string bin(std::string_view value) {
  const auto size = static_cast<std::uint16_t>(value.size());
  return std::string("\xc5") + static_cast<char>(size >> 8) + static_cast<char>(size & 255) +
         std::string(value);
}
std::string list(const std::vector<std::string>& parts) {
  std::string all(1, static_cast<char>(0x90 + parts.size()));
  for (const std::string& part : parts) all += part;
  return all;
}
std::string map(const std::vector<std::string>& parts) {
  std::string all(1, static_cast<char>(0x80 + parts.size() / 2));
  for (const std::string& part : parts) all += part;
  return all;
}
const std::string kTime("\xd7\x00\x66\x5b\x0d\x40\x1d\xcd\x65\x00", 10);  // 12:00:00.5
const std::string kEntry = list({kTime, map({text("message"), text("hello")})});

class Forward : public testing::Test {
 protected:
  EntryEvents decode(std::string_view bytes, DecodeContext context = {}) {
    EntryEvents events;
    const auto refusal =
        entry_->decode({.body = bytes, .peer = "192.0.2.9", .now_ns = kArrival, .stream = &state_},
                       context, events);
    EXPECT_FALSE(refusal);
    return events;
  }
  /// Of a record in Message mode.
  std::string json(const std::string& record, DecodeContext context = {}) {
    const EntryEvents events = decode(list({text("app.web"), kTime, record}), context);
    EXPECT_EQ(events.events.size(), 1u);
    return events.events.empty() ? "" : std::string(events.events[0].json);
  }
  ConfiguredEntry entry_{"forward", kForwardListen};
  StreamState state_;
};

TEST_F(Forward, the_four_modes_give_the_same_events) {
  const std::string tag = text("app.web"), run = kEntry + kEntry;
  const std::string zipped = map({text("compressed"), text("gzip")});
  for (const std::string& frame :
       {list({tag, kTime, map({text("message"), text("hello")})}) +
            list({tag, kTime, map({text("message"), text("hello")}), map({})}),
        list({tag, list({kEntry, kEntry})}), list({tag, bin(run)}),
        list({tag, bin(net::gzip(run)), zipped}),
        list({tag, bin(net::gzip(kEntry) + net::gzip(kEntry)), zipped})}) {
    const EntryEvents events = decode(frame);
    ASSERT_EQ(events.events.size(), 2u) << hex(frame);
    EXPECT_FALSE(events.must_close);
    EXPECT_FALSE(events.reply);
    for (std::size_t i = 0; i < 2; ++i)
      EXPECT_EQ(events.events[i].json,
                R"({"kind":"urn:forward:app.web","severity":"info","message":"hello",)"
                R"("source":"urn:forward:192.0.2.9:app.web","tag":"app.web",)"
                R"("timestamp":"2024-06-01T12:00:00.500Z"})");
  }
}

TEST_F(Forward, a_chunk_is_acknowledged_by_its_id) {
  const std::string id = text("cPFU==");
  const std::string frame =
      list({text("t"), bin(kEntry), map({text("size"), "\x01", text("chunk"), id})});
  const EntryEvents events = decode(frame + frame);
  EXPECT_EQ(events.events.size(), 2u);
  ASSERT_TRUE(events.reply);
  const std::string ack = map({text("ack"), id});
  EXPECT_EQ(events.reply->body, ack + ack);
}

TEST_F(Forward, a_damaged_chunk_is_neither_stored_nor_acknowledged) {
  const std::string options = map({text("chunk"), text("x")});
  for (const std::string& entries :
       {bin(kEntry + "\xc1"), bin(kEntry + "\x92"), list({kEntry, "\x01"}), bin(kEntry + "\x01")}) {
    const EntryEvents events = decode(list({text("t"), entries, options}));
    EXPECT_TRUE(events.events.empty());
    EXPECT_FALSE(events.reply);
    EXPECT_TRUE(events.must_close);
    EXPECT_EQ(events.rejected.size(), 1u);
  }
  for (const char* how : {"gzip", "zstd"})
    EXPECT_TRUE(
        decode(list({text("t"), bin("no gzip"), map({text("compressed"), text(how)})})).must_close);
}

TEST_F(Forward, what_was_good_before_the_damage_is_kept) {
  const EntryEvents events = decode(list({text("t"), list({kEntry})}) + "{\"no\":1}");
  EXPECT_EQ(events.events.size(), 1u);
  EXPECT_TRUE(events.must_close);
}

TEST_F(Forward, heartbeats_and_marks_of_groups_are_no_events) {
  EXPECT_TRUE(decode("\xc0\xc0").events.empty());
  EXPECT_FALSE(decode("\xc0\xc0").must_close);
  const std::string mark("\xd7\x00\xff\xff\xff\xff\x00\x00\x00\x00", 10);
  const EntryEvents events = decode(list({text("t"), list({list({list({mark, map({})}), map({})}),
                                                           kEntry, list({"\xff", map({})})})}));
  EXPECT_EQ(events.events.size(), 1u);
  EXPECT_TRUE(events.rejected.empty());
}

TEST_F(Forward, metrics_of_fluent_bit_are_acknowledged_and_counted) {
  const EntryEvents events =
      decode(list({text("t"), bin("anything"),
                   map({text("chunk"), text("x"), text("fluent_signal"), "\x01"})}));
  EXPECT_TRUE(events.events.empty());
  EXPECT_EQ(events.rejected.size(), 1u);
  EXPECT_TRUE(events.reply);
  EXPECT_FALSE(events.must_close);
}

TEST_F(Forward, metadata_of_fluent_bit_stands_beside_the_record) {
  const EntryEvents events =
      decode(list({text("t"), list({list({list({kTime, map({text("a"), text("b")})}),
                                          map({text("log"), text("hi\n")})})})}));
  ASSERT_EQ(events.events.size(), 1u);
  EXPECT_EQ(events.events[0].text("metadata.a"), "b");
  EXPECT_EQ(events.events[0].text("message"), "hi");
  EXPECT_EQ(events.events[0].text("timestamp"), "2024-06-01T12:00:00.500Z");
}

TEST_F(Forward, fields_keep_their_names_and_those_of_events_move_aside) {
  const std::string event = json(map({text("msg"),
                                      text("m"),
                                      text("level"),
                                      text("WARN"),
                                      text("kind"),
                                      text("k"),
                                      text("source"),
                                      text("stdout"),
                                      text("status"),
                                      std::string("\xcd\x01\xf4"),
                                      text("k8s"),
                                      map({text("pod"), text("p")}),
                                      text("list"),
                                      list({"\x01", map({text("x"), "\xc0"})}),
                                      text("host"),
                                      text("web-1"),
                                      text("container_name"),
                                      text("/shop"),
                                      text("view_link"),
                                      "\x07"}));
  const auto parsed = parse_json(event);
  ASSERT_TRUE(parsed) << event;
  const auto at = [&](std::string_view name) {
    const boost::json::value* value = parsed->as_object().if_contains(name);
    return value ? json_text(*value) : "";
  };
  EXPECT_EQ(at("message"), "\"m\"");
  EXPECT_EQ(at("msg"), "");
  EXPECT_EQ(at("severity"), "\"warning\"");
  EXPECT_EQ(at("level"), "\"WARN\"");
  EXPECT_EQ(at("kind"), "\"urn:forward:app.web\"");
  EXPECT_EQ(at("record.kind"), "\"k\"");
  EXPECT_EQ(at("record.source"), "\"stdout\"");
  EXPECT_EQ(at("source"), "\"urn:forward:web-1:app.web\"");
  EXPECT_EQ(at("status"), "\"500\"");
  EXPECT_EQ(at("k8s.pod"), "\"p\"");
  EXPECT_EQ(at("list.0"), "1");
  EXPECT_EQ(at("list.1.x"), "null");
  EXPECT_EQ(at("host"), "\"web-1\"");
  EXPECT_EQ(at("service"), "\"shop\"");
  EXPECT_EQ(at("record.view_link"), "7");
}

TEST_F(Forward, other_fields_are_dropped_when_told) {
  EXPECT_EQ(
      json(map({text("log"), text("m"), text("x"), "\x01"}), {.raw = Raw::kDrop}).find("\"x\""),
      std::string::npos);
}

TEST_F(Forward, a_record_without_a_message_is_told_by_its_fields) {
  const auto message = [&](const std::string& record) {
    return std::string(text_at(*parse_json(json(record)), "message"));
  };
  EXPECT_EQ(message(map({text("user"), text("bob x"), text("n"), "\x03", text("none"), "\xc0",
                         text("message"), "\xc0", text("severity"), "\xc0"})),
            "app.web: user=\"bob x\" n=3");
  EXPECT_EQ(message(map({})), "app.web: an empty record");
  EXPECT_EQ(message(map({text("message"), text(" ")})), "app.web: message=\" \"");
  EXPECT_EQ(message(map({text("message"), map({text("a"), "\x01"})})),
            "app.web: a record without text");
}

TEST_F(Forward, all_types_become_json) {
  const std::string record =
      map({text("message"), text("m"), text("f"), std::string("\xcb\x3f\xf8\0\0\0\0\0\0", 9),
           text("nan"), std::string("\xcb\x7f\xf8\0\0\0\0\0\0", 9), text("big"),
           std::string("\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 9), text("neg"), "\xe0", text("t"),
           kTime, text("ext"), std::string("\xd4\x05\x01", 3), text("bytes"), bin("\xff"), "\x07",
           "\xc3"});
  const std::string event = json(record);
  for (const char* part : {R"("f":1.5)", R"("nan":"NaN")", R"("big":18446744073709551615)",
                           R"("neg":-32)", R"("t":"2024-06-01T12:00:00.500Z")", R"("ext":"AQ==")",
                           "\"bytes\":\"\xEF\xBF\xBD\"", R"("7":true)"})
    EXPECT_NE(event.find(part), std::string::npos) << part << " in " << event;
}

TEST_F(Forward, a_record_with_too_many_fields_is_cut_and_says_so) {
  std::string record("\xde\x07\xd0", 3);  // 2,000 pairs.
  for (int i = 0; i < 2000; ++i) record += text("f" + std::to_string(i)) + "\x01";
  const auto event = parse_json(json(record));
  EXPECT_TRUE(bool_at(*event, "truncated"));
  EXPECT_TRUE(text_at(*event, "message").starts_with("app.web: f0=1 f1=1"));
  const boost::json::object& fields = event->as_object();
  EXPECT_TRUE(fields.contains("raw.f0"));
}

TEST_F(Forward, a_long_tag_is_cut_since_every_event_holds_it) {
  const std::size_t bytes = 4u << 20;
  const std::string tag = std::string("\xdb\x00\x40\x00\x00", 5) + std::string(bytes, 't');
  std::string entries("\xdc\x07\xd0", 3);  // 2,000 of them.
  for (int i = 0; i < 2000; ++i) entries += kEntry;
  const EntryEvents events = decode(list({tag, entries}));
  ASSERT_EQ(events.events.size(), 2000u);
  EXPECT_EQ(events.events[0].text("tag"), std::string(1024, 't'));
  EXPECT_EQ(events.events[0].text("truncated"), "");
}

TEST_F(Forward, times_of_every_form_are_understood) {
  const auto time = [&](const std::string& value) {
    const EntryEvents events = decode(list({text("t"), value, map({})}));
    return events.events.empty() ? "none" : events.events[0].text("timestamp");
  };
  EXPECT_EQ(time(std::string("\xce\x66\x5b\x0d\x40", 5)), "2024-06-01T12:00:00Z");
  EXPECT_EQ(time(std::string("\xc7\x08\x00\x66\x5b\x0d\x40\x00\x00\x00\x01", 11)),
            "2024-06-01T12:00:00.000000001Z");
  EXPECT_EQ(time(std::string("\xcb\x41\xd9\x96\xc3\x50\x20\x00\x00", 9)),
            "2024-06-01T12:00:00.500Z");
  for (const std::string& none : {std::string("\x00", 1), std::string("\xc0"), text("")})
    if (none != text("")) {
      EXPECT_EQ(time(none), "2026-01-01T00:00:00.000000Z");
    }
  EXPECT_EQ(time("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), "2026-01-01T00:00:00.000000Z");
}

TEST_F(Forward, frames_are_whole_messages_and_other_protocols_are_told) {
  const auto whole = find_entry("forward")->framing.whole;
  const std::string frame = list({text("t"), list({kEntry})});
  EXPECT_EQ(whole(""), 0u);
  for (std::size_t i = 0; i < frame.size(); ++i) EXPECT_EQ(whole(frame.substr(0, i)), 0u) << i;
  EXPECT_EQ(whole(frame), frame.size());
  EXPECT_EQ(whole(frame + "\xc0" + frame.substr(0, 5)), frame.size() + 1);
  EXPECT_EQ(whole("GET / HTTP/1.1\r\n"), std::nullopt);
  EXPECT_EQ(whole("{\"a\":1}"), std::nullopt);
  EXPECT_EQ(whole(frame + "GET"), frame.size());
}

TEST_F(Forward, a_part_of_a_message_tells_how_much_it_lacks_at_least) {
  const auto wanted = find_entry("forward")->framing.wanted;
  for (const std::string& frame : {list({text("t"), list({kEntry, kEntry}), map({})}),
                                   list({text("t"), bin(kEntry + kEntry), map({})})})
    for (std::size_t i = 1; i < frame.size(); ++i) {
      EXPECT_GT(wanted(frame.substr(0, i)), i);
      EXPECT_LE(wanted(frame.substr(0, i)), frame.size());
    }
  EXPECT_EQ(wanted(std::string("\x92\xa1t\xdd\x00\x00\x03\xe8", 8)), 1008u);
  EXPECT_EQ(wanted("\x92\xa1t\xc4\x09x"), 14u);
  EXPECT_EQ(wanted("{"), 0u);
}

TEST_F(Forward, what_promises_too_much_is_refused_at_once) {
  const auto whole = find_entry("forward")->framing.whole;
  // A list of 2^32-1 values, a text of 4 GiB, and lists without end.
  EXPECT_EQ(whole("\xdd\xff\xff\xff\xff"), std::nullopt);
  EXPECT_EQ(whole("\x92\xdb\xff\xff\xff\xff"), std::nullopt);
  EXPECT_EQ(whole(std::string(100, '\x91')), std::nullopt);
  EXPECT_EQ(whole("\x91\xc1"), std::nullopt);
  std::string bomb;
  const std::string mebibyte = net::gzip(std::string(1u << 20, '\0'));
  for (int i = 0; i < 33; ++i) bomb += mebibyte;
  EXPECT_TRUE(
      decode(list({text("t"), bin(bomb), map({text("compressed"), text("gzip")})})).must_close);
}

TEST_F(Forward, a_broken_connection_leaves_a_part_that_is_counted) {
  const EntryEvents events = decode(list({text("t"), list({kEntry})}).substr(0, 9));
  EXPECT_TRUE(events.events.empty());
  EXPECT_EQ(events.rejected.size(), 1u);
  EXPECT_FALSE(events.must_close);
}

std::string sha512(std::string_view bytes) {
  unsigned char digest[64];
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha512(), nullptr);
  return hex({reinterpret_cast<const char*>(digest), size});
}

class ForwardWithKey : public Forward {
 protected:
  ForwardWithKey() {
    entry_ = ConfiguredEntry("forward",
                             std::string(kForwardListen) + "shared_key: [newer-key, older-key]\n");
    helo_ = entry_->greet(state_);
  }
  std::string ping(std::string_view key) const {
    const std::string digest = sha512("salt" + ("client" + state_.nonce) + std::string(key));
    return list(
        {text("PING"), text("client"), text("salt"), "\xd9\x80" + digest, text(""), text("")});
  }
  std::string helo_;
};

TEST_F(ForwardWithKey, both_sides_prove_that_they_know_the_key) {
  EXPECT_EQ(state_.nonce.size(), 16u);
  EXPECT_EQ(helo_,
            list({text("HELO"), map({text("nonce"), "\xc4\x10" + state_.nonce, text("auth"),
                                     std::string("\xc4\x00", 2), text("keepalive"), "\xc3"})}));
  for (const char* key : {"newer-key", "older-key"}) {
    state_.is_authorised = false;
    const EntryEvents events = decode(ping(key) + list({text("t"), list({kEntry})}));
    ASSERT_TRUE(events.reply);
    EXPECT_EQ(events.reply->body,
              list({text("PONG"), "\xc3", text(""), text("time-tunnel"),
                    "\xd9\x80" + sha512("salttime-tunnel" + state_.nonce + key)}));
    EXPECT_TRUE(state_.is_authorised);
    EXPECT_EQ(events.events.size(), 1u);
    EXPECT_FALSE(events.must_close);
  }
}

TEST_F(ForwardWithKey, nothing_is_taken_from_who_does_not_know_it) {
  const std::string frame = list({text("t"), list({kEntry})});
  for (const std::string& bytes : {frame, ping("wrong") + frame, ping("") + frame,
                                   list({text("PING"), text("client")}) + frame}) {
    const EntryEvents events = decode(bytes);
    EXPECT_TRUE(events.events.empty());
    EXPECT_TRUE(events.must_close);
    EXPECT_FALSE(state_.is_authorised);
  }
  const EntryEvents refused = decode(ping("wrong"));
  ASSERT_TRUE(refused.reply);
  EXPECT_EQ(refused.reply->body,
            list({text("PONG"), "\xc2", text("shared key mismatch"), text(""), text("")}));
}

TEST_F(ForwardWithKey, a_proof_for_another_connection_is_none) {
  const std::string recorded = ping("newer-key");
  StreamState other;
  std::swap(state_, other);
  EXPECT_TRUE(decode(recorded).must_close) << "without a greeting of ours";
  entry_->greet(state_);
  EXPECT_TRUE(decode(recorded).must_close);
}

TEST(ForwardOptions, datagrams_have_no_handshake_and_are_refused) {
  EXPECT_FALSE(
      ConfiguredEntry(*find_entry("forward"), "type: forward\nlisten: udp://127.0.0.1:24224\n")
          .portal);
  StreamState state;
  EXPECT_EQ(ConfiguredEntry("forward", kForwardListen)->greet(state), "");
}

}  // namespace
}  // namespace tt::portals::test
