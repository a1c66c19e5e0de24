// BulkAnswer: what `_bulk` of Elasticsearch and OpenSearch says of each document.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tt::portals::exit::elasticsearch {

/// The client reads no more of an answer (net::ClientRequest::answer_bytes_max).
constexpr std::size_t kAnswerBytesMax = 64u << 10;

struct BulkItem {
  int status = 0;    ///< 0: the answer does not say.
  std::string text;  ///< For people: "HTTP 400 mapper_parsing_exception: failed to parse ...".
};

struct BulkAnswer {
  std::string problem;  ///< Why nothing can be read out of it; else empty.
  bool is_cut = false;  ///< Longer than the client reads: `items` are the first ones.
  bool has_errors = true;
  std::vector<BulkItem> items;
};

/// Total over any bytes.
BulkAnswer read_bulk_answer(std::string_view body);

}  // namespace tt::portals::exit::elasticsearch
