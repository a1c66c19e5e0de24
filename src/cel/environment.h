// Environment: the names an expression may use: variables, records, functions, definitions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cel/type.h"
#include "cel/value.h"

namespace tt::cel {

class Program;

/// What the rules layer knows of one field of a record.
struct RecordField {
  Type type;
  /// Reading an absent field gives "" (of its type: 0, false, [], null) and has() is false, as in
  /// proto3; otherwise reading it is the error `no such field 'x'`.
  bool absent_is_default = false;
  /// A severity: `<`, `<=`, `>`, `>=` on it are errors that name atLeast().
  bool ordered_by_at_least = false;
};

/// The fields of one record by dotted name. Immutable while programs compile.
class RecordSchema {
 public:
  virtual ~RecordSchema() = default;
  /// Nothing: no such field can exist (a compile error with a suggestion from known_names()).
  virtual std::optional<RecordField> field(std::string_view dotted_name) const = 0;
  /// For "did you mean".
  virtual std::vector<std::string_view> known_names() const = 0;
};

/// Dotted names and their slots, shared by all programs of one ruleset. Slots count from 0 and
/// never change. Grows while programs compile (one thread); reading is safe on many threads after
/// that.
class RecordLayout {
 public:
  int slot_of(std::string_view dotted_name);     ///< Interns.
  int find(std::string_view dotted_name) const;  ///< -1 when no program reads it.
  const std::string& name_of(int slot) const { return names_[static_cast<std::size_t>(slot)]; }
  int size() const { return static_cast<int>(names_.size()); }

 private:
  std::vector<std::string> names_;
  std::map<std::string, int, std::less<>> slots_;
};

/// Subexpressions by their canonical text, and the slots that keep their values while one event is
/// judged (Scope::shared). Grows while programs compile, as RecordLayout does.
class SharedLayout {
 public:
  /// Interns; -1 when there are kSharedMax already.
  int slot_of(std::string key);
  int size() const { return static_cast<int>(slots_.size()); }

 private:
  std::unordered_map<std::string, int> slots_;
};

/// What a function's implementation gets beside its arguments.
struct CallContext {
  const void* state = nullptr;        ///< What Overload::prepare made, or nothing.
  std::int64_t* cost_left = nullptr;  ///< Steps left; charge() spends them.
  /// Spends `steps`; false when the budget is gone (then return cost_error()).
  bool charge(std::int64_t steps) const { return (*cost_left -= steps) >= 0; }
};
Value cost_error();

/// Arguments are neither errors nor absent and match one overload's kinds (an overload is chosen at
/// run time by kinds, with dyn matching all). A receiver is the first argument. The sizes of texts
/// given and of the result are charged by the caller.
using Implementation = Value (*)(const CallContext& context, std::span<const Value> arguments);
/// Work done once when arguments are constants (null where they are not): compiles a regular
/// expression, parses windows. A problem is a compile-time diagnostic. May return no state.
struct Prepared {
  std::shared_ptr<const void> state;
  std::string problem;    ///< An error: the call can never work.
  std::string warning;    ///< It works, but hardly as meant.
  std::int64_t cost = 0;  ///< Steps that it took; those of one expression are bounded.
};
using Prepare = Prepared (*)(std::span<const Value* const> constants);

struct Overload {
  std::string id;       ///< `string_starts_with_string`; unique within the function.
  bool member = false;  ///< Called as receiver.name(...).
  std::vector<Type> parameters;
  Type result;
  Implementation call = nullptr;  ///< Null: declared only; evaluating it is an error.
  Prepare prepare = nullptr;
};

struct FunctionDeclaration {
  std::string name;
  std::vector<Overload> overloads;
};

/// Built once, then const while programs compile. Programs do not refer to it afterwards.
class Environment {
 public:
  enum class Library : unsigned char { kNone, kStandard };
  /// kStandard: operators, standard functions and macros, and the string, optional, two-variable
  /// comprehension, bind, math, encoder and network libraries.
  explicit Environment(Library library = Library::kStandard);

  /// Gives the index that Scope::variable() gets.
  int add_variable(std::string name, Type type);
  /// Gives the index that Scope::field() gets as `record`. Both pointers are kept.
  int add_record(std::string name, std::shared_ptr<const RecordSchema> schema,
                 std::shared_ptr<RecordLayout> layout);
  /// A named expression (`let`): uses of the name are inlined. Compile it against this environment
  /// first.
  void add_definition(std::string name, std::shared_ptr<const Program> program);
  /// Adds overloads; one with the same id replaces the earlier.
  void add_function(std::string name, Overload overload);
  /// Namespace in which names are looked up first, `a.b` (then `a`, then the root).
  void set_container(std::string container) { container_ = std::move(container); }
  const std::string& container() const { return container_; }

  /// Of all programs that compile against this environment or a copy of it.
  const std::shared_ptr<SharedLayout>& shared_layout() const { return shared_layout_; }

  struct Variable {
    std::string name;
    Type type;
    int index = 0;
  };
  struct Record {
    std::string name;
    int index = 0;
    std::shared_ptr<const RecordSchema> schema;
    std::shared_ptr<RecordLayout> layout;
  };
  const Variable* find_variable(std::string_view name) const;
  const Record* find_record(std::string_view name) const;
  const std::shared_ptr<const Program>* find_definition(std::string_view name) const;
  const FunctionDeclaration* find_function(std::string_view name) const;
  /// Names of variables, records and definitions, for suggestions.
  std::vector<std::string_view> names() const;
  std::vector<std::string_view> function_names() const;
  /// Fully qualified candidates for `name` in the container, the most specific first.
  std::vector<std::string> candidates(std::string_view name) const;

 private:
  bool standard_;
  std::string container_;
  std::vector<Variable> variables_;
  std::vector<Record> records_;
  std::map<std::string, std::shared_ptr<const Program>, std::less<>> definitions_;
  std::map<std::string, FunctionDeclaration, std::less<>> functions_;
  std::shared_ptr<SharedLayout> shared_layout_ = std::make_shared<SharedLayout>();
};

/// Functions of this program beside the standard ones: `string.atLeast(word)`,
/// `timestamp.within(windows, zone)`, `timestamp.format(pattern, zone)`, `sample(text, share)`.
void add_tunnel_functions(Environment& environment);

}  // namespace tt::cel
