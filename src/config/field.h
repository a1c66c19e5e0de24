// The field table: one line an option, from which parsing, schema, docs and redaction follow.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <tuple>
#include <vector>

#include "config/kinds.h"

namespace tt::config {

// ---- What an author writes ----------------------------------------------------------------------
//
//   struct Config {
//     std::string room = "ops";
//     Secret token;
//     static constexpr auto fields() {
//       return std::tuple{
//           field("room", &Config::room, "Room that gets the message.").example("ops"),
//           field("token", &Config::token, "Token of the room.").required(),
//       };
//     }
//     static Status check(const Config& config);      // Optional: rules across fields.
//     static constexpr std::string_view kTypeName = "...";  // Optional: name in the JSON Schema.
//     static constexpr std::string_view kShortForm = "room"; // Optional: `x: ops` = `x: {room:
//     ops}` Mark mark;                                      // Optional: where it was written.
//   };
//
// Defaults are those of Config{}. Docs are sentences.

template <class C, class T>
struct Field {
  T C::*member;
  FieldInfo info;

  constexpr Field required() const {
    return with([](auto& i) { i.is_required = true; });
  }
  constexpr Field advanced() const {
    return with([](auto& i) { i.is_advanced = true; });
  }
  constexpr Field not_empty() const {
    return with([](auto& i) { i.must_not_be_empty = true; });
  }
  constexpr Field inlined() const {
    return with([](auto& i) { i.is_inlined = true; });
  }
  constexpr Field example(std::string_view yaml) const {
    return with([=](auto& i) { i.sample = yaml; });
  }
  /// What the docs say instead of the member's own default.
  constexpr Field default_text(std::string_view words) const {
    return with([=](auto& i) { i.default_text = words; });
  }
  constexpr Field deprecated(std::string_view instead) const {
    return with([=](auto& i) { i.replaced_by = instead; });
  }
  /// In the unit of the type: nanoseconds, bytes, events a second, or the number itself.
  constexpr Field minimum(double number) const {
    return with([=](auto& i) { i.minimum = number; });
  }
  constexpr Field maximum(double number) const {
    return with([=](auto& i) { i.maximum = number; });
  }

 private:
  template <class F>
  constexpr Field with(F change) const {
    Field copy = *this;
    change(copy.info);
    return copy;
  }
};

template <class C, class T>
constexpr Field<C, T> field(std::string_view name, T C::*member, std::string_view doc) {
  Field<C, T> made{member, {}};
  made.info.name = name;
  made.info.doc = doc;
  made.info.type = &Kind<T>::info;
  return made;
}

template <class C>
concept HasFields = requires { C::fields(); };

/// The table of C, made once.
template <HasFields C>
const StructInfo& struct_info() {
  static const C defaults{};
  static const StructInfo made = [] {
    StructInfo s;
    s.defaults = &defaults;
    if constexpr (requires { C::kTypeName; }) s.type_name = C::kTypeName;
    if constexpr (requires { C::kShortForm; }) s.short_form = C::kShortForm;
    if constexpr (requires { C::check(defaults); })
      s.check = [](const void* value) -> Status { return C::check(*static_cast<const C*>(value)); };
    if constexpr (requires(C& c) { c.mark = Mark{}; })
      s.set_mark = [](void* value, const Mark& mark) { static_cast<C*>(value)->mark = mark; };
    const char* begin = reinterpret_cast<const char*>(&defaults);
    std::apply(
        [&](const auto&... one) {
          const auto add = [&](const auto& f) {
            s.fields.push_back(f.info);
            s.fields.back().position = static_cast<std::size_t>(
                reinterpret_cast<const char*>(&(defaults.*f.member)) - begin);
            s.fields.back().default_value = &(defaults.*f.member);
          };
          (add(one), ...);
        },
        C::fields());
    return s;
  }();
  return made;
}

/// The table as a list: what descriptors of portals point to.
template <HasFields C>
const std::vector<FieldInfo>& fields_of() {
  return struct_info<C>().fields;
}

template <HasFields C>
struct Kind<C> {
  static const TypeInfo& info() {
    static const TypeInfo made = [] {
      TypeInfo i;
      i.form = Form::kStruct;
      i.name = "map";
      i.members = &struct_info<C>;
      return i;
    }();
    return made;
  }
};

}  // namespace tt::config
