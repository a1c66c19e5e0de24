// MessageReader: the messages that one read of a connection brings, as events and acknowledgements.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "portals/entry/forward/msgpack.h"
#include "portals/entry/forward/record.h"
#include "portals/kit/entry.h"

namespace tt::portals::entry::forward {

/// A message is stored as a whole or not at all, and only what is stored is acknowledged. What
/// breaks the protocol or a limit rejects its message and has the connection closed; what was read
/// before it stays. Borrows what it is made of.
class MessageReader {
 public:
  /// Without a key every connection is authorised. Events go to `out`.
  MessageReader(const Secret& shared_key, const EntryRequest& request, const DecodeContext& context,
                EntryEvents& out);

  void read_all();
  /// For the sender: the answer to its handshake, and acknowledgements. Empty: it waits for none.
  std::string take_reply() { return std::move(reply_); }

 private:
  /// What the map at the end of a message says.
  struct Options {
    std::string_view chunk, compressed;
    std::int64_t signal = 0;  ///< Fluent Bit: 0 logs, 1 metrics, 2 traces.
  };
  static Options read_options(Values values);
  /// Behind the entries, or behind time and record.
  static Options options_of(Values values, std::uint32_t length);

  void reject(std::string error);
  void close(std::string error);
  bool is_authorised() const;
  void shake_hands(const Values& message, std::uint32_t length);
  void read_message(std::string_view frame);
  /// The four modes. Here and below, false: nothing of the message is stored.
  bool read_entries(std::string_view tag, Values values, std::uint32_t length,
                    const Options& options);
  bool read_packed(std::string_view tag, std::string_view packed, const Options& options);
  /// Entries one behind the other.
  bool read_run(std::string_view tag, std::string_view run);
  /// `[time, record]`
  bool read_entry(std::string_view tag, Values& values);
  /// A time and a record. Fluent Bit keeps metadata beside the time: `[time, {...}]`.
  bool read_event(std::string_view tag, Values values);

  const Secret& shared_key_;
  const EntryRequest& request_;
  const DecodeContext& context_;
  EntryEvents& out_;
  const event::EventBatch::Sizes sizes_before_;
  std::size_t index_ = 0;  // Of the message.
  std::string reply_;
};

}  // namespace tt::portals::entry::forward
