// vortex decode and encode: one portal's pure functions on the command line; no socket.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "apps/vortex/load.h"
#include "apps/vortex/portal_types.h"
#include "base/clock.h"
#include "base/text.h"
#include "config/parse.h"
#include "event/decode.h"
#include "pipeline/decision.h"
#include "portals/plugin/plugin_common.h"
#include "template/event_scope.h"
#include "tunnel/tunnel.h"

namespace tt::vortex {
namespace {

struct PortalArguments {
  std::string type;
  std::vector<std::string> configs;
  std::vector<std::string> options;  // key=value
  std::vector<std::string> headers;  // "N: V"
};

using Options = std::vector<std::pair<std::string, std::string>>;

/// Streams must say where they come from, and hooks of plugins their path. Here it is standard
/// input, so nobody needs to.
void add_place(const portals::EntryDescriptor& type, Options& options) {
  const std::string_view place = type.is_stream ? "listen" : "path";
  const auto is_wanted =
      std::any_of(type.fields->begin(), type.fields->end(), [&](const config::FieldInfo& field) {
        return field.name == place && (type.is_stream || field.is_required);
      });
  const auto is_said = std::any_of(options.begin(), options.end(), [&](const auto& option) {
    return option.first == place || option.first == "files";
  });
  if (is_wanted && !is_said)
    options.emplace_back(place, type.is_stream ? "tcp://127.0.0.1:1" : "/here");
}
void add_place(const portals::ExitDescriptor&, Options&) {}

/// Makes a portal from `-o key=value` options; prints diagnostics and gives null when they are
/// wrong.
template <class Descriptor>
auto make_portal(const Descriptor& type, const PortalArguments& arguments) {
  Options options;
  for (const std::string& option : arguments.options) {
    const std::size_t equals = option.find('=');
    options.emplace_back(option.substr(0, equals),
                         equals == std::string::npos ? "" : option.substr(equals + 1));
  }
  add_place(type, options);
  config::Files files;
  config::Diagnostics diagnostics;
  config::ParseContext context{.files = files,
                               .diagnostics = diagnostics,
                               .environment = tmpl::event_environment(),
                               .options = {.is_offline = true}};
  const config::Node node = config::node_from_options(options, context);
  auto portal = type.make(node, context);
  if (diagnostics.has_errors()) std::fputs(config::print_text(diagnostics, files).c_str(), stderr);
  return portal;
}

int decode(const PortalArguments& arguments) {
  const portals::EntryDescriptor* type = entry_that_decodes(arguments.type, arguments.configs);
  if (!type) return kUsage;
  const auto portal = make_portal(*type, arguments);
  if (!portal) return kFailed;

  net::Headers headers;
  for (const std::string& header : arguments.headers) {
    const std::size_t colon = header.find(':');
    if (colon == std::string::npos) {
      std::fprintf(stderr, "vortex: a header is written 'Name: value', not '%s'\n", header.c_str());
      return kUsage;
    }
    headers.emplace_back(header.substr(0, colon), trim(std::string_view(header).substr(colon + 1)));
  }
  const std::string body = read_stdin();
  const portals::EntryRequest request{
      .headers = &headers, .body = body, .now_ns = system_clock().wall_ns()};
  if (portal->has_verifier() && !portal->verify(request)) {
    std::fputs("vortex: 401: the token or signature does not match\n", stderr);
    return kFailed;
  }
  portals::EntryEvents events;
  if (const auto refusal =
          portal->decode(request, {.limits = {}, .raw = portal->common().raw}, events)) {
    std::fprintf(stderr, "vortex: %d: %s\n", refusal->status,
                 refusal->body.empty() ? refusal->text.c_str() : refusal->body.c_str());
    return kFailed;
  }
  for (std::size_t i = 0; i < events.events.size(); ++i) {
    const std::string_view json = events.events[i].json;
    std::fwrite(json.data(), 1, json.size(), stdout);
    std::fputc('\n', stdout);
  }
  for (const event::Rejected& rejected : events.rejected)
    std::fprintf(stderr, "vortex: event %zu rejected: %s\n", rejected.index,
                 rejected.error.c_str());
  return events.rejected.empty() ? kOk : kFailed;
}

int encode(const PortalArguments& arguments) {
  const portals::ExitDescriptor* type = exit_that_encodes(arguments.type, arguments.configs);
  if (!type) return kUsage;
  const auto portal = make_portal(*type, arguments);
  if (!portal) return kFailed;

  const std::string body = read_stdin();
  const WallNs now = system_clock().wall_ns();
  const event::Decoded decoded =
      event::decode_events(body, event::BodyFormat::kNdjson, event::Limits{}, now);
  if (decoded.syntax) {
    std::fprintf(stderr, "vortex: line %zu, byte %zu: %s\n", decoded.syntax->line,
                 decoded.syntax->byte, decoded.syntax->text.c_str());
    return kFailed;
  }
  // Invented meta: the same ids on every call, so that the text can be compared.
  const std::size_t per_request =
      portal->batches() ? static_cast<std::size_t>(portal->common().batch.events) : 1;
  int result = decoded.rejected.empty() ? kOk : kFailed;
  for (const event::Rejected& rejected : decoded.rejected)
    std::fprintf(stderr, "vortex: event %zu rejected: %s\n", rejected.index,
                 rejected.error.c_str());
  for (std::size_t begin = 0; begin < decoded.events.size(); begin += per_request) {
    const std::size_t end = std::min(begin + per_request, decoded.events.size());
    std::deque<tmpl::EventScope> scopes;
    std::vector<portals::OutgoingEvent> outgoing(end - begin);
    std::deque<std::string> ids;
    for (std::size_t i = begin; i < end; ++i) {
      portals::OutgoingEvent& out = outgoing[i - begin];
      out.event = decoded.events[i];
      out.id = ids.emplace_back(tunnel::format_id("00000000", i + 1));
      out.meta = {out.id, i + 1, now, "encode"};
      out.scope = &scopes.emplace_back(tmpl::shared_event_environment(), out.event, out.meta);
    }
    const auto request = portal->encode(outgoing);
    const bool is_held = request.ok() && request->method == portals::plugin::kHeldMethod;
    if (request.ok() && !is_held) {
      std::puts(pipeline::request_json(*request).c_str());
    } else {
      const std::string& why = is_held ? request->body : request.error().text;
      std::fprintf(stderr, "vortex: event %zu: %s\n", begin, why.c_str());
      result = kFailed;
    }
  }
  return result;
}

void add_portal_options(CLI::App& command, PortalArguments& arguments) {
  command.add_option("type", arguments.type, "type of the portal")->required();
  command
      .add_option("-c,--config", arguments.configs,
                  "a configuration whose `plugins` bring more types; nothing else of it is used")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command.add_option("-o,--option", arguments.options, "an option of the portal, key=value")
      ->type_name("KEY=VALUE");
}

}  // namespace

void add_decode(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<PortalArguments>();
  CLI::App* command =
      app.add_subcommand("decode", "one request body on stdin, its events on stdout");
  add_portal_options(*command, *arguments);
  command->add_option("--header", arguments->headers, "a request header, 'Name: value'");
  command->footer(
      "A secret is verified only when -o gives one.\n"
      "Examples:\n"
      "  vortex decode gitlab --header 'X-Gitlab-Event: Push Hook' < push.json\n"
      "  vortex decode queue -c vortex.yaml < body   a type of a plugin");
  command->callback([=, &exit_code] { exit_code = decode(*arguments); });
}

void add_encode(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<PortalArguments>();
  CLI::App* command =
      app.add_subcommand("encode", "events as NDJSON on stdin, an exit's requests on stdout");
  add_portal_options(*command, *arguments);
  command->footer(
      "Prints JSON lines {method, url, headers, body}, secrets masked.\n"
      "Examples:\n"
      "  vortex encode slack -o url=https://hooks.slack.com/services/T/B/X < events.ndjson\n"
      "  vortex encode mychat -c vortex.yaml -o url=https://example.com/events < events.ndjson");
  command->callback([=, &exit_code] { exit_code = encode(*arguments); });
}

}  // namespace tt::vortex
