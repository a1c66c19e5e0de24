// Who had whose name before.
// SPDX-License-Identifier: Apache-2.0
#include "net/rotation.h"

namespace tt::net {
namespace {

/// Not for longer than there may be something of it that must come first.
bool is_renamed(const TrackedFile& one, SteadyNs now_ns) {
  return one.renamed_ns != 0 && one.file.path() != one.first_path &&
         (one.is_busy || one.may_have_more || now_ns - one.renamed_ns < TrackedFile::kAwayNs);
}

bool had_name_before(const TrackedFile& other, const TrackedFile& one) {
  if (other.first_path == one.first_path) return other.first_number < one.first_number;
  return other.is_away && other.file.path() == one.file.path() &&
         (!one.is_away || other.number < one.number);
}

}  // namespace

void Rotation::see(TrackedFile& one, SteadyNs now_ns) {
  if (one.is_away || is_renamed(one, now_ns)) rotated_.push_back(&one);
}

const TrackedFile* Rotation::find_ahead(const TrackedFile& one) const {
  const TrackedFile* ahead = nullptr;
  for (TrackedFile* other : rotated_) {
    if (!had_name_before(*other, one) || !other->problem.empty() || other->is_finished) continue;
    // Who writes may not have heard of the rotation, and nothing tells of a name that changed.
    const std::uint64_t size_before = other->file.size();
    if (other->file.is_open()) other->file.look();
    other->may_have_more |= other->file.size() != size_before;
    // Whoever is on its way holds all the others: nothing is to be done until it is stored.
    if (other->is_busy) return other;
    if (other->may_have_more) ahead = other;
  }
  return ahead;
}

}  // namespace tt::net
