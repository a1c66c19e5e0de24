// Loading the plugins of a configuration, with errors where they are named.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/plugins.h"

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "portals/plugin/library.h"

namespace tt::portals::plugin {
namespace {

template <class Descriptor>
void add(const std::vector<std::unique_ptr<const Descriptor>>& more, std::string_view what,
         const PluginSpec& spec, std::vector<const Descriptor*>& all,
         config::Diagnostics& diagnostics) {
  for (const auto& one : more) {
    const auto is_same = [&](const Descriptor* other) { return other->name == one->name; };
    if (std::any_of(all.begin(), all.end(), is_same))
      diagnostics.error("duplicate-name", spec.mark,
                        "there is an " + std::string(what) + " portal `" + std::string(one->name) +
                            "` already, built in or of another plugin",
                        "the plugin's author must give it another name");
    else
      all.push_back(one.get());
  }
}

template <class Descriptor>
std::string_view hash_of_portal(
    const Descriptor& type,
    const std::vector<std::unique_ptr<const Descriptor>> Library::*of_library) {
  for (const Library* library : loaded_libraries())
    for (const auto& one : library->*of_library)
      if (one.get() == &type) return library->sha256;
  return {};
}

}  // namespace

std::string_view plugin_hash(const EntryDescriptor& type) {
  return hash_of_portal(type, &Library::entries);
}
std::string_view plugin_hash(const ExitDescriptor& type) {
  return hash_of_portal(type, &Library::exits);
}

Status PluginSpec::check(const PluginSpec& spec) {
  const auto bytes = unhex(spec.sha256);
  if (bytes && bytes->size() == 32) return {};
  return misconfigured("`sha256` is 64 hex digits; `vortex plugin check " + spec.path.as_given +
                       "` prints them");
}

std::string package_of(std::string_view type) {
  for (const std::string_view own : {"kafka", "nats", "redis"})
    if (type == own) return "time-tunnel-plugin-" + std::string(own);
  return {};
}

Portals load_plugins(const std::vector<PluginSpec>& specs, Portals all,
                     config::ParseContext& context) {
  for (const PluginSpec& spec : specs) {
    // As the diagnostics say already; what could not be read has no mark.
    if (!spec.mark.known() || !PluginSpec::check(spec).ok()) {
      all.is_incomplete = true;
      continue;
    }
    const auto library = load_library(spec.path.text, to_lower(spec.sha256));
    if (!library.ok()) {
      all.is_incomplete = true;
      context.diagnostics.error("plugin-refused", spec.mark, library.error().text);
      continue;
    }
    add((*library)->entries, "entry", spec, all.entries, context.diagnostics);
    add((*library)->exits, "exit", spec, all.exits, context.diagnostics);
  }
  const auto by_name = [](const auto* a, const auto* b) { return a->name < b->name; };
  std::sort(all.entries.begin(), all.entries.end(), by_name);
  std::sort(all.exits.begin(), all.exits.end(), by_name);
  return all;
}

}  // namespace tt::portals::plugin
