// Compares what all portals claim with each other, and with what the router keeps for itself.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/claims.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "pipeline/places.h"

namespace tt::pipeline {
namespace {

namespace fs = std::filesystem;

/// Who has claimed something first.
struct Owner {
  std::string name;
  config::Mark mark;
};
using Owners = std::map<std::string, Owner>;

void tell_owner(config::Diagnostic& found, const Owner& owner) {
  found.related = owner.mark;
  found.related_text = "claimed here first";
}

void check_paths(const Settings& settings, const config::Node& root,
                 config::Diagnostics& diagnostics) {
  Owners owners;
  for (const EntrySettings& entry : settings.entries) {
    const std::string path = entry.portal->path();
    if (path.empty()) continue;
    // An API with a listener of its own does not meet entries.
    if (settings.api.listen.empty() && is_path_of_api(path))
      diagnostics.error("path-reserved", place_of_option(root, "entries", entry.name, "path"),
                        "`" + path + "` belongs to the HTTP API: the entry would take its requests",
                        "write another path, `/hooks/" + entry.name + "` for instance");
    const config::Mark mark = place_of(root, "entries", entry.name);
    const auto [owner, is_new] = owners.emplace(path, Owner{entry.name, mark});
    if (is_new) continue;
    tell_owner(
        diagnostics.error("path-claimed", mark,
                          "path `" + path + "` belongs to entry `" + owner->second.name + "`",
                          "give one of them another `path`"),
        owner->second);
  }
}

/// Equal for addresses that cannot both be listened on; empty where there is no telling (port 0).
/// Whether different hosts overlap only the system knows.
std::string claim_of(const net::ListenAddress& address) {
  using Kind = net::ListenAddress::Kind;
  if (address.kind == Kind::kUnix) return "unix:" + address.path;
  if (address.port == 0) return {};
  return (address.kind == Kind::kUdp ? "udp://" : "tcp://") + address.host + ":" +
         std::to_string(address.port);
}

/// False, and told, when it is none. Senders of lines come over TCP and UDP alike: which one is
/// meant is better said.
bool check_address(const std::string& text, const Result<net::ListenAddress>& address,
                   const config::Mark& mark, config::Diagnostics& diagnostics) {
  if (!address.ok()) {
    diagnostics.error("bad-value", mark, address.error().text);
    return false;
  }
  if (address->kind == net::ListenAddress::Kind::kTcp && text.find("://") == std::string::npos)
    diagnostics.warning(
        "bad-value", mark, "`" + text + "` does not say how: it is taken for TCP",
        "write `tcp://" + text + "`, or `udp://" + text + "` or `tls://" + text + "`");
  return true;
}

void check_addresses(const Settings& settings, const config::Node& root,
                     config::Diagnostics& diagnostics) {
  Owners owners;
  const config::Node* listen = root.find("listen");
  for (const net::ListenAddress& address : settings.listen)
    owners.emplace(claim_of(address),
                   Owner{"`listen`", listen ? listen->key_mark : config::Mark{}});
  for (const EntrySettings& entry : settings.entries) {
    if (!entry.type->is_stream) continue;
    const config::Mark mark = place_of(root, "entries", entry.name);
    for (const std::string& text : entry.portal->listen()) {
      if (text == "stdin") continue;
      const auto address = net::parse_listen(text);
      if (!check_address(text, address, place_of_option(root, "entries", entry.name, "listen"),
                         diagnostics) ||
          claim_of(*address).empty())
        continue;
      const auto [owner, is_new] =
          owners.emplace(claim_of(*address), Owner{"entry `" + entry.name + "`", mark});
      if (is_new) continue;
      tell_owner(diagnostics.error("address-claimed", mark,
                                   "address `" + text + "` belongs to " + owner->second.name,
                                   "give one of them another port"),
                 owner->second);
    }
  }
}

void check_written_files(const Settings& settings, const config::Node& root,
                         config::ParseContext& context) {
  Owners owners;
  for (const ExitSettings& exit : settings.exits) {
    const config::Mark mark = place_of_option(root, "exits", exit.name, "path");
    for (const std::string& file : exit.portal->files()) {
      std::error_code ignored;
      const fs::path path(file);
      if (!context.options.is_offline && (!path.has_filename() || fs::is_directory(path, ignored)))
        context.diagnostics.error("bad-value", mark, "`" + file + "` is a folder",
                                  "write the name of a file in it");
      const auto [owner, is_new] =
          owners.emplace(fs::absolute(path, ignored).lexically_normal(), Owner{exit.name, mark});
      if (is_new) continue;
      tell_owner(context.diagnostics.error(
                     "file-claimed", mark,
                     "exit `" + owner->second.name + "` writes this file: lines would be lost",
                     "give one of them another `path`, or let the rules name one exit only"),
                 owner->second);
    }
  }
}

}  // namespace

bool is_path_of_api(std::string_view path) {
  constexpr std::string_view kRoot = "/api/v1", kEvents = "/api/v1/events";
  for (const std::string_view one : {"/healthz", "/readyz", "/metrics", "/openapi.json"})
    if (path == one) return true;
  const auto is_below = [](std::string_view below, std::string_view above) {
    return below.starts_with(above) && (below.size() == above.size() || below[above.size()] == '/');
  };
  // An entry takes what comes below its path too.
  return is_below(kRoot, path) || (is_below(path, kRoot) && !is_below(path, kEvents));
}

void check_claims(const Settings& settings, const config::Node& root,
                  config::ParseContext& context) {
  check_paths(settings, root, context.diagnostics);
  check_addresses(settings, root, context.diagnostics);
  check_written_files(settings, root, context);
}

}  // namespace tt::pipeline
