// A plugin that uses the least; compiled with the header of today, an older and a grown one.
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "tt_plugin.h"

static const tt_host* plain_host;

static tt_code create(const tt_host* host, tt_str config, void** self, tt_text* error) {
  (void)config;
  (void)error;
  plain_host = host;
  *self = (void*)host;
  return TT_OK;
}

static void destroy(void* self) { (void)self; }

static void deliver(void* self, const tt_event* const* events, uint64_t count,
                    tt_result* const* results) {
  (void)self;
  static const char name[] = "message";
  for (uint64_t i = 0; i < count; ++i) {
    const tt_str message = plain_host->field(events[i], (tt_str){name, sizeof name - 1});
    results[i]->code = message.data ? TT_OK : TT_REJECT;
    if (!message.data) continue;
    results[i]->text.size = message.size < results[i]->text.capacity
                                ? (uint32_t)message.size
                                : results[i]->text.capacity;
    memcpy(results[i]->text.data, message.data, results[i]->text.size);
  }
}

static const tt_portal portal = {
    .size = sizeof portal,
    .flags = TT_BATCHES,
    .name = "plain",
    .summary = "Takes what has a message.",
    .schema_json = "{\"type\":\"object\",\"additionalProperties\":false}",
    .example = "type: plain\n",
    .create = create,
    .destroy = destroy,
    .deliver = deliver,
};
static const tt_portal* const portals[] = {&portal};
static const tt_plugin plugin = {.size = sizeof plugin,
                                 .minor = TT_PLUGIN_MINOR,
                                 .name = "plain",
                                 .version = "1.0",
                                 .portal_count = 1,
                                 .portals = portals};

const tt_plugin* tt_plugin_v1(void) { return &plugin; }
