// The encoder library: base64.
// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"
#include "cel/functions.h"
#include "cel/limits.h"

namespace tt::cel {
namespace {

using Arguments = std::span<const Value>;

bool charge(const CallContext& context, std::size_t bytes) {
  return context.charge(static_cast<std::int64_t>(bytes / 16));
}

Value encode(const CallContext& context, Arguments a) {
  if (!charge(context, a[0].as_bytes().size())) return cost_error();
  if (a[0].as_bytes().size() > kStringBytesMax / 2) return Value::error("the text is too long");
  return Value::string(base64(a[0].as_bytes()));
}

Value decode(const CallContext& context, Arguments a) {
  if (!charge(context, a[0].as_string().size())) return cost_error();
  auto bytes = unbase64(a[0].as_string());
  return bytes ? Value::bytes(*std::move(bytes)) : Value::error("the text is not base64");
}

}  // namespace

void add_encoders(Library& library) {
  library.function("base64.encode", "bytes", "string", encode);
  library.function("base64.decode", "string", "bytes", decode);
}

}  // namespace tt::cel
