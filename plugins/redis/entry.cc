// Entry portal: events from a list, a channel or a stream of Redis.
// SPDX-License-Identifier: Apache-2.0
#include "redis/entry.h"

#include <algorithm>

#include "kit/text.h"
#include "redis/portals.h"
#include "redis/replies.h"

namespace tt::broker::redis {
namespace {

class Runner final : public portals::Runner {
 public:
  explicit Runner(const EntryOptions& options) : options_(options) {}

  Status run(const portals::Inbox& inbox) override {
    TT_TRY(const std::unique_ptr<Client> client,
           Client::connect(options_, Deadline(std::chrono::seconds(options_.reply_seconds))));
    const Intake intake(inbox, "redis");
    if (options_.from == Shape::kList) return run_list(options_, *client, intake);
    if (options_.from == Shape::kChannel) return run_channel(options_, *client, intake);
    return run_stream(options_, *client, intake);
  }

 private:
  const EntryOptions options_;
};

std::unique_ptr<portals::Runner> make(const EntryOptions& options) {
  return std::make_unique<Runner>(options);
}

Message message_of(std::string_view body, std::string_view key) {
  return {std::string(body), {{"redis.key", json_string(mend_utf8(key))}}};
}

std::string_view element(const redisReply& reply, std::size_t i) {
  return i < reply.elements ? text_of(*reply.element[i]) : std::string_view();
}

}  // namespace

std::string processing_key(const EntryOptions& options) {
  return options.key + ":processing:" + options.consumer;
}

// An element is always in one of the two lists, so a crash repeats what was stored and not yet
// removed, and loses nothing.
Status run_list(const EntryOptions& options, Client& client, const Intake& intake) {
  const std::string processing = processing_key(options);
  const std::string count = std::to_string(options.fetch);
  const auto store = [&](const std::vector<Message>& messages) -> Status {
    TT_CHECK(intake.store_all(messages));
    TT_CHECK(client.call({"LTRIM", processing, std::to_string(messages.size()), "-1"}));
    return {};
  };
  while (!intake.inbox().is_stopping()) {
    // What was there before: of a life that ended in between.
    TT_TRY(const Reply left,
           client.call({"LRANGE", processing, "0", std::to_string(options.fetch - 1)}));
    std::vector<Message> messages;
    for (std::size_t i = 0; i < left->elements; ++i)
      messages.push_back(message_of(element(*left, i), options.key));
    if (messages.empty()) break;
    TT_CHECK(store(messages));
  }
  while (!intake.inbox().is_stopping()) {
    // https://redis.io/commands/blmove/: since 6.2.
    TT_TRY(const Reply first, client.call({"BLMOVE", options.key, processing, "LEFT", "RIGHT",
                                           std::to_string(kBlockMs / 1000.0)}));
    if (first->type != REDIS_REPLY_STRING) continue;
    std::vector<Message> messages{message_of(text_of(*first), options.key)};
    TT_TRY(const Reply length, client.call({"LLEN", options.key}));
    const long long more =
        std::min<long long>(length->integer, static_cast<long long>(options.fetch) - 1);
    for (long long i = 0; i < more; ++i)
      client.queue({"LMOVE", options.key, processing, "LEFT", "RIGHT"});
    for (long long i = 0; i < more; ++i) {
      TT_TRY(const Reply next, client.next());
      if (next->type == REDIS_REPLY_STRING)
        messages.push_back(message_of(text_of(*next), options.key));
    }
    TT_CHECK(store(messages));
  }
  return {};
}

// The server forgets a message when it has written it: what comes while nobody listens is lost.
Status run_channel(const EntryOptions& options, Client& client, const Intake& intake) {
  const bool is_pattern = options.key.find_first_of("*?[") != std::string::npos;
  TT_CHECK(client.call({is_pattern ? "PSUBSCRIBE" : "SUBSCRIBE", options.key}));
  int idle_ms = 0;
  while (!intake.inbox().is_stopping()) {
    std::vector<Message> messages;
    while (messages.size() < static_cast<std::size_t>(options.fetch)) {
      TT_TRY(const Reply reply, client.next_read());
      if (!reply) break;
      idle_ms = 0;
      const std::string_view kind = element(*reply, 0);
      if (kind == "message") messages.push_back(message_of(element(*reply, 2), element(*reply, 1)));
      if (kind == "pmessage")
        messages.push_back(message_of(element(*reply, 3), element(*reply, 2)));
    }
    if (!messages.empty()) {
      TT_CHECK(intake.store_all(messages));
      continue;
    }
    if (client.wait(kBlockMs)) continue;
    // A connection that broke without a word is found by asking.
    idle_ms += kBlockMs;
    if (idle_ms == options.reply_seconds * 1000) TT_CHECK(client.ask());
    if (idle_ms > 2 * options.reply_seconds * 1000)
      return retry("redis: no answer within `reply_seconds`");
  }
  return {};
}

portals::EntryDescriptor entry_portal() {
  return portals::run_entry(portals::RunEntry<EntryOptions>{
      .name = "redis",
      .summary = "Takes events from a list, a channel or a stream of Redis.",
      .security =
          "Whoever may write to the key can send any event: guard it with an ACL of the server.",
      .example = "type: redis\naddress: tcp://127.0.0.1:6379\nfrom: list\nkey: logstash:beaver\n",
      .make = make});
}

}  // namespace tt::broker::redis
