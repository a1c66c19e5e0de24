// JsonTemplate: a typed tree with holes in its leaves, so that the result is always valid JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "template/template.h"

namespace tt::tmpl {

/// What a JsonTemplate is made of; config builds it from YAML. Keys are constant text.
struct JsonTree {
  enum class Kind : std::uint8_t { kNull, kFalse, kTrue, kNumber, kText, kList, kMap };
  struct Member;
  Kind kind = Kind::kNull;
  std::string text;  ///< Template, or a JSON number.
  std::vector<Member> children;
};
/// An element; lists have no names.
struct JsonTree::Member {
  std::string name;
  JsonTree value;
};

/// A mistake in the leaf that is reached by `path` (positions of children from the root).
struct JsonTemplateError {
  std::vector<std::size_t> path;
  TemplateError error;
};

/// Immutable, thread safe, cheap to copy. The default one renders `null`.
class JsonTemplate {
 public:
  JsonTemplate() = default;
  static JsonTemplate parse(const JsonTree& tree, const cel::Environment& environment,
                            std::vector<JsonTemplateError>& errors);
  /// A default of the program: a map of texts with holes; see Template::builtin.
  static JsonTemplate builtin(
      std::initializer_list<std::pair<std::string_view, std::string_view>> members);

  void bind(const cel::Environment& environment);

  bool empty() const { return !root_; }  ///< Nothing was configured.
  bool is_constant() const;
  /// The template of a tree that is one text leaf, else null.
  const Template* as_template() const;
  /// JSON text on one line. Leaves that are one hole keep the type of its value.
  std::string render(const cel::Scope& scope, HoleFailures* failures = nullptr) const;
  void render_to(std::string& out, const cel::Scope& scope, HoleFailures* failures) const;
  /// JSON text of the tree with its holes as written, for dumps.
  std::string as_written() const;

 private:
  struct Branch;
  std::shared_ptr<const Branch> root_;
};

}  // namespace tt::tmpl
