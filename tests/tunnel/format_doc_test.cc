// The hex dumps of docs/format are what the encoders write. TT_UPDATE=1 writes them again.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "base/disk.h"
#include "tunnel/cursor_format.h"
#include "tunnel/keyed_request.h"
#include "tunnel/record_format.h"
#include "tunnel/segment.h"
#include "tunnel/tagged.h"

namespace tt::tunnel {
namespace {

LogIdentity sample_identity() {
  LogIdentity identity;
  for (unsigned char i = 0; i < 16; ++i) {
    identity.uuid[i] = i;
    identity.key[i] = static_cast<unsigned char>(0x10 + i);
  }
  identity.created_ns = 1'769'860'800 * kNsPerSec;  // 2026-01-31T12:00:00Z
  return identity;
}

SegmentHeader sample_header() {
  SegmentHeader header;
  header.identity = sample_identity();
  header.base_seq = 1;
  header.number = 1;
  header.created_ns = header.identity.created_ns;
  header.prev_end_seq = 1;
  header.salt = header.identity.salt("tunnel", 1);
  return header;
}

std::string record(Frame frame, std::string_view body, std::uint32_t seed, std::uint64_t position) {
  std::string out(record_bytes(body.size()), '\0');
  frame.body_bytes = static_cast<std::uint32_t>(body.size());
  frame.body_crc = crc32c(body);
  encode_frame(out.data(), frame, seed, position);
  std::memcpy(out.data() + kFrameBytes, body.data(), body.size());
  return out;
}

std::map<std::string, std::string> samples() {
  const SegmentHeader header = sample_header();
  const std::uint32_t seed = seed_of(header.salt);
  std::string fields;
  append_field(fields, Tag::kEntry, "events");
  append_field(fields, Tag::kKey, key_text(digest_key(header.identity.key_text(), "order-4711")));
  append_number(fields, Tag::kRequestCount, std::uint32_t{1});
  std::string body(kFieldsLengthBytes, '\0');
  store(body.data(), static_cast<std::uint16_t>(fields.size()));
  body += fields;
  body += R"({"timestamp":"2026-01-31T12:00:00Z","kind":"unknown","message":"hello"})";
  const std::string event = record({.type = RecordType::kEvent,
                                    .seq = 1,
                                    .synced_upto = kRecordsBegin,
                                    .time_ns = header.created_ns},
                                   body, seed, kRecordsBegin);
  const std::string marker = record({.type = RecordType::kMarker,
                                     .seq = 2,
                                     .synced_upto = kRecordsBegin + event.size(),
                                     .time_ns = header.created_ns + 50 * kNsPerMs,
                                     .prev_header_crc = load<std::uint32_t>(event.data() + 4)},
                                    "", seed, kRecordsBegin + event.size());
  const CursorFrame cursors{
      .is_snapshot = true,
      .generation = 3,
      .snapshot_generation = 3,
      .time_ns = header.created_ns,
      .cursors = {{.exit = "archive", .low = 5, .start = 3, .ranges = {{7, 9}}},
                  {.exit = "team-chat", .low = 9, .epoch = 1}}};
  return {{"format", encode_format(header.identity)},
          {"segment", encode_segment_header(header)},
          {"event", event},
          {"marker", marker},
          {"cursors", encode_cursor_frame(cursors, seed_of(header.identity.salt("cursors", 0)))}};
}

std::string dump(std::string_view bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    const std::string_view line = bytes.substr(at, 16);
    out += fmt::format("{:04x} ", at);
    for (std::size_t i = 0; i < 16; ++i) {
      if (i % 8 == 0) out += ' ';
      out += i < line.size() ? fmt::format("{:02x} ", static_cast<unsigned char>(line[i])) : "   ";
    }
    out += ' ';
    for (const char c : line) out += c >= ' ' && c <= '~' ? c : '.';
    out += '\n';
  }
  return out;
}

TEST(FormatDoc, dumps_are_what_the_encoders_write) {
  std::map<std::string, std::string> left = samples();
  for (const char* page : {"data-directory.md", "segment.md", "record.md", "cursors.md"}) {
    const std::string path = std::string(TT_SOURCE_DIR) + "/docs/format/" + page;
    auto text = read_file(system_disk(), path);
    ASSERT_TRUE(text.ok()) << text.error().text;
    const std::string before = *text;
    constexpr std::string_view kMark = "<!-- golden: ", kFence = "```text\n";
    for (std::size_t at = 0; (at = text->find(kMark, at)) != std::string::npos;) {
      const std::size_t name_at = at + kMark.size();
      const std::string name = text->substr(name_at, text->find(' ', name_at) - name_at);
      const std::size_t begin = text->find(kFence, at) + kFence.size();
      const std::size_t end = text->find("```", begin);
      ASSERT_TRUE(left.contains(name)) << name;
      const std::string wanted = dump(left[name]);
      left.erase(name);
      if (std::getenv("TT_UPDATE")) {
        text->replace(begin, end - begin, wanted);
      } else {
        EXPECT_EQ(text->substr(begin, end - begin), wanted) << path << ": " << name;
      }
      at = begin;
    }
    if (*text != before) {
      ASSERT_TRUE(write_file(system_disk(), path, *text).ok());
    }
  }
  EXPECT_TRUE(left.empty()) << "no page shows " << left.begin()->first;
}

TEST(FormatDoc, samples_read_back) {
  const auto all = samples();
  EXPECT_TRUE(decode_format(all.at("format")).ok());
  EXPECT_TRUE(decode_segment_header(all.at("segment")).ok());
  const std::uint32_t seed = seed_of(sample_header().salt);
  const auto event = decode_frame(all.at("event").data(), seed, kRecordsBegin);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->seq, 1u);
  EXPECT_FALSE(decode_frame(all.at("event").data(), seed + 1, kRecordsBegin)) << "another salt";
  EXPECT_FALSE(decode_frame(all.at("event").data(), seed, kRecordsBegin + 8)) << "another place";
  const auto marker =
      decode_frame(all.at("marker").data(), seed, kRecordsBegin + all.at("event").size());
  ASSERT_TRUE(marker);
  EXPECT_EQ(marker->prev_header_crc, event->header_crc);
  const auto cursors =
      read_cursor_file(all.at("cursors"), seed_of(sample_identity().salt("cursors", 0)));
  ASSERT_TRUE(cursors);
  EXPECT_EQ(cursors->cursors.at("archive").ranges.size(), 1u);
  EXPECT_EQ(cursors->cursors.at("archive").start, 3u);
  EXPECT_EQ(cursors->cursors.at("team-chat").start, 0u)
      << "not known: written before there was one";
  EXPECT_EQ(cursors->cursors.at("team-chat").epoch, 1u);
}

}  // namespace
}  // namespace tt::tunnel
