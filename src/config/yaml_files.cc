// Reads several configuration files and merges them.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "config/yaml_reader.h"

namespace tt::config {
namespace {

bool is_yaml_name(std::string_view name) {
  return (name.ends_with(".yaml") || name.ends_with(".yml")) && name.size() > 4 && name[0] != '.';
}

std::vector<std::string> expand(const std::string& path, Disk& disk) {
  auto entries = disk.list(path);
  if (!entries.ok()) return {path};
  std::vector<std::string> files;
  for (const DirectoryEntry& entry : *entries)
    if (!entry.is_directory && is_yaml_name(entry.name))
      files.push_back(path + (path.ends_with('/') ? "" : "/") + entry.name);
  std::sort(files.begin(), files.end());
  return files;
}

// Maps whose members are things with names: they merge one level deeper.
bool is_map_of_names(std::string_view key) {
  return key == "entries" || key == "exits" || key == "let";
}

void merge_into(Node& target, Node from, bool is_top, Diagnostics& diagnostics) {
  for (Node& member : from.children) {
    const auto found = std::find_if(target.children.begin(), target.children.end(),
                                    [&](const Node& child) { return child.key == member.key; });
    if (found == target.children.end()) {
      target.children.push_back(std::move(member));
    } else if (is_top && found->is_map() && member.is_map() && is_map_of_names(member.key)) {
      merge_into(*found, std::move(member), false, diagnostics);
    } else if (is_top && found->is_list() && member.is_list() &&
               (member.key == "rules" || member.key == "tests" || member.key == "plugins")) {
      std::move(member.children.begin(), member.children.end(),
                std::back_inserter(found->children));
    } else {
      Diagnostic& d = diagnostics.error("duplicate-name", member.key_mark,
                                        "`" + member.key + "` is in two files",
                                        "keep one of the two, or rename it");
      d.related_text = "the other one is";
      d.related = found->key_mark;
    }
  }
}

}  // namespace

std::vector<std::string> yaml_paths(std::span<const std::string> paths, Disk& disk) {
  std::vector<std::string> all;
  for (const std::string& path : paths)
    for (std::string& file : expand(path, disk)) all.push_back(std::move(file));
  return all;
}

std::vector<Node> read_yaml_files(std::span<const std::string> paths, Disk& disk, Files& files,
                                  Diagnostics& diagnostics) {
  std::vector<Node> roots;
  for (const std::string& given : paths) {
    const std::vector<std::string> expanded = expand(given, disk);
    if (expanded.empty()) {
      const int file = files.add(given, "");
      diagnostics.error("file-unreadable", {file, 0, 0, 1}, "the folder holds no *.yaml file");
    }
    for (const std::string& path : expanded) {
      auto text = read_file(disk, path, kYamlBytesMax + 1);
      const int file = files.add(path, text.ok() ? *text : std::string());
      if (!text.ok()) {
        diagnostics.error("file-unreadable", {file, 0, 0, 1}, text.error().text);
        continue;
      }
      if (std::optional<Node> root = read_yaml(files, file, diagnostics)) {
        if (root->is_map())
          roots.push_back(*std::move(root));
        else
          diagnostics.error(
              "wrong-type", root->place(),
              "expected a map such as `listen: ...`, found " + std::string(root->described()));
      }
    }
  }
  return roots;
}

Node merge_files(std::vector<Node> roots, Diagnostics& diagnostics) {
  Node merged;
  merged.kind = NodeKind::kMap;
  if (!roots.empty()) merged.mark = roots[0].mark;
  for (Node& root : roots) merge_into(merged, std::move(root), true, diagnostics);
  return merged;
}

}  // namespace tt::config
