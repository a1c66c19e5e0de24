// Finding a type by its name, and what to say when there is none.
// SPDX-License-Identifier: Apache-2.0
#include "apps/vortex/portal_types.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include "apps/vortex/load.h"
#include "base/text.h"
#include "portals/kit/catalog.h"
#include "portals/plugin/library.h"

namespace tt::vortex {
namespace {

using portals::plugin::Library;
using portals::plugin::PortalType;

template <class Descriptor>
void tell_unknown(std::string_view what, const std::string& type,
                  const std::vector<const Descriptor*>& all, bool has_config) {
  std::vector<std::string_view> names;
  names.reserve(all.size());
  for (const Descriptor* one : all) names.push_back(one->name);
  const std::string_view near = did_you_mean(type, names);
  std::string text = "no " + std::string(what) + " portal `" + type + "`";
  if (!near.empty()) text += ", did you mean `" + std::string(near) + "`?";
  text += "; there are:";
  for (const std::string_view name : names) text += " " + std::string(name);
  if (!has_config) text += "; types of plugins need `-c FILE`, the configuration that lists them";
  fail(text);
}

template <class Descriptor>
const Descriptor* find_type(std::string_view what, const std::string& type,
                            const std::vector<std::string>& configs,
                            std::vector<const Descriptor*> all,
                            std::vector<std::unique_ptr<const Descriptor>> Library::*of_library) {
  config::Files files;
  config::Diagnostics diagnostics;
  if (!configs.empty()) {
    (void)pipeline::load_settings(pipeline::find_config(configs), files, diagnostics);
    for (const Library* library : portals::plugin::loaded_libraries())
      for (const auto& one : library->*of_library) all.push_back(one.get());
  }
  for (const Descriptor* one : all)
    if (one->name == type) return one;
  // One of these may have kept its plugin away; else they are for `vortex check`.
  if (diagnostics.has_errors()) std::fputs(config::print_text(diagnostics, files).c_str(), stderr);
  tell_unknown(what, type, all, !configs.empty());
  return nullptr;
}

/// Null of a built-in type, also of one whose name a plugin has too.
template <class Descriptor>
const PortalType* plugin_portal(const Descriptor& type) {
  for (const Library* library : portals::plugin::loaded_libraries())
    for (const auto& portal : library->portals)
      if (&portal->fields == type.fields) return portal.get();
  return nullptr;
}

}  // namespace

const portals::EntryDescriptor* entry_that_decodes(const std::string& type,
                                                   const std::vector<std::string>& configs) {
  const auto* found =
      find_type("entry", type, configs, portals::entry_catalog(), &Library::entries);
  const PortalType* portal = found ? plugin_portal(*found) : nullptr;
  if (!portal || !portal->runs()) return found;
  fail("an entry of type `" + type +
       "` brings its events by itself, and decodes nothing; with the daemon running, `tictoc tail "
       "--where 'meta.entry == \"NAME\"'` shows what it brings");
  return nullptr;
}

const portals::ExitDescriptor* exit_that_encodes(const std::string& type,
                                                 const std::vector<std::string>& configs) {
  const auto* found = find_type("exit", type, configs, portals::exit_catalog(), &Library::exits);
  const PortalType* portal = found ? plugin_portal(*found) : nullptr;
  if (!portal || !portal->delivers()) return found;
  fail("an exit of type `" + type +
       "` delivers by itself, and makes no request to show; `vortex plugin check --deliver " +
       portal->path + "` tries it, and with the daemon running `tictoc exit test NAME`");
  return nullptr;
}

}  // namespace tt::vortex
