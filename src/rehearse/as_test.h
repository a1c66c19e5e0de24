// From a real event to a test: what it is, and what the rules do with it now.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "pipeline/settings.h"
#include "tunnel/tunnel.h"

namespace tt::rehearse {

/// YAML of a file with one test, which `vortex test` passes with the same configuration. Secrets in
/// the event read `***` (rehearse/redact.h); what is expected is what such an event gives, and a
/// comment says so where the real one went elsewhere. `log_id`: the first half of event ids.
/// Thread safe.
std::string as_test(const std::shared_ptr<const pipeline::Settings>& settings,
                    std::string_view log_id, const tunnel::StoredEvent& event);

}  // namespace tt::rehearse
