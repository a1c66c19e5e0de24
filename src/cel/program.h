// Program: a compiled expression; compile() makes it, evaluate() runs it over a scope.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cel/diagnostic.h"
#include "cel/environment.h"
#include "cel/type.h"
#include "cel/value.h"

namespace tt::cel {

class Ast;
class Node;

/// A value that a scope keeps while it is bound to one event.
struct Cell {
  Value value;              ///< Absent in shared(): evaluating it gave no value but an error.
  std::uint64_t epoch = 0;  ///< `value` holds while this is Scope::epoch().
  std::int64_t cost = 0;    ///< Steps that it took, which every use is charged with.
};

/// Run-time values of the environment's names. Called from the evaluating thread only; what it
/// returns may borrow memory that lives until the scope is bound to another event.
///
/// A scope may keep cells: then what one program read or computed is there for the next one, which
/// finds it without a virtual call. Programs live until the scope is bound to another event.
class Scope {
 public:
  virtual ~Scope() = default;
  /// Field of a record by slot of its layout. Value::absent() when missing. A group (`event.builds`
  /// where only `builds.0.name` exists) comes as a list or map. May be an error (a timestamp that
  /// cannot be read).
  virtual Value field(int record, int slot) const = 0;
  /// Field by a name computed at run time (`event[key]`), as field(). By default looked up in the
  /// map that record() gives.
  virtual Value named_field(int record, std::string_view dotted_name) const;
  /// The whole record as a map of dotted names, for `event.all(k, ...)`.
  virtual Value record(int record) const = 0;
  /// Value::absent() when unbound.
  virtual Value variable(int index) const = 0;

  /// field() when the scope keeps its value, else null.
  const Value* kept_field(int record, int slot) const {
    const auto at = static_cast<std::size_t>(slot);
    if (static_cast<std::size_t>(record) >= kRecordsKept) return nullptr;
    const std::span<Cell> cells = fields_[static_cast<std::size_t>(record)];
    return at < cells.size() && cells[at].epoch == epoch_ ? &cells[at].value : nullptr;
  }
  /// Where a shared subexpression keeps its value (slots of SharedLayout); null: nowhere.
  Cell* shared(int slot) const {
    const auto at = static_cast<std::size_t>(slot);
    return at < shared_.size() ? &shared_[at] : nullptr;
  }
  std::uint64_t epoch() const { return epoch_; }

 protected:
  static constexpr std::size_t kRecordsKept = 2;
  /// Of records 0 and 1, by slot; filled by field().
  std::array<std::span<Cell>, kRecordsKept> fields_;
  std::span<Cell> shared_;
  /// Counted up for every event; 0 is no event's.
  std::uint64_t epoch_ = 1;
};

/// A scope where nothing is bound.
class EmptyScope final : public Scope {
 public:
  Value field(int, int) const override { return Value::absent(); }
  Value record(int) const override { return Value::absent(); }
  Value variable(int) const override { return Value::absent(); }
};

/// What a condition gives: kNone is an error or a value that is no bool.
enum class Truth : unsigned char { kFalse, kTrue, kNone };

/// A test on a field that must hold wherever the whole program is true, and without which the
/// program is false, unless the field itself is an error; a planner of many programs picks
/// candidates by it. The program itself stays the judge. Only tests against integers and texts that
/// are not empty are told, so a record without the field never passes.
struct FieldTest {
  enum class Kind : unsigned char { kOneOf, kPrefix } kind = Kind::kOneOf;
  int record = 0;
  int slot = 0;
  std::vector<std::string> texts;      ///< Alternatives: what the field is, or begins with.
  std::vector<std::int64_t> integers;  ///< Further ones: the field is a number of that value.
  bool absent_is_empty = false;        ///< An absent field reads as "" and is no error.
  /// Whether the field is one of `texts`, and nothing else passes.
  bool is_one_of_texts() const { return kind == Kind::kOneOf && integers.empty(); }
  /// Whether it begins with one of `texts`, and nothing else passes.
  bool begins_with_texts() const { return kind == Kind::kPrefix && integers.empty(); }
};

/// A field that the program reads.
struct FieldUse {
  int record = 0;
  int slot = 0;
  auto operator<=>(const FieldUse&) const = default;
};

/// Immutable and thread safe. Evaluation allocates nothing for field reads, comparisons, string
/// tests and logic.
class Program {
 public:
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// The value, or Value::error(). Never absent.
  Value evaluate(const Scope& scope) const;
  /// Whether evaluate() gives true, false or neither; makes no value and no text of an error.
  Truth test(const Scope& scope) const;
  /// True only when the result is true: what `when` asks. Errors and other kinds are false.
  bool matches(const Scope& scope) const { return test(scope) == Truth::kTrue; }

  const Ast& ast() const { return *ast_; }
  const std::string& text() const;
  const Type& type() const { return type_; }
  /// Fields read by name, sorted, each once; not those reached through the whole record.
  const std::vector<FieldUse>& fields() const { return fields_; }
  /// True when the whole record is read as a value (`event.all(..)`, `event[k]`).
  bool reads_whole_record() const { return reads_whole_record_; }
  /// Conjuncts of the top level that test a field against constants; may be empty.
  const std::vector<FieldTest>& required_tests() const { return required_tests_; }
  /// The value when it depends on nothing (`true`, `1 + 1`), else nothing.
  const Value* constant() const;

 private:
  friend class Planner;
  friend class DefinitionNode;
  Program() = default;
  Value run(const Scope& scope, std::int64_t& cost_left) const;
  Truth run_test(const Scope& scope, std::int64_t& cost_left) const;
  Truth run_test_with_locals(const Scope& scope, std::int64_t& cost_left) const;
  /// run(Frame&) with a frame that has room for the locals.
  template <class Result, class Run>
  Result in_frame(const Scope& scope, std::int64_t& cost_left, Run run) const;

  std::shared_ptr<const Ast> ast_;
  std::unique_ptr<const Node> root_;
  Type type_;
  int locals_ = 0;
  bool reads_whole_record_ = false;
  std::vector<FieldUse> fields_;
  std::vector<FieldTest> required_tests_;
};

struct CompileOptions {
  bool check = true;   ///< False: types are found out at run time (`disable_check`).
  bool macros = true;  ///< False: `has` and its kin are ordinary functions (`disable_macros`).
  /// When given, a result of another type is the error `result-type`; dyn fits.
  std::optional<Type> result;
  /// False: leaves no values in scopes and no names in layouts; for programs that end before the
  /// scope is bound to another event.
  bool shares = true;
};

struct Compiled {
  std::shared_ptr<const Program> program;  ///< Null when there are errors.
  std::vector<Diagnostic> diagnostics;     ///< Errors first, then warnings, in order of position.
  Type type;                               ///< What the checker found; dyn without check.
  bool ok() const { return program != nullptr; }
};

/// Parse, expand macros, check, plan. Never throws on any text.
Compiled compile(std::string_view text, const Environment& environment,
                 const CompileOptions& options = {});

struct Parsed {
  std::shared_ptr<const Ast> ast;  ///< Null when there are errors.
  std::vector<Diagnostic> diagnostics;
};
Parsed parse(std::string_view text, const CompileOptions& options = {});

struct Checked {
  std::vector<Diagnostic> diagnostics;
  Type type;
  bool ok() const { return !has_errors(diagnostics); }
};
Checked check(std::string_view text, const Environment& environment,
              const CompileOptions& options = {});

}  // namespace tt::cel
