// The corpus that every encoder and decoder must survive.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/hostile_events.h"

#include "event/writer.h"

namespace tt::portals::plugin {

event::EventBatch hostile_events(WallNs now_ns) {
  std::string controls;
  for (char c = 1; c < 0x20; ++c) controls += c;
  const std::vector<std::string> texts{
      "plain",
      controls + "\x7f\xc2\x85\xe2\x80\xa8",
      "\r\nHost: evil.example\r\n\r\n",
      "javascript:alert(document.cookie)",
      "https://evil.example/\"><script>alert(1)</script>",
      "../../../etc/passwd",
      "..",
      "%2e%2e%2f?a=b&c=d#e",
      "<!channel> @here <a href='javascript:1'>x</a> &amp; {{ event.message }}",
      "\xf0\x9f\x92\xa9\xe2\x80\xae\xef\xbf\xbf",
      std::string((1u << 20) - 200'000, 'A'),
  };
  event::EventBatch batch;
  event::EventWriter writer(batch, {.event_bytes_max = 16u << 20});
  for (const std::string& text : texts) {
    writer.begin();
    writer.set_text("message", text);
    for (const char* name : {"kind", "severity", "source", "view_link", "ack_link", "project",
                             "actor", "status", "host", "service", "alert_key", "alert_state"})
      writer.set_text(name, text.size() > 1000 ? std::string(10'000, 'B') : text);
    TT_ASSERT(writer.finish(now_ns).ok());
  }
  return batch;
}

std::vector<std::string> hostile_bodies() {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += '[';
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
  return {"",
          "{",
          "[]",
          "{}",
          "null",
          "{\"message\":",
          "{\"message\":\"m\"}",
          "{\"message\":{\"a\":[1,2,{}]}}",
          "a line\nanother\r\n\n",
          "\xff\xfe",
          std::string("\0\0\0", 3),
          bytes,
          deep,
          std::string(1u << 20, 'A')};
}

}  // namespace tt::portals::plugin
