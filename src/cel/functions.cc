// The table of functions, filled by the libraries, and the declarations of the operators.
// SPDX-License-Identifier: Apache-2.0
#include "cel/functions.h"

#include "base/result.h"
#include "cel/ast.h"

namespace tt::cel {
namespace {

std::vector<Type> parse_types(std::string_view list) {
  if (list.empty()) return {};
  const auto all = Type::parse("tuple(" + std::string(list) + ")");
  TT_ASSERT(all.has_value());
  return all->parameters();
}

void add_standard_functions(Library& library) {
  add_conversions(library);
  add_string_functions(library);
  add_string_extensions(library);
  add_time_functions(library);
  add_list_functions(library);
  add_math_functions(library);
  add_optional_functions(library);
  add_encoders(library);
  add_network_functions(library);
}

FunctionTable build() {
  FunctionTable table;
  Library library(table);
  add_operators(library);
  add_standard_functions(library);
  return table;
}

std::string signature(std::string_view name, const Overload& overload) {
  std::string text;
  std::size_t first = 0;
  if (overload.member) text = overload.parameters[first++].to_string() + ".";
  text.append(name).append("(");
  for (std::size_t i = first; i < overload.parameters.size(); ++i) {
    text += (i > first ? ", " : "") + overload.parameters[i].to_string();
  }
  return text + ") -> " + overload.result.to_string();
}

}  // namespace

const FunctionTable& standard_functions() {
  static const FunctionTable table = build();
  return table;
}

std::vector<FunctionDoc> function_docs() {
  FunctionTable table;
  std::vector<FunctionDoc> docs;
  Library library(table, &docs);
  add_standard_functions(library);
  add_tunnel_functions(library);
  return docs;
}

Overload make_overload(std::string_view name, std::string_view parameters, std::string_view result,
                       bool member, Implementation call, Prepare prepare) {
  Overload overload;
  overload.id = std::string(name) + (member ? "." : "") + "(" + std::string(parameters) + ")";
  overload.member = member;
  overload.parameters = parse_types(parameters);
  const auto type = Type::parse(result);
  TT_ASSERT(type.has_value());
  overload.result = *type;
  overload.call = call;
  overload.prepare = prepare;
  return overload;
}

void Library::add(std::string_view name, std::string_view parameters, std::string_view result,
                  bool member, Implementation call, Prepare prepare) {
  FunctionDeclaration& function = table_[std::string(name)];
  function.name = name;
  function.overloads.push_back(make_overload(name, parameters, result, member, call, prepare));
  if (docs_) doc_of(name).signatures.push_back(signature(name, function.overloads.back()));
}

FunctionDoc& Library::doc_of(std::string_view name) {
  for (FunctionDoc& doc : *docs_) {
    if (doc.library == title_ && doc.name == name) return doc;
  }
  FunctionDoc& made = docs_->emplace_back();
  made.library = title_;
  made.name = name;
  return made;
}

void Library::about(std::string_view name, std::string_view description, std::string_view example,
                    std::string_view result) {
  if (!docs_) return;
  FunctionDoc& doc = doc_of(name);
  doc.description = description;
  doc.example = example;
  doc.result = result;
}

void add_operators(Library& library) {
  const auto declare = [&](std::string_view name, std::string_view parameters,
                           std::string_view result) {
    library.function(name, parameters, result, nullptr);
  };
  declare(op::kNot, "bool", "bool");
  declare(op::kNegate, "int", "int");
  declare(op::kNegate, "double", "double");
  declare(op::kConditional, "bool, T, T", "T");
  declare(op::kEqual, "T, T", "bool");
  declare(op::kNotEqual, "T, T", "bool");
  for (const std::string_view order :
       {op::kLess, op::kLessEqual, op::kGreater, op::kGreaterEqual}) {
    for (const std::string_view type : {"bool", "string", "bytes", "timestamp", "duration"}) {
      declare(order, std::string(type) + ", " + std::string(type), "bool");
    }
    for (const std::string_view left : {"int", "uint", "double"}) {
      for (const std::string_view right : {"int", "uint", "double"}) {
        declare(order, std::string(left) + ", " + std::string(right), "bool");
      }
    }
  }
  for (const std::string_view type : {"int", "uint", "double"}) {
    const std::string pair = std::string(type) + ", " + std::string(type);
    for (const std::string_view name : {op::kAdd, op::kSubtract, op::kMultiply, op::kDivide}) {
      declare(name, pair, type);
    }
    if (type != "double") declare(op::kModulo, pair, type);
  }
  declare(op::kAdd, "string, string", "string");
  declare(op::kAdd, "bytes, bytes", "bytes");
  declare(op::kAdd, "list(T), list(T)", "list(T)");
  declare(op::kAdd, "timestamp, duration", "timestamp");
  declare(op::kAdd, "duration, timestamp", "timestamp");
  declare(op::kAdd, "duration, duration", "duration");
  declare(op::kSubtract, "timestamp, timestamp", "duration");
  declare(op::kSubtract, "timestamp, duration", "timestamp");
  declare(op::kSubtract, "duration, duration", "duration");
  declare(op::kIn, "T, list(T)", "bool");
  declare(op::kIn, "K, map(K, V)", "bool");
  declare(op::kIndex, "list(T), int", "T");
  declare(op::kIndex, "map(K, V), K", "V");
  declare(op::kIndex, "optional_type(list(T)), int", "optional_type(T)");
  declare(op::kIndex, "optional_type(map(K, V)), K", "optional_type(V)");
  declare(op::kOptionalIndex, "list(T), int", "optional_type(T)");
  declare(op::kOptionalIndex, "map(K, V), K", "optional_type(V)");
  declare(op::kOptionalIndex, "optional_type(list(T)), int", "optional_type(T)");
  declare(op::kOptionalIndex, "optional_type(map(K, V)), K", "optional_type(V)");
}

}  // namespace tt::cel
