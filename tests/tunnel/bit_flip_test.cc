// Rot: every bit of a segment, bursts, sectors in wrong places; what is hit is lost, and said so.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "base/scale.h"
#include "tunnel/recollect.h"

namespace tt::tunnel {
namespace {

/// A segment whose events are durable and known to be.
class RottenSegment : public testing::Test {
 protected:
  static constexpr std::size_t kEvents = 64;

  RottenSegment() {
    std::uint64_t at = kRecordsBegin;
    for (std::size_t i = 0; i < kEvents; i += 4) {
      std::vector<std::string> group;
      for (std::size_t k = i; k < i + 4; ++k) {
        group.push_back(event_json(k, 60 + k * 37 % 160));
        records_.push_back({at, at + record_bytes(kFieldsLengthBytes + group.back().size())});
        at = records_.back().end;
        events_[k + 1] = group.back();
      }
      log_.commit(group);
    }
    // As when nothing comes for 50 ms: all before is known to be durable.
    EXPECT_TRUE(log_.writer.prepare(record_bytes(0)).ok());
    log_.writer.add(RecordType::kMarker, 0);
    EXPECT_TRUE(log_.writer.write().ok() && log_.writer.sync().ok());
    log_.writer.publish();
    path_ = log_.last()->path;
    bytes_ = log_.disk.bytes(path_);
    end_ = log_.last()->end.load();
  }

  struct Extent {
    std::uint64_t begin, end;
  };
  std::size_t overlapped(std::uint64_t begin, std::uint64_t end) const {
    return static_cast<std::size_t>(
        std::count_if(records_.begin(), records_.end(),
                      [&](const Extent& r) { return r.begin < end && begin < r.end; }));
  }

  // At most `lost_max` events are missing, none is wrong, and each missing one is told; unless it
  // is at the end and `may_hide_end`: behind the last good record nothing shows what was there.
  void check(const std::string& found, std::size_t lost_max, bool may_hide_end = false) {
    const auto disk = log_.disk.copy();
    disk->damage(path_, 0, found);
    const Recollection seen = recollect(*disk, log_.identity);
    for (const auto& [seq, json] : seen.events) ASSERT_EQ(json, events_.at(seq)) << seq;
    ASSERT_GE(seen.events.size() + lost_max, kEvents);
    const Seq last = seen.events.empty() ? 0 : seen.events.rbegin()->first;
    for (const auto& [seq, json] : events_) {
      if (seen.events.contains(seq) || (may_hide_end && seq > last)) continue;
      ASSERT_TRUE(seen.is_lost(seq)) << seq << " is lost and nobody says so";
    }
    for (const auto& [seq, json] : seen.events) ASSERT_FALSE(seen.is_lost(seq)) << seq;
  }

  WrittenLog log_{32u << 10};
  std::vector<Extent> records_;
  std::map<Seq, std::string> events_;
  std::string path_, bytes_;
  std::uint64_t end_ = 0;
};

TEST_F(RottenSegment, loses_at_most_one_record_to_any_bit_and_says_so) {
  const std::uint64_t step = scaled(10) >= 10 ? 1 : 37;  // Sanitizers: fewer.
  for (std::uint64_t bit = 0; bit < end_ * 8; bit += step) {
    std::string found = bytes_;
    found[bit / 8] = static_cast<char>(found[bit / 8] ^ (1 << bit % 8));
    check(found, 1);
    ASSERT_FALSE(HasFatalFailure()) << "bit " << bit;
  }
}

TEST_F(RottenSegment, loses_to_a_burst_what_it_touched_and_one_more) {
  SeededRandom random(seed());
  for (std::uint64_t i = 0; i < scaled(3000); ++i) {
    const std::size_t length = 1 + random.below(random.below(2) ? 4096 : 64);
    const std::uint64_t at = random.below(end_ - length);
    std::string noise(length, '\0');
    if (random.below(4)) {
      random.fill({reinterpret_cast<unsigned char*>(noise.data()), noise.size()});
    }
    std::string found = bytes_;
    found.replace(at, length, noise);
    check(found, overlapped(at, at + length) + 1, at + length > records_.back().begin);
    ASSERT_FALSE(HasFatalFailure())
        << "burst of " << length << " at " << at << ", case " << i << ", TT_SEED=" << seed();
  }
}

TEST_F(RottenSegment, loses_to_swapped_and_misdirected_sectors_what_stood_in_them) {
  const std::uint64_t sectors = end_ / kSector;
  const std::uint64_t step = scaled(10) >= 10 ? 1 : 5;
  for (std::uint64_t a = 0; a < sectors; a += step) {
    for (std::uint64_t b = 0; b < sectors; ++b) {
      if (a == b) continue;
      std::string found = bytes_;
      found.replace(a * kSector, kSector, bytes_, b * kSector, kSector);
      std::size_t lost_max = overlapped(a * kSector, (a + 1) * kSector) + 1;
      if (a < b) {  // Both ways: the two changed places.
        found.replace(b * kSector, kSector, bytes_, a * kSector, kSector);
        lost_max += overlapped(b * kSector, (b + 1) * kSector) + 1;
      }
      const std::uint64_t hit_end = (std::max(a, b) + 1) * kSector;
      check(found, lost_max, hit_end > records_.back().begin);
      ASSERT_FALSE(HasFatalFailure()) << "sectors " << a << " and " << b;
    }
  }
}

// One flip at a time in a full-sized segment; each is read back from the place to begin before it.
TEST(RottenLargeSegment, loses_at_most_one_record_to_any_bit_and_says_so) {
  const std::uint64_t segment_bytes = is_torture() ? 64u << 20 : 4u << 20;
  WrittenLog log(segment_bytes);
  log::set_level(log::Level::kOff);
  SeededRandom random(seed());
  std::size_t count = 0;
  while (log.segments.count() < 2) {
    std::vector<std::string> group;
    for (int i = 0; i < 16; ++i) group.push_back(event_json(++count, 60 + random.below(400)));
    log.write(group);
  }
  const SharedSegment segment = log.segments.all().front();
  LogView view(0, log.writer.next_seq());
  for (const SharedSegment& one : log.segments.all()) view.segments.add(one);
  const Seq end = log.segments.all().back()->header.base_seq;
  Recollection all;
  read_into(all, view, 1, end);
  ASSERT_EQ(all.events.size(), end - 1);

  std::map<Seq, std::pair<std::uint64_t, std::uint64_t>> places;
  RecordScanner scanner(*segment->file, segment->seed, kRecordsBegin, segment->end.load(), 1);
  for (auto record = scanner.next(); record.ok() && *record; record = scanner.next()) {
    if ((*record)->frame.type != RecordType::kEvent) continue;
    places[(*record)->frame.seq] = {(*record)->position, scanner.position()};
  }
  for (std::uint64_t i = 0; i < scaled(20'000); ++i) {
    const Seq target = 1 + random.below(end - 1);
    const Seq from = std::max<Seq>(target, 4) - 3, until = std::min(target + 3, end);
    const auto [begin, after] = places.at(target);
    const std::uint64_t bit = begin * 8 + random.below((after - begin) * 8);
    log.disk.flip_bit(segment->path, bit);
    Recollection seen;
    read_into(seen, view, from, until);
    log.disk.flip_bit(segment->path, bit);
    for (Seq seq = from; seq < until; ++seq) {
      const auto found = seen.events.find(seq);
      ASSERT_TRUE(found != seen.events.end() ? found->second == all.events.at(seq)
                                             : seen.is_lost(seq) && seq == target)
          << "bit " << bit << ", case " << i << ", TT_SEED=" << seed();
    }
  }
}

}  // namespace
}  // namespace tt::tunnel
