// Exit portal: counts events, or sends numbers that they carry, to Graphite's carbon.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "portals/kit/outgoing.h"
#include "portals/kit/socket_exit.h"

namespace tt::portals::exit::graphite {
namespace {

// Carbon makes a file name of each part of a path: the usual limit of a file system.
constexpr std::size_t kPathBytesMax = 1024, kPartBytesMax = 200;

struct Config {
  std::string address;
  tmpl::Template path, value;

  static constexpr auto fields() {
    return std::tuple{
        config::field("address", &Config::address, "Carbon's plain text port, tcp:// or udp://.")
            .required()
            .example("tcp://127.0.0.1:2003"),
        config::field("path", &Config::path,
                      "Name of the metric; what it holds beside letters, digits, `_`, `-` and dots "
                      "becomes `_`.")
            .default_text("events.<kind>, its colons as dots")
            .example("'deploys.{{ event.project }}'"),
        config::field("value", &Config::value, "A number; an event whose text is none is refused.")
            .default_text("1")
            .example("'{{ event.duration_sec }}'"),
    };
  }
  static Status check(const Config& c) {
    return c.address.empty() ? Status() : check_socket_address(c.address);
  }
};

/// A part of a path: a dot would begin another, a space or a line break end it.
std::string part_of(std::string_view text) {
  std::string part(text.substr(0, kPartBytesMax));
  for (char& c : part)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-') c = '_';
  return part;
}

std::string default_path(const event::EventView& event) {
  std::string path = "events";
  const std::string kind = event.text("kind");
  for (const std::string_view part : split(kind, ':'))
    if (!part.empty() && part != "urn") path += "." + part_of(part);
  return path;
}

Result<std::string> path_of(const Config& c, const OutgoingEvent& event) {
  if (c.path.empty()) return default_path(event.event);
  TT_TRY(const std::string text, c.path.render_strict(*event.scope));
  std::string path;
  for (const std::string_view part : split(text, '.'))
    if (!part.empty()) path += (path.empty() ? "" : ".") + part_of(part);
  return path;
}

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  ExitRequest request{.method = ""};
  for (const OutgoingEvent& event : events) {
    TT_TRY(const std::string path, path_of(c, event));
    if (path.empty() || path.size() > kPathBytesMax)
      return reject("template: `path` is empty or too long");
    std::string value = "1";
    if (!c.value.empty()) value = c.value.render(*event.scope, {.failures = &request.failures});
    const auto number = parse_double(trim(value));
    if (!number || !std::isfinite(*number)) return reject("`value` is no number");
    // https://graphite.readthedocs.io/en/latest/feeding-carbon.html: "path value timestamp".
    request.body += path + " " + std::string(trim(value)) + " " +
                    std::to_string(time_of(event) / kNsPerSec) + "\n";
  }
  return request;
}

std::string address(const Config& c) { return c.address; }
bool batches_now(const Config& c) { return !sends_datagrams(c.address); }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = socket_exit(SocketExit<Config>{
      .name = "graphite",
      .summary = "Counts events, or sends numbers that they carry, to Graphite's carbon.",
      .security =
          "Event data cannot begin another line, climb out of carbon's folder or stand before the "
          "fixed beginning of `path`; it can make new metrics where `path` has holes.",
      .example = "type: graphite\naddress: tcp://127.0.0.1:2003\n",
      .encode = encode,
      .batches_now = batches_now,
      .address = address});
  return made;
}

}  // namespace tt::portals::exit::graphite
