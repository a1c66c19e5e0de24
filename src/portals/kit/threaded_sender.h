// A sender whose messages answer the first one about the same thing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tt::portals {

// Of exit.h, which includes this file for its templates.
struct ExitRequest;
struct ExitAnswer;
struct ExitSeams;
class ExitSender;

/// Messages with one key stand below the first of them, up to one that `ends` the thread. Without a
/// key a message stands alone.
struct ExitThread {
  std::string key;
  bool ends = false;
};

/// What a service says of threads. Called on any thread.
struct ThreadHooks {
  /// The request as an answer to the message that `reference` names.
  std::function<ExitRequest(const ExitRequest&, std::string_view reference)> reply;
  /// What the service calls the message that it has taken; empty when the thread is gone that was
  /// to be answered; nothing when neither is so.
  std::function<std::optional<std::string>(const ExitAnswer&)> posted;
};

/// Sends requests that have a `thread` as answers to the first of that thread, which is remembered
/// in `seams.memory` (ThreadMemory). Events are encoded without knowing of it, so that encode stays
/// pure: the thread is the attempt's business. Replays stand alone: they tell of other times.
std::unique_ptr<ExitSender> make_threaded_sender(std::unique_ptr<ExitSender> inner,
                                                 ThreadHooks hooks, const ExitSeams& seams);

}  // namespace tt::portals
