// DeliveryContext: what all deliveries of one daemon share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/disk.h"
#include "base/metrics.h"
#include "base/random.h"
#include "net/http_client.h"
#include "net/socket_client.h"
#include "pipeline/attempt_notes.h"
#include "pipeline/loop.h"
#include "pipeline/routing.h"
#include "pipeline/self_events.h"
#include "tunnel/tunnel.h"

namespace tt::pipeline {

/// What every delivery works with; outlives them all.
struct DeliveryContext {
  Clock& clock;
  Disk& disk;
  Random& random;
  Metrics& metrics;
  Loop& loop;
  BlockingPool& pool;
  net::HttpClient& http;
  std::function<net::SocketClient&()> sockets;
  tunnel::Tunnel& tunnel;
  Routing& routing;
  AttemptNotes& attempts;
  SelfEvents& self;
  std::string threads;  ///< Folder of what exits remember of threads, a file each.
};

}  // namespace tt::pipeline
