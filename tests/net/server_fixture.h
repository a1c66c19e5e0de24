// An HTTP server on a free loopback port whose handler a test chooses.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "net/http_server.h"
#include "raw_client.h"

namespace tt::net::testing {

inline ListenAddress listen_on(std::string_view text) {
  Result<ListenAddress> parsed = parse_listen(text);
  return parsed ? *parsed : ListenAddress{};
}

constexpr std::string_view kGet = "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n";

inline std::string post(std::string_view body, std::string_view headers = "") {
  return "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(headers) + "\r\n" + std::string(body);
}

class ServerTest : public ::testing::Test {
 protected:
  HttpServer::Options options_ = [] {
    HttpServer::Options options;
    options.listen.push_back(listen_on("127.0.0.1:0"));
    options.threads = 1;
    return options;
  }();
  HttpHandler handler_ = echo();
  Metrics metrics_;
  std::unique_ptr<HttpServer> server_;

  /// Answers "METHOD path?query body".
  static HttpHandler echo() {
    HttpHandler handler;
    handler.handle = [](const HttpRequest& request, Responder responder) {
      HttpAnswer answer;
      answer.content_type = "text/plain";
      answer.body = std::string(request.method) + " " + std::string(request.target) + " " +
                    std::string(request.body);
      responder.answer(std::move(answer));
    };
    return handler;
  }

  void start() {
    Result<std::unique_ptr<HttpServer>> started =
        HttpServer::start(options_, handler_, system_spawner(), metrics_);
    ASSERT_TRUE(started.ok()) << started.error().text;
    server_ = *std::move(started);
  }
  RawClient connect(std::size_t index = 0) {
    if (!server_) start();
    return RawClient(server_->addresses().at(index));
  }
  std::string ask(std::string_view bytes) { return connect().ask(bytes); }
  void TearDown() override { server_.reset(); }
};

/// Keeps responders until the test answers them.
class Held {
 public:
  void put(Responder responder) {
    const std::lock_guard lock(mutex_);
    if (waiting_) {
      waiting_->set_value(std::move(responder));
      waiting_.reset();
    } else {
      ready_.push_back(std::move(responder));
    }
  }
  Responder take() {
    std::future<Responder> coming;
    {
      const std::lock_guard lock(mutex_);
      if (!ready_.empty()) {
        Responder first = std::move(ready_.front());
        ready_.erase(ready_.begin());
        return first;
      }
      coming = waiting_.emplace().get_future();
    }
    if (coming.wait_for(std::chrono::milliseconds(kPatienceMs)) != std::future_status::ready) {
      throw std::runtime_error("no request came");
    }
    return coming.get();
  }

 private:
  std::mutex mutex_;
  std::optional<std::promise<Responder>> waiting_;
  std::vector<Responder> ready_;
};

}  // namespace tt::net::testing
