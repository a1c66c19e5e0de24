// Facts by trial: a test that reads one field is evaluated with that field alone.
// SPDX-License-Identifier: Apache-2.0
#include "rules/facts.h"

#include <algorithm>

namespace tt::rules {
namespace {

/// A world in which one field exists.
class OneFieldScope final : public cel::Scope {
 public:
  OneFieldScope(const cel::FieldUse& use, std::string_view text)
      : use_(use), value_(cel::Value::borrowed(text)) {}
  cel::Value field(int record, int slot) const override {
    return record == use_.record && slot == use_.slot ? value_ : cel::Value::absent();
  }
  cel::Value record(int) const override { return cel::Value::absent(); }
  cel::Value variable(int) const override { return cel::Value::absent(); }

 private:
  const cel::FieldUse& use_;
  const cel::Value value_;
};

const cel::FieldTest* equality_on(const Conjunct& conjunct, const cel::FieldUse& field) {
  for (const cel::FieldTest& test : conjunct.program->required_tests()) {
    if (test.record == field.record && test.slot == field.slot && test.is_one_of_texts()) {
      return &test;
    }
  }
  return nullptr;
}

}  // namespace

std::string_view PathTest::text() const {
  return std::string_view(rule->when.program->text()).substr(conjunct->begin, conjunct->length);
}

std::vector<PathTest> tests_on_path(const Ruleset& ruleset, const Rule& rule) {
  std::vector<const Rule*> path;
  for (const Rule* r = &rule;; r = &ruleset.rule(r->parent)) {
    path.push_back(r);
    if (r->parent == kNoRule) break;
  }
  std::vector<PathTest> tests;
  for (auto r = path.rbegin(); r != path.rend(); ++r) {
    for (const Conjunct& conjunct : (*r)->conjuncts) tests.push_back({*r, &conjunct});
  }
  return tests;
}

bool reads_only(const Conjunct& conjunct, const cel::FieldUse& field) {
  const auto& fields = conjunct.program->fields();
  return fields.size() == 1 && fields.front() == field && !conjunct.program->reads_whole_record();
}

bool holds_for(const Conjunct& conjunct, const cel::FieldUse& field, std::string_view text) {
  return conjunct.program->matches(OneFieldScope(field, text));
}

std::optional<Possible> possible_values(const std::vector<PathTest>& path,
                                        const cel::FieldUse& field) {
  std::optional<Possible> made;
  for (const PathTest& test : path) {
    const cel::FieldTest* equality = equality_on(*test.conjunct, field);
    if (equality == nullptr) continue;
    made.emplace(Possible{test, equality->texts, {}});
    break;
  }
  if (!made) return made;
  for (const PathTest& test : path) {
    if (made->values.empty()) break;
    if (!reads_only(*test.conjunct, field)) continue;
    const bool removed = std::erase_if(made->values, [&](const std::string& value) {
                           return !holds_for(*test.conjunct, field, value);
                         }) > 0;
    if (removed) made->excluded_by = test;
  }
  return made;
}

std::vector<cel::FieldUse> fields_of_rule(const Rule& rule) {
  std::vector<cel::FieldUse> fields;
  for (const Conjunct& conjunct : rule.conjuncts) {
    const auto& own = conjunct.program->fields();
    fields.insert(fields.end(), own.begin(), own.end());
  }
  std::sort(fields.begin(), fields.end());
  fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
  return fields;
}

std::optional<cel::FieldUse> event_field(const Ruleset& ruleset, std::string_view name) {
  const int slot = ruleset.environment().event_layout().find(name);
  if (slot < 0) return std::nullopt;
  return cel::FieldUse{tmpl::kEventRecord, slot};
}

}  // namespace tt::rules
