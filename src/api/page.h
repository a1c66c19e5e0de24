// The page at `/`: one static text with links, until there is a user interface.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http.h"
#include "pipeline/daemon.h"

namespace tt::api {

net::HttpAnswer front_page(pipeline::Daemon& daemon);

}  // namespace tt::api
