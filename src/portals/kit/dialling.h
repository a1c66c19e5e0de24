// Dialling: what of an exit's common options each of its connections is made with.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "base/clock.h"
#include "net/http_client.h"
#include "portals/kit/exit.h"

namespace tt::portals {

/// Immutable. Its parts are shared with requests, which may outlive it.
struct Dialling {
  explicit Dialling(const ExitCommon& common)
      : timeout_ms(
            static_cast<int>(std::clamp<std::int64_t>(common.timeout_ns / kNsPerMs, 1, 600'000))),
        tls(std::make_shared<const net::ClientTls>(
            net::ClientTls{common.tls.ca, common.tls.cert, common.tls.key, common.tls.insecure})) {
    auto policy = std::make_shared<net::AddressPolicy>();
    policy->allow_networks = common.allow_networks;
    addresses = std::move(policy);
  }

  /// `request`: one of net::HttpClient or net::SocketClient.
  void apply_to(auto& request) const {
    request.timeout_ms = timeout_ms;
    request.connect_timeout_ms = std::min(request.connect_timeout_ms, timeout_ms);
    request.addresses = addresses;
    request.tls = tls;
  }

  const int timeout_ms;
  std::shared_ptr<const net::AddressPolicy> addresses;
  const std::shared_ptr<const net::ClientTls> tls;
};

}  // namespace tt::portals
