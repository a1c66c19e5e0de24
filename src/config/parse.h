// parse: from a Node to a config struct, with every mistake reported where it was written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "config/diagnostic.h"
#include "config/field.h"
#include "config/files.h"
#include "config/node.h"

namespace tt::config {

struct ParseOptions {
  /// `--secrets`: a secret without a text is an error, else a warning.
  bool secrets_are_errors = false;
  /// decode, encode and schema tools: secrets are literals by nature, nothing is looked up.
  bool is_offline = false;
};

/// What parsing needs from outside; borrowed for the call. Defaults that are templates are bound to
/// `environment` too, so that all templates of a parsed struct belong to one environment.
struct ParseContext {
  Files& files;
  Diagnostics& diagnostics;
  /// What templates and expressions may name: that of a tmpl::EventEnvironment, with its `let`s.
  const cel::Environment& environment;
  /// For nodes that come from no file (`-o key=value`); others are relative to their file.
  std::string base_folder = ".";
  ParseOptions options = {};
  /// Reads a variable; empty: the process's own environment.
  std::function<std::optional<std::string>(const std::string& name)> variable = {};
  std::vector<Secret>* secrets = nullptr;  ///< Gets each secret that is read; null: nobody asks.
};

/// One struct to fill from a map.
struct Part {
  const StructInfo* info = nullptr;
  void* value = nullptr;
};

/// Fills several structs from one map (an exit's common keys and its portal's own): a key that none
/// of them knows, and that is not in `others`, is an error. False when anything was reported as an
/// error; all that could be read is read.
bool parse_parts(const Node& map, std::span<const Part> parts, ParseContext& context,
                 std::span<const std::string_view> others = {});

/// The struct, or nothing after errors. Keys of `others` are left to other readers.
template <HasFields C>
std::optional<C> parse(const Node& map, ParseContext& context,
                       std::initializer_list<std::string_view> others = {}) {
  std::optional<C> made(std::in_place);
  const Part part{&struct_info<C>(), &*made};
  if (!parse_parts(map, {&part, 1}, context, {others.begin(), others.size()})) made.reset();
  return made;
}

/// One value of any kind (`set`, a list of rules): fills `value`, false after errors.
bool parse_value(const Node& node, const TypeInfo& type, void* value, ParseContext& context);
template <class T>
std::optional<T> parse_as(const Node& node, ParseContext& context) {
  std::optional<T> made(std::in_place);
  if (!parse_value(node, Kind<T>::info(), &*made, context)) made.reset();
  return made;
}

/// Reports "unknown key `x`" with a suggestion.
void report_unknown_key(const Node& member, std::span<const std::string_view> known,
                        Diagnostics& diagnostics);

/// `-o key=value` pairs as a map: values are read as YAML (flow style for lists and maps), `a.b=v`
/// makes nested maps, a key given twice makes a list.
Node node_from_options(std::span<const std::pair<std::string, std::string>> options,
                       ParseContext& context);

/// Resolves `{env: NAME, default: VALUE}`; null when `node` is not of that form. A reference
/// without default is resolved only when `needs_default` is false. Reports missing variables and
/// then gives the null node. The result lives in `storage` or inside `node`.
const Node* resolve_reference(const Node& node, bool needs_default, Node& storage,
                              ParseContext& context);

}  // namespace tt::config
