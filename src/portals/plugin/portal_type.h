// PortalType: one portal of a loaded plugin: its table, its schema, its options as a field table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/kind.h"
#include "portals/plugin/abi.h"
#include "portals/plugin/option_schema.h"

namespace tt::portals::plugin {

/// Lives as long as the process, as does the code it points to.
struct PortalType {
  const tt_portal* table = nullptr;
  std::string plugin, version, path;  ///< Of the plugin that it comes from.
  std::string name, summary, security, example;
  std::shared_ptr<const OptionSchema> schema;
  /// What the host itself wants to know of an entry: `path` or `listen`; else empty.
  std::string address_option;

  config::StructInfo options;             ///< As they are read: every option a Node.
  std::vector<config::FieldInfo> fields;  ///< As they are documented.

  bool is_entry() const { return (table->flags & TT_ENTRY) != 0; }
  bool runs() const { return TT_MEMBER(table, run) != nullptr; }
  bool delivers() const { return TT_MEMBER(table, deliver) != nullptr; }
  bool is_stream() const { return is_entry() && (runs() || (table->flags & TT_STREAM) != 0); }

  PortalType() = default;
  PortalType(const PortalType&) = delete;
};

/// Reads and checks one table; kMisconfigured says what is wrong with it.
Result<std::unique_ptr<const PortalType>> read_portal(const tt_portal* table,
                                                      const tt_plugin& plugin,
                                                      const std::string& path);

}  // namespace tt::portals::plugin
