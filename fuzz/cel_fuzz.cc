// Fuzz target: any text compiles or is refused, any program ends, and what is known of it is true.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "cel/program.h"
#include "cel/typed_json.h"
#include "cel_grammar.h"
#include "event/decode.h"
#include "template/event_scope.h"

namespace {

using namespace tt;
using namespace tt::cel;

constexpr WallNs kNow = 1'769'860'800 * kNsPerSec;

/// Says which expression breaks which property, and ends.
void require(bool holds, const char* property, std::string_view text) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n  %.*s\n", property, static_cast<int>(text.size()),
               text.data());
  std::abort();
}

/// `event` and `meta` as rules see them.
struct World {
  event::Decoded decoded =
      event::decode_events(fuzz::kGrammarEvent, event::BodyFormat::kJson, event::Limits{}, kNow);
  tmpl::MetaView meta{"00000000-1", 1, kNow, "fuzz"};
};

/// Whether a value may have a type that the checker deduced. What a list, map or optional holds is
/// not looked at: where one operand is dyn, its parts are taken on trust (`[1] + event.tags`).
bool fits(const Value& value, const Type& type) {
  switch (type.kind()) {
    case TypeKind::kDyn:
    case TypeKind::kParameter:
      return true;
    case TypeKind::kTimestamp:
    case TypeKind::kDuration:
    case TypeKind::kOpaque:
    case TypeKind::kOptional:
      // The language lets null stand for what would be a message in protobuf.
      return value.is(Kind::kNull) || value.runtime_type().runtime_name() == type.runtime_name();
    case TypeKind::kWrapper:
      return value.is(Kind::kNull) || fits(value, type.parameter(0));
    default:
      return value.runtime_type().runtime_name() == type.runtime_name();
  }
}

/// Errors are equal to errors: their texts may name types that only the checker knows.
std::string outcome(const Value& value) {
  const Value owned = value.own();
  return owned.is_error() ? "error" : to_typed_json(owned);
}

/// A planner of many programs leaves out those whose tests fail; none of them may match.
bool required_tests_hold(const Program& program, const Scope& scope) {
  return std::all_of(
      program.required_tests().begin(), program.required_tests().end(), [&](const FieldTest& test) {
        const Value field = scope.field(test.record, test.slot);
        if (!field.is_string()) return false;
        return std::any_of(test.texts.begin(), test.texts.end(), [&](const std::string& text) {
          return test.kind == FieldTest::Kind::kPrefix ? field.as_string().starts_with(text)
                                                       : field.as_string() == text;
        });
      });
}

void check_text(std::string_view text) {
  static const World world;
  // A layout only grows, so now and then a new one is made.
  static auto kept = std::make_unique<tmpl::EventEnvironment>();
  if (kept->event_layout().size() > 100) kept = std::make_unique<tmpl::EventEnvironment>();
  tmpl::EventEnvironment& environment = *kept;
  const Compiled checked = compile(text, environment.environment());
  const Compiled unchecked = compile(text, environment.environment(), {.check = false});
  require(!checked.ok() || unchecked.ok(), "what type-checks also compiles without types", text);
  if (!unchecked.ok()) return;
  const tmpl::EventScope scope(environment, world.decoded.events[0], world.meta);
  const Value loose = unchecked.program->evaluate(scope);
  static_cast<void>(display(loose));
  static_cast<void>(to_json_text(loose));
  if (!checked.ok()) return;
  const Value value = checked.program->evaluate(scope);
  const std::string found = outcome(value);
  require(found == outcome(loose), "types change no value", text);
  require(found == outcome(checked.program->evaluate(scope)), "evaluation repeats", text);
  require(value.is_error() || fits(value, checked.type), "the value has its type", text);
  require(!value.is_true() || required_tests_hold(*checked.program, scope),
          "the tests of a planner hold wherever the program is true", text);
}

}  // namespace

/// The first byte says how to read the rest: as an expression, or as choices in a grammar of them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (data[0] < 0x80) {
    check_text(text);
    return 0;
  }
  fuzz::Grammar grammar(data + 1, size - 1);
  const std::string made = grammar.expression();
  if (std::getenv("TT_FUZZ_SHOW")) std::fprintf(stderr, "%s\n", made.c_str());
  check_text(made);
  return 0;
}
