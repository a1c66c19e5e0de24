// Error words of Redis 7.0, src/server.c (createSharedObjects), acl.c and cluster.c.
// SPDX-License-Identifier: Apache-2.0
#include "redis/replies.h"

#include <array>
#include <string>

namespace tt::broker::redis {
namespace {

struct Word {
  std::string_view text;
  Code code;
  std::string_view advice;
};

// The first word of the reply.
constexpr std::array<Word, 20> kWords{{
    {"NOAUTH", Code::kMisconfigured, "set `password`"},
    {"WRONGPASS", Code::kMisconfigured, "mend `user` or `password`"},
    {"DENIED", Code::kMisconfigured, "the server is in protected mode: give it a password"},
    {"MOVED", Code::kMisconfigured,
     "the key lives on another node of a cluster: name that node, or a proxy"},
    {"NOPROTO", Code::kMisconfigured, ""},
    {"WRONGTYPE", Code::kReject, "the key holds something else"},
    {"ASK", Code::kRetry, ""},
    {"TRYAGAIN", Code::kRetry, ""},
    {"CLUSTERDOWN", Code::kRetry, ""},
    {"LOADING", Code::kRetry, ""},
    {"BUSY", Code::kRetry, ""},
    {"MASTERDOWN", Code::kRetry, ""},
    {"READONLY", Code::kRetry, "the server is a replica now"},
    {"OOM", Code::kRetry, "the server's memory is full"},
    {"MISCONF", Code::kRetry, "the server cannot save, and takes nothing"},
    {"NOREPLICAS", Code::kRetry, ""},
    {"NOGROUP", Code::kRetry, ""},
    {"UNBLOCKED", Code::kRetry, ""},
    {"EXECABORT", Code::kRetry, ""},
    {"IOERR", Code::kRetry, ""},
}};

// Anywhere in a reply that begins with ERR or NOPERM.
constexpr std::array<Word, 13> kPhrases{{
    {"unknown command", Code::kMisconfigured, "the server is too old, or hides the command"},
    {"unknown subcommand", Code::kMisconfigured, "the server is too old"},
    {"without any password configured", Code::kMisconfigured, "remove `password`"},
    {"no password is set", Code::kMisconfigured, "remove `password`"},
    {"invalid password", Code::kMisconfigured, "mend `password`"},
    {"DB index", Code::kMisconfigured, "mend `database`"},
    {"SELECT is not allowed", Code::kMisconfigured, "remove `database`"},
    // ACLs: a key or channel may come from the event, a command does not.
    {"used as arguments", Code::kReject, "the user may not touch this key or channel"},
    {"NOPERM", Code::kMisconfigured, "the user may not do this"},
    {"string exceeds maximum", Code::kReject, ""},
    {"invalid bulk length", Code::kReject, "the event is larger than the server takes"},
    {"wrong number of arguments", Code::kReject, ""},
    {"syntax error", Code::kReject, ""},
}};

Error made(const Word& word, std::string_view text) {
  std::string why = "redis: " + std::string(text);
  if (!word.advice.empty()) (why += "; ") += word.advice;
  return {word.code, std::move(why)};
}

}  // namespace

std::string_view text_of(const redisReply& reply) {
  const bool has_text = reply.type == REDIS_REPLY_STRING || reply.type == REDIS_REPLY_STATUS ||
                        reply.type == REDIS_REPLY_ERROR;
  return has_text ? std::string_view(reply.str, static_cast<std::size_t>(reply.len))
                  : std::string_view();
}

Error error_of(std::string_view text) {
  const std::string_view first = text.substr(0, text.find(' '));
  for (const Word& word : kWords)
    if (first == word.text) return made(word, text);
  for (const Word& phrase : kPhrases)
    if (text.find(phrase.text) != text.npos) return made(phrase, text);
  return made({text, Code::kRetry, ""}, text);
}

portals::Verdict verdict_of(const redisReply& reply) {
  if (reply.type == REDIS_REPLY_ERROR) return portals::Verdict::of(error_of(text_of(reply)));
  if (reply.type == REDIS_REPLY_NIL) return portals::Verdict::retry("redis: it took nothing");
  return portals::Verdict::delivered(reply.type == REDIS_REPLY_STRING ? std::string(text_of(reply))
                                                                      : std::string());
}

bool is_of_wrong_server(std::string_view text) {
  for (const std::string_view word : {"READONLY", "MASTERDOWN", "LOADING", "MOVED"})
    if (text.starts_with(word)) return true;
  return false;
}

}  // namespace tt::broker::redis
