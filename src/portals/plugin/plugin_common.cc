// Checks of requests, and requests that wait.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/plugin_common.h"

#include <algorithm>

namespace tt::portals::plugin {
namespace {

class HeldSender final : public ExitSender {
 public:
  explicit HeldSender(std::unique_ptr<ExitSender> inner) : inner_(std::move(inner)) {}
  void send(const ExitRequest& request, const AttemptFacts& facts,
            std::function<void(ExitAnswer)> done) override {
    if (request.method != kHeldMethod) return inner_->send(request, facts, std::move(done));
    ExitAnswer answer;
    answer.error = request.body;
    answer.is_misconfigured = !request.headers.empty();
    done(std::move(answer));
  }
  void close() override { inner_->close(); }

 private:
  const std::unique_ptr<ExitSender> inner_;
};

bool is_visible(char c) { return c > 0x20 && c < 0x7f; }
bool is_in_token(char c) {
  return is_visible(c) && std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
}

}  // namespace

std::unique_ptr<ExitSender> make_held_sender(std::unique_ptr<ExitSender> inner) {
  return std::make_unique<HeldSender>(std::move(inner));
}

Status check_request(const ExitRequest& request) {
  const std::string url = request.url.reveal();
  if (!std::all_of(url.begin(), url.end(), is_visible))
    return reject("the plugin wrote a URL with characters that no URL has");
  if (!std::all_of(request.method.begin(), request.method.end(), is_in_token))
    return reject("the plugin wrote a method that is no word");
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_in_token))
      return reject("the plugin wrote a header whose name is no word");
    const std::string text = value.reveal();
    if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      return reject("the plugin wrote a header with a line break: " + name);
  }
  return {};
}

}  // namespace tt::portals::plugin
