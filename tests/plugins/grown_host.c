// A host whose tables have grown, compiled with such a header, delivers through an older plugin.
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "tt_plugin.h"

#define EXPECT(is_true) \
  if (!(is_true)) return fprintf(stderr, "line %d: not so: %s\n", __LINE__, #is_true), 1

static tt_str field(const tt_event* event, tt_str name) {
  (void)name;
  return event->id;
}

int main(int count, char** arguments) {
  void* handle = count > 1 ? dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  EXPECT(handle);
  const tt_plugin* (*symbol)(void);
  *(void**)&symbol = dlsym(handle, TT_PLUGIN_SYMBOL);
  EXPECT(symbol);
  const tt_plugin* plugin = symbol();
  EXPECT(plugin->size < sizeof *plugin);
  const tt_portal* portal = plugin->portals[0];
  EXPECT(portal->size < sizeof *portal);
  EXPECT(TT_HAS(tt_portal, portal, deliver) && !TT_HAS(tt_portal, portal, grown_1));

  tt_host host = {.size = sizeof host, .field = field};
  void* self = NULL;
  EXPECT(portal->create(&host, (tt_str){"{}", 2}, &self, NULL) == TT_OK);
  static const char* const names[] = {"one", "two", "three"};
  tt_event events[3];
  tt_result results[3];
  char texts[3][16];
  const tt_event* event_list[3];
  tt_result* result_list[3];
  for (int i = 0; i < 3; ++i) {
    events[i] = (tt_event){.size = sizeof events[i], .id = {names[i], strlen(names[i])}};
    results[i] = (tt_result){.size = sizeof results[i], .code = TT_UNSET, .text = {texts[i], 16, 0}};
    event_list[i] = &events[i];
    result_list[i] = &results[i];
  }
  portal->deliver(self, event_list, 3, result_list);
  for (int i = 0; i < 3; ++i) {
    EXPECT(results[i].code == TT_OK);
    EXPECT(results[i].text.size == strlen(names[i]) &&
           !memcmp(texts[i], names[i], results[i].text.size));
  }
  portal->destroy(self);
  return 0;
}
