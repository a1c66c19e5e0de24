// OptionSchema: the JSON Schema by which a plugin describes its options, and what it says of a
// value.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/kind.h"

namespace tt::portals::plugin {

/// One property of the schema.
struct SchemaOption {
  /// How it is written in the configuration; kOther: as YAML, checked by the schema alone.
  enum class Form : std::uint8_t { kText, kTexts, kSecret, kTemplate, kBool, kNumber, kOther };
  std::string name, doc, example;
  Form form = Form::kOther;
  bool is_required = false;
  std::string default_json;          ///< Empty: none.
  std::vector<std::string> choices;  ///< Of an `enum`; empty: it is none.
};

struct SchemaFault {
  std::string option;  ///< The property at fault, or empty for the whole.
  std::string text;
  std::string hint;  ///< What was meant; may be empty.
};

/// Immutable, thread safe. Secrets (`"writeOnly": true`) and templates (`"x-template": true`) are
/// texts for the check, whatever else the schema says of them: neither is known when it is made.
class OptionSchema {
 public:
  /// kMisconfigured when `json` is no schema of an object, or valijson cannot read it.
  static Result<std::shared_ptr<const OptionSchema>> parse(std::string_view json);
  ~OptionSchema();
  OptionSchema(const OptionSchema&) = delete;

  const std::vector<SchemaOption>& options() const { return options_; }
  /// `json`: an object. The deepest faults first, one a property.
  std::vector<SchemaFault> check(std::string_view json) const;
  const std::string& text() const { return text_; }

 private:
  struct Compiled;
  OptionSchema();
  std::string text_;
  std::vector<SchemaOption> options_;
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace tt::portals::plugin
