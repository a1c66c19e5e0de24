// Bytes from the network: the request parser and the content decoders.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "net/compress.h"
#include "net/parser_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  TT_ASSERT(tt::net::is_parsed_alike(bytes.substr(0, 16'384)));
  for (const char* coding : {"gzip", "deflate", "zstd"}) {
    TT_ASSERT(tt::net::decode_content(coding, bytes, 65'536).bytes.size() <= 65'536);
  }
  return 0;
}
