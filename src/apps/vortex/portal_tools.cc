// vortex decode and encode: one portal's pure functions on the command line; no file, no socket.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "apps/vortex/load.h"
#include "base/clock.h"
#include "base/text.h"
#include "config/parse.h"
#include "event/decode.h"
#include "pipeline/decision.h"
#include "portals/kit/catalog.h"
#include "template/event_scope.h"
#include "tunnel/tunnel.h"

namespace tt::vortex {
namespace {

struct PortalArguments {
  std::string type;
  std::vector<std::string> options;  // key=value
  std::vector<std::string> headers;  // "N: V"
};

template <class Descriptor>
int unknown_type(std::string_view what, const std::string& type,
                 const std::vector<const Descriptor*>& catalog) {
  std::vector<std::string_view> names;
  for (const Descriptor* one : catalog) names.push_back(one->name);
  const std::string_view near = did_you_mean(type, names);
  std::string all;
  for (const std::string_view name : names) all += " " + std::string(name);
  std::fprintf(stderr, "vortex: no %s portal `%s`%s; there are:%s\n", std::string(what).c_str(),
               type.c_str(),
               near.empty() ? "" : (", did you mean `" + std::string(near) + "`?").c_str(),
               all.c_str());
  return kUsage;
}

/// Makes a portal from `-o key=value` options; prints diagnostics and gives null when they are
/// wrong.
template <class Descriptor>
auto make_portal(const Descriptor& type, const PortalArguments& arguments) {
  std::vector<std::pair<std::string, std::string>> options;
  for (const std::string& option : arguments.options) {
    const std::size_t equals = option.find('=');
    options.emplace_back(option.substr(0, equals),
                         equals == std::string::npos ? "" : option.substr(equals + 1));
  }
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
  const portals::EntryDescriptor* type = portals::find_entry(arguments.type);
  if (!type) return unknown_type("entry", arguments.type, portals::entry_catalog());
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
  const portals::ExitDescriptor* type = portals::find_exit(arguments.type);
  if (!type) return unknown_type("exit", arguments.type, portals::exit_catalog());
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
    if (request.ok()) {
      std::puts(pipeline::request_json(*request).c_str());
    } else {
      std::fprintf(stderr, "vortex: event %zu: %s\n", begin, request.error().text.c_str());
      result = kFailed;
    }
  }
  return result;
}

void add_portal_options(CLI::App& command, PortalArguments& arguments) {
  command.add_option("type", arguments.type, "type of the portal")->required();
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
      "Example: vortex decode gitlab --header 'X-Gitlab-Event: Push Hook' < push.json");
  command->callback([=, &exit_code] { exit_code = decode(*arguments); });
}

void add_encode(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<PortalArguments>();
  CLI::App* command =
      app.add_subcommand("encode", "events as NDJSON on stdin, an exit's requests on stdout");
  add_portal_options(*command, *arguments);
  command->footer(
      "Prints JSON lines {method, url, headers, body}, secrets masked.\n"
      "Example: vortex encode slack -o url=https://hooks.slack.com/services/T/B/X "
      "< events.ndjson");
  command->callback([=, &exit_code] { exit_code = encode(*arguments); });
}

}  // namespace tt::vortex
