// The walk over records: every torn length, every flipped bit, forged records.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/record_scanner.h"

#include <gtest/gtest.h>

#include <string>

#include "base/memory_disk.h"

namespace tt::tunnel {
namespace {

constexpr std::uint32_t kSeed = 0x5eed;

std::string make_record(Seq seq, std::string_view body, std::uint64_t position,
                        std::uint32_t seed = kSeed) {
  std::string out(record_bytes(body.size()), '\0');
  encode_frame(
      out.data(),
      {.body_bytes = static_cast<std::uint32_t>(body.size()), .seq = seq, .body_crc = crc32c(body)},
      seed, position);
  std::memcpy(out.data() + kFrameBytes, body.data(), body.size());
  return out;
}

struct Walk {
  std::vector<Seq> seqs;
  std::vector<std::string> bodies;
  std::vector<Damage> damages;
  bool has_open_damage = false;
  std::uint64_t lost() const {
    std::uint64_t sum = 0;
    for (const Damage& d : damages) sum += d.next - d.first;
    return sum;
  }
};

Walk walk(const std::string& bytes) {
  MemoryDisk disk;
  auto file = disk.open("/f", Open::kCreate);
  EXPECT_TRUE((*file)->pwrite(bytes, 0).ok());
  RecordScanner scanner(**file, kSeed, 0, bytes.size(), 1);
  Walk out;
  while (true) {
    const auto record = scanner.next();
    EXPECT_TRUE(record.ok());
    if (!record.ok() || !*record) break;
    out.seqs.push_back((*record)->frame.seq);
    out.bodies.emplace_back((*record)->body);
  }
  out.damages = scanner.take_damages();
  out.has_open_damage = scanner.open_damage().has_value();
  return out;
}

std::string make_log(std::size_t count) {
  std::string log;
  for (std::size_t i = 1; i <= count; ++i)
    log += make_record(i, "event number " + std::to_string(i), log.size());
  return log;
}

TEST(RecordScanner, reads_what_was_written) {
  const Walk out = walk(make_log(64) + std::string(8192, '\0'));
  EXPECT_EQ(out.seqs.size(), 64u);
  EXPECT_EQ(out.bodies[9], "event number 10");
  EXPECT_TRUE(out.damages.empty());
}

TEST(RecordScanner, a_torn_tail_is_not_corruption) {
  const std::string log = make_log(5);
  const std::size_t last = make_log(4).size();
  for (std::size_t bytes = last; bytes < log.size(); ++bytes) {
    for (const char fill : {'\0', '\xee'}) {
      std::string torn = log.substr(0, bytes) + std::string(log.size() - bytes + 4096, fill);
      const Walk out = walk(torn);
      // The padding of the last record is no part of it.
      EXPECT_TRUE(out.seqs.size() == 4 ||
                  torn.substr(last, kFrameBytes + 14) == log.substr(last, kFrameBytes + 14))
          << bytes;
      EXPECT_TRUE(out.damages.empty());
    }
  }
}

TEST(RecordScanner, one_flipped_bit_costs_at_most_one_record_and_is_reported) {
  const std::string log = make_log(64);
  for (std::size_t bit = 0; bit < log.size() * 8; bit += 7) {
    std::string damaged = log;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    const Walk out = walk(damaged);
    ASSERT_GE(out.seqs.size(), 63u) << bit;
    if (out.seqs.size() == 63u) {
      // Nothing behind the last record shows that it is missing; an open damage does.
      ASSERT_TRUE(out.lost() == 1 || (out.has_open_damage && out.seqs.back() == 63)) << bit;
    }
    for (std::size_t i = 0; i < out.seqs.size(); ++i) {
      ASSERT_EQ(out.bodies[i], "event number " + std::to_string(out.seqs[i])) << bit;
    }
  }
}

TEST(RecordScanner, records_forged_inside_a_body_are_not_found) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    // The sender guesses the seed, aligned in every way, and then the header before it breaks.
    std::string body =
        std::string(seed % 8, ' ') + make_record(2, "forged", kFrameBytes + seed % 8, seed);
    std::string log = make_record(1, body, 0);
    log += make_record(2, "real", log.size());
    log[8] ^= 1;
    const Walk out = walk(log);
    EXPECT_EQ(out.bodies, std::vector<std::string>{"real"});
    EXPECT_EQ(out.lost(), 1u);
  }
}

TEST(RecordScanner, records_of_an_earlier_life_are_not_found) {
  std::string log = make_log(3);
  for (Seq seq = 4; seq < 40; ++seq)
    log += make_record(seq, "earlier", log.size(), kSeed + (1u << 20));
  EXPECT_EQ(walk(log).seqs.size(), 3u);
}

TEST(RecordScanner, a_record_that_goes_back_in_seq_is_stale) {
  const std::string log = make_log(5);
  EXPECT_EQ(walk(log + make_record(3, "stale", log.size())).seqs.size(), 5u);
}

TEST(RecordScanner, sectors_that_changed_places_cost_their_records_and_no_others) {
  constexpr std::size_t kSector = 512;
  const std::string log = make_log(64);
  for (std::size_t a = 0; a + kSector <= log.size(); a += kSector) {
    for (std::size_t b = a + kSector; b + kSector <= log.size(); b += kSector) {
      std::string swapped = log;
      swapped.replace(a, kSector, log, b, kSector);
      swapped.replace(b, kSector, log, a, kSector);
      const Walk out = walk(swapped);
      // A record of 64 bytes: a sector touches at most nine of them.
      ASSERT_GE(out.seqs.size(), 64u - 18u) << a << " and " << b;
      for (std::size_t i = 0; i < out.seqs.size(); ++i) {
        ASSERT_EQ(out.bodies[i], "event number " + std::to_string(out.seqs[i]));
      }
      if (!out.has_open_damage) {
        ASSERT_EQ(out.seqs.size() + out.lost(), 64u);
      }
    }
  }
}

TEST(RecordScanner, a_jump_without_a_start_is_a_gap) {
  const std::string first = make_record(1, "a", 0);
  const Walk out = walk(first + make_record(5, "b", first.size()));
  ASSERT_EQ(out.damages.size(), 1u);
  EXPECT_EQ(out.damages[0].first, 2u);
  EXPECT_EQ(out.damages[0].next, 5u);
}

TEST(RecordScanner, bodies_larger_than_the_window_are_read) {
  const std::string large(3u << 20, 'x');
  std::string log = make_record(1, "a", 0);
  log += make_record(2, large, log.size());
  log += make_record(3, "b", log.size());
  const Walk out = walk(log);
  ASSERT_EQ(out.seqs.size(), 3u);
  EXPECT_EQ(out.bodies[1].size(), large.size());
}

}  // namespace
}  // namespace tt::tunnel
