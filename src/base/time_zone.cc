// Zone files (RFC 8536) and the cache of zones.
// SPDX-License-Identifier: Apache-2.0
#include "base/time_zone.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace tt {
namespace {

constexpr std::size_t kZoneFileBytesMax = 1 << 20;
constexpr std::size_t kCachedZonesMax = 2000;
constexpr std::size_t kHeaderBytes = 44;

class FixedZone final : public TimeZone {
 public:
  explicit FixedZone(std::int32_t offset) : offset_(offset) {}
  std::int32_t offset_seconds(std::int64_t) const override { return offset_; }

 private:
  std::int32_t offset_;
};

class FileZone final : public TimeZone {
 public:
  std::int32_t offset_seconds(std::int64_t utc_seconds) const override {
    const auto after = std::upper_bound(times.begin(), times.end(), utc_seconds);
    if (after == times.end() && rule) return rule->offset_seconds(utc_seconds);
    if (after == times.begin()) return before_all;
    return offsets[static_cast<std::size_t>(after - times.begin()) - 1];
  }

  std::vector<std::int64_t> times;
  std::vector<std::int32_t> offsets;  ///< From the transition of the same index on.
  std::int32_t before_all = 0;
  std::shared_ptr<const TimeZone> rule;
};

std::int64_t big_endian(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  if (width == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
  return static_cast<std::int64_t>(value);
}

struct Header {
  char version = 0;
  std::size_t utc_flags = 0, standard_flags = 0, leaps = 0, times = 0, types = 0, names = 0;
  std::size_t body_bytes(std::size_t time_bytes) const {
    return times * time_bytes + times + types * 6 + names + leaps * (time_bytes + 4) +
           standard_flags + utc_flags;
  }
};

bool read_header(std::string_view bytes, Header& header) {
  if (bytes.size() < kHeaderBytes || !bytes.starts_with("TZif")) return false;
  header.version = bytes[4];
  std::size_t* const counts[] = {&header.utc_flags, &header.standard_flags, &header.leaps,
                                 &header.times,     &header.types,          &header.names};
  for (std::size_t i = 0; i < 6; ++i) {
    const std::int64_t count = big_endian(bytes, 20 + 4 * i, 4);
    if (count < 0 || count > static_cast<std::int64_t>(kZoneFileBytesMax)) return false;
    *counts[i] = static_cast<std::size_t>(count);
  }
  return header.types > 0;
}

bool read_body(std::string_view body, const Header& header, std::size_t time_bytes,
               FileZone& zone) {
  const std::size_t indexes = header.times * time_bytes;
  const std::size_t types = indexes + header.times;
  const auto offset_of_type = [&](std::size_t type) {
    return static_cast<std::int32_t>(big_endian(body, types + type * 6, 4));
  };
  zone.before_all = offset_of_type(0);
  for (std::size_t i = 0; i < header.times; ++i) {
    const auto type = static_cast<std::size_t>(static_cast<unsigned char>(body[indexes + i]));
    if (type >= header.types) return false;
    zone.times.push_back(big_endian(body, i * time_bytes, time_bytes));
    zone.offsets.push_back(offset_of_type(type));
  }
  return std::is_sorted(zone.times.begin(), zone.times.end());
}

std::shared_ptr<const TimeZone> fixed_zone(std::string_view name) {
  if (name == "UTC" || name == "Z" || name == "GMT") return std::make_shared<FixedZone>(0);
  const bool west = name.starts_with('-');
  if (west || name.starts_with('+')) name.remove_prefix(1);
  if (name.size() != 5 || name[2] != ':') return nullptr;
  for (const std::size_t i : {0, 1, 3, 4}) {
    if (!std::isdigit(static_cast<unsigned char>(name[i]))) return nullptr;
  }
  const int hours = (name[0] - '0') * 10 + name[1] - '0';
  const int minutes = (name[3] - '0') * 10 + name[4] - '0';
  if (hours > 23 || minutes > 59) return nullptr;
  const int seconds = hours * 3600 + minutes * 60;
  return std::make_shared<FixedZone>(west ? -seconds : seconds);
}

/// Only names that stay inside the zone folder.
bool is_zone_name(std::string_view name) {
  if (name.empty() || name.size() > 64 || !std::isalpha(static_cast<unsigned char>(name[0]))) {
    return false;
  }
  return name.find("..") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) || c == '_' || c == '-' || c == '+' || c == '/';
         });
}

}  // namespace

std::shared_ptr<const TimeZone> read_time_zone(std::string_view bytes) {
  Header header;
  if (!read_header(bytes, header)) return nullptr;
  std::size_t time_bytes = 4;
  std::size_t at = kHeaderBytes;
  if (header.version >= '2') {
    // The second block repeats the first with 64-bit times.
    const std::size_t second = kHeaderBytes + header.body_bytes(4);
    if (second > bytes.size() || !read_header(bytes.substr(second), header)) return nullptr;
    time_bytes = 8;
    at = second + kHeaderBytes;
  }
  const std::size_t size = header.body_bytes(time_bytes);
  if (bytes.size() < at || bytes.size() - at < size) return nullptr;
  auto zone = std::make_shared<FileZone>();
  if (!read_body(bytes.substr(at, size), header, time_bytes, *zone)) return nullptr;
  std::string_view footer = bytes.substr(at + size);
  if (footer.size() > 2 && footer.front() == '\n') {
    footer.remove_prefix(1);
    zone->rule = read_posix_zone(footer.substr(0, footer.find('\n')));
  }
  return zone;
}

std::shared_ptr<const TimeZone> find_time_zone(std::string_view name) {
  if (auto fixed = fixed_zone(name)) return fixed;
  if (!is_zone_name(name)) return nullptr;
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const TimeZone>, std::less<>> zones;
  const std::lock_guard lock(mutex);
  const auto known = zones.find(name);
  if (known != zones.end()) return known->second;
  auto bytes =
      read_file(system_disk(), "/usr/share/zoneinfo/" + std::string(name), kZoneFileBytesMax);
  auto zone = bytes.ok() ? read_time_zone(*bytes) : nullptr;
  // Names may come from events: the cache does not grow with them for ever.
  if (zones.size() < kCachedZonesMax) zones.emplace(std::string(name), zone);
  return zone;
}

}  // namespace tt
