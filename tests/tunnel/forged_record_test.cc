// What senders write into events never passes for a record, whatever happens to the bytes around.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/scale.h"
#include "tunnel/record_scanner.h"
#include "tunnel/written_log.h"

namespace tt::tunnel {
namespace {

constexpr std::string_view kForged = "{\"message\":\"forged\"}";

// A record that is whole in all but the salt, which its author can only guess.
std::string forge(std::uint32_t guessed_seed, Seq seq, std::uint64_t position) {
  const std::string body = std::string(kFieldsLengthBytes, '\0') + std::string(kForged);
  std::string record(record_bytes(body.size()), '\0');
  std::memcpy(record.data() + kFrameBytes, body.data(), body.size());
  encode_frame(record.data(),
               {.body_bytes = static_cast<std::uint32_t>(body.size()),
                .seq = seq,
                .synced_upto = 1u << 30,
                .body_crc = crc32c(body)},
               guessed_seed, position);
  return record;
}

// Every forged record begins where a frame may begin, behind the frame that holds it and 2 bytes
// of its own body.
// Its author even knows where in the file the event will stand: at `body`.
std::string stuffed(const std::vector<std::uint32_t>& guesses, Seq seq, std::uint64_t body) {
  std::string payload(kRecordAlign - kFieldsLengthBytes, ' ');
  for (const std::uint32_t guess : guesses) {
    payload += forge(guess, seq, body + kFieldsLengthBytes + payload.size());
  }
  return payload;
}

TEST(ForgedRecord, in_a_body_is_never_accepted) {
  constexpr std::size_t kGuessesEach = 500;
  SeededRandom random(seed());
  const std::size_t rounds = scaled(20);
  for (std::size_t round = 0; round < rounds; ++round) {
    WrittenLog log;
    log.commit({"before"});
    // What anybody would try first, then luck.
    std::vector<std::uint32_t> guesses{0, 0xffffffff, static_cast<std::uint32_t>(round)};
    while (guesses.size() < kGuessesEach) {
      guesses.push_back(static_cast<std::uint32_t>(random.below(1ull << 32)));
    }
    const Seq host = log.writer.next_seq();
    const std::string payload = stuffed(guesses, host + 1, log.last()->end.load() + kFrameBytes);
    log.commit({payload});
    log.commit({"after"});
    const SharedSegment segment = log.last();
    // The frame around them breaks, so that the next record is sought byte by byte.
    const std::size_t at = log.disk.bytes(segment->path).find(payload.substr(0, 64));
    ASSERT_NE(at, std::string::npos);
    log.disk.flip_bit(segment->path, (at - kFieldsLengthBytes - kFrameBytes + 9) * 8);

    RecordScanner scanner(*segment->file, segment->seed, kRecordsBegin, segment->end.load(), 1);
    std::vector<std::string> payloads;
    while (true) {
      const auto record = scanner.next();
      ASSERT_TRUE(record.ok());
      if (!*record) break;
      payloads.emplace_back((*record)->body.substr(kFieldsLengthBytes));
    }
    ASSERT_EQ(payloads, (std::vector<std::string>{"before", "after"}))
        << "round " << round << ", TT_SEED=" << seed();
    const auto damages = scanner.take_damages();
    ASSERT_EQ(damages.size(), 1u);
    ASSERT_EQ(damages[0].first, host);
    ASSERT_EQ(damages[0].next, host + 1);
  }
}

}  // namespace
}  // namespace tt::tunnel
