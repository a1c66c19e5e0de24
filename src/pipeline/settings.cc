// From files to Settings: read, merge, portals, rules, then what only the whole can tell.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/settings.h"

#include <algorithm>
#include <cstdlib>

#include "base/disk.h"
#include "base/text.h"
#include "config/cel_report.h"
#include "config/schema.h"
#include "config/yaml_reader.h"
#include "net/child_check.h"
#include "pipeline/check.h"
#include "pipeline/kept_text.h"
#include "pipeline/self_kinds.h"
#include "pipeline/top_config.h"
#include "portals/kit/catalog.h"

namespace tt::pipeline {
namespace {

constexpr std::string_view kSystemConfig = "/etc/time-tunnel/vortex.yaml";

/// What to do about a portal that there is not.
std::string unknown_type_help(std::string_view type, const std::vector<std::string_view>& names) {
  if (const std::string package = portals::plugin::package_of(type); !package.empty())
    return "it comes with the package " + package +
           ", whose file is named under `plugins`: docs/guide/brokers.md";
  const std::string_view near = did_you_mean(type, names);
  if (!near.empty()) return "did you mean `" + std::string(near) + "`?";
  return "there are: " + join(std::vector<std::string>(names.begin(), names.end()), ", ");
}

/// The portal type of one entry or exit; reports a missing or unknown one. `may_be_more`: one of a
/// plugin that was refused, which the diagnostics name already.
template <class Descriptor>
const Descriptor* type_of(const config::Node& node, std::string_view what,
                          const std::vector<const Descriptor*>& catalog, bool may_be_more,
                          config::Diagnostics& diagnostics) {
  const config::Node* type = node.find("type");
  std::vector<std::string_view> names;
  for (const Descriptor* one : catalog) names.push_back(one->name);
  if (!type || !type->is_scalar()) {
    diagnostics.error(
        "missing-key", node.key_mark, std::string(what) + " `" + node.key + "` has no `type`",
        "write one of: " + join(std::vector<std::string>(names.begin(), names.end()), ", "));
    return nullptr;
  }
  for (const Descriptor* one : catalog)
    if (one->name == type->text) return one;
  if (!may_be_more)
    diagnostics.error("unknown-type", type->mark,
                      "no " + std::string(what) + " portal `" + type->text + "`",
                      unknown_type_help(type->text, names));
  return nullptr;
}

/// Text that is equal when nothing about the exit changed: its YAML without marks.
void append_fingerprint(const config::Node& node, std::string& out) {
  out += node.key + "\x1f" + node.text + "\x1e";
  for (const config::Node& child : node.children) append_fingerprint(child, out);
  out += '\x1d';
}

std::vector<net::ListenAddress> parse_listens(
    const std::vector<config::Located<std::string>>& texts, config::Diagnostics& diagnostics) {
  std::vector<net::ListenAddress> all;
  for (const auto& [text, mark] : texts) {
    auto address = net::parse_listen(text);
    if (address.ok())
      all.push_back(*std::move(address));
    else
      diagnostics.error("bad-value", mark, address.error().text,
                        "write `127.0.0.1:8420`, `tls://0.0.0.0:8443` or `unix:/run/tt.sock`");
  }
  return all;
}

/// Entries and exits are maps by name; null is none of them.
bool is_map_of_portals(const config::Node& node, config::Diagnostics& diagnostics) {
  if (node.is_map() || node.is_null()) return node.is_map();
  diagnostics.error("wrong-type", node.place(),
                    "expected a map of names, found " + std::string(node.described()),
                    "write `name: {type: ...}`, one line each");
  return false;
}

void read_entries(const config::Node& map, const portals::plugin::Portals& known,
                  Settings& settings,
                  const std::shared_ptr<const tmpl::EventEnvironment>& environment,
                  config::ParseContext& context) {
  if (!is_map_of_portals(map, context.diagnostics)) return;
  for (const config::Node& node : map.children) {
    if (node.key == kSelfEntry) {
      context.diagnostics.error("duplicate-name", node.key_mark,
                                "the entry `self` is built in: it brings the router's own events",
                                "give this one another name; `self: false` at the top level "
                                "switches the built-in one off");
      continue;
    }
    const auto* type =
        type_of(node, "entry", known.entries, known.is_incomplete, context.diagnostics);
    if (!type) continue;
    EntrySettings entry{.name = node.key, .type = type};
    context.secrets = &entry.secrets;
    entry.portal = type->make(node, context);
    context.secrets = nullptr;
    entry.rewrite = rules::parse_rewrite(node, environment, context);
    entry.environment = environment;
    append_fingerprint(node, entry.fingerprint);
    entry.fingerprint += portals::plugin::plugin_hash(*type);
    if (entry.portal) settings.entries.push_back(std::move(entry));
  }
}

void read_exits(const config::Node& map, const portals::plugin::Portals& known, Settings& settings,
                const std::shared_ptr<const tmpl::EventEnvironment>& environment,
                config::ParseContext& context) {
  if (!is_map_of_portals(map, context.diagnostics)) return;
  for (const config::Node& node : map.children) {
    const auto* type = type_of(node, "exit", known.exits, known.is_incomplete, context.diagnostics);
    if (!type) continue;
    ExitSettings exit{.name = node.key, .type = type};
    exit.portal = type->make(node, context);
    exit.rewrite = rules::parse_rewrite(node, environment, context);
    append_fingerprint(node, exit.fingerprint);
    exit.fingerprint += portals::plugin::plugin_hash(*type);
    if (exit.portal) settings.exits.push_back(std::move(exit));
  }
}

// What is shown and kept knows nothing of them.
void add_stamps(Settings& settings) {
  for (EntrySettings& entry : settings.entries)
    if (const auto command = entry.portal->command()) entry.fingerprint += net::stamp_of(*command);
  for (ExitSettings& exit : settings.exits) exit.fingerprint += exit.portal->stamp();
}

// Once everything was read: only then the secrets that stand in the files are known.
void mask_secrets(Settings& settings, const config::Files& files) {
  std::vector<ConfigText> texts;
  for (int i = 0; i < static_cast<int>(files.size()); ++i)
    texts.push_back({files.path(i), files.masked(files.text(i))});
  settings.text = join_files(texts);
  for (EntrySettings& entry : settings.entries) entry.as_shown = files.masked(entry.fingerprint);
  for (ExitSettings& exit : settings.exits) exit.as_shown = files.masked(exit.fingerprint);
}

std::vector<config::Node> read_source(const ConfigSource& source, config::Files& files,
                                      config::Diagnostics& diagnostics) {
  if (!source.kept.empty()) {
    std::vector<config::Node> roots;
    for (const ConfigText& one : source.kept)
      if (auto root = config::read_yaml(files, files.add(one.path, one.text), diagnostics);
          root && root->is_map())
        roots.push_back(*std::move(root));
    return roots;
  }
  if (!source.paths.empty())
    return config::read_yaml_files(source.paths, system_disk(), files, diagnostics);
  std::vector<config::Node> roots;
  const int file = files.add("built-in default", default_config());
  if (auto root = config::read_yaml(files, file, diagnostics)) roots.push_back(*std::move(root));
  return roots;
}

}  // namespace

std::string ConfigSource::describe() const {
  if (!kept.empty()) return "the configuration in force";
  return paths.empty() ? "built-in default" : join(paths, " ");
}

ConfigSource find_config(std::vector<std::string> paths) {
  ConfigSource source;
  if (!paths.empty()) {
    source.paths = std::move(paths);
  } else if (const char* variable = std::getenv("VORTEX_CONFIG"); variable && *variable) {
    source.paths = {variable};
  } else if (system_disk().exists("./vortex.yaml")) {
    source.paths = {"./vortex.yaml"};
  } else if (system_disk().exists(std::string(kSystemConfig))) {
    source.paths = {std::string(kSystemConfig)};
  }
  return source;
}

std::string default_config() {
  std::string yaml =
      "# Built in: everything on loopback, everything into one file.\n"
      "listen: 127.0.0.1:8420\ndata: ./data\nentries:\n";
  for (const portals::EntryDescriptor* type : portals::entry_catalog()) {
    if (type->is_stream) continue;
    yaml += type->name == "http"
                ? "  events: {type: http, path: /api/v1/events}\n"
                : "  " + std::string(type->name) + ": {type: " + std::string(type->name) +
                      ", path: /hooks/" + std::string(type->name) + "}\n";
  }
  return yaml +
         "exits:\n  archive: {type: file, path: ./archive.ndjson}\n"
         "rules:\n  - {name: everything to the archive, to: archive}\n";
}

const EntrySettings* Settings::find_entry(std::string_view name) const {
  for (const EntrySettings& entry : entries)
    if (entry.name == name) return &entry;
  return nullptr;
}

std::optional<std::size_t> find_successor(const Settings& next, std::string_view exit) {
  for (std::size_t i = 0; i < next.exits.size(); ++i)
    if (next.exits[i].name == exit) return i;
  for (std::size_t i = 0; i < next.exits.size(); ++i)
    if (next.exits[i].portal->common().was == exit) return i;
  return std::nullopt;
}

std::shared_ptr<const Settings> load_settings(const ConfigSource& source, config::Files& files,
                                              config::Diagnostics& diagnostics) {
  auto settings = std::make_shared<Settings>();
  settings->source = source;
  const config::Node root =
      config::merge_files(read_source(source, files, diagnostics), diagnostics);

  auto environment = std::make_shared<tmpl::EventEnvironment>();
  config::ParseContext context{.files = files,
                               .diagnostics = diagnostics,
                               .environment = environment->environment(),
                               .options = {.secrets_are_errors = source.secrets_are_errors,
                                           .is_offline = !source.kept.empty()}};
  TopConfig top;
  const config::Part part{&config::struct_info<TopConfig>(), &top};
  config::parse_parts(root, {&part, 1}, context);
  if (source.listen) top.listen = {{*source.listen, {}}};
  settings->data = source.data ? *source.data : top.data.text;
  settings->listen = parse_listens(top.listen, diagnostics);
  settings->keep_for_ns = top.tunnel.keep_for;
  settings->keep_bytes = top.tunnel.keep_bytes;
  settings->max_bytes = top.tunnel.max_bytes ? top.tunnel.max_bytes->bytes : 0;
  for (const config::EnumWord& word : config::EnumWords<LogLevel>::words)
    if (word.word == source.log_level) top.log = static_cast<LogLevel>(word.value);
  settings->log_level = static_cast<log::Level>(top.log);
  if (top.tls) settings->tls = {top.tls->cert.text, top.tls->key.text, top.tls->client_ca.text};
  settings->api.listen = parse_listens(top.api.listen, diagnostics);
  settings->api.hosts = top.api.hosts;
  settings->self_events = top.self;
  if (!top.api.auth.is_null()) settings->api.auth = portals::parse_auth(top.api.auth, context);

  // Names of `let` come first: conditions and templates of everything below may use them.
  if (top.let.is_map()) config::add_lets(top.let, *environment, context);
  const portals::plugin::Portals known = portals::plugin::load_plugins(
      top.plugins, {portals::entry_catalog(), portals::exit_catalog()}, context);
  read_entries(top.entries, known, *settings, environment, context);
  read_exits(top.exits, known, *settings, environment, context);
  std::vector<std::string> exit_names;
  for (const config::Node& exit : top.exits.children)
    if (!exit.key.empty()) exit_names.push_back(exit.key);
  settings->ruleset = rules::Ruleset::parse(top.rules.is_null() ? nullptr : &top.rules, exit_names,
                                            environment, context);
  append_fingerprint(top.let, settings->lets);
  mask_secrets(*settings, files);
  add_stamps(*settings);
  check_whole(*settings, root, context);
  diagnostics.sort();
  if (diagnostics.has_errors() || !settings->ruleset) return nullptr;
  return settings;
}

}  // namespace tt::pipeline
