// Idempotency: which keys were seen per entry portal, what they were answered, and who waits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tunnel/keyed_request.h"
#include "tunnel/tunnel.h"

namespace tt::tunnel {

/// Per entry the last 100,000 keys of the last 24 h. Thread safe.
class Idempotency {
 public:
  static constexpr std::size_t kKeysMax = 100'000;
  static constexpr std::int64_t kKeepNs = 24 * 3600 * kNsPerSec;

  struct Waiter {
    AckLevel level;
    std::function<void(Appended)> done;
  };
  enum class Found : std::uint8_t { kNew, kKnown, kInFlight };

  /// Looks a key up and, when new, marks it in flight: finish() or abandon() must follow. In
  /// flight: the waiter is kept (moved from). Known: `answer` is filled.
  Found begin(const std::string& entry, const Hash128& key, WallNs now_ns, Waiter& waiter,
              Appended& answer);
  /// The request is stored; returns who waited for it.
  std::vector<Waiter> finish(const KeyedRequest& request);
  /// The request was refused and leaves no key; returns who waited for it.
  std::vector<Waiter> abandon(const std::string& entry, const Hash128& key);
  /// A request found in the log at the start; in log order.
  void remember(const KeyedRequest& request);
  /// Keys received before this are of no use at a start.
  static WallNs oldest_ns(WallNs now_ns) { return now_ns - kKeepNs; }

 private:
  struct Answer {
    Seq first = 0;
    std::uint32_t count = 0;
    WallNs received_ns = 0;
  };
  struct HashKey {
    std::size_t operator()(const Hash128& key) const { return key.low; }
  };
  struct Entry {
    boost::unordered_flat_map<Hash128, Answer, HashKey> known;
    std::deque<std::pair<Hash128, WallNs>> order;
    boost::unordered_flat_map<Hash128, std::vector<Waiter>, HashKey> in_flight;
  };
  static void remember(Entry& entry, const KeyedRequest& request);
  static void expire(Entry& entry, WallNs now_ns);

  std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace tt::tunnel
