// What the three ways of the entry share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <tuple>

#include "kit/intake.h"
#include "redis/commands.h"

namespace tt::broker::redis {

struct EntryOptions : ServerOptions {
  Shape from = Shape::kList;
  std::string key;
  std::string group = "time-tunnel";
  std::string consumer = "time-tunnel";
  bool old_entries = true;
  int claim_after_seconds = 60;
  int fetch = 100;

  static constexpr auto fields() {
    return std::tuple_cat(
        server_fields<EntryOptions>(),
        std::tuple{
            config::field("from", &EntryOptions::from,
                          "What `key` names: a `list` (the default), a `channel` or a `stream`."),
            config::field("key", &EntryOptions::key,
                          "Name of the list, channel or stream. A channel with `*`, `?` or `[` is "
                          "a pattern.")
                .required()
                .not_empty()
                .example("logstash:beaver"),
            config::field("consumer", &EntryOptions::consumer,
                          "Lists and streams: name of this reader, another one for each daemon "
                          "that reads the same key. Default time-tunnel.")
                .not_empty(),
            config::field("group", &EntryOptions::group,
                          "Streams: the consumer group; made when missing. Default time-tunnel.")
                .not_empty(),
            config::field("old_entries", &EntryOptions::old_entries,
                          "Streams: a new group begins with what is there already. Default true; "
                          "false: with what comes from now on."),
            config::field("claim_after_seconds", &EntryOptions::claim_after_seconds,
                          "Streams: what another reader of the group has not acknowledged for so "
                          "long is taken over. Default 60; 0: never.")
                .minimum(0),
            config::field("fetch", &EntryOptions::fetch,
                          "How many messages are taken and stored at once. Default 100.")
                .minimum(1)
                .maximum(10'000),
        });
  }
  static Status check(const EntryOptions& options) {
    TT_CHECK(read_address(options.address));
    return {};
  }
};

/// Moves messages into the tunnel on an open connection until it stops or breaks.
Status run_list(const EntryOptions& options, Client& client, const Intake& intake);
Status run_channel(const EntryOptions& options, Client& client, const Intake& intake);
Status run_stream(const EntryOptions& options, Client& client, const Intake& intake);

/// Of a list: where elements wait between leaving `key` and being stored.
std::string processing_key(const EntryOptions& options);
/// One entry of a stream, as XREADGROUP and XAUTOCLAIM give it.
struct StreamEntry {
  std::string id;         ///< Empty: there is none.
  bool is_there = false;  ///< False: it was deleted, and only waits to be acknowledged.
  Message message;
};
/// Of its fields `event` is the event, or the only one; else all are fields of the event.
StreamEntry read_entry(const redisReply& reply, const std::string& key);

/// How long a command waits for news: below `reply_seconds`, and what a stop may have to wait. Cut
/// in the middle, it would leave what is stored unacknowledged.
constexpr int kBlockMs = 500;

}  // namespace tt::broker::redis
