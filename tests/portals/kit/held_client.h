// HeldClient: an HTTP client without a network, whose requests the test answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http_client.h"

namespace tt::portals::test {

/// Keeps requests until the test answers them; cancels the rest at its end, as the real one does.
class HeldClient final : public net::HttpClient {
 public:
  ~HeldClient() override { cancel_all(); }
  void send(net::ClientRequest request, Done done) override {
    requests.push_back(std::move(request));
    waiting_.push_back(std::move(done));
  }
  void answer(std::size_t i, net::ClientAnswer given) {
    if (const Done done = std::exchange(waiting_[i], nullptr)) done(std::move(given));
  }
  void answer_last(net::ClientAnswer given) { answer(requests.size() - 1, std::move(given)); }
  /// Needed before the end where the answers go to things that end earlier.
  void cancel_all() {
    for (std::size_t i = 0; i < requests.size(); ++i) answer(i, {.error = "cancelled"});
  }
  std::string header(std::size_t i, std::string_view name) const {
    return std::string(net::find_header(requests[i].headers, name));
  }
  std::vector<net::ClientRequest> requests;

 private:
  std::deque<Done> waiting_;
};

}  // namespace tt::portals::test
