// The encoder library: base64.
// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"
#include "cel/functions.h"
#include "cel/limits.h"

namespace tt::cel {
namespace {

using Arguments = std::span<const Value>;

Value encode(const CallContext&, Arguments a) {
  if (a[0].as_bytes().size() > kStringBytesMax / 2) return Value::error("the text is too long");
  return Value::string(base64(a[0].as_bytes()));
}

Value decode(const CallContext&, Arguments a) {
  auto bytes = unbase64(a[0].as_string());
  return bytes ? Value::bytes(*std::move(bytes)) : Value::error("the text is not base64");
}

}  // namespace

void add_encoders(Library& library) {
  library.title("Encoders library");
  library.function("base64.encode", "bytes", "string", encode);
  library.function("base64.decode", "string", "bytes", decode);
  library.about("base64.encode", "bytes as base64", "base64.encode(b'abc')", "\"YWJj\"");
  library.about("base64.decode", "bytes from base64, with padding or without",
                "string(base64.decode('YWJj'))", "\"abc\"");
}

}  // namespace tt::cel
