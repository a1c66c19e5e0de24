/* Exit @NAME@: appends each event to a file, durably. A plugin that delivers by itself. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tt_plugin.h"

struct exit_self {
  char path[1024];
  FILE* file;
};

static void say(tt_text* out, const char* text) {
  const size_t size = strlen(text);
  if (!out->data) return;
  out->size = size < out->capacity ? (uint32_t)size : out->capacity;
  memcpy(out->data, text, out->size);
}

/* The host has checked the configuration against the schema: "path" is there, and a string. Its
 * escapes are left to a JSON library of your choice; a path with one is refused. */
static tt_code create(const tt_host* host, tt_str config, void** self, tt_text* error) {
  static const char key[] = "\"path\":\"";
  struct exit_self* made = calloc(1, sizeof *made);
  size_t begin = 0, size = 0;
  (void)host;
  if (!made) return TT_RETRY;
  while (begin + sizeof key - 1 < config.size && memcmp(config.data + begin, key, sizeof key - 1)) ++begin;
  begin += sizeof key - 1;
  while (begin + size < config.size && config.data[begin + size] != '"' &&
         config.data[begin + size] != '\\')
    ++size;
  if (begin + size >= config.size || config.data[begin + size] != '"' || size >= sizeof made->path) {
    say(error, "`path` is too long, or has characters that this plugin does not take");
    free(made);
    return TT_MISCONFIGURED;
  }
  memcpy(made->path, config.data + begin, size);
  *self = made;
  return TT_OK;
}

static void destroy(void* self) {
  struct exit_self* me = self;
  if (me->file) fclose(me->file);
  free(me);
}

static void target(void* self, tt_text* text) { say(text, ((struct exit_self*)self)->path); }

/* May block: it has a thread of its own. One result an event. */
static void deliver(void* self, const tt_event* const* events, uint64_t count,
                    tt_result* const* results) {
  struct exit_self* me = self;
  int is_good = 0;
  if (!me->file) me->file = fopen(me->path, "ab");
  if (me->file) {
    is_good = 1;
    for (uint64_t i = 0; i < count && is_good; ++i)
      is_good = fwrite(events[i]->json.data, 1, events[i]->json.size, me->file) ==
                    events[i]->json.size &&
                fputc('\n', me->file) == '\n';
    is_good = fflush(me->file) == 0 && fsync(fileno(me->file)) == 0 && is_good;
  }
  for (uint64_t i = 0; i < count; ++i) {
    results[i]->code = is_good ? TT_OK : TT_RETRY;
    if (!is_good) say(&results[i]->text, strerror(errno));
  }
  if (is_good || !me->file) return;
  fclose(me->file);
  me->file = NULL;
}

static const tt_portal portal = {
    .size = sizeof portal,
    .flags = TT_BATCHES,
    .name = "@NAME@",
    .summary = "Appends each event to a file.",
    .security = "Event data chooses no path and begins no line.",
    .schema_json = "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"path\"],"
                   "\"properties\":{\"path\":{\"type\":\"string\",\"minLength\":1,"
                   "\"description\":\"The file.\"}}}",
    .example = "type: @NAME@\npath: /tmp/@NAME@.ndjson\n",
    .create = create,
    .destroy = destroy,
    .target = target,
    .deliver = deliver,
};
static const tt_portal* const portals[] = {&portal};
static const tt_plugin plugin = {.size = sizeof plugin,
                                 .minor = TT_PLUGIN_MINOR,
                                 .name = "@NAME@",
                                 .version = "0.1.0",
                                 .portal_count = 1,
                                 .portals = portals};

const tt_plugin* tt_plugin_v1(void) { return &plugin; }
