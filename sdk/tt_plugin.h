// The whole C ABI between vortex and a plugin that it loads: C11, no dependency.
// SPDX-License-Identifier: Apache-2.0
#pragma once

/* A plugin exports one function, tt_plugin_v1(); the major version is in its name. Tables only grow
 * at their end: a reader uses a member only when the writer's `size` covers it (TT_HAS). Lists are
 * lists of pointers, as structs that may grow have two strides. What is passed in is borrowed and
 * dies when the call returns; nobody frees what the other side allocated. Texts are UTF-8 and do
 * not end in NUL, but for `const char*`, which live as long as the process. No C++ exception and no
 * longjmp crosses this line. A plugin is never unloaded. docs/guide/plugins.md tells the rest. */
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define TT_PLUGIN_SYMBOL "tt_plugin_v1"
#define TT_PLUGIN_MINOR 0
#define TT_HAS(type, table, member) \
  ((table)->size >= offsetof(type, member) + sizeof((table)->member))

typedef struct tt_str { /* Null data: there is none. */
  const char* data;
  uint64_t size;
} tt_str;
/* The caller's buffer; who fills it sets `size`, at most `capacity`. */
typedef struct tt_text {
  char* data;
  uint32_t capacity, size;
} tt_text;

/* What the caller does next. A fixed width, as enums have none in C. */
typedef int32_t tt_code;
enum {
  TT_UNSET = -1,        /* As results come to deliver(): left so it counts as TT_RETRY. */
  TT_OK = 0,            /* Delivered, durable, accepted. */
  TT_RETRY = 1,         /* Not now: the same again, later. HTTP: 503. */
  TT_REJECT = 2,        /* This event never: a dead letter. HTTP: 400. */
  TT_MISCONFIGURED = 3, /* Nothing works until a person mends it. HTTP: 401. */
  TT_STOPPED = 4        /* Of append() and run(): the other side ends. */
};

typedef struct tt_result { /* One an event. */
  uint32_t size;
  tt_code code;
  int64_t retry_after_ms; /* With TT_RETRY, a pause that the other side asked for; 0: none. */
  int32_t status;         /* decode() only: the HTTP status, where the code's own is wrong; or 0. */
  uint32_t reserved;
  tt_text text; /* Why not; with TT_OK what the other side calls it, of decode() the answer. */
} tt_result;

typedef struct tt_event { /* Yours, for add() and append(): `json` alone must be set. */
  uint32_t size;
  uint32_t reserved;
  uint64_t seq;        /* Its number in the tunnel. */
  int64_t received_ns; /* Since 1970. */
  tt_str id, entry;
  tt_str idempotency_key; /* The same for each attempt to deliver this. */
  tt_str json;            /* One flat object. */
} tt_event;

typedef struct tt_message { /* A request that came in (decode), or an answer (judge). */
  uint32_t size;
  int32_t status;                   /* Of an answer. */
  int64_t now_ns;                   /* When it came, since 1970. */
  tt_str method, path, query, peer; /* Of a request; `path` is what follows the entry's own. */
  tt_str body;
} tt_message;

typedef struct tt_request tt_request; /* The host's: what encode() writes. */
typedef struct tt_events tt_events;   /* The host's: what decode() adds to. */
enum { TT_METHOD = 1, TT_URL = 2, TT_HEADER = 3, TT_BODY = 4, TT_SECRET = 256 };

/* Given to create(), valid until destroy() has returned. All may be called on any thread. */
typedef struct tt_host {
  uint32_t size;
  uint32_t minor;
  void* self; /* What log(), append() and is_stopping() take. */
  void (*log)(void* self, int32_t level, tt_str text); /* 0 debug, 1 info, 2 warning, 3 error. */
  /* A field's text without escapes, or JSON when it is no string. Null data: not there. Valid until
   * the call that brought the event returns; so with the next two. */
  tt_str (*field)(const tt_event* event, tt_str name);
  /* An option that the schema calls "x-template": true, rendered for the event. Holes that fail are
   * empty; when `strict` is not 0 one makes the data null. Null too: the option is not set. */
  tt_str (*option)(const tt_event* event, tt_str name, int32_t strict);
  tt_str (*header)(const tt_message* message, tt_str name);
  /* Adds to the end of a part: TT_METHOD (POST when nothing is), TT_URL (of HTTP), TT_HEADER (the
   * one of that name), TT_BODY. With `| TT_SECRET` it is never shown. */
  void (*write)(tt_request* request, int32_t part, tt_str name, tt_str value);
  tt_code (*add)(tt_events* events, const tt_event* event); /* TT_REJECT: it is no event. */
  /* From run() only. Returns when the events are as safe as `ack` of the entry says, one result an
   * event; blocks while the tunnel is full. TT_STOPPED: perhaps stored, perhaps not; return. */
  tt_code (*append)(void* self, const tt_event* const* events, uint64_t count,
                    tt_result* const* results);
  int32_t (*is_stopping)(void* self);
} tt_host;

enum { TT_ENTRY = 1, TT_BATCHES = 2, TT_STREAM = 4, TT_PAGES = 8 };

typedef struct tt_portal {
  uint32_t size;
  uint32_t flags;   /* TT_ENTRY; exits: TT_BATCHES (many events a call), TT_PAGES (wakes people);
                     * of decode(): TT_STREAM (whole lines of a stream, else HTTP bodies). */
  const char* name; /* The `type` in the configuration. */
  const char *summary, *security; /* A sentence each; the second may be null. */
  const char* schema_json; /* JSON Schema of the options, checked before create(); "writeOnly":
                            * true makes a secret, "x-template": true a template. */
  const char* example;     /* YAML of one, with its `type`; create() takes it without a network. */
  /* Any thread, also for a mere check: no threads, no connections yet. `config`: a JSON object. */
  tt_code (*create)(const tt_host* host, tt_str config, void** self, tt_text* error);
  void (*destroy)(void* self); /* No other call runs, none follows. */
  /* Exits: where it goes, without secrets. `tcp://`, `tls://`, `udp://` or `unix:`: bodies go
   * there, and no URL is written. */
  void (*target)(void* self, tt_text* text);
  /* Exits either encode, and the host sends: pure, several at once. The results come as TT_OK; an
   * event that cannot be said gets TT_REJECT. */
  void (*encode)(void* self, const tt_event* const* events, uint64_t count, tt_request* request,
                 tt_result* const* results);
  /* May be null. The results come filled with what the answer's status says. Pure, several at once;
   * asked for answers only, not when none came. */
  void (*judge)(void* self, const tt_message* answer, uint64_t count, tt_result* const* results);
  /* Or deliver themselves: may block, one call at a time. */
  void (*deliver)(void* self, const tt_event* const* events, uint64_t count,
                  tt_result* const* results);
  /* Entries either decode: pure, several at once. */
  void (*decode)(void* self, const tt_message* request, tt_events* events, tt_result* result);
  /* Or run, once, on a thread of their own, until stop(). An early return is a failure. */
  tt_code (*run)(void* self, tt_text* error);
  /* May be null: run() asks is_stopping(). Any thread, while run() runs; returns at once. */
  void (*stop)(void* self);
} tt_portal;

typedef struct tt_plugin {
  uint32_t size;
  uint32_t minor; /* TT_PLUGIN_MINOR that it was compiled with. */
  const char *name, *version;
  uint64_t portal_count;
  const tt_portal* const* portals;
} tt_plugin;

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const tt_plugin*
tt_plugin_v1(void);

#ifdef __cplusplus
}
#endif
