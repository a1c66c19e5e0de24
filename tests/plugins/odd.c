// A plugin whose portals do what their option `mode` says, much of it odd.
// SPDX-License-Identifier: Apache-2.0
#define _POSIX_C_SOURCE 200809L
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tt_plugin.h"

struct odd {
  const tt_host* host;
  char config[4096];
};

static tt_str str(const char* text) { return (tt_str){text, strlen(text)}; }

static void say(tt_text* out, const char* text) {
  const size_t size = strlen(text);
  out->size = size < out->capacity ? (uint32_t)size : out->capacity;
  memcpy(out->data, text, out->size);
}

static void option(const struct odd* me, const char* name, char* out, size_t capacity) {
  char key[64];
  snprintf(key, sizeof key, "\"%s\":\"", name);
  const char* begin = strstr(me->config, key);
  *out = '\0';
  if (!begin) return;
  begin += strlen(key);
  snprintf(out, capacity, "%.*s", (int)strcspn(begin, "\""), begin);
}

static int is_mode(const struct odd* me, const char* mode) {
  char now[64];
  option(me, "mode", now, sizeof now);
  return strcmp(now, mode) == 0;
}

static void rest(void) { poll(NULL, 0, 5); }

static tt_code create(const tt_host* host, tt_str config, void** self, tt_text* error) {
  struct odd* made = calloc(1, sizeof *made);
  made->host = host;
  memcpy(made->config, config.data, config.size < 4095 ? config.size : 4095);
  if (is_mode(made, "refuse")) {
    char text[4200];
    snprintf(text, sizeof text, "I do not want %s", made->config);
    say(error, text);
    free(made);
    return TT_MISCONFIGURED;
  }
  *self = made;
  return TT_OK;
}

static void destroy(void* self) { free(self); }

static void deliver(void* self, const tt_event* const* events, uint64_t count,
                    tt_result* const* results) {
  struct odd* me = self;
  if (is_mode(me, "unset")) return;
  if (is_mode(me, "hang")) {
    char gate[512];
    option(me, "gate", gate, sizeof gate);
    while (access(gate, F_OK) == 0) rest();
  }
  static const tt_code codes[] = {TT_OK, TT_RETRY, TT_REJECT, TT_MISCONFIGURED};
  for (uint64_t i = 0; i < count; ++i) {
    results[i]->code = TT_OK;
    if (is_mode(me, "garbage")) {
      results[i]->code = 77;
      results[i]->retry_after_ms = -5;
      results[i]->text = (tt_text){NULL, 0, 0xffffffffu};
    } else if (is_mode(me, "bytes")) {
      results[i]->code = TT_REJECT;
      memcpy(results[i]->text.data, "\xff\x1b[31m\0x", 8);
      results[i]->text.size = 8;
    } else if (is_mode(me, "leak")) {
      results[i]->code = TT_RETRY;
      say(&results[i]->text, me->config);
    } else if (is_mode(me, "self")) {
      char text[64];
      snprintf(text, sizeof text, "%p", self);
      say(&results[i]->text, text);
    } else if (is_mode(me, "mixed")) {
      results[i]->code = codes[i % 4];
      results[i]->retry_after_ms = 1500;
      say(&results[i]->text, "as asked");
    } else if (is_mode(me, "fields")) {
      const tt_str message = me->host->field(events[i], str("message"));
      const tt_str count_of = me->host->field(events[i], str("count"));
      const tt_str subject = me->host->option(events[i], str("subject"), 0);
      const tt_str strict = me->host->option(events[i], str("subject"), 1);
      char text[256];
      snprintf(text, sizeof text, "%.*s|%.*s|%.*s|%s|%s|%.*s", (int)message.size, message.data,
               (int)count_of.size, count_of.data ? count_of.data : "", (int)subject.size,
               subject.data ? subject.data : "", strict.data ? "strict" : "failed",
               me->host->field(events[i], str("none")).data ? "there" : "missing",
               (int)events[i]->idempotency_key.size, events[i]->idempotency_key.data);
      results[i]->code = TT_REJECT;
      say(&results[i]->text, text);
    }
  }
}

static void encode(void* self, const tt_event* const* events, uint64_t count, tt_request* request,
                   tt_result* const* results) {
  struct odd* me = self;
  char token[128];
  option(me, "token", token, sizeof token);
  const tt_host* host = me->host;
  if (is_mode(me, "wait")) {
    results[0]->code = TT_MISCONFIGURED;
    say(&results[0]->text, "not yet");
    return;
  }
  host->write(request, TT_METHOD, str(""), str("PUT"));
  host->write(request, TT_URL, str(""), str("https://example.com/"));
  host->write(request, TT_URL, str(""), str(is_mode(me, "break") ? "a b\r\n" : token));
  host->write(request, TT_HEADER, str("Authorization"), str("Bearer "));
  host->write(request, TT_HEADER, str("Authorization"), str(token));
  host->write(request, TT_HEADER | TT_SECRET, str("X-Signature"), str("derived"));
  host->write(request, 99, str("of"), str("a newer host"));
  for (uint64_t i = 0; i < count; ++i)
    host->write(request, TT_BODY, str(""), events[i]->json);
}

static void judge(void* self, const tt_message* answer, uint64_t count, tt_result* const* results) {
  struct odd* me = self;
  const tt_str why = me->host->header(answer, str("x-why"));
  for (uint64_t i = 0; i < count && why.data; ++i) {
    results[i]->code = TT_REJECT;
    results[i]->text.size = (uint32_t)why.size;
    memcpy(results[i]->text.data, why.data, why.size);
  }
}

static void decode(void* self, const tt_message* message, tt_events* events, tt_result* result) {
  struct odd* me = self;
  if (is_mode(me, "unset")) return;
  result->code = TT_OK;
  if (message->body.size == 0) {
    result->code = TT_MISCONFIGURED;
    result->status = is_mode(me, "status") ? 418 : 0;
    say(&result->text, "who are you");
    return;
  }
  const tt_str key = me->host->header(message, str("x-key"));
  const tt_event event = {.size = sizeof event, .json = message->body, .idempotency_key = key};
  if (me->host->add(events, &event) != TT_OK) {
    result->code = TT_REJECT;
    say(&result->text, "no event");
  } else if (is_mode(me, "answer")) {
    result->status = 201;
    say(&result->text, "thanks");
  }
}

static tt_code append_one(const struct odd* me, const char* json, char* why, size_t capacity) {
  const tt_event event = {.size = sizeof event, .json = str(json)};
  const tt_event* const events[] = {&event};
  tt_result result = {
      .size = sizeof result, .code = TT_UNSET, .text = {why, (uint32_t)capacity - 1, 0}};
  tt_result* const results[] = {&result};
  const tt_code code = me->host->append(me->host->self, events, 1, results);
  why[result.text.size] = '\0';
  return code == TT_OK ? result.code : code;
}

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

static tt_code run(void* self, tt_text* error) {
  struct odd* me = self;
  char why[256], said[512];
  if (is_mode(me, "lock")) {
    pthread_mutex_lock(&held);
    const tt_code code = append_one(me, "{\"message\":\"m\"}", why, sizeof why);
    pthread_mutex_unlock(&held);
    return code == TT_STOPPED ? TT_OK : TT_RETRY;
  }
  if (is_mode(me, "fail")) {
    say(error, me->config);
    return TT_RETRY;
  }
  const tt_code first = append_one(me, "{\"message\":\"one\",\n\"n\":1}", why, sizeof why);
  const tt_code wrong = append_one(me, "{\"no\":\"message\"}", why, sizeof why);
  snprintf(said, sizeof said, "{\"message\":\"codes %d %d\",\"why\":\"%s\"}", first, wrong, why);
  append_one(me, said, why, sizeof why);
  while (!me->host->is_stopping(me->host->self)) rest();
  const tt_code after = append_one(me, "{\"message\":\"after stop\"}", why, sizeof why);
  return after == TT_STOPPED ? TT_OK : TT_RETRY;
}

static void stop(void* self) {
  if (!is_mode(self, "lock")) return;
  pthread_mutex_lock(&held);
  pthread_mutex_unlock(&held);
}

#define SCHEMA                                                                                   \
  "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"mode\"],\"properties\":{"  \
  "\"mode\":{\"type\":\"string\",\"description\":\"What it does.\"},"                            \
  "\"gate\":{\"type\":\"string\",\"description\":\"A file whose end ends a hang.\"},"                 \
  "\"count\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9,\"default\":3,"                   \
  "\"description\":\"A number.\"},"                                                              \
  "\"token\":{\"type\":\"string\",\"writeOnly\":true,\"minLength\":40,\"description\":\"A secret.\"}," \
  "\"subject\":{\"type\":\"string\",\"x-template\":true,\"description\":\"A template.\"}}}"

#define PORTAL(variable, its_name, its_flags, ...)                                     \
  static const tt_portal variable = {.size = sizeof(tt_portal),                        \
                                     .flags = its_flags,                               \
                                     .name = its_name,                                 \
                                     .summary = "Does what it is told.",               \
                                     .security = "For tests.",                         \
                                     .schema_json = SCHEMA,                            \
                                     .create = create,                                 \
                                     .destroy = destroy,                               \
                                     __VA_ARGS__}

PORTAL(odd_deliver, "odd_deliver", TT_BATCHES, .example = "type: odd_deliver\nmode: deliver\n",
       .deliver = deliver);
PORTAL(odd_encode, "odd_encode", 0,
       .example = "type: odd_encode\nmode: encode\ntoken: {env: ODD_TOKEN}\n", .encode = encode,
       .judge = judge);
PORTAL(odd_decode, "odd_decode", TT_ENTRY,
       .example = "type: odd_decode\npath: /odd\nmode: decode\n", .decode = decode);
PORTAL(odd_run, "odd_run", TT_ENTRY, .example = "type: odd_run\nmode: run\n", .run = run,
       .stop = stop);

static const tt_portal* const portals[] = {&odd_deliver, &odd_encode, &odd_decode, &odd_run};
static const tt_plugin plugin = {.size = sizeof plugin,
                                 .minor = TT_PLUGIN_MINOR,
                                 .name = "odd",
                                 .version = "1.2.3",
                                 .portal_count = 4,
                                 .portals = portals};

const tt_plugin* tt_plugin_v1(void) { return &plugin; }
