// Declared names and how they are found.
// SPDX-License-Identifier: Apache-2.0
#include "cel/environment.h"

#include <algorithm>

#include "base/result.h"
#include "cel/functions.h"
#include "cel/limits.h"

namespace tt::cel {

int RecordLayout::slot_of(std::string_view dotted_name) {
  const int found = find(dotted_name);
  if (found >= 0) return found;
  names_.emplace_back(dotted_name);
  slots_.emplace(std::string(dotted_name), size() - 1);
  return size() - 1;
}

int RecordLayout::find(std::string_view dotted_name) const {
  const auto found = slots_.find(dotted_name);
  return found == slots_.end() ? -1 : found->second;
}

int SharedLayout::slot_of(std::string key) {
  if (slots_.size() >= kSharedMax) {
    const auto found = slots_.find(key);
    return found == slots_.end() ? -1 : found->second;
  }
  return slots_.emplace(std::move(key), size()).first->second;
}

Value cost_error() { return Value::error("the evaluation takes too many steps and was stopped"); }

Environment::Environment(Library library) : standard_(library == Library::kStandard) {}

int Environment::add_variable(std::string name, Type type) {
  const int index = static_cast<int>(variables_.size());
  variables_.push_back({std::move(name), std::move(type), index});
  return index;
}

int Environment::add_record(std::string name, std::shared_ptr<const RecordSchema> schema,
                            std::shared_ptr<RecordLayout> layout) {
  TT_ASSERT(schema && layout);
  const int index = static_cast<int>(records_.size());
  records_.push_back({std::move(name), index, std::move(schema), std::move(layout)});
  return index;
}

void Environment::add_definition(std::string name, std::shared_ptr<const Program> program) {
  TT_ASSERT(program != nullptr);
  definitions_[std::move(name)] = std::move(program);
}

void Environment::add_function(std::string name, Overload overload) {
  auto own = functions_.find(name);
  if (own == functions_.end()) {
    const FunctionDeclaration* standard = find_function(name);
    FunctionDeclaration declaration = standard ? *standard : FunctionDeclaration{name, {}};
    own = functions_.emplace(std::move(name), std::move(declaration)).first;
  }
  auto& overloads = own->second.overloads;
  const auto same = std::find_if(overloads.begin(), overloads.end(),
                                 [&](const Overload& other) { return other.id == overload.id; });
  if (same != overloads.end()) {
    *same = std::move(overload);
  } else {
    overloads.push_back(std::move(overload));
  }
}

const Environment::Variable* Environment::find_variable(std::string_view name) const {
  // The latest declaration of a name wins.
  const auto found = std::find_if(variables_.rbegin(), variables_.rend(),
                                  [&](const Variable& v) { return v.name == name; });
  return found == variables_.rend() ? nullptr : &*found;
}

const Environment::Record* Environment::find_record(std::string_view name) const {
  const auto found = std::find_if(records_.begin(), records_.end(),
                                  [&](const Record& r) { return r.name == name; });
  return found == records_.end() ? nullptr : &*found;
}

const std::shared_ptr<const Program>* Environment::find_definition(std::string_view name) const {
  const auto found = definitions_.find(name);
  return found == definitions_.end() ? nullptr : &found->second;
}

const FunctionDeclaration* Environment::find_function(std::string_view name) const {
  const auto own = functions_.find(name);
  if (own != functions_.end()) return &own->second;
  if (!standard_) return nullptr;
  const auto standard = standard_functions().find(name);
  return standard == standard_functions().end() ? nullptr : &standard->second;
}

std::vector<std::string_view> Environment::names() const {
  std::vector<std::string_view> names;
  for (const Variable& variable : variables_) names.push_back(variable.name);
  for (const Record& record : records_) names.push_back(record.name);
  for (const auto& [name, program] : definitions_) names.push_back(name);
  return names;
}

std::vector<std::string_view> Environment::function_names() const {
  std::vector<std::string_view> names;
  for (const auto& [name, function] : functions_) names.push_back(name);
  if (standard_) {
    for (const auto& [name, function] : standard_functions()) names.push_back(name);
  }
  for (const std::string_view macro :
       {"has", "all", "exists", "exists_one", "map", "filter", "optMap", "optFlatMap"}) {
    names.push_back(macro);
  }
  return names;
}

std::vector<std::string> Environment::candidates(std::string_view name) const {
  std::vector<std::string> found;
  if (name.starts_with('.')) return {std::string(name.substr(1))};
  std::string_view container = container_;
  while (!container.empty()) {
    found.push_back(std::string(container) + "." + std::string(name));
    const std::size_t dot = container.rfind('.');
    container = dot == std::string_view::npos ? std::string_view() : container.substr(0, dot);
  }
  found.emplace_back(name);
  return found;
}

}  // namespace tt::cel
