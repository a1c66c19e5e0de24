// Looking up entries, and their counters.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/entry_table.h"

#include <algorithm>

#include "base/metric_table.h"
#include "base/text.h"
#include "pipeline/own_host.h"

namespace tt::pipeline {
namespace {

EntryCounters counters_of(Metrics& metrics, const std::string& entry) {
  const auto requests = [&](const char* result) -> Counter& {
    return counter(metrics, "tt_entry_requests_total", {{"entry", entry}, {"result", result}});
  };
  const auto events = [&](const char* result) -> Counter& {
    return counter(metrics, "tt_entry_events_total", {{"entry", entry}, {"result", result}});
  };
  return {requests("handled"), events("accepted"),       events("rejected"),
          requests("refused"), requests("unauthorised"), requests("repeat")};
}

}  // namespace

bool EntryRoute::takes(std::string_view method) const {
  if (entry.type->methods == method) return true;
  const auto methods = split(entry.type->methods, ' ');
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

tunnel::AckLevel EntryRoute::ack_level() const {
  switch (entry.portal->common().ack) {
    case portals::Ack::kMemory:
      return tunnel::AckLevel::kMemory;
    case portals::Ack::kWritten:
      return tunnel::AckLevel::kWritten;
    case portals::Ack::kDisk:
      break;
  }
  return tunnel::AckLevel::kDisk;
}

const EntryRoute* EntryTable::match(std::string_view path) const {
  const EntryRoute* best = nullptr;
  for (const auto& route : routes) {
    const std::string& own = route->path;
    if (own.empty() || !path.starts_with(own)) continue;
    if (path.size() > own.size() && path[own.size()] != '/') continue;
    if (!best || own.size() > best->path.size()) best = route.get();
  }
  return best;
}

std::shared_ptr<const EntryRoute> EntryTable::find_name(std::string_view name) const {
  for (const auto& route : routes)
    if (route->entry.name == name) return route;
  return nullptr;
}

std::vector<EntryStatus> EntryTable::status() const {
  std::vector<EntryStatus> all;
  for (const auto& route : routes) {
    const EntryCounters& c = route->counters;
    const auto files = route->entry.portal->files();
    all.push_back({.name = route->entry.name,
                   .type = std::string(route->entry.type->name),
                   .path = route->path,
                   .listen = route->entry.portal->listen(),
                   .patterns = files ? files->patterns : std::vector<std::string>(),
                   .requests = c.handled.value() + c.refused.value() + c.unauthorised.value(),
                   .accepted = c.accepted.value(),
                   .rejected = c.rejected.value(),
                   .refused = c.refused.value(),
                   .unauthorised = c.unauthorised.value(),
                   .repeats = c.repeats.value()});
  }
  return all;
}

std::shared_ptr<const EntryTable> make_entry_table(const Settings& settings, Metrics& metrics) {
  auto table = std::make_shared<EntryTable>();
  table->hosts = own_hosts(settings);
  for (const EntrySettings& entry : settings.entries) {
    const auto rate = entry.portal->common().rate_per_sec;
    table->routes.push_back(std::make_shared<const EntryRoute>(
        EntryRoute{entry, entry.portal->path(), counters_of(metrics, entry.name),
                   rate ? std::make_shared<SenderRates>(*rate) : nullptr}));
  }
  return table;
}

}  // namespace tt::pipeline
