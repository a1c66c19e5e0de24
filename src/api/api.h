// The HTTP API for people and programs (design.md 5), over a running daemon.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pipeline/daemon.h"

namespace tt::api {

/// Everything that is no entry portal: `/`, /healthz, /readyz, /metrics, /openapi.json, /api/v1/...
/// The guard comes first: a foreign Host or Origin is 403, a missing token 401, a state change that
/// is not JSON 415. The daemon outlives the handler. Never blocks the intake threads: what waits or
/// reads the disk runs through Daemon::run_blocking.
pipeline::Daemon::ApiHandler make_handler(pipeline::Daemon& daemon);

/// All routes and what their parameters mean, as Markdown for docs/reference.
std::string api_page();

}  // namespace tt::api
