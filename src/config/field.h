// The field table: one line an option, from which parsing, schema, docs and redaction follow.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "config/expression.h"
#include "config/kind.h"
#include "config/url.h"
#include "config/values.h"
#include "template/json_template.h"
#include "template/template.h"

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
//     static constexpr std::string_view kShortForm = "room"; // Optional: `x: ops` = `x: {room: ops}`
//     Mark mark;                                      // Optional: where it was written.
//   };
//
// Defaults are those of Config{}. Docs are sentences.

template <class C, class T>
struct Field {
  T C::*member;
  FieldInfo info;

  constexpr Field required() const { return with([](auto& i) { i.is_required = true; }); }
  constexpr Field advanced() const { return with([](auto& i) { i.is_advanced = true; }); }
  constexpr Field not_empty() const { return with([](auto& i) { i.must_not_be_empty = true; }); }
  constexpr Field inlined() const { return with([](auto& i) { i.is_inlined = true; }); }
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
  constexpr Field minimum(double number) const { return with([=](auto& i) { i.minimum = number; }); }
  constexpr Field maximum(double number) const { return with([=](auto& i) { i.maximum = number; }); }

 private:
  template <class F>
  constexpr Field with(F change) const {
    Field copy = *this;
    change(copy.info);
    return copy;
  }
};

/// How a T is read; specialised below for all option types. Another type does not compile.
template <class T>
struct Kind;

template <class C, class T>
constexpr Field<C, T> field(std::string_view name, T C::*member, std::string_view doc) {
  Field<C, T> made{member, {}};
  made.info.name = name;
  made.info.doc = doc;
  made.info.type = &Kind<T>::info;
  return made;
}

/// The words of an enum: specialise with
/// `static constexpr EnumWord words[] = {{"keep", 0}, {"drop", 1}};`
template <class E>
struct EnumWords;

// ---- Kinds --------------------------------------------------------------------------------------

template <class C>
concept HasFields = requires { C::fields(); };

#define TT_LEAF_KIND(T)                \
  template <>                          \
  struct Kind<T> {                     \
    static const TypeInfo& info();     \
  }
TT_LEAF_KIND(bool);
TT_LEAF_KIND(int);
TT_LEAF_KIND(unsigned);
TT_LEAF_KIND(std::uint16_t);
TT_LEAF_KIND(std::int64_t);
TT_LEAF_KIND(std::uint64_t);
TT_LEAF_KIND(double);
TT_LEAF_KIND(std::string);
TT_LEAF_KIND(Duration);
TT_LEAF_KIND(ByteSize);
TT_LEAF_KIND(Rate);
TT_LEAF_KIND(Path);
TT_LEAF_KIND(Cidr);
TT_LEAF_KIND(Secret);              // {env:}, {file:}, {credential:}, a list of them, or a literal.
TT_LEAF_KIND(Url);
TT_LEAF_KIND(UrlTemplate);
TT_LEAF_KIND(Expression);          // CEL that gives a bool.
TT_LEAF_KIND(tmpl::Template);
TT_LEAF_KIND(tmpl::JsonTemplate);
TT_LEAF_KIND(HeaderValue);         // A template or a secret.
TT_LEAF_KIND(Node);                // Kept as it is: what another table reads later.
#undef TT_LEAF_KIND

template <class E>
  requires std::is_enum_v<E>
struct Kind<E> {
  static const TypeInfo& info() {
    static const TypeInfo made = [] {
      TypeInfo i;
      i.form = Form::kEnum;
      i.name = "word";
      i.words = EnumWords<E>::words;
      i.set_word = [](void* value, std::int64_t n) { *static_cast<E*>(value) = static_cast<E>(n); };
      i.get_word = [](const void* value) {
        return static_cast<std::int64_t>(*static_cast<const E*>(value));
      };
      return i;
    }();
    return made;
  }
};

template <class T>
struct Kind<std::optional<T>> {
  static const TypeInfo& info() {
    static const TypeInfo made = [] {
      TypeInfo i;
      i.form = Form::kOptional;
      i.inner = &Kind<T>::info;
      i.add = [](void* c, std::string_view) -> void* {
        return &static_cast<std::optional<T>*>(c)->emplace();
      };
      i.clear = [](void* c) { static_cast<std::optional<T>*>(c)->reset(); };
      i.item = [](const void* c, std::size_t index, std::string_view*) -> const void* {
        const auto& option = *static_cast<const std::optional<T>*>(c);
        return index == 0 && option ? &*option : nullptr;
      };
      return i;
    }();
    return made;
  }
};

/// A single value may stand where a list may.
template <class T>
struct Kind<std::vector<T>> {
  static const TypeInfo& info() {
    static const TypeInfo made = [] {
      TypeInfo i;
      i.form = Form::kList;
      i.inner = &Kind<T>::info;
      i.add = [](void* c, std::string_view) -> void* {
        return &static_cast<std::vector<T>*>(c)->emplace_back();
      };
      i.clear = [](void* c) { static_cast<std::vector<T>*>(c)->clear(); };
      i.item = [](const void* c, std::size_t index, std::string_view*) -> const void* {
        const auto& list = *static_cast<const std::vector<T>*>(c);
        return index < list.size() ? &list[index] : nullptr;
      };
      return i;
    }();
    return made;
  }
};

/// A map, in the order written.
template <class T>
struct Kind<std::vector<std::pair<std::string, T>>> {
  using Map = std::vector<std::pair<std::string, T>>;
  static const TypeInfo& info() {
    static const TypeInfo made = [] {
      TypeInfo i;
      i.form = Form::kMap;
      i.inner = &Kind<T>::info;
      i.add = [](void* c, std::string_view key) -> void* {
        return &static_cast<Map*>(c)->emplace_back(std::string(key), T{}).second;
      };
      i.clear = [](void* c) { static_cast<Map*>(c)->clear(); };
      i.item = [](const void* c, std::size_t index, std::string_view* key) -> const void* {
        const Map& map = *static_cast<const Map*>(c);
        if (index >= map.size()) return nullptr;
        if (key) *key = map[index].first;
        return &map[index].second;
      };
      return i;
    }();
    return made;
  }
};

template <class T>
struct Kind<Located<T>> {
  static const TypeInfo& info() {
    static const TypeInfo made = [] {
      TypeInfo i;
      i.form = Form::kLocated;
      i.inner = &Kind<T>::info;
      i.add = [](void* c, std::string_view) -> void* { return &static_cast<Located<T>*>(c)->value; };
      i.item = [](const void* c, std::size_t index, std::string_view*) -> const void* {
        return index == 0 ? &static_cast<const Located<T>*>(c)->value : nullptr;
      };
      i.set_mark = [](void* c, const Mark& mark) { static_cast<Located<T>*>(c)->mark = mark; };
      return i;
    }();
    return made;
  }
};

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
