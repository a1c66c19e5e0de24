// Fuzz target: any text compiles or is refused, any program ends.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cel/program.h"
#include "cel/typed_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tt::cel;
  static const Environment environment = [] {
    Environment made;
    add_tunnel_functions(made);
    made.add_variable("x", Type::dyn());
    return made;
  }();
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool strict = (data[0] & 1) != 0;
  const Compiled compiled = compile(text, environment, {.check = strict});
  if (!compiled.ok()) return 0;
  const Value value = compiled.program->evaluate(EmptyScope());
  static_cast<void>(to_typed_json(value.own()));
  static_cast<void>(display(value));
  return 0;
}
