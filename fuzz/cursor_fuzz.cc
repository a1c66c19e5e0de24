// Fuzz target: both cursor files hold anything; a start finds cursors or begins anew, and goes on.
// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/log.h"
#include "base/memory_disk.h"
#include "base/random.h"
#include "tunnel/cursor_store.h"
#include "tunnel/record_format.h"

namespace {

using namespace tt;
using namespace tt::tunnel;

constexpr std::size_t kLengthAt = 8;

// Frames get the checksum that the reader wants, so that what is behind it is reached.
void mend_checksums(std::string& bytes, std::uint32_t seed) {
  for (std::size_t at = 0; at + kCursorFrameBytes <= bytes.size();) {
    std::memcpy(bytes.data() + at, "TTC1", 4);
    const std::size_t left = bytes.size() - at - kCursorFrameBytes;
    const std::uint32_t body =
        static_cast<std::uint32_t>(load<std::uint32_t>(bytes.data() + at + kLengthAt) % (left + 1));
    store(bytes.data() + at + kLengthAt, body);
    const std::size_t size = kCursorFrameBytes + body;
    store(bytes.data() + at + 4, crc32c({bytes.data() + at + kLengthAt, size - kLengthAt}, seed));
    at += (size + kRecordAlign - 1) / kRecordAlign * kRecordAlign;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  log::set_level(log::Level::kOff);
  static const LogIdentity identity = [] {
    SeededRandom random(7);
    return LogIdentity::make(random, 0);
  }();
  const std::uint32_t seed = seed_of(identity.salt("cursors", 0));
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto head = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  const std::size_t border = input.size() * (head >> 1) / 127;
  std::string files[2] = {std::string(input.substr(0, border)), std::string(input.substr(border))};
  if (head & 1)
    for (std::string& file : files) mend_checksums(file, seed);

  MemoryDisk disk;
  ManualClock clock;
  TT_ASSERT(disk.create_directories("/d").ok());
  const char* const names[2] = {"/d/cursors.a", "/d/cursors.b"};
  for (int i = 0; i < 2; ++i) {
    auto file = disk.open(names[i], Open::kCreate);
    TT_ASSERT(file.ok() && (*file)->pwrite(files[i], 0).ok() && (*file)->datasync().ok());
  }
  TT_ASSERT(disk.sync_directory("/d").ok());
  const auto open = [&] {
    return CursorStore::open("/d", identity, {disk, clock, system_spawner()}, [](const Error&) {});
  };
  {
    auto store = open();
    TT_ASSERT(store.ok());
    SharedCursor cursor = (*store)->find("fuzz");
    if (!cursor) {
      auto created = (*store)->create("fuzz", 1);
      TT_ASSERT(created.ok());
      cursor = *created;
    }
    cursor->rewind(42);
    (*store)->touch(cursor);
    TT_ASSERT((*store)->flush().ok());
    disk.crash();
  }
  auto store = open();
  TT_ASSERT(store.ok() && !(*store)->was_lost());
  TT_ASSERT((*store)->find("fuzz") && (*store)->find("fuzz")->low() == 42);
  return 0;
}
