// Bodies of shared values, construction and access.
// SPDX-License-Identifier: Apache-2.0
#include "cel/value.h"

#include <limits>
#include <variant>

#include "base/result.h"
#include "cel/limits.h"
#include "cel/program.h"

namespace tt::cel {

/// What several values share. The content's alternative follows from the kind of the value.
struct Value::Body {
  using Content = std::variant<std::string, std::vector<Value>, Map, Value, Type,
                               std::shared_ptr<const Opaque>>;
  explicit Body(Content c) : content(std::move(c)) {}
  std::atomic<std::uint32_t> references{1};
  const Content content;
};

namespace {

constexpr std::int64_t kNs = kNsPerSec;

template <class T>
const T& content(const auto* body) {
  const T* found = std::get_if<T>(&body->content);
  TT_ASSERT(found != nullptr);
  return *found;
}

}  // namespace

Value::Value(Kind kind, Body* body) : kind_(kind), hold_(Hold::kCounted) { bits_.body = body; }

void Value::retain(Body* body) noexcept {
  body->references.fetch_add(1, std::memory_order_relaxed);
}

void Value::release(Body* body) noexcept {
  if (body->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete body;
}

Value Value::uint64(std::uint64_t value) {
  Value made(Kind::kUint);
  made.bits_.uint64 = value;
  return made;
}

Value Value::float64(double value) {
  Value made(Kind::kDouble);
  made.bits_.float64 = value;
  return made;
}

Value Value::string(std::string text) { return Value(Kind::kString, new Body(std::move(text))); }

Value Value::bytes(std::string bytes) { return Value(Kind::kBytes, new Body(std::move(bytes))); }

Value Value::borrowed_bytes(std::string_view bytes) {
  Value made = borrowed(bytes);
  made.kind_ = Kind::kBytes;
  return made;
}

Value Value::timestamp(WallNs time_ns) {
  std::int64_t seconds = time_ns / kNs;
  std::int64_t nanos = time_ns % kNs;
  if (nanos < 0) {
    nanos += kNs;
    --seconds;
  }
  return timestamp(Timestamp{seconds, static_cast<std::uint32_t>(nanos)});
}

Value Value::timestamp(Timestamp time) {
  Value made(Kind::kTimestamp);
  made.bits_.int64 = time.seconds;
  made.aux_ = time.nanos;
  return made;
}

Value Value::duration(std::int64_t ns) {
  Value made(Kind::kDuration);
  made.bits_.int64 = ns;
  return made;
}

Value Value::type(Type type) { return Value(Kind::kType, new Body(std::move(type))); }

Value Value::list(std::vector<Value> elements) {
  return Value(Kind::kList, new Body(std::move(elements)));
}

Value Value::map(Map entries) { return Value(Kind::kMap, new Body(std::move(entries))); }

Value Value::optional(Value value) {
  return Value(Kind::kOptional,
               new Body(Body::Content(std::in_place_type<Value>, std::move(value))));
}

Value Value::none() { return Value(Kind::kOptional); }

Value Value::opaque(std::shared_ptr<const Opaque> value) {
  TT_ASSERT(value != nullptr);
  return Value(Kind::kOpaque, new Body(std::move(value)));
}

Value Value::error(std::string text) { return Value(Kind::kError, new Body(std::move(text))); }

bool Value::as_bool() const {
  TT_ASSERT(kind_ == Kind::kBool);
  return bits_.boolean;
}

std::int64_t Value::as_int() const {
  TT_ASSERT(kind_ == Kind::kInt);
  return bits_.int64;
}

std::uint64_t Value::as_uint() const {
  TT_ASSERT(kind_ == Kind::kUint);
  return bits_.uint64;
}

double Value::as_double() const {
  TT_ASSERT(kind_ == Kind::kDouble);
  return bits_.float64;
}

std::string_view Value::shared_string() const {
  TT_ASSERT(kind_ == Kind::kString && hold_ != Hold::kInline);
  return content<std::string>(bits_.body);
}

std::string_view Value::as_bytes() const {
  TT_ASSERT(kind_ == Kind::kBytes);
  if (hold_ == Hold::kInline) return {bits_.text, aux_};
  return content<std::string>(bits_.body);
}

Timestamp Value::as_timestamp() const {
  TT_ASSERT(kind_ == Kind::kTimestamp);
  return {bits_.int64, aux_};
}

WallNs Value::as_timestamp_ns() const {
  const Timestamp time = as_timestamp();
  WallNs ns = 0;
  if (__builtin_mul_overflow(time.seconds, kNs, &ns) ||
      __builtin_add_overflow(ns, static_cast<WallNs>(time.nanos), &ns)) {
    return time.seconds < 0 ? std::numeric_limits<WallNs>::min()
                            : std::numeric_limits<WallNs>::max();
  }
  return ns;
}

std::int64_t Value::as_duration_ns() const {
  TT_ASSERT(kind_ == Kind::kDuration);
  return bits_.int64;
}

const Type& Value::as_type() const {
  TT_ASSERT(kind_ == Kind::kType);
  return content<Type>(bits_.body);
}

const std::vector<Value>& Value::as_list() const {
  TT_ASSERT(kind_ == Kind::kList);
  return content<std::vector<Value>>(bits_.body);
}

const Map& Value::as_map() const {
  TT_ASSERT(kind_ == Kind::kMap);
  return content<Map>(bits_.body);
}

const Value* Value::as_optional() const {
  TT_ASSERT(kind_ == Kind::kOptional);
  if (hold_ == Hold::kInline) return nullptr;
  return &content<Value>(bits_.body);
}

const Opaque& Value::as_opaque() const {
  TT_ASSERT(kind_ == Kind::kOpaque);
  return *content<std::shared_ptr<const Opaque>>(bits_.body);
}

std::string_view Value::error_text() const {
  TT_ASSERT(kind_ == Kind::kError);
  return content<std::string>(bits_.body);
}

int Value::error_position() const { return static_cast<int>(aux_) - 1; }

void Value::set_error_position(int position) {
  TT_ASSERT(kind_ == Kind::kError);
  if (aux_ == 0 && position >= 0) aux_ = static_cast<std::uint32_t>(position) + 1;
}

Type Value::runtime_type() const {
  switch (kind_) {
    case Kind::kNull:
      return Type::null();
    case Kind::kBool:
      return Type::boolean();
    case Kind::kInt:
      return Type::int64();
    case Kind::kUint:
      return Type::uint64();
    case Kind::kDouble:
      return Type::float64();
    case Kind::kString:
      return Type::string();
    case Kind::kBytes:
      return Type::bytes();
    case Kind::kTimestamp:
      return Type::timestamp();
    case Kind::kDuration:
      return Type::duration();
    case Kind::kType:
      return Type::type();
    case Kind::kList:
      return Type::list(Type::dyn());
    case Kind::kMap:
      return Type::map(Type::dyn(), Type::dyn());
    case Kind::kOptional:
      return Type::optional(Type::dyn());
    case Kind::kOpaque:
      return as_opaque().type();
    case Kind::kError:
    case Kind::kAbsent:
      break;
  }
  return Type::error();
}

Value Value::own() const {
  std::int64_t parts_left = kListElementsMax;
  Value copy = own_within(parts_left);
  return parts_left < 0 ? error("the value is too large") : copy;
}

Value Value::own_within(std::int64_t& parts_left) const {
  if (--parts_left < 0) return null();
  switch (kind_) {
    case Kind::kString:
      return string(std::string(as_string()));
    case Kind::kBytes:
      return bytes(std::string(as_bytes()));
    case Kind::kList: {
      std::vector<Value> elements;
      for (const Value& element : as_list()) {
        if (parts_left < 0) break;
        elements.push_back(element.own_within(parts_left));
      }
      return list(std::move(elements));
    }
    case Kind::kMap: {
      Map entries;
      for (const auto& [key, value] : as_map().entries()) {
        if (parts_left < 0) break;
        entries.insert(key.own(), value.own_within(parts_left));
      }
      return map(std::move(entries));
    }
    case Kind::kOptional:
      return as_optional() ? optional(as_optional()->own_within(parts_left)) : none();
    case Kind::kType:
      return type(as_type());
    case Kind::kOpaque:
      return opaque(content<std::shared_ptr<const Opaque>>(bits_.body));
    case Kind::kError: {
      Value copy = error(std::string(error_text()));
      copy.aux_ = aux_;
      return copy;
    }
    default:
      return *this;
  }
}

Value Value::alias() const {
  Value made(kind_);
  made.aux_ = aux_;
  made.bits_ = bits_;
  made.hold_ = hold_ == Hold::kInline ? Hold::kInline : Hold::kAliased;
  return made;
}

Value Scope::named_field(int record, std::string_view dotted_name) const {
  const Value whole = this->record(record);
  if (!whole.is(Kind::kMap)) return whole.is_error() ? whole : Value::absent();
  const Value* found = whole.as_map().find(dotted_name);
  return found ? *found : Value::absent();
}

}  // namespace tt::cel
