// FakeHost: the host's side of the ABI for tests of plugins, in memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tt_plugin.hpp"

namespace tt::broker::test {

/// Stores what entries append, and renders options that a test has set. Thread safe.
class FakeHost {
  struct OneEvent {
    tt_event table{};  // First: the address that a plugin knows.
    const FakeHost* host = nullptr;
  };

 public:
  FakeHost() {
    table.size = sizeof table;
    table.self = this;
    table.log = [](void* self, std::int32_t, tt_str text) {
      of(self).logs.emplace_back(sdk::view_of(text));
    };
    table.field = [](const tt_event*, tt_str) { return tt_str{}; };
    table.option = [](const tt_event* event, tt_str name, std::int32_t) {
      const auto& options = reinterpret_cast<const OneEvent*>(event)->host->options;
      const auto found = options.find(std::string(sdk::view_of(name)));
      return found == options.end() ? tt_str{} : sdk::str_of(found->second);
    };
    table.append = [](void* self, const tt_event* const* events, std::uint64_t count,
                      tt_result* const* results) {
      return of(self).append(events, count, results);
    };
    table.is_stopping = [](void* self) -> std::int32_t { return of(self).is_stopping() ? 1 : 0; };
  }
  FakeHost(const FakeHost&) = delete;

  /// What append() says of an event.
  std::function<tt_code(std::string_view json)> judge = [](std::string_view) { return TT_OK; };
  std::map<std::string, std::string> options;
  std::vector<std::string> logs;
  tt_host table{};

  void stop() {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  std::vector<std::string> stored() const {
    const std::lock_guard lock(mutex_);
    return stored_;
  }
  /// Waits until so many are stored; the deadline only tells a hang.
  bool wait_stored(std::size_t count) {
    std::unique_lock lock(mutex_);
    return wake_.wait_for(lock, std::chrono::seconds(30), [&] { return stored_.size() >= count; });
  }

  /// Events as deliver() gets them.
  class Batch {
   public:
    Batch(const FakeHost& host, const std::vector<std::string>& jsons) : texts_(jsons) {
      for (std::size_t i = 0; i < texts_.size(); ++i) {
        OneEvent& one = events_.emplace_back();
        ids_.push_back("log-" + std::to_string(i + 1));
        one.table.size = sizeof one.table;
        one.table.json = sdk::str_of(texts_[i]);
        one.table.id = one.table.idempotency_key = sdk::str_of(ids_.back());
        one.host = &host;
        list_.push_back(&one.table);
        results_.push_back({.size = sizeof(tt_result), .code = TT_UNSET});
        buffers_.emplace_back(512, '\0');
        results_.back().text = {buffers_.back().data(), 512, 0};
      }
      for (tt_result& result : results_) result_list_.push_back(&result);
    }
    Batch(const Batch&) = delete;
    Batch(Batch&&) = default;  // What is pointed to stays where it is.
    const tt_event* const* events() const { return list_.data(); }
    tt_result* const* results() { return result_list_.data(); }
    std::size_t size() const { return list_.size(); }
    tt_code code(std::size_t i) const { return results_[i].code; }
    std::string text(std::size_t i) const { return {results_[i].text.data, results_[i].text.size}; }

   private:
    std::vector<std::string> texts_;
    std::deque<OneEvent> events_;
    std::deque<std::string> ids_, buffers_;
    std::vector<const tt_event*> list_;
    std::deque<tt_result> results_;
    std::vector<tt_result*> result_list_;
  };

 private:
  static FakeHost& of(void* self) { return *static_cast<FakeHost*>(self); }

  bool is_stopping() const {
    const std::lock_guard lock(mutex_);
    return is_stopping_;
  }
  tt_code append(const tt_event* const* events, std::uint64_t count, tt_result* const* results) {
    const std::lock_guard lock(mutex_);
    if (is_stopping_) return TT_STOPPED;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string json(sdk::view_of(events[i]->json));
      results[i]->code = judge(json);
      if (results[i]->code == TT_OK)
        stored_.push_back(json);
      else
        sdk::put(results[i]->text, "no thanks");
    }
    wake_.notify_all();
    return TT_OK;
  }

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::string> stored_;
  bool is_stopping_ = false;
};

}  // namespace tt::broker::test
