// Macros: calls that the parser rewrites, because they bind names or test presence.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cel/ast.h"

namespace tt::cel {

class Parser;

/// The expansion of a call, the call itself when no macro has that name and shape, or null after a
/// diagnostic. Standard: has, all, exists, exists_one, map, filter. Libraries: existsOne and the
/// two-variable forms, transformList, transformMap, transformMapEntry, optMap, optFlatMap,
/// cel.bind, math.greatest and math.least of many, and cel.block with cel.index and cel.iterVar
/// (which the conformance suite uses to test evaluators).
const Expr* expand_macro(Parser& parser, const Expr* call);

}  // namespace tt::cel
