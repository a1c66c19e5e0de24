// FORMAT: 96 bytes with a checksum, replaced atomically.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/format_file.h"

#include "base/digest.h"
#include "tunnel/record_format.h"

namespace tt::tunnel {
namespace {

// The line end catches transfers in text mode.
constexpr std::string_view kFormatMagic = "TTFORM\r\n";
constexpr std::size_t kFormatCrcAt = kFormatFileBytes - 4;

std::string path_of(const std::string& directory) { return directory + "/FORMAT"; }

}  // namespace

std::string LogIdentity::log_id() const {
  return hex({reinterpret_cast<const char*>(uuid.data()), 4});
}

std::uint64_t LogIdentity::salt(std::string_view kind, std::uint64_t number) const {
  char text[sizeof number];
  store(text, number);
  const Sha256 digest =
      hmac_sha256(key_text(), std::string(kind) + '\0' + std::string(text, sizeof text));
  return load<std::uint64_t>(reinterpret_cast<const char*>(digest.data()));
}

LogIdentity LogIdentity::make(Random& random, WallNs now_ns) {
  LogIdentity identity;
  random.fill(identity.uuid);
  random.fill(identity.key);
  identity.created_ns = now_ns;
  return identity;
}

std::string encode_format(const LogIdentity& identity) {
  std::string out(kFormatFileBytes, '\0');
  char* at = out.data();
  std::memcpy(at, kFormatMagic.data(), kFormatMagic.size());
  store(at + 8, kFormatMajor);
  store(at + 10, kFormatMinor);
  store(at + 12, std::uint32_t{0});  // compat
  store(at + 16, kKnownReadOnlyCompat);
  store(at + 20, kKnownIncompat);
  std::memcpy(at + 24, identity.uuid.data(), identity.uuid.size());
  std::memcpy(at + 40, identity.key.data(), identity.key.size());
  store(at + 56, identity.created_ns);
  store(at + kFormatCrcAt, crc32c({at, kFormatCrcAt}));
  return out;
}

Result<LogIdentity> decode_format(std::string_view bytes) {
  if (bytes.size() < kFormatFileBytes || !bytes.starts_with(kFormatMagic)) {
    return corrupt("FORMAT is damaged");
  }
  const char* at = bytes.data();
  if (crc32c({at, kFormatCrcAt}) != load<std::uint32_t>(at + kFormatCrcAt))
    return corrupt("FORMAT is damaged");
  const auto major = load<std::uint16_t>(at + 8);
  if (major != kFormatMajor || (load<std::uint32_t>(at + 16) & ~kKnownReadOnlyCompat) ||
      (load<std::uint32_t>(at + 20) & ~kKnownIncompat)) {
    return misconfigured("the data directory has format " + std::to_string(major) + "." +
                         std::to_string(load<std::uint16_t>(at + 10)) +
                         ", this program knows format " + std::to_string(kFormatMajor) + "." +
                         std::to_string(kFormatMinor) + ": use a newer release");
  }
  LogIdentity identity;
  std::memcpy(identity.uuid.data(), at + 24, identity.uuid.size());
  std::memcpy(identity.key.data(), at + 40, identity.key.size());
  identity.created_ns = load<std::int64_t>(at + 56);
  return identity;
}

Result<LogIdentity> read_format(Disk& disk, const std::string& directory) {
  if (!disk.exists(path_of(directory))) return corrupt("FORMAT is missing");
  auto bytes = read_file(disk, path_of(directory), 64u << 10);
  if (!bytes.ok()) {
    if (bytes.error().code == Code::kReject) return corrupt("FORMAT is damaged");
    return std::move(bytes).error();
  }
  return decode_format(*bytes);
}

Status write_format(Disk& disk, const std::string& directory, const LogIdentity& identity) {
  return write_file(disk, path_of(directory), encode_format(identity));
}

}  // namespace tt::tunnel
