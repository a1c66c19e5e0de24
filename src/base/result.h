// Result<T> and Status: a value or an Error whose code says what the caller does next.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace tt {

/// Named after what the caller does next. Adding a sixth needs an ADR.
enum class Code : unsigned char {
  kRetry,          ///< Try again later: the world may heal (network, full disk, busy server).
  kReject,         ///< Never try this input again: it is wrong and stays wrong.
  kMisconfigured,  ///< A person must change the configuration or a credential.
  kCorrupt,        ///< Stored bytes are not what was written; skip, count and report them.
  kStopped,        ///< The other side is shutting down; stop without complaint.
};

/// "retry", "reject", "misconfigured", "corrupt" or "stopped": a metric label and a log word.
std::string_view to_string(Code code);

/// What went wrong. Text is lower case without a full stop, says what was seen, then what to do.
/// It never holds a secret.
struct Error {
  Code code = Code::kReject;
  std::string text;

  /// Prefixes where it happened: `std::move(error).with("segment 000042")`.
  Error with(std::string_view where) && {
    text.insert(0, ": ");
    text.insert(0, where);
    return std::move(*this);
  }
};

inline Error retry(std::string text) { return {Code::kRetry, std::move(text)}; }
inline Error reject(std::string text) { return {Code::kReject, std::move(text)}; }
inline Error misconfigured(std::string text) { return {Code::kMisconfigured, std::move(text)}; }
inline Error corrupt(std::string text) { return {Code::kCorrupt, std::move(text)}; }
inline Error stopped(std::string text = "stopped") { return {Code::kStopped, std::move(text)}; }

/// A broken promise of the program itself: prints and aborts, in release builds too.
/// Never for outside data.
[[noreturn]] inline void assert_failed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, what);
  std::fflush(stderr);
  std::abort();
}
#define TT_ASSERT(condition) \
  ((condition) ? void(0) : ::tt::assert_failed(#condition, __FILE__, __LINE__))

/// Success, or an Error. Costs one byte test on success.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}  // NOLINT: implicit by design.

  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const& {
    TT_ASSERT(error_);
    return *error_;
  }
  Error&& error() && {
    TT_ASSERT(error_);
    return std::move(*error_);
  }
  /// Adds where it happened when this is an error.
  Status with(std::string_view where) && {
    if (error_) error_ = std::move(*error_).with(where);
    return std::move(*this);
  }

 private:
  std::optional<Error> error_;
};

/// A T, or an Error. Shaped like std::expected, which the compilers here do not have.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & {
    TT_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    TT_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    TT_ASSERT(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const& {
    TT_ASSERT(!ok());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    TT_ASSERT(!ok());
    return std::move(*std::get_if<1>(&state_));
  }
  Result with(std::string_view where) && {
    if (!ok()) return std::move(*std::get_if<1>(&state_)).with(where);
    return std::move(*this);
  }

 private:
  std::variant<T, Error> state_;
};

}  // namespace tt

#define TT_CONCAT_(a, b) a##b
#define TT_CONCAT(a, b) TT_CONCAT_(a, b)
/// `TT_TRY(auto x, f());` unwraps a Result or returns its error to the caller.
#define TT_TRY(target, expression) TT_TRY_(TT_CONCAT(tt_try_, __LINE__), target, expression)
#define TT_TRY_(name, target, expression)         \
  auto name = (expression);                       \
  if (!name.ok()) return std::move(name).error(); \
  target = *std::move(name)
/// `TT_CHECK(f());` returns the error of a Status (or Result whose value is not needed).
#define TT_CHECK(expression) TT_CHECK_(TT_CONCAT(tt_check_, __LINE__), expression)
#define TT_CHECK_(name, expression) \
  if (auto name = (expression); !name.ok()) return std::move(name).error()
