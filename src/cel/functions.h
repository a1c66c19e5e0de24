// Functions: how the libraries declare their overloads, and the table of all of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "cel/environment.h"

namespace tt::cel {

using FunctionTable = std::map<std::string, FunctionDeclaration, std::less<>>;

/// All functions of Environment::Library::kStandard, operators included. Built on first use.
const FunctionTable& standard_functions();

/// Declares overloads. Parameters and results are written as types: `list(T), int`.
class Library {
 public:
  explicit Library(FunctionTable& table) : table_(table) {}
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
  FunctionTable& table_;
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

}  // namespace tt::cel
