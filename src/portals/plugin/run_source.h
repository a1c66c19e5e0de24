// RunSource: run() of a plugin's entry, and its events on their way to the tunnel and back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/spawner.h"
#include "portals/kit/entry.h"
#include "portals/kit/entry_source.h"
#include "portals/plugin/instance.h"

namespace tt::portals::plugin {

/// Each append() is one run of lines, `<number> <event>`; its reply comes when they are stored.
class RunSource final : public EntrySource, public Inbox {
 public:
  explicit RunSource(std::shared_ptr<Instance> instance);

  Status run(const Send& send) override;
  void hear(std::string_view reply) override;
  void stop() override;

  tt_code append(std::span<const tt_event* const> events, tt_result* const* results) override;
  bool is_stopping() const override { return is_stopping_.load(); }

  /// The other side: decodes such lines, and sets the reply.
  static void decode(const EntryRequest& request, const DecodeContext& context, EntryEvents& out);

 private:
  struct Waiting {
    std::span<tt_result* const> results;
    bool is_answered = false;
  };

  const std::shared_ptr<Instance> instance_;
  std::mutex mutex_;
  const std::unique_ptr<Condition> wake_;
  std::map<std::uint64_t, Waiting*> waiting_;  // Calls of append(), by number.
  std::uint64_t next_number_ = 1;
  // Apart, as stop() of a plugin may want a lock that its run() holds around append().
  std::mutex life_mutex_;
  const Life* life_ = nullptr;  // While run() is inside the plugin.
  std::mutex send_mutex_;
  const Send* send_ = nullptr;
  std::atomic<bool> is_stopping_{false};
};

}  // namespace tt::portals::plugin
