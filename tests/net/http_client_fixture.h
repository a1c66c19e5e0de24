// ClientTest: an HTTP client, and requests to servers that do as a test says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <string_view>

#include "net/http_client.h"
#include "raw_client.h"
#include "raw_server.h"

namespace tt::net::testing {

class ClientTest : public ::testing::Test {
 protected:
  Metrics metrics_;
  std::unique_ptr<HttpClient> client_ = HttpClient::start(system_spawner(), metrics_, 1);

  ClientRequest request(const RawServer& server, std::string_view path = "/") {
    ClientRequest request;
    request.url = server.url(path);
    request.timeout_ms = kPatienceMs;
    return request;
  }
  ClientAnswer call(const RawServer& server, std::string_view path = "/") {
    return client_->call(request(server, path));
  }
};

}  // namespace tt::net::testing
