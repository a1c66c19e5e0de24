// FieldCheck: one comparison of a field with a constant text, the commonest step of all conditions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/short_text.h"
#include "cel/node.h"

namespace tt::cel {

/// Part of a node, which owns the text; copied to where many are done in a row.
struct FieldCheck {
  enum class Kind : unsigned char { kEquals, kDiffers, kStartsWith, kEndsWith };
  int record = 0;
  int slot = 0;
  std::string_view text;
  const Value* absent = nullptr;  ///< What an absent field reads as; may be an error.
  Kind kind = Kind::kEquals;

  Truth test(Frame& frame) const {
    const Value* value = frame.scope.kept_field(record, slot);
    if (value && value->is_absent()) value = absent;
    return value && value->is_borrowed_string() ? truth_of(holds(value->as_string()))
                                                : test_slowly(frame);
  }

 private:
  bool holds(std::string_view value) const {
    switch (kind) {
      case Kind::kEquals:
        return same_text(value, text);
      case Kind::kDiffers:
        return !same_text(value, text);
      case Kind::kStartsWith:
        return begins_with(value, text);
      case Kind::kEndsWith:
        break;
    }
    return ends_with(value, text);
  }
  /// For fields not read yet, of other types, or absent.
  Truth test_slowly(Frame& frame) const;
};

}  // namespace tt::cel
