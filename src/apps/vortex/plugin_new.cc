// vortex plugin new: a portal that builds, from the scaffolds in sdk/new.
// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <vector>

#include "apps/vortex/load.h"
#include "apps/vortex/plugin_commands.h"
#include "apps/vortex/sdk_files.h"
#include "base/disk.h"
#include "base/text.h"
#include "portals/kit/catalog.h"

namespace tt::vortex {
namespace {

bool is_portal_name(std::string_view name) {
  return !name.empty() && name.size() <= 40 && name.front() >= 'a' && name.front() <= 'z' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

/// "my_exit" as MyExit and MY_EXIT.
std::string type_name(std::string_view name) {
  std::string out;
  bool is_begin = true;
  for (const char c : name) {
    if (c != '_') out += is_begin && c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
    is_begin = c == '_';
  }
  return out;
}
std::string upper(std::string_view name) {
  std::string out(name);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

std::string filled(std::string_view text, const NewPlugin& wanted) {
  std::string out = replaced(std::string(text), "@NAME@", wanted.name);
  out = replaced(std::move(out), "@ID@", wanted.name);
  out = replaced(std::move(out), "@TYPE@", type_name(wanted.name));
  return replaced(std::move(out), "@ENV@", upper(wanted.name));
}

/// Path in the new folder -> text.
std::map<std::string, std::string> files_of(const NewPlugin& wanted, const std::string& scaffold) {
  const std::string prefix = "new/" + scaffold + (wanted.is_entry ? "_entry/" : "_exit/");
  const bool is_cpp = scaffold == "cpp", has_sdk = is_cpp || scaffold == "c";
  std::map<std::string, std::string> all;
  for (const SdkFile& file : sdk_files()) {
    const std::string path(file.path);
    if (path.starts_with(prefix))
      all[replaced(path.substr(prefix.size()), "NAME", wanted.name)] = filled(file.text, wanted);
    else if (has_sdk && !path.starts_with("new/") && (is_cpp || path == "tt_plugin.h"))
      all["sdk/" + path] = file.text;
  }
  return all;
}

template <class Descriptor>
bool is_among(const std::vector<const Descriptor*>& catalog, std::string_view name) {
  return std::any_of(catalog.begin(), catalog.end(),
                     [&](const Descriptor* one) { return one->name == name; });
}

/// What speaks against the wish; empty: nothing.
std::string objection(const NewPlugin& wanted, Disk& disk) {
  if (!is_portal_name(wanted.name))
    return "a portal's name begins with a-z and holds a-z, 0-9 and `_`, not " + wanted.name;
  // A program is of type `exec`, whatever its name.
  if (wanted.language != "python" &&
      (wanted.is_entry ? is_among(portals::entry_catalog(), wanted.name)
                       : is_among(portals::exit_catalog(), wanted.name)))
    return std::string(wanted.is_entry ? "an entry" : "an exit") + " portal `" + wanted.name +
           "` is built in; choose another name";
  if (wanted.language == "in-tree" && !(disk.exists(wanted.folder + "/docs/layers.txt") &&
                                        disk.exists(wanted.folder + "/src/portals")))
    return wanted.folder + " is not the source tree of time-tunnel: it has no docs/layers.txt or " +
           "no src/portals";
  return {};
}

}  // namespace

int new_plugin(const NewPlugin& wanted) {
  static const std::map<std::string, std::string> kScaffolds{
      {"c++", "cpp"}, {"c", "c"}, {"python", "python"}, {"in-tree", "tree"}};
  const auto scaffold = kScaffolds.find(wanted.language);
  if (scaffold == kScaffolds.end()) return fail("--language is c++, c, python or in-tree");
  Disk& disk = system_disk();
  if (const std::string why = objection(wanted, disk); !why.empty()) return fail(why);
  const auto files = files_of(wanted, scaffold->second);
  for (const auto& [path, text] : files)
    if (disk.exists(wanted.folder + "/" + path))
      return fail(wanted.folder + "/" + path + " exists already; nothing was written");
  for (const auto& [path, text] : files) {
    const std::string full = wanted.folder + "/" + path;
    if (Status made = disk.create_directories(full.substr(0, full.rfind('/'))); !made)
      return fail(made.error().text);
    if (Status written = write_file(disk, full, text); !written) return fail(written.error().text);
  }
  std::printf("%zu files in %s. Next:\n", files.size(), wanted.folder.c_str());
  if (wanted.language == "in-tree")
    std::printf(
        "  cd %s\n  make build test-unit\n  build/release/bin/vortex docs --to docs/reference\n",
        wanted.folder.c_str());
  else
    std::printf("  make -C %s check\n", wanted.folder.c_str());
  return kOk;
}

}  // namespace tt::vortex
