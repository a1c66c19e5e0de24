// Limits of expressions: a bomb is refused at compile time or stopped at run time, never obeyed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace tt::cel {

constexpr std::size_t kExpressionBytesMax = 16 << 10;
/// Depth of the syntax tree, chains of one operator included (`a + b + c` has depth 3, but chains
/// of
/// && and || count once); every recursion over a tree is bounded by it. The conformance suite needs
/// 32 repetitions of each construct, which some constructs spend two levels on.
constexpr int kDepthMax = 256;
constexpr int kNodesMax = 10'000;
/// Nested comprehensions and binds: each holds up to two local values.
constexpr int kLocalsMax = 64;
/// Evaluation stops with an error after this many steps. A node inside a comprehension is a step,
/// so is an element of a list, so are kBytesPerStep bytes of text that are made, scanned or
/// compared.
constexpr std::int64_t kCostMax = 1'000'000;
constexpr std::size_t kBytesPerStep = 64;
/// Bytes of one string or elements of one list that evaluation may build.
constexpr std::size_t kStringBytesMax = 4 << 20;
constexpr std::size_t kListElementsMax = 1 << 20;
/// Bytes of the compiled form of one regular expression (RE2's max_mem).
constexpr std::int64_t kRegexBytesMax = 1 << 20;
/// Steps that the constants of one expression may take while it is compiled: regular expressions.
constexpr std::int64_t kPrepareCostMax = kCostMax;
/// Depth of values made from or written as JSON.
constexpr int kValueDepthMax = 128;
/// Subexpressions of one environment whose values programs share; the rest are evaluated in place.
/// A scope keeps one value for each.
constexpr std::size_t kSharedMax = 8192;
/// Steps to go through a value that is kept (64 KiB of text, 1024 elements); larger ones are made
/// anew, so that a scope holds little of the events before.
constexpr std::int64_t kSharedStepsMax = 1024;
/// Diagnostics of one expression; the rest are left out.
constexpr std::size_t kDiagnosticsMax = 20;

}  // namespace tt::cel
