// Facts: what a rule and its parents demand of single fields, found by trying values on the tests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cel/program.h"
#include "rules/ruleset.h"

namespace tt::rules {

/// A test (an operand of `&&`) and the rule it stands in.
struct PathTest {
  const Rule* rule = nullptr;
  const Conjunct* conjunct = nullptr;
  std::string_view text() const;
};

/// All tests that an event passes on its way to the rule and through it, outermost first.
std::vector<PathTest> tests_on_path(const Ruleset& ruleset, const Rule& rule);

/// Whether the test looks at this field and at nothing else.
bool reads_only(const Conjunct& conjunct, const cel::FieldUse& field);
/// Whether the test is true for an event where the field is this text. For reads_only() tests.
bool holds_for(const Conjunct& conjunct, const cel::FieldUse& field, std::string_view text);

/// The values that equality tests on the path leave possible for the field, all tests that read
/// only this field applied.
struct Possible {
  PathTest origin;                  ///< The first test that names values.
  std::vector<std::string> values;  ///< Empty: none is left.
  PathTest excluded_by;             ///< When empty: the test that excluded the last one.
};
/// Nothing when no test names values.
std::optional<Possible> possible_values(const std::vector<PathTest>& path,
                                        const cel::FieldUse& field);

/// Fields that the tests of one rule read, each once.
std::vector<cel::FieldUse> fields_of_rule(const Rule& rule);
/// The slot of `event.NAME`, when any rule reads it.
std::optional<cel::FieldUse> event_field(const Ruleset& ruleset, std::string_view name);

}  // namespace tt::rules
