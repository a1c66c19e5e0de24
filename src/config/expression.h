// Option types that hold CEL: Expression (a `when`) and HeaderValue (a template or a secret).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/secret.h"
#include "config/node.h"
#include "template/template.h"

namespace tt::config {

/// A CEL expression that gives a bool, checked against ParseContext::environment.
struct Expression {
  std::string text;
  /// The scalar it was read from: mark_inside(files, node, position) places later diagnostics.
  Node node;
  /// Null while the option is absent.
  std::shared_ptr<const cel::Program> program;

  bool empty() const { return text.empty(); }
};

/// A header's value: a template, or a secret reference for a whole value.
struct HeaderValue {
  tmpl::Template text;
  Secret secret;
  bool is_secret() const { return !secret.empty(); }
};

}  // namespace tt::config
