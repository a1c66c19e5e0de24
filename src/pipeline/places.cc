// Finds portals and options by name.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/places.h"

namespace tt::pipeline {
namespace {

const config::Node* find_portal(const config::Node& root, std::string_view group,
                                std::string_view name) {
  const config::Node* all = root.find(group);
  return all ? all->find(name) : nullptr;
}

}  // namespace

config::Mark place_of(const config::Node& root, std::string_view group, std::string_view name) {
  const config::Node* portal = find_portal(root, group, name);
  return portal ? portal->key_mark : config::Mark{};
}

config::Mark place_of_option(const config::Node& root, std::string_view group,
                             std::string_view name, std::string_view option) {
  const config::Node* portal = find_portal(root, group, name);
  const config::Node* written = portal ? portal->find(option) : nullptr;
  return written ? written->place() : place_of(root, group, name);
}

}  // namespace tt::pipeline
