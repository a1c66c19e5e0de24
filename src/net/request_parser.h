// HTTP/1.1 request parsing: a strict head check in front of Beast's parser, which stays in the .cc.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace tt::net {

/// A parsed head; views point into the bytes given to parse_head().
struct RequestHead {
  std::string_view method;
  std::string_view target;
  std::string_view path;
  std::string_view query;
  Headers headers;  ///< Strings keep their capacity from request to request.
  bool is_http_1_0 = false;
  bool is_keep_alive = true;
  bool is_chunked = false;
  bool wants_continue = false;
  std::uint64_t content_length = 0;
  bool has_body() const { return is_chunked || content_length > 0; }
};

enum class Parse : unsigned char { kDone, kNeedMore, kTooLarge, kBad };

/// One object serves the requests of a connection one after another. Not thread safe.
class RequestParser {
 public:
  RequestParser();
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;

  /// Looks for a whole head at the start of `bytes`, which must begin with the same bytes on each
  /// call until kDone. Refuses bare LF, folded lines, both or repeated length headers, codings
  /// other than `chunked`, and a missing or repeated Host (RFC 9112 sections 3 to 6).
  Parse parse_head(std::string_view bytes, std::size_t head_bytes_max, std::size_t fields_max);
  /// Bytes of the head, once it is done.
  std::size_t head_bytes() const { return head_bytes_; }
  const RequestHead& head() const { return head_; }

  /// Decodes a chunked body: appends data to `body`, says in `used` how many of `bytes` are done
  /// with. kTooLarge beyond `body_bytes_max`.
  Parse parse_chunks(std::string_view bytes, std::size_t& used, std::string& body,
                     std::size_t body_bytes_max);
  /// Forgets the request.
  void reset();
  /// What was wrong, after kBad; a constant text.
  std::string_view problem() const { return problem_; }

 private:
  struct Beast;
  Parse bad(std::string_view problem);
  Parse find_end(std::string_view bytes, std::size_t head_bytes_max);
  void split_target();

  RequestHead head_;
  std::unique_ptr<Beast> beast_;
  std::size_t skipped_ = 0;  ///< Empty lines in front of the request line.
  std::size_t scanned_ = 0;  ///< Lines up to here are complete.
  std::size_t head_bytes_ = 0;
  std::string_view problem_;
};

}  // namespace tt::net
