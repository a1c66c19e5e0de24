// The host's table: what a plugin may ask of us, and the events, requests and messages it asks
// about.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event/event.h"
#include "net/header_list.h"
#include "portals/kit/exit.h"
#include "portals/kit/secret_texts.h"
#include "portals/plugin/abi.h"
#include "portals/plugin/options.h"

namespace tt::portals::plugin {

/// An option of the configuration, for one event. Nothing: it is not set, or, when `strict`, it
/// failed.
using RenderOption = std::function<std::optional<std::string>(std::string_view name, bool strict)>;

/// The events of one call, and the texts that were handed out during it. Not thread safe.
class CallEvents {
 public:
  struct One {
    tt_event table{};  // First: the address that a plugin knows.
    event::EventView event;
    RenderOption render;
    CallEvents* call = nullptr;
  };
  CallEvents() = default;
  CallEvents(const CallEvents&) = delete;

  void add(const OutgoingEvent& event, std::string_view idempotency_key, RenderOption render);
  const tt_event* const* list() const { return list_.data(); }
  std::size_t size() const { return list_.size(); }
  /// Valid until this ends.
  tt_str keep(std::string text);

 private:
  std::deque<One> events_;
  std::vector<const tt_event*> list_;
  std::deque<std::string> texts_;
};

/// What encode() writes: behind the pointer to an incomplete type that the plugin gets.
struct CallRequest {
  ExitRequest request;
  SensitiveText body;
  bool has_method = false;
  const SecretTexts* secrets = nullptr;

  tt_request* handle() { return reinterpret_cast<tt_request*>(this); }
};

/// A message whose headers are asked for by name.
struct CallMessage {
  tt_message table{};  // First, as above.
  const net::Headers* headers = nullptr;
};

/// Who is behind `self` of a host's table.
class HostSide {
 public:
  virtual ~HostSide() = default;
  virtual void log(int level, std::string_view text) = 0;
  virtual tt_code append(std::span<const tt_event* const> events, tt_result* const* results) = 0;
  virtual bool is_stopping() const = 0;
};

/// `self`: a HostSide, which outlives the table.
tt_host host_table(HostSide* self);

}  // namespace tt::portals::plugin
