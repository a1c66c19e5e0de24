// Kind<T>: how each option type is read; another type does not compile.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

/// How a T is read; specialised below for all option types. Another type does not compile.
template <class T>
struct Kind;

/// The words of an enum: specialise with
/// `static constexpr EnumWord words[] = {{"keep", 0}, {"drop", 1}};`
template <class E>
struct EnumWords;

#define TT_LEAF_KIND(T)            \
  template <>                      \
  struct Kind<T> {                 \
    static const TypeInfo& info(); \
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
TT_LEAF_KIND(Secret);  // {env:}, {file:}, {credential:}, a list of them, or a literal.
TT_LEAF_KIND(Url);
TT_LEAF_KIND(UrlTemplate);
TT_LEAF_KIND(Expression);  // CEL that gives a bool.
TT_LEAF_KIND(tmpl::Template);
TT_LEAF_KIND(tmpl::JsonTemplate);
TT_LEAF_KIND(HeaderValue);  // A template or a secret.
TT_LEAF_KIND(Node);         // Kept as it is: what another table reads later.
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
      i.add = [](void* c, std::string_view) -> void* {
        return &static_cast<Located<T>*>(c)->value;
      };
      i.item = [](const void* c, std::size_t index, std::string_view*) -> const void* {
        return index == 0 ? &static_cast<const Located<T>*>(c)->value : nullptr;
      };
      i.set_mark = [](void* c, const Mark& mark) { static_cast<Located<T>*>(c)->mark = mark; };
      return i;
    }();
    return made;
  }
};

}  // namespace tt::config
