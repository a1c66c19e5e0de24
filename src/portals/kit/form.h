// Fields of application/x-www-form-urlencoded bodies.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tt::portals {

/// The first field of that name, decoded; what cannot be decoded stays as it was sent. Nothing when
/// there is none.
std::optional<std::string> form_value(std::string_view form, std::string_view name);

}  // namespace tt::portals
