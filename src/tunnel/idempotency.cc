// Keys by entry: a map for look-ups, a queue for age.
// SPDX-License-Identifier: Apache-2.0
#include "tunnel/idempotency.h"

#include <utility>

namespace tt::tunnel {

void Idempotency::expire(Entry& entry, WallNs now_ns) {
  while (!entry.order.empty() &&
         (entry.order.size() > kKeysMax || entry.order.front().second < oldest_ns(now_ns))) {
    const auto [key, received_ns] = entry.order.front();
    entry.order.pop_front();
    // The same key may have been stored again after it had expired.
    const auto found = entry.known.find(key);
    if (found != entry.known.end() && found->second.received_ns == received_ns) {
      entry.known.erase(found);
    }
  }
}

Idempotency::Found Idempotency::begin(const std::string& entry_name, const Hash128& key,
                                      WallNs now_ns, Waiter& waiter, Appended& answer) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[entry_name];
  expire(entry, now_ns);
  if (const auto known = entry.known.find(key); known != entry.known.end()) {
    answer.first = known->second.first;
    answer.count = known->second.count;
    answer.is_repeat = true;
    return Found::kKnown;
  }
  const auto [flight, is_new] = entry.in_flight.try_emplace(key);
  if (is_new) return Found::kNew;
  flight->second.push_back(std::move(waiter));
  return Found::kInFlight;
}

void Idempotency::remember(Entry& entry, const KeyedRequest& request) {
  entry.known[request.key] = {request.first, request.count, request.received_ns};
  entry.order.emplace_back(request.key, request.received_ns);
  expire(entry, request.received_ns);
}

void Idempotency::remember(const KeyedRequest& request) {
  const std::lock_guard lock(mutex_);
  remember(entries_[request.entry], request);
}

std::vector<Idempotency::Waiter> Idempotency::finish(const KeyedRequest& request) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[request.entry];
  remember(entry, request);
  std::vector<Waiter> waiters;
  if (const auto flight = entry.in_flight.find(request.key); flight != entry.in_flight.end()) {
    waiters = std::move(flight->second);
    entry.in_flight.erase(flight);
  }
  return waiters;
}

std::vector<Idempotency::Waiter> Idempotency::abandon(const std::string& entry_name,
                                                      const Hash128& key) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[entry_name];
  std::vector<Waiter> waiters;
  if (const auto flight = entry.in_flight.find(key); flight != entry.in_flight.end()) {
    waiters = std::move(flight->second);
    entry.in_flight.erase(flight);
  }
  return waiters;
}

}  // namespace tt::tunnel
