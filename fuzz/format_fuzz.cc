// Fuzz target: FORMAT holds anything, beside a good segment or beside another that holds anything.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/log.h"
#include "base/memory_disk.h"
#include "base/random.h"
#include "tunnel/identity.h"
#include "tunnel/record_format.h"
#include "tunnel/segment.h"

namespace {

using namespace tt;
using namespace tt::tunnel;

void put(MemoryDisk& disk, const std::string& path, std::string_view bytes) {
  auto file = disk.open(path, Open::kCreate);
  TT_ASSERT(file.ok() && (*file)->pwrite(bytes, 0).ok() && (*file)->datasync().ok());
}

// With the checksum that the reader wants, so that what is behind it is reached.
std::string mended(std::string bytes, std::size_t size) {
  bytes.resize(size, '\0');
  store(bytes.data() + size - 4, crc32c({bytes.data(), size - 4}));
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  log::set_level(log::Level::kOff);
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto head = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  MemoryDisk disk;
  ManualClock clock;
  SeededRandom random(7);
  TT_ASSERT(disk.create_directories("/data/tunnel").ok());
  const std::string text(input);
  put(disk, "/data/FORMAT", head & 1 ? mended(text, kFormatFileBytes) : text);
  if (head & 2) {
    const std::string segment = head & 4 ? mended(text, kSegmentHeaderBytes) : text;
    put(disk, "/data/tunnel/" + segment_name(1), segment);
  } else {
    SegmentHeader header{.identity = LogIdentity::make(random, 0), .base_seq = 1};
    put(disk, "/data/tunnel/" + segment_name(1), encode_segment_header(header));
  }
  const std::string before = disk.bytes("/data/FORMAT");
  if (!refuse_newer_format(disk, "/data").ok()) {
    TT_ASSERT(disk.bytes("/data/FORMAT") == before);
    return 0;
  }
  const auto first = recover_identity(disk, clock, random, "/data");
  TT_ASSERT(first.ok());
  const auto second = recover_identity(disk, clock, random, "/data");
  TT_ASSERT(second.ok() && !second->is_new && second->identity.uuid == first->identity.uuid &&
            second->identity.key == first->identity.key);
  return 0;
}
