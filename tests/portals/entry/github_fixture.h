// Github: the entry of GitHub's webhooks, for tests of what becomes of a request.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "portals/entry/entry_fixture.h"

namespace tt::portals::test {

inline constexpr char kFormBody[] = "application/x-www-form-urlencoded";

class Github : public testing::Test {
 protected:
  OneEvent decode(std::string body, net::Headers headers = {}, DecodeContext context = {}) const {
    return OneEvent(*github_.portal, {std::move(body), std::move(headers)}, context);
  }
  OneEvent of(std::string event, std::string body) const {
    return decode(std::move(body), {{"X-GitHub-Event", std::move(event)}});
  }
  ConfiguredEntry github_{"github", ""};
};

}  // namespace tt::portals::test
