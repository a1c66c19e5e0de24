// Walks a tree of YAML.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/yaml_json.h"

#include "config/traps.h"

namespace tt::rehearse {
bool check_value(const config::Node& node, const config::Files& files,
                 config::Diagnostics& diagnostics) {
  if (config::report_hole_or_comment(node, files, diagnostics)) return false;
  bool is_true = false;
  if (config::is_plain_bool(node, is_true) || config::is_plain_number(node)) return true;
  if (node.is_scalar())
    return config::check_traps(node, config::TrapTarget::kText, files, diagnostics);
  bool is_good = true;
  for (const config::Node& child : node.children)
    is_good = check_value(child, files, diagnostics) && is_good;
  return is_good;
}

}  // namespace tt::rehearse
