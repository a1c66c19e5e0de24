// What the tables of entry_common.cc and exit_common.cc share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <tuple>
#include <utility>

#include "portals/kit/common.h"

namespace tt::portals {

/// The word `none` where an `auth` stands.
enum class NoAuth : std::uint8_t { kNone };

}  // namespace tt::portals

namespace tt::config {

template <>
struct EnumWords<portals::NoAuth> {
  static constexpr EnumWord words[] = {{"none", 0}};
};

}  // namespace tt::config

namespace tt::portals {

struct BasicOptions {
  std::string user;
  Secret password;
  static constexpr std::string_view kTypeName = "basic_auth";
  static constexpr auto fields() {
    return std::tuple{
        config::field("user", &BasicOptions::user, "Name of the account.").required().not_empty(),
        config::field("password", &BasicOptions::password, "Password of the account.").required(),
    };
  }
};

inline Auth::Basic to_basic(BasicOptions o) { return {std::move(o.user), std::move(o.password)}; }

/// Fills the portal's own struct and `Options` from one map; `take` turns the latter into `common`.
template <class Options, class Common>
bool parse_both(const config::Node& node, const config::StructInfo& own, void* value,
                Common& common, config::ParseContext& context, Common (*take)(Options)) {
  static constexpr std::array<std::string_view, 1> kOthers{"type"};
  Options options;
  const std::array<config::Part, 2> parts{config::Part{&own, value},
                                          config::Part{&config::struct_info<Options>(), &options}};
  if (!config::parse_parts(node, parts, context, kOthers)) return false;
  common = take(std::move(options));
  return true;
}

}  // namespace tt::portals
