/* Entry @NAME@: brings an event a second. A plugin that runs by itself, on a thread of its own. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tt_plugin.h"

struct entry_self {
  const tt_host* host;
};

/* No threads and no connections yet: this is also called for a mere check. */
static tt_code create(const tt_host* host, tt_str config, void** self, tt_text* error) {
  struct entry_self* made = calloc(1, sizeof *made);
  (void)config;
  (void)error;
  if (!made) return TT_RETRY;
  made->host = host;
  *self = made;
  return TT_OK;
}

static void destroy(void* self) { free(self); }

static tt_code run(void* self, tt_text* error) {
  const tt_host* host = ((struct entry_self*)self)->host;
  const struct timespec pause = {0, 100000000};
  (void)error;
  for (unsigned beat = 0; !host->is_stopping(host->self); ++beat) {
    nanosleep(&pause, NULL);
    if (beat % 10 != 0) continue;
    char json[96], why[200];
    const int size = snprintf(json, sizeof json,
                              "{\"kind\":\"urn:@NAME@:beat\",\"message\":\"beat %u\"}", beat / 10);
    const tt_event event = {.size = sizeof event, .json = {json, (uint64_t)size}};
    const tt_event* const events[] = {&event};
    tt_result result = {.size = sizeof result, .code = TT_UNSET, .text = {why, sizeof why, 0}};
    tt_result* const results[] = {&result};
    /* Returns once the event is stored: only now it could be taken from a queue. */
    if (host->append(host->self, events, 1, results) == TT_STOPPED) break;
    if (result.code != TT_OK) host->log(host->self, 2, (tt_str){why, result.text.size});
  }
  return TT_OK;
}

static const tt_portal portal = {
    .size = sizeof portal,
    .flags = TT_ENTRY,
    .name = "@NAME@",
    .summary = "Brings an event a second.",
    .security = "Nobody can send to it.",
    .schema_json = "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{}}",
    .example = "type: @NAME@\n",
    .create = create,
    .destroy = destroy,
    .run = run,
};
static const tt_portal* const portals[] = {&portal};
static const tt_plugin plugin = {.size = sizeof plugin,
                                 .minor = TT_PLUGIN_MINOR,
                                 .name = "@NAME@",
                                 .version = "0.1.0",
                                 .portal_count = 1,
                                 .portals = portals};

const tt_plugin* tt_plugin_v1(void) { return &plugin; }
