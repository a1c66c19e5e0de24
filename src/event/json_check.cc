// The grammar of one JSON value, over tokens.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "event/json_value.h"

namespace tt::event {
namespace {

class Checker {
 public:
  Checker(const Tokens& tokens, std::size_t i) : tokens_(tokens), i_(i) {}

  ValueCheck run() {
    bool is_good = true;
    while (is_good && (wants_value_ || !is_object_.empty())) {
      is_good = wants_value_ ? value() : after_value();
    }
    found_.is_json = is_good;
    found_.next_token = i_;
    return found_;
  }

 private:
  bool value() {
    ++found_.nodes;
    wants_value_ = false;
    switch (tokens_.first(i_)) {
      case '\0':
        return false;
      case '{':
        return open(true);
      case '[':
        return open(false);
      case '"':
        return string();
      default:
        return type_of_word(tokens_.token(i_++)).has_value();
    }
  }

  bool open(bool is_object) {
    ++i_;
    is_object_.push_back(is_object);
    found_.depth = std::max(found_.depth, is_object_.size());
    return tokens_.first(i_) == (is_object ? '}' : ']') ? close() : next_item();
  }
  bool close() {
    ++i_;
    is_object_.pop_back();
    return true;
  }
  // Up to where the value of the next member or item has to stand.
  bool next_item() {
    wants_value_ = true;
    if (!is_object_.back()) return true;
    if (tokens_.first(i_) != '"' || !string() || tokens_.first(i_) != ':') return false;
    ++i_;
    return true;
  }
  bool after_value() {
    if (tokens_.first(i_) == (is_object_.back() ? '}' : ']')) return close();
    if (tokens_.first(i_) != ',') return false;
    ++i_;
    return next_item();
  }
  bool string() {
    const auto token = tokens_.token(i_++);
    if (token.size() < 2 || token.back() != '"') return false;
    const Escapes escapes = check_escapes(token.substr(1, token.size() - 2));
    found_.has_lone_surrogate |= escapes == Escapes::kLoneSurrogate;
    return escapes != Escapes::kBad;
  }

  const Tokens& tokens_;
  std::size_t i_;
  std::vector<bool> is_object_;
  bool wants_value_ = true;
  ValueCheck found_;
};

}  // namespace

ValueCheck check_value(const Tokens& tokens, std::size_t i) { return Checker(tokens, i).run(); }

}  // namespace tt::event
