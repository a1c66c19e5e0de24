// Fuzz target: every entry turns any body into sound events, or a strict one refuses it.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/utf8.h"
#include "config/yaml_reader.h"
#include "entry_portals.h"
#include "portals/kit/catalog.h"
#include "template/event_scope.h"

namespace {

using namespace tt;
using namespace tt::portals;

}  // namespace

/// The first byte chooses the content type and whether the sender's fields are kept.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Portal> all = [] {
    std::vector<Portal> made;
    for (const EntryDescriptor* type : entry_catalog()) made.push_back(configure(*type));
    return made;
  }();
  if (size == 0) return 0;
  static constexpr const char* kTypes[] = {"application/json", "application/x-ndjson",
                                           "application/x-www-form-urlencoded", "text/plain"};
  const net::Headers headers{{"Content-Type", kTypes[data[0] & 3]},
                             {"X-Gitlab-Instance", "https://gitlab.example.com"}};
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  const EntryRequest request{.headers = &headers, .body = body, .now_ns = kNow};
  for (const Portal& one : all) {
    EntryEvents events;
    const auto refusal =
        one.portal->decode(request, {.raw = (data[0] & 4) != 0 ? Raw::kDrop : Raw::kKeep}, events);
    TT_ASSERT(one.type->is_strict || !refusal);
    // Streams have lines and frames that hold nothing.
    TT_ASSERT(one.type->is_strict || one.type->is_stream || events.events.size() > 0);
    static_cast<void>(one.portal->verify(request));
    check(events);
  }
  return 0;
}
