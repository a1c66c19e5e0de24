// Intake: messages of a broker on their way into the tunnel, none of them refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "kit/message.h"
#include "tt_plugin.hpp"

namespace tt::broker {

class Intake {
 public:
  /// What a message that is no event keeps of its text: safely below the smallest limit of an event
  /// (1 MiB by default) even where every byte is escaped.
  static constexpr std::size_t kRawBytesMax = 128u << 10;

  Intake(const portals::Inbox& inbox, std::string system)
      : inbox_(inbox), system_(std::move(system)) {}

  /// Returns when all are stored, as what they say or as unknown events; one text a message, empty,
  /// or why the tunnel has none of it in any form. An error: acknowledge nothing; kStopped:
  /// return from run().
  Result<std::vector<std::string>> store(std::span<const Message> messages) const;
  /// The same, where a broker has no word for "never": what cannot be stored is logged.
  Status store_all(std::span<const Message> messages) const;

  const portals::Inbox& inbox() const { return inbox_; }

 private:
  std::string event(const Message& message, int attempt) const;

  const portals::Inbox& inbox_;
  const std::string system_;
};

}  // namespace tt::broker
