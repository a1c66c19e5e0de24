// Functions: how the libraries declare their overloads, and the table of all of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cel/environment.h"

namespace tt::cel {

using FunctionTable = std::map<std::string, FunctionDeclaration, std::less<>>;

/// All functions of Environment::Library::kStandard, operators included. Built on first use.
const FunctionTable& standard_functions();

/// What the reference page tells of one function of one library.
struct FunctionDoc {
  std::string library;
  std::string name;
  std::vector<std::string> signatures;  ///< `string.startsWith(string) -> bool`, one an overload.
  std::string_view description;
  std::string_view example;  ///< An expression that needs no event.
  std::string_view result;   ///< What `vortex eval` prints for it, or `error`.
};
/// Of all functions, those of add_tunnel_functions() included, without the operators; by library,
/// in the order of declaration. Made anew by each call.
std::vector<FunctionDoc> function_docs();

/// Declares overloads. Parameters and results are written as types: `list(T), int`.
class Library {
 public:
  /// With `docs`, what about() says is kept there too.
  explicit Library(FunctionTable& table, std::vector<FunctionDoc>* docs = nullptr)
      : table_(table), docs_(docs) {}
  /// The library that the next declarations belong to, as its users call it.
  void title(std::string_view name) { title_ = name; }
  /// Documents the function of that name in this library; every function has one.
  void about(std::string_view name, std::string_view description, std::string_view example,
             std::string_view result);
  /// `name(parameters)`.
  void function(std::string_view name, std::string_view parameters, std::string_view result,
                Implementation call, Prepare prepare = nullptr) {
    add(name, parameters, result, false, call, prepare);
  }
  /// `first.name(rest)`.
  void method(std::string_view name, std::string_view parameters, std::string_view result,
              Implementation call, Prepare prepare = nullptr) {
    add(name, parameters, result, true, call, prepare);
  }

 private:
  void add(std::string_view name, std::string_view parameters, std::string_view result, bool member,
           Implementation call, Prepare prepare);
  FunctionDoc& doc_of(std::string_view name);
  FunctionTable& table_;
  std::vector<FunctionDoc>* docs_;
  std::string title_;
};

/// An overload from its texts; the id is made of name and parameters.
Overload make_overload(std::string_view name, std::string_view parameters, std::string_view result,
                       bool member, Implementation call, Prepare prepare = nullptr);

void add_operators(Library& library);  ///< Declared for the checker; nodes compute them.
void add_conversions(Library& library);
void add_string_functions(Library& library);
void add_string_extensions(Library& library);
void add_time_functions(Library& library);
void add_list_functions(Library& library);
void add_math_functions(Library& library);
void add_optional_functions(Library& library);
void add_encoders(Library& library);
void add_network_functions(Library& library);
void add_tunnel_functions(Library& library);  ///< Not part of kStandard.

}  // namespace tt::cel
