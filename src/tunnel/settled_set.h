// SettledSet: which seqs are decided: all below a mark, and ranges above it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <iterator>
#include <map>

#include "tunnel/tunnel.h"

namespace tt::tunnel {

/// Not thread safe. Ranges above the mark never touch each other or the mark.
class SettledSet {
 public:
  explicit SettledSet(Seq low = 0) : low_(low) {}

  Seq low() const { return low_; }
  /// Ranges above the mark, first -> one past last.
  const std::map<Seq, Seq>& ranges() const { return ranges_; }
  Settled all() const { return {low_, {ranges_.begin(), ranges_.end()}}; }
  bool contains(Seq seq) const {
    if (seq < low_) return true;
    const auto after = ranges_.upper_bound(seq);
    return after != ranges_.begin() && std::prev(after)->second > seq;
  }
  /// True when anything changed.
  bool settle(Seq first, Seq end) {
    first = std::max(first, low_);
    if (first >= end) return false;
    auto at = ranges_.upper_bound(first);
    if (at != ranges_.begin() && std::prev(at)->second >= first) {
      --at;
      if (at->second >= end) return false;
      first = at->first;
    }
    while (at != ranges_.end() && at->first <= end) {
      end = std::max(end, at->second);
      at = ranges_.erase(at);
    }
    if (first <= low_) {
      low_ = end;
    } else {
      ranges_.emplace(first, end);
    }
    return true;
  }
  void reset(Seq low) {
    low_ = low;
    ranges_.clear();
  }

 private:
  Seq low_;
  std::map<Seq, Seq> ranges_;
};

}  // namespace tt::tunnel
