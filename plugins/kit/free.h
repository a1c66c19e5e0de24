// Free: the deleter of what a C library makes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tt::broker {

/// For std::unique_ptr: `destroy` is the library's own function.
template <auto destroy>
struct Free {
  void operator()(auto* made) const { destroy(made); }
};

}  // namespace tt::broker
