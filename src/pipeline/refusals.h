// Refusals: what senders are told whose requests are not taken.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/compress.h"
#include "net/http_server.h"
#include "portals/kit/entry.h"

namespace tt::pipeline {

/// `{"error":text}`
net::HttpAnswer error_answer(int status, std::string_view text);
/// 503: come again in a while.
net::HttpAnswer busy_answer(std::string_view text);
/// 429: the sender has used up the `rate` of the entry for so long.
net::HttpAnswer slow_down_answer(const std::string& entry, double per_sec, std::int64_t wait_ns);
/// 401. One body for every failed authentication, so that a stranger learns nothing.
net::HttpAnswer unauthorised_answer();
/// Of a body that could not be unpacked.
net::HttpAnswer unpack_refusal(net::DecodeFailure failure, std::size_t bytes_max);
/// Of what the portal did not decode.
net::HttpAnswer decode_refusal(const portals::EntryRefusal& refusal);
/// Of what the tunnel did not store; what can never be stored is not asked for again.
net::HttpAnswer append_refusal(const Error& error);

}  // namespace tt::pipeline
