// Types as text and back.
// SPDX-License-Identifier: Apache-2.0
#include "cel/type.h"

#include <array>
#include <cctype>

#include "base/text.h"
#include "cel/limits.h"

namespace tt::cel {
namespace {

struct Name {
  std::string_view text;
  TypeKind kind;
  int parameters;
};

/// The first spelling of a kind is the one that is written.
constexpr std::array kTypeSpellings{
    Name{"dyn", TypeKind::kDyn, 0},
    Name{"any", TypeKind::kDyn, 0},
    Name{"google.protobuf.Any", TypeKind::kDyn, 0},
    Name{"null_type", TypeKind::kNull, 0},
    Name{"null", TypeKind::kNull, 0},
    Name{"bool", TypeKind::kBool, 0},
    Name{"int", TypeKind::kInt, 0},
    Name{"uint", TypeKind::kUint, 0},
    Name{"double", TypeKind::kDouble, 0},
    Name{"string", TypeKind::kString, 0},
    Name{"bytes", TypeKind::kBytes, 0},
    Name{"timestamp", TypeKind::kTimestamp, 0},
    Name{"google.protobuf.Timestamp", TypeKind::kTimestamp, 0},
    Name{"duration", TypeKind::kDuration, 0},
    Name{"google.protobuf.Duration", TypeKind::kDuration, 0},
    Name{"type", TypeKind::kType, 1},
    Name{"list", TypeKind::kList, 1},
    Name{"map", TypeKind::kMap, 2},
    Name{"optional_type", TypeKind::kOptional, 1},
    Name{"optional", TypeKind::kOptional, 1},
    Name{"wrapper", TypeKind::kWrapper, 1},
    Name{"error", TypeKind::kError, 0},
};

std::string_view name_of(TypeKind kind) {
  for (const Name& name : kTypeSpellings) {
    if (name.kind == kind) return name.text;
  }
  return "dyn";
}

class TypeReader {
 public:
  explicit TypeReader(std::string_view text) : text_(text) {}

  std::optional<Type> whole() {
    auto type = read(0);
    skip_spaces();
    if (at_ != text_.size()) return std::nullopt;
    return type;
  }

 private:
  void skip_spaces() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(char c) {
    skip_spaces();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::optional<Type> read(int depth) {
    if (depth > kValueDepthMax) return std::nullopt;
    skip_spaces();
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) ||
                                  text_[at_] == '_' || text_[at_] == '.')) {
      ++at_;
    }
    const std::string_view name = text_.substr(begin, at_ - begin);
    if (name.empty()) return std::nullopt;
    std::vector<Type> parameters;
    if (take('(')) {
      do {
        auto parameter = read(depth + 1);
        if (!parameter) return std::nullopt;
        parameters.push_back(*parameter);
      } while (take(','));
      if (!take(')')) return std::nullopt;
    }
    return make(name, std::move(parameters));
  }

  static std::optional<Type> make(std::string_view name, std::vector<Type> parameters) {
    for (const Name& known : kTypeSpellings) {
      if (known.text != name) continue;
      if (static_cast<int>(parameters.size()) > known.parameters) return std::nullopt;
      if (known.kind == TypeKind::kType && parameters.empty()) return Type::type();
      parameters.resize(static_cast<std::size_t>(known.parameters));
      switch (known.kind) {
        case TypeKind::kType:
          return Type::type(parameters[0]);
        case TypeKind::kList:
          return Type::list(parameters[0]);
        case TypeKind::kMap:
          return Type::map(parameters[0], parameters[1]);
        case TypeKind::kOptional:
          return Type::optional(parameters[0]);
        case TypeKind::kWrapper:
          return Type::wrapper(parameters[0]);
        default:
          return Type(known.kind);
      }
    }
    if (name.size() == 1 && std::isupper(static_cast<unsigned char>(name[0])) &&
        parameters.empty()) {
      return Type::parameter(std::string(name));
    }
    return Type::opaque(std::string(name), std::move(parameters));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<Type> Type::parse(std::string_view text) { return TypeReader(text).whole(); }

const std::vector<Type>& Type::parameters() const {
  static const std::vector<Type> none;
  return parameters_ ? *parameters_ : none;
}

Type Type::parameter(std::size_t index) const {
  return index < parameters().size() ? parameters()[index] : Type::dyn();
}

std::string Type::to_string() const {
  std::string text(name_.empty() ? name_of(kind_) : std::string_view(name_));
  if (parameters().empty()) return text;
  text += '(';
  for (std::size_t i = 0; i < parameters().size(); ++i) {
    if (i > 0) text += ", ";
    text += parameters()[i].to_string();
  }
  return text + ')';
}

std::string Type::runtime_name() const {
  if (!name_.empty()) return name_;
  if (kind_ == TypeKind::kTimestamp) return "google.protobuf.Timestamp";
  if (kind_ == TypeKind::kDuration) return "google.protobuf.Duration";
  return std::string(name_of(kind_));
}

bool operator==(const Type& a, const Type& b) {
  return a.kind_ == b.kind_ && a.name_ == b.name_ &&
         (a.parameters_ == b.parameters_ || a.parameters() == b.parameters());
}

}  // namespace tt::cel
