// Fuzz target: the walk over records, the cursor files, and what bodies hold.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <string_view>

#include "tunnel/attempt_store.h"
#include "tunnel/cursor_format.h"
#include "tunnel/dead_letter_store.h"
#include "tunnel/event_reader.h"
#include "tunnel/keyed_request.h"
#include "tunnel/record_scanner.h"
#include "tunnel/seal.h"
#include "tunnel/segment.h"

namespace {

// The input as a file.
class InputFile final : public tt::File {
 public:
  explicit InputFile(std::string_view bytes) : bytes_(bytes) {}
  tt::Result<std::size_t> pread(std::span<char> out, std::uint64_t position) override {
    if (position >= bytes_.size()) return std::size_t{0};
    const std::size_t count = std::min<std::size_t>(out.size(), bytes_.size() - position);
    std::memcpy(out.data(), bytes_.data() + position, count);
    return count;
  }
  tt::Status pwritev(std::span<const iovec>, std::uint64_t) override { return tt::reject("no"); }
  tt::Status datasync() override { return {}; }
  tt::Status truncate(std::uint64_t) override { return tt::reject("no"); }
  tt::Status allocate(std::uint64_t) override { return tt::reject("no"); }
  tt::Result<std::uint64_t> size() override { return std::uint64_t{bytes_.size()}; }
  bool is_at(const std::string&) override { return true; }
  tt::Status lock() override { return {}; }

 private:
  const std::string_view bytes_;
};

void read_bodies(std::string_view body) {
  (void)tt::tunnel::parse_event_body(body);
  (void)tt::tunnel::decode_letter(body);
  (void)tt::tunnel::decode_attempt(body);
  (void)tt::tunnel::decode_seal(body);
  std::vector<tt::tunnel::KeyedRequest> keys;
  tt::tunnel::decode_keys(body, keys);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  InputFile file(input);
  tt::tunnel::RecordScanner scanner(file, 0, 0, size, 0);
  std::uint64_t last_position = 0;
  std::uint64_t last_seq = 0;
  while (true) {
    const auto record = scanner.next();
    if (!record.ok() || !*record) break;
    const tt::tunnel::Record& found = **record;
    // Records come in order, lie inside the file, and have the body their checksum names.
    TT_ASSERT(found.position >= last_position && found.frame.seq >= last_seq);
    TT_ASSERT(found.position + tt::tunnel::kFrameBytes + found.body.size() <= size);
    TT_ASSERT(tt::crc32c(found.body) == found.frame.body_crc);
    last_position = scanner.position();
    last_seq = found.frame.seq;
    read_bodies(found.body);
  }
  for (const tt::tunnel::Damage& damage : scanner.take_damages()) {
    TT_ASSERT(damage.begin <= damage.end && damage.first <= damage.next);
  }
  (void)tt::tunnel::read_cursor_file(input, 0);
  (void)tt::tunnel::decode_segment_header(input);
  (void)tt::tunnel::decode_format(input);
  read_bodies(input);
  return 0;
}
