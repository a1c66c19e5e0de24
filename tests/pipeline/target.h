// Target: an HTTP server on loopback that answers exits as a test tells it and remembers what came.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "net/http_server.h"

namespace tt::pipeline::testing {

/// One request as it arrived.
struct Received {
  std::string method, path, body;
  net::Headers headers;
  std::string header(std::string_view name) const {
    return std::string(net::find_header(headers, name));
  }
};

/// The text of `"message"` in an event's JSON; enough for tests whose messages hold no quotes.
inline std::string message_of(std::string_view json) {
  constexpr std::string_view kName = "\"message\":\"";
  const std::size_t at = json.find(kName);
  if (at == std::string_view::npos) return {};
  json.remove_prefix(at + kName.size());
  return std::string(json.substr(0, json.find('"')));
}

/// The messages of events that stand one a line.
inline std::vector<std::string> messages_of(std::string_view ndjson) {
  std::vector<std::string> all;
  while (!ndjson.empty()) {
    const std::size_t end = ndjson.find('\n');
    all.push_back(message_of(ndjson.substr(0, end)));
    ndjson.remove_prefix(end == std::string_view::npos ? ndjson.size() : end + 1);
  }
  return all;
}

/// Answers 200 until told otherwise. Thread safe.
class Target {
 public:
  using Decide = std::function<net::HttpAnswer(const Received&)>;

  Target() {
    net::HttpHandler handler;
    handler.handle = [this](const net::HttpRequest& request, net::Responder responder) {
      take(request, std::move(responder));
    };
    auto started =
        net::HttpServer::start({.listen = {*net::parse_listen("127.0.0.1:0")}, .threads = 1},
                               handler, system_spawner(), metrics_);
    if (started.ok())
      server_ = *std::move(started);
    else
      ADD_FAILURE() << started.error().text;
  }
  ~Target() {
    release();
    server_.reset();
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  std::string url(std::string_view path = "/hook") const {
    return "http://127.0.0.1:" + std::to_string(server_->addresses().front().port) +
           std::string(path);
  }

  /// These statuses come first, one a request.
  void answer(std::initializer_list<int> statuses) {
    const std::lock_guard lock(mutex_);
    next_.insert(next_.end(), statuses);
  }
  /// What every further request is answered with.
  void decide(Decide decide) {
    const std::lock_guard lock(mutex_);
    decide_ = std::move(decide);
  }
  void always(int status) {
    decide([status](const Received&) { return net::HttpAnswer{.status = status}; });
  }
  /// Keeps requests waiting until release().
  void hold() {
    const std::lock_guard lock(mutex_);
    is_holding_ = true;
  }
  void release() {
    std::vector<std::pair<net::Responder, net::HttpAnswer>> waiting;
    {
      const std::lock_guard lock(mutex_);
      is_holding_ = false;
      waiting.swap(held_);
    }
    for (auto& [responder, answer] : waiting) responder.answer(std::move(answer));
  }
  /// Answers what waits, and keeps further ones waiting.
  void answer_held() {
    std::vector<std::pair<net::Responder, net::HttpAnswer>> waiting;
    {
      const std::lock_guard lock(mutex_);
      waiting.swap(held_);
    }
    for (auto& [responder, answer] : waiting) responder.answer(std::move(answer));
  }
  std::size_t held() const {
    const std::lock_guard lock(mutex_);
    return held_.size();
  }

  std::vector<Received> received() const {
    const std::lock_guard lock(mutex_);
    return received_;
  }
  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return received_.size();
  }
  /// The message of each request's event, in the order of arrival.
  std::vector<std::string> messages() const {
    std::vector<std::string> all;
    for (const Received& one : received()) all.push_back(message_of(one.body));
    return all;
  }

 private:
  void take(const net::HttpRequest& request, net::Responder responder) {
    net::HttpAnswer answer;
    {
      const std::lock_guard lock(mutex_);
      received_.push_back({std::string(request.method), std::string(request.target),
                           std::string(request.body), *request.headers});
      if (!next_.empty()) {
        answer.status = next_.front();
        answer.body = "said " + std::to_string(answer.status);
        next_.pop_front();
      } else if (decide_) {
        answer = decide_(received_.back());
      }
      if (is_holding_) {
        held_.emplace_back(std::move(responder), std::move(answer));
        return;
      }
    }
    responder.answer(std::move(answer));
  }

  mutable std::mutex mutex_;
  std::deque<int> next_;
  Decide decide_;
  bool is_holding_ = false;
  std::vector<std::pair<net::Responder, net::HttpAnswer>> held_;
  std::vector<Received> received_;
  Metrics metrics_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace tt::pipeline::testing
