// Which of the named fields a name is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "event/event.h"

namespace tt::event {

/// Positions in kNamedFields.
enum NamedField : int { kTimestamp, kKind, kMessage, kSource, kSeverity, kViewLink, kAckLink };
constexpr int kNotNamed = -1;

/// By length first: most names of an event are none of these.
inline int named_index(std::string_view name) {
  switch (name.size()) {
    case 4:
      return name == "kind" ? kKind : kNotNamed;
    case 6:
      return name == "source" ? kSource : kNotNamed;
    case 7:
      return name == "message" ? kMessage : kNotNamed;
    case 8:
      return name == "severity" ? kSeverity : name == "ack_link" ? kAckLink : kNotNamed;
    case 9:
      return name == "timestamp" ? kTimestamp : name == "view_link" ? kViewLink : kNotNamed;
    default:
      return kNotNamed;
  }
}

static_assert(kNamedFields[kTimestamp] == "timestamp" && kNamedFields[kKind] == "kind" &&
              kNamedFields[kMessage] == "message" && kNamedFields[kSource] == "source" &&
              kNamedFields[kSeverity] == "severity" && kNamedFields[kViewLink] == "view_link" &&
              kNamedFields[kAckLink] == "ack_link");

}  // namespace tt::event
