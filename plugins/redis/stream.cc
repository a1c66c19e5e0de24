// Streams: read with a group, stored, then acknowledged; what others left behind is taken over.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <chrono>

#include "kit/text.h"
#include "redis/entry.h"
#include "redis/replies.h"

namespace tt::broker::redis {
namespace {

using Clock = std::chrono::steady_clock;

std::string text_at(const redisReply& list, std::size_t i) {
  return i < list.elements ? std::string(text_of(*list.element[i])) : std::string();
}

std::vector<StreamEntry> read_entries(const redisReply& list, const std::string& key) {
  std::vector<StreamEntry> entries;
  for (std::size_t i = 0; i < list.elements; ++i) {
    StreamEntry entry = read_entry(*list.element[i], key);
    if (!entry.id.empty()) entries.push_back(std::move(entry));
  }
  return entries;
}

class Reader {
 public:
  Reader(const EntryOptions& options, Client& client, const Intake& intake)
      : options_(options), client_(client), intake_(intake) {}

  Status make_group() {
    const auto made = client_.call({"XGROUP", "CREATE", options_.key, options_.group,
                                    options_.old_entries ? "0" : "$", "MKSTREAM"});
    if (!made.ok() && made.error().text.find("BUSYGROUP") == std::string::npos) return made.error();
    return {};
  }

  /// From `position`: `>` is what nobody has read, else what we have read behind that id.
  Result<std::vector<StreamEntry>> read(const std::string& position) {
    TT_TRY(const Reply reply,
           client_.call({"XREADGROUP", "GROUP", options_.group, options_.consumer, "COUNT",
                         std::to_string(options_.fetch), "BLOCK", std::to_string(kBlockMs),
                         "STREAMS", options_.key, position}));
    // A list of streams, of which we asked for one: its name, and its entries.
    if (reply->elements == 0 || reply->element[0]->elements < 2) return std::vector<StreamEntry>();
    return read_entries(*reply->element[0]->element[1], options_.key);
  }

  Status store(const std::vector<StreamEntry>& entries) {
    if (entries.empty()) return {};
    std::vector<Message> messages;
    Command acknowledge{"XACK", options_.key, options_.group};
    for (const StreamEntry& entry : entries) {
      if (entry.is_there) messages.push_back(entry.message);
      acknowledge.push_back(entry.id);
    }
    TT_CHECK(intake_.store_all(messages));
    TT_CHECK(client_.call(acknowledge));
    return {};
  }

  /// What a life of ours before this one has read and not acknowledged.
  Status store_own() {
    std::string position = "0";
    while (!intake_.inbox().is_stopping()) {
      TT_TRY(const std::vector<StreamEntry> entries, read(position));
      if (entries.empty()) break;
      position = entries.back().id;
      TT_CHECK(store(entries));
    }
    return {};
  }

  /// One step through what others have not acknowledged in time.
  Status claim() {
    if (options_.claim_after_seconds == 0 || Clock::now() < claim_at_) return {};
    const std::string idle_ms = std::to_string(1000LL * options_.claim_after_seconds);
    // https://redis.io/commands/xautoclaim/: since 6.2; the next position, then entries.
    TT_TRY(const Reply reply,
           client_.call({"XAUTOCLAIM", options_.key, options_.group, options_.consumer, idle_ms,
                         claim_from_, "COUNT", std::to_string(options_.fetch)}));
    if (reply->elements < 2) return {};
    claim_from_ = text_at(*reply, 0);
    if (claim_from_ == "0-0")
      claim_at_ = Clock::now() + std::chrono::milliseconds(500LL * options_.claim_after_seconds);
    return store(read_entries(*reply->element[1], options_.key));
  }

 private:
  const EntryOptions& options_;
  Client& client_;
  const Intake& intake_;
  std::string claim_from_ = "0-0";
  Clock::time_point claim_at_;
};

}  // namespace

StreamEntry read_entry(const redisReply& reply, const std::string& key) {
  StreamEntry entry;
  entry.id = text_at(reply, 0);
  entry.is_there = reply.elements == 2 && reply.element[1]->type == REDIS_REPLY_ARRAY;
  if (!entry.is_there) return entry;
  Message& message = entry.message;
  message.facts = {{"redis.key", json_string(mend_utf8(key))}, {"redis.id", json_string(entry.id)}};
  std::from_chars(entry.id.data(), entry.id.data() + std::min(entry.id.size(), entry.id.find('-')),
                  message.time_ms);
  std::vector<std::pair<std::string, std::string>> fields;
  const redisReply& list = *reply.element[1];
  for (std::size_t i = 0; i + 1 < list.elements; i += 2)
    fields.emplace_back(mend_utf8(text_at(list, i)), text_at(list, i + 1));
  // As the exit writes them, or the one field of who has one only.
  const auto body = std::find_if(fields.begin(), fields.end(), [&](const auto& field) {
    return field.first == "event" || fields.size() == 1;
  });
  if (body != fields.end()) {
    message.body = std::move(body->second);
    fields.erase(body);
    for (const auto& [name, value] : fields)
      message.facts.push_back({"redis.fields." + name, json_string(mend_utf8(value))});
    return entry;
  }
  portals::JsonWriter all;
  all.map();
  for (const auto& [name, value] : fields) all.key(name).text(mend_utf8(value));
  message.body = all.end().take();
  return entry;
}

Status run_stream(const EntryOptions& options, Client& client, const Intake& intake) {
  Reader reader(options, client, intake);
  TT_CHECK(reader.make_group());
  TT_CHECK(reader.store_own());
  while (!intake.inbox().is_stopping()) {
    TT_TRY(const std::vector<StreamEntry> entries, reader.read(">"));
    TT_CHECK(reader.store(entries));
    TT_CHECK(reader.claim());
  }
  return {};
}

}  // namespace tt::broker::redis
