// A write that a crash tore: every length of the last group, every subset of its sectors.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/scale.h"
#include "tunnel/recollect.h"

namespace tt::tunnel {
namespace {

constexpr std::size_t kSectorsMax = 12;

/// What stands where nothing of the group arrived.
enum class Missing : std::uint8_t { kOld, kZeros, kGarbage };
constexpr Missing kAllMissing[] = {Missing::kOld, Missing::kZeros, Missing::kGarbage};

/// A segment of a recycled file: a group that is durable, and one that is on its way.
class TornGroup {
 public:
  TornGroup(std::uint64_t seed, const std::vector<std::size_t>& sizes) : random_(seed) {
    WrittenLog earlier(kSegmentBytes, seed + 1'000'003);
    for (std::size_t i = 0; i < 12; ++i) earlier.commit({event_json(i, 900)});
    const std::string stale = earlier.disk.bytes(earlier.last()->path).substr(kRecordsBegin);

    for (std::size_t i = 0; i < 3; ++i) durable_.push_back(event_json(i, 40 + 7 * i));
    log_.commit(durable_);
    begin_ = log_.last()->end.load();
    path_ = log_.last()->path;
    log_.disk.damage(path_, begin_, stale.substr(begin_ - kRecordsBegin));
    before_ = log_.disk.copy();
    old_ = before_->bytes(path_);
    std::uint64_t at = begin_;
    for (const std::size_t size : sizes) {
      open_.push_back(event_json(durable_.size() + open_.size(), size));
      records_.push_back({at, at + kFrameBytes + kFieldsLengthBytes + open_.back().size()});
      at += record_bytes(kFieldsLengthBytes + open_.back().size());
    }
    log_.write(open_);
    new_ = log_.disk.bytes(path_);
    end_ = at;
    garbage_.resize(new_.size());
    random_.fill({reinterpret_cast<unsigned char*>(garbage_.data()), garbage_.size()});
  }

  std::uint64_t bytes() const { return end_ - begin_; }
  std::size_t sectors() const { return (end_ - 1) / kSector - begin_ / kSector + 1; }

  /// Of the group the first `length` bytes arrived.
  void check_length(std::uint64_t length, Missing missing) {
    std::string found = new_;
    fill(found, begin_ + length, end_, missing);
    check(found);
  }
  /// Of the group the sectors of `mask` arrived.
  void check_sectors(std::uint32_t mask, Missing missing) {
    std::string found = new_;
    for (std::size_t i = 0; i < sectors(); ++i) {
      if (!(mask >> i & 1)) fill_sector(found, i, missing);
    }
    check(found);
  }
  /// What a missing sector holds is chosen for each.
  void check_random() {
    std::string found = new_;
    for (std::size_t i = 0; i < sectors(); ++i) {
      if (random_.below(2)) fill_sector(found, i, kAllMissing[random_.below(3)]);
    }
    check(found);
  }

 private:
  static constexpr std::uint64_t kSegmentBytes = 16u << 10;
  struct Extent {
    std::uint64_t begin, end;  // Without the padding.
  };

  void fill_sector(std::string& found, std::size_t index, Missing missing) {
    const std::uint64_t at = (begin_ / kSector + index) * kSector;
    fill(found, std::max(at, begin_), std::min(at + kSector, end_), missing);
  }
  void fill(std::string& found, std::uint64_t begin, std::uint64_t end, Missing missing) {
    for (std::uint64_t at = begin; at < end; ++at) {
      found[at] = missing == Missing::kOld     ? old_[at]
                  : missing == Missing::kZeros ? '\0'
                                               : garbage_[at];
    }
  }

  // Every record that is whole comes back, every other one does not, and what is missing between
  // those that came back is told.
  void check(const std::string& found) {
    const auto disk = before_->copy();
    disk->damage(path_, begin_, std::string_view(found).substr(begin_, bytes()));
    std::map<Seq, std::string> expected;
    Seq seq = 1;
    for (const std::string& json : durable_) expected[seq++] = json;
    for (std::size_t i = 0; i < records_.size(); ++i, ++seq) {
      const Extent& r = records_[i];
      if (found.compare(r.begin, r.end - r.begin, new_, r.begin, r.end - r.begin) == 0) {
        expected[seq] = open_[i];
      }
    }
    for (int start = 0; start < 2; ++start) {  // The second one finds what the first one left.
      const Recollection seen = recollect(*disk, log_.identity);
      ASSERT_EQ(seen.events, expected) << "start " << start;
      const Seq last = expected.rbegin()->first;
      ASSERT_EQ(seen.end, last + 1);
      for (Seq s = 1; s <= last; ++s) ASSERT_EQ(seen.is_lost(s), !expected.contains(s)) << s;
    }
  }

  SeededRandom random_;
  WrittenLog log_{kSegmentBytes};
  std::unique_ptr<MemoryDisk> before_;
  std::vector<std::string> durable_, open_;
  std::vector<Extent> records_;
  std::string path_, old_, new_, garbage_;
  std::uint64_t begin_ = 0, end_ = 0;
};

const std::vector<std::size_t> kSizes = {30, 700, 31, 450, 1600, 64, 512, 200, 900, 33};

TEST(TornWrite, of_any_length_brings_back_every_whole_record) {
  TornGroup group(seed(), kSizes);
  const std::uint64_t step = scaled(10) >= 10 ? 1 : 13;  // Sanitizers: fewer.
  for (std::uint64_t length = 0; length <= group.bytes(); length += step) {
    for (const Missing missing : kAllMissing) {
      group.check_length(length, missing);
      ASSERT_FALSE(testing::Test::HasFatalFailure())
          << "length " << length << ", missing " << static_cast<int>(missing);
    }
  }
}

TEST(TornWrite, of_any_subset_of_sectors_brings_back_every_whole_record) {
  TornGroup group(seed(), kSizes);
  ASSERT_GE(group.sectors(), 10u);
  ASSERT_LE(group.sectors(), kSectorsMax);
  const std::uint32_t step = scaled(10) >= 10 ? 1 : 13;
  for (std::uint32_t mask = 0; mask < 1u << group.sectors(); mask += step) {
    for (const Missing missing : kAllMissing) {
      group.check_sectors(mask, missing);
      ASSERT_FALSE(testing::Test::HasFatalFailure())
          << "sectors " << mask << ", missing " << static_cast<int>(missing);
    }
  }
}

TEST(TornWrite, of_random_groups_brings_back_every_whole_record) {
  constexpr std::size_t kCasesEach = 50;
  SeededRandom random(seed());
  for (std::uint64_t round = 0; round < scaled(20'000) / kCasesEach; ++round) {
    std::vector<std::size_t> sizes(1 + random.below(12));
    for (std::size_t& size : sizes) size = 20 + random.below(random.below(2) ? 900 : 60);
    TornGroup group(seed() + round, sizes);
    for (std::size_t i = 0; i < kCasesEach; ++i) {
      group.check_random();
      ASSERT_FALSE(testing::Test::HasFatalFailure())
          << "round " << round << ", case " << i << ", TT_SEED=" << seed();
    }
  }
}

}  // namespace
}  // namespace tt::tunnel
