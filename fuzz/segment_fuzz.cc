// Fuzz target: a segment whose bytes were changed in any way is recovered, read and gone on with.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/memory_disk.h"
#include "base/metrics.h"
#include "base/random.h"
#include "tunnel/event_reader.h"
#include "tunnel/recovery.h"

namespace {

using namespace tt;
using namespace tt::tunnel;

constexpr char kFolder[] = "/data/tunnel";
constexpr std::uint64_t kFileBytesMax = 64u << 10;

const LogIdentity& identity() {
  static const LogIdentity made = [] {
    SeededRandom random(7);
    return LogIdentity::make(random, 0);
  }();
  return made;
}

/// Takes numbers off the input; zeros at its end.
class Input {
 public:
  explicit Input(std::string_view left) : left_(left) {}
  bool empty() const { return left_.empty(); }
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes && !left_.empty(); ++i, left_.remove_prefix(1)) {
      value = value << 8 | static_cast<unsigned char>(left_.front());
    }
    return value;
  }
  std::string_view text(std::size_t bytes) {
    const std::string_view taken = left_.substr(0, bytes);
    left_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::string_view left_;
};

/// A segment as the input tells: records with right checksums and any contents, and any damage.
std::string make_segment(Input input) {
  SegmentHeader header{.identity = identity(), .base_seq = 1, .number = 1};
  header.salt = identity().salt("tunnel", 1);
  std::string file = encode_segment_header(header);
  file.resize(kRecordsBegin, '\0');
  const std::uint32_t seed = seed_of(header.salt);
  std::uint64_t seq = 1;
  while (!input.empty() && file.size() < kFileBytesMax) {
    switch (input.number(1) % 8) {
      default: {  // A record.
        const auto type = static_cast<RecordType>(input.number(1) % 8);
        const auto flags = static_cast<std::uint16_t>(input.number(1) % 4);
        seq += input.number(1) % 3;
        const std::uint64_t synced = file.size() - std::min(file.size(), input.number(1) * 8);
        const std::string body(input.text(input.number(1)));
        const std::size_t at = file.size();
        file.resize(at + record_bytes(body.size()), '\0');
        std::copy(body.begin(), body.end(), file.data() + at + kFrameBytes);
        encode_frame(file.data() + at,
                     {.body_bytes = static_cast<std::uint32_t>(body.size()),
                      .type = type,
                      .flags = flags,
                      .seq = seq,
                      .synced_upto = synced,
                      .body_crc = crc32c(body)},
                     seed, at);
        break;
      }
      case 5: {  // A changed byte.
        const std::uint64_t at = input.number(2) % file.size();
        file[at] = static_cast<char>(file[at] ^ static_cast<char>(input.number(1)));
        break;
      }
      case 6:  // Bytes of nobody.
        file.append(input.text(input.number(1)));
        file.resize((file.size() + kRecordAlign - 1) / kRecordAlign * kRecordAlign, '\0');
        break;
      case 7:  // A cut.
        file.resize(file.size() - std::min<std::uint64_t>(file.size(), input.number(2)));
        if (file.empty()) return file;
        break;
    }
  }
  return file;
}

struct Outcome {
  Seq end = 0;
  std::string events;
};

Outcome start(MemoryDisk& disk) {
  static Metrics metrics;
  static ManualClock clock;
  Quarantine quarantine(disk, clock, "/data");
  auto recovered = recover_log({disk, clock, metrics, quarantine}, kFolder, identity());
  TT_ASSERT(recovered.ok());
  Outcome outcome;
  outcome.end = recovered->state.end.next_seq;
  LogView log(0, outcome.end);
  for (SharedSegment& segment : recovered->segments) log.segments.add(std::move(segment));
  EventReader reader(log);
  for (Seq seq = 1; seq < outcome.end;) {
    const auto batch = reader.read(seq, outcome.end, 1u << 20);
    TT_ASSERT(batch.ok() && (*batch)->next > seq);
    for (const StoredEvent& e : (*batch)->events()) {
      TT_ASSERT(e.meta.seq >= seq && e.meta.seq < (*batch)->next);
      outcome.events += std::to_string(e.meta.seq) + std::string(e.event.json);
    }
    seq = (*batch)->next;
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  log::set_level(log::Level::kOff);
  MemoryDisk disk;
  TT_ASSERT(disk.create_directories(kFolder).ok());
  {
    auto file = disk.open(std::string(kFolder) + "/" + segment_name(1), Open::kCreate);
    TT_ASSERT(file.ok());
    const Input input({reinterpret_cast<const char*>(data), size});
    TT_ASSERT((*file)->pwrite(make_segment(input), 0).ok() && (*file)->datasync().ok());
  }
  TT_ASSERT(disk.sync_directory(kFolder).ok());
  const Outcome first = start(disk);
  disk.crash();  // What a start accepted is durable, and the next one finds the same.
  const Outcome second = start(disk);
  TT_ASSERT(second.end == first.end && second.events == first.events);
  return 0;
}
