// Subjects that templates make, and what JetStream answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "tt_plugin.hpp"

namespace tt::broker::nats {

/// A subject to publish to: white space and wildcards become `_`, empty tokens go. kReject: nothing
/// is left, it is too long, or it begins with `$`, which are the server's own.
Result<std::string> subject_of(std::string_view text);

/// Whether the server's words `Permissions Violation for Publish to "<subject>"` are of this one.
/// The library keeps no more than their first 255 bytes.
bool is_refusal_of(std::string_view words, std::string_view subject);

/// The verdict of an acknowledgement. A duplicate is delivered: the stream has the event.
portals::Verdict verdict_of_ack(std::string_view json);

}  // namespace tt::broker::nats
