// Status lines and headers, appended to a string that keeps its capacity.
// SPDX-License-Identifier: Apache-2.0
#include "net/http_render.h"

#include <time.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace tt::net {

namespace {

void append_number(std::string& text, std::uint64_t number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
  text.append(digits, static_cast<std::size_t>(end - digits));
}

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }

void append_clean(std::string& text, std::string_view value) {
  const auto begin = static_cast<std::ptrdiff_t>(text.size());
  text += value;
  std::replace_if(text.begin() + begin, text.end(), is_control, ' ');
}

std::string_view connection_header(const RenderOptions& options) {
  if (!options.is_keep_alive) return "Connection: close\r\n";
  return options.is_http_1_0 ? "Connection: keep-alive\r\n" : "";
}

}  // namespace

std::string_view DateText::now() {
  timespec clock;
  clock_gettime(CLOCK_REALTIME_COARSE, &clock);
  if (clock.tv_sec != second_) {
    second_ = clock.tv_sec;
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    tm parts;
    gmtime_r(&clock.tv_sec, &parts);
    // Not strftime: its names follow the locale, those of RFC 9110 section 5.6.7 do not.
    std::snprintf(text_, sizeof(text_), "%s, %02u %s %04u %02u:%02u:%02u GMT", kDays[parts.tm_wday],
                  static_cast<unsigned>(parts.tm_mday) % 100, kMonths[parts.tm_mon],
                  static_cast<unsigned>(parts.tm_year + 1900) % 10'000,
                  static_cast<unsigned>(parts.tm_hour) % 100,
                  static_cast<unsigned>(parts.tm_min) % 100,
                  static_cast<unsigned>(parts.tm_sec) % 100);
  }
  return text_;
}

bool is_bodyless(int status) { return status == 204 || status == 304 || status / 100 == 1; }

void render_head(std::string& head, const HttpAnswer& answer, std::string_view date,
                 const RenderOptions& options) {
  head.clear();
  head += "HTTP/1.1 ";
  append_number(head, static_cast<std::uint64_t>(std::clamp(answer.status, 100, 999)));
  head += ' ';
  head += reason_phrase(answer.status);
  head += "\r\nDate: ";
  head += date;
  head += "\r\n";
  if (!is_bodyless(answer.status)) {
    if (!answer.content_type.empty()) {
      head += "Content-Type: ";
      append_clean(head, answer.content_type);
      head += "\r\n";
    }
    if (options.coding == BodyCoding::kChunked) {
      head += "Transfer-Encoding: chunked\r\n";
    } else if (options.coding == BodyCoding::kLength) {
      head += "Content-Length: ";
      append_number(head, answer.body.size());
      head += "\r\n";
    }
  }
  for (const auto& [name, value] : answer.headers) {
    append_clean(head, name);
    head += ": ";
    append_clean(head, value);
    head += "\r\n";
  }
  head += connection_header(options);
  head += "\r\n";
}

SplitAnswer split_rendered(std::string_view rendered, std::string& head,
                           const RenderOptions& options) {
  const std::size_t end = std::min(rendered.find("\r\n\r\n"), rendered.size() - 4) + 4;
  SplitAnswer split{rendered.substr(0, end), rendered.substr(end)};
  const std::string_view extra = connection_header(options);
  if (!extra.empty()) {
    head.assign(split.head.substr(0, end - 2));
    head += extra;
    head += "\r\n";
    split.head = head;
  }
  return split;
}

}  // namespace tt::net
