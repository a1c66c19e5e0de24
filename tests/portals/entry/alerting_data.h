// Where the shared payloads of alerting services are.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace tt::portals::test {

inline const std::string kAlertingData = TT_SHARED_DIR "/data/04-alerting/open";

}  // namespace tt::portals::test
