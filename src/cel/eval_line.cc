// The line protocol of `vortex eval`.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <map>

#include "base/text.h"
#include "cel/json_values.h"
#include "cel/program.h"
#include "cel/typed_json.h"

namespace tt::cel {
namespace json = boost::json;
namespace {

std::string error_line(std::string_view message, int line, int column) {
  return "{\"error\":{\"message\":" + json_string(message) + ",\"line\":" + std::to_string(line) +
         ",\"column\":" + std::to_string(column) + "}}";
}

std::string error_line(const Diagnostic& diagnostic) {
  std::string message = diagnostic.text;
  if (!diagnostic.hint.empty()) message += " (" + diagnostic.hint + ")";
  return error_line(message, diagnostic.line, diagnostic.column);
}

std::string text_member(const json::value& object, const char* name) {
  const json::value* value = json_member(object, name);
  const json::string* text = value ? value->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

bool flag_member(const json::value& object, const char* name) {
  const json::value* value = json_member(object, name);
  const bool* flag = value ? value->if_bool() : nullptr;
  return flag && *flag;
}

/// Values by the index that the environment gave their names.
class Bindings final : public Scope {
 public:
  void bind(int index, Value value) { values_[index] = std::move(value); }
  Value field(int, int) const override { return Value::absent(); }
  Value record(int) const override { return Value::absent(); }
  Value variable(int index) const override {
    const auto found = values_.find(index);
    return found == values_.end() ? Value::absent() : found->second;
  }

 private:
  std::map<int, Value> values_;
};

/// Plain JSON has no words for these types; where they are declared, the text is read as one.
Value as_declared(Value value, const Type& type) {
  const CompileOptions unchecked{.check = false};
  if (!value.is_string() && !(value.is_number() && type.is(TypeKind::kDouble)) &&
      !(value.is(Kind::kInt) && type.is(TypeKind::kUint))) {
    return value;
  }
  switch (type.kind()) {
    case TypeKind::kTimestamp:
    case TypeKind::kDuration:
    case TypeKind::kUint:
    case TypeKind::kDouble:
    case TypeKind::kBytes:
      break;
    default:
      return value;
  }
  Environment environment;
  Bindings scope;
  scope.bind(environment.add_variable("x", Type::dyn()), value);
  const Compiled conversion = compile(type.to_string() + "(x)", environment, unchecked);
  return conversion.ok() ? conversion.program->evaluate(scope).own() : value;
}

Status declare_function(Environment& environment, const std::string& name,
                        const json::array& overloads) {
  for (const json::value& given : overloads) {
    Overload overload;
    overload.id = text_member(given, "overload_id");
    overload.member = flag_member(given, "member");
    const auto result = Type::parse(text_member(given, "result"));
    if (!result) return reject("function '" + name + "' has no result type");
    overload.result = *result;
    const json::value* parameters = json_member(given, "params");
    if (parameters && parameters->is_array()) {
      for (const json::value& parameter : *parameters->if_array()) {
        const json::string* text = parameter.if_string();
        const auto type = text ? Type::parse({text->data(), text->size()}) : std::nullopt;
        if (!type) return reject("function '" + name + "' has a parameter without type");
        overload.parameters.push_back(*type);
      }
    }
    environment.add_function(name, std::move(overload));
  }
  return {};
}

Status declare(Environment& environment, const json::value& request) {
  const json::value* declarations = json_member(request, "type_env");
  if (!declarations || !declarations->is_array()) return {};
  for (const json::value& declaration : *declarations->if_array()) {
    const std::string name = text_member(declaration, "name");
    const json::value* overloads = json_member(declaration, "function");
    if (overloads && overloads->is_array()) {
      TT_CHECK(declare_function(environment, name, *overloads->if_array()));
      continue;
    }
    const auto type = Type::parse(text_member(declaration, "type"));
    if (name.empty() || !type) return reject("a declaration in \"type_env\" without name or type");
    environment.add_variable(name, *type);
  }
  return {};
}

Status bind_all(Environment& environment, const json::value& request, bool typed, Bindings& scope) {
  const json::value* bindings = json_member(request, "bindings");
  if (!bindings || !bindings->is_object()) return {};
  for (const auto& [key, json_value] : *bindings->if_object()) {
    const std::string name(key);
    auto value = typed ? value_from_typed(json_value, 0) : value_from_json(json_value, 0);
    if (!value.ok()) return std::move(value).error().with("binding '" + name + "'");
    const auto* declared = environment.find_variable(name);
    const Type type = declared ? declared->type : Type::dyn();
    const int index = declared ? declared->index : environment.add_variable(name, type);
    scope.bind(index, typed ? *std::move(value) : as_declared(*std::move(value), type));
  }
  return {};
}

std::string result_line(const Value& value, const Compiled& compiled, bool typed) {
  if (value.is_error()) {
    Diagnostic place;
    place.begin = std::max(value.error_position(), 0);
    locate(compiled.program->text(), place);
    return error_line(value.error_text(), place.line, place.column);
  }
  if (typed) return to_typed_json(value);
  return "{\"type\":" + json_string(value.runtime_type().runtime_name()) +
         ",\"value\":" + to_json_text(value) + "}";
}

}  // namespace

std::string eval_line(std::string_view json_line, bool typed, bool check_only) {
  const auto request = parse_json(json_line);
  if (!request.ok()) return error_line(request.error().text, 1, 1);
  if (!request->is_object()) return error_line("the line is not a JSON object", 1, 1);
  const json::value* expression = json_member(*request, "expr");
  if (!expression || !expression->is_string()) return error_line("no \"expr\" in the line", 1, 1);
  Environment environment;
  add_tunnel_functions(environment);
  environment.set_container(text_member(*request, "container"));
  Bindings scope;
  Status ready = declare(environment, *request);
  if (ready.ok()) ready = bind_all(environment, *request, typed, scope);
  if (!ready.ok()) return error_line(ready.error().text, 1, 1);
  CompileOptions options;
  options.check = check_only || !flag_member(*request, "disable_check");
  options.macros = !flag_member(*request, "disable_macros");
  const std::string text = text_member(*request, "expr");
  if (check_only) {
    const Compiled checked = compile(text, environment, options);
    return checked.ok() ? "{\"type\":" + json_string(checked.type.to_string()) + "}"
                        : error_line(checked.diagnostics.front());
  }
  const Compiled compiled = compile(text, environment, options);
  if (!compiled.ok()) return error_line(compiled.diagnostics.front());
  return result_line(compiled.program->evaluate(scope), compiled, typed);
}

}  // namespace tt::cel
