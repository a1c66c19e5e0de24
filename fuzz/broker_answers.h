// The part of the broker fuzzer that is compiled with the SDK, whose names are those of the daemon.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// As a template's subject, and as an acknowledgement of JetStream.
void read_nats(std::string_view text);
