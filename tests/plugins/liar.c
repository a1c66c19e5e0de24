// Plugins that are wrong, one by each value of LIE.
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "tt_plugin.h"

enum { HUGE = 1, TINY, NO_PORTALS, NULL_LIST, NULL_TEXTS, NO_SCHEMA, NO_CREATE, TWO_WAYS, NO_SYMBOL,
       OTHER_MAJOR, CRASHES, HANGS, SLOPPY, LEAVES };

static tt_code create(const tt_host* host, tt_str config, void** self, tt_text* error) {
  (void)host;
  (void)config;
  (void)error;
  *self = NULL;
  return TT_OK;
}
static void destroy(void* self) { (void)self; }
static void encode(void* self, const tt_event* const* events, uint64_t count, tt_request* request,
                   tt_result* const* results) {
  (void)self;
  (void)events;
  (void)count;
  (void)request;
  (void)results;
  if (LIE == CRASHES) abort();
  if (LIE == LEAVES) exit(0);
  while (LIE == HANGS) continue;
}
static void deliver(void* self, const tt_event* const* events, uint64_t count,
                    tt_result* const* results) {
  (void)self;
  (void)events;
  (void)count;
  (void)results;
}

static const tt_portal portal = {
    .size = LIE == TINY ? 8 : LIE == HUGE ? 0x7fffffff : sizeof portal,
    .name = LIE == NULL_TEXTS ? NULL : "liar",
    .summary = LIE == NULL_TEXTS ? NULL : LIE == SLOPPY ? "no sentence" : "Is wrong.",
    .schema_json = LIE == NO_SCHEMA ? "[1,2"
                   : LIE == SLOPPY
                       ? "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}"
                       : "{\"type\":\"object\",\"additionalProperties\":false}",
    .example = "type: liar\n",
    .create = LIE == NO_CREATE ? NULL : create,
    .destroy = destroy,
    .encode = encode,
    .deliver = LIE == TWO_WAYS ? deliver : NULL,
};
static const tt_portal* const portals[] = {&portal};
static const tt_plugin plugin = {.size = LIE == HUGE ? 0xffffffffu : sizeof plugin,
                                 .name = LIE == NULL_TEXTS ? NULL : "liar",
                                 .version = LIE == NULL_TEXTS ? NULL : "1",
                                 .portal_count = LIE == NO_PORTALS ? 0 : 1,
                                 .portals = LIE == NULL_LIST ? NULL : portals};

#if LIE == 9
__attribute__((visibility("default"))) const tt_plugin* something_else(void) { return &plugin; }
#elif LIE == 10
__attribute__((visibility("default"))) const tt_plugin* tt_plugin_v2(void) { return &plugin; }
#else
const tt_plugin* tt_plugin_v1(void) { return &plugin; }
#endif
