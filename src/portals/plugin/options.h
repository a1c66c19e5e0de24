// PluginOptions: what the configuration says for one portal of a plugin.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "config/parse.h"
#include "portals/plugin/portal_type.h"
#include "template/template.h"

namespace tt::portals::plugin {

/// Read and checked against the schema. Immutable, thread safe.
struct PluginOptions {
  std::vector<std::pair<std::string, std::string>> members;  ///< Plain ones, as JSON.
  std::vector<std::pair<std::string, Secret>> secrets;
  std::vector<std::pair<std::string, tmpl::Template>> templates;
  std::vector<std::string> addresses;  ///< Of `path` or `listen`.

  const tmpl::Template* find_template(std::string_view name) const;
  /// The secrets' texts now, in order; kMisconfigured names the one that has none.
  Result<std::vector<std::string>> reveal() const;
  /// What create() gets: `texts` are those of reveal().
  std::string json(const std::vector<std::string>& texts) const;
  std::string show() const;  ///< The same with secrets as `***`.
};

/// Of an entry's or exit's map, whose other options were read before. Nothing after errors.
std::optional<PluginOptions> read_options(const PortalType& type, const config::Node& node,
                                          config::ParseContext& context);

}  // namespace tt::portals::plugin
