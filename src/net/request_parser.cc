// The only file that sees Beast's parser.
// SPDX-License-Identifier: Apache-2.0
#include "net/request_parser.h"

#include <boost/beast/http/basic_parser.hpp>
#include <cstring>

#include "base/text.h"

namespace tt::net {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BoostView = boost::beast::string_view;

namespace {

std::string_view view(BoostView text) { return {text.data(), text.size()}; }

// Fills a RequestHead; refuses what Beast would let pass.
class Filler final : public http::basic_parser<true> {
 public:
  Filler(RequestHead& head, std::size_t fields_max) : head_(head), fields_max_(fields_max) {
    header_limit(UINT32_MAX);  // The caller has bounded the head.
    body_limit(boost::none);
  }

  std::string* body = nullptr;
  std::size_t body_bytes_max = 0;
  bool is_body_too_large = false;
  bool is_too_many_fields = false;
  std::string_view problem;
  int hosts = 0, lengths = 0;
  std::uint64_t chunk_left = 0;

 private:
  void refuse(std::string_view why, error_code& error) {
    problem = why;
    error = http::error::bad_value;
  }

  void on_request_impl(http::verb, BoostView method, BoostView target, int version,
                       error_code&) override {
    head_.method = view(method);
    head_.target = view(target);
    head_.is_http_1_0 = version == 10;
  }

  void on_field_impl(http::field field, BoostView name, BoostView value,
                     error_code& error) override {
    if (is_header_done()) return;  // Trailers are dropped.
    if (used_ == fields_max_) {
      is_too_many_fields = true;
      return refuse("too many header fields", error);
    }
    if (field == http::field::host && ++hosts > 1) return refuse("more than one Host", error);
    if (field == http::field::content_length) {
      if (++lengths > 1) return refuse("more than one Content-Length", error);
      if (value.find(',') != BoostView::npos) return refuse("Content-Length is a list", error);
    }
    if (field == http::field::transfer_encoding) {
      if (!equal_ignoring_case(view(value), "chunked") || head_.is_http_1_0) {
        return refuse("Transfer-Encoding other than chunked", error);
      }
      head_.is_chunked = true;
    }
    if (field == http::field::expect && equal_ignoring_case(view(value), "100-continue")) {
      head_.wants_continue = true;
    }
    store(name, value);
  }

  // Strings of earlier requests are written over, so that a connection stops allocating.
  void store(BoostView name, BoostView value) {
    if (used_ == head_.headers.size()) head_.headers.emplace_back();
    auto& [key, text] = head_.headers[used_++];
    key.assign(name.data(), name.size());
    text.assign(value.data(), value.size());
  }

  void on_header_impl(error_code&) override {
    head_.headers.resize(used_);
    head_.is_keep_alive = keep_alive();
    head_.content_length = content_length().value_or(0);
  }

  std::size_t on_chunk_body_impl(std::uint64_t, BoostView bytes, error_code& error) override {
    if (body->size() + bytes.size() > body_bytes_max) {
      is_body_too_large = true;
      refuse("body too large", error);
      return 0;
    }
    body->append(bytes.data(), bytes.size());
    chunk_left -= bytes.size();
    return bytes.size();
  }

  void on_response_impl(int, BoostView, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(BoostView bytes, error_code&) override { return bytes.size(); }
  void on_chunk_header_impl(std::uint64_t size, BoostView, error_code& error) override {
    if (size > body_bytes_max || body->size() + size > body_bytes_max) {
      is_body_too_large = true;
      refuse("body too large", error);
    }
    chunk_left = size;
  }
  void on_finish_impl(error_code&) override {}

  RequestHead& head_;
  std::size_t fields_max_;
  std::size_t used_ = 0;
};

std::string_view describe(const error_code& error) {
  if (error == http::error::bad_method) return "bad method";
  if (error == http::error::bad_target) return "bad request target";
  if (error == http::error::bad_version) return "bad HTTP version";
  if (error == http::error::bad_field) return "bad header name";
  if (error == http::error::bad_value) return "bad header value";
  if (error == http::error::bad_line_ending) return "bad line ending";
  if (error == http::error::bad_content_length) return "bad Content-Length";
  if (error == http::error::multiple_content_length) return "conflicting Content-Length";
  if (error == http::error::bad_transfer_encoding) return "bad Transfer-Encoding";
  if (error == http::error::bad_chunk) return "bad chunk";
  if (error == http::error::bad_chunk_extension) return "bad chunk extension";
  return "malformed request";
}

}  // namespace

struct RequestParser::Beast {
  std::optional<Filler> filler;
};

RequestParser::RequestParser() : beast_(std::make_unique<Beast>()) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;

void RequestParser::reset() {
  beast_->filler.reset();
  Headers headers = std::move(head_.headers);
  head_ = {};
  head_.headers = std::move(headers);
  skipped_ = scanned_ = head_bytes_ = 0;
  problem_ = {};
}

Parse RequestParser::bad(std::string_view problem) {
  problem_ = problem;
  return Parse::kBad;
}

// The whole head is in one place before Beast sees it: views stay valid, the limit is exact, and
// line endings are checked once for all headers.
Parse RequestParser::find_end(std::string_view bytes, std::size_t head_bytes_max) {
  // RFC 9112 section 2.2: an empty line before the request line is ignored.
  while (scanned_ == skipped_ && skipped_ < 4 && bytes.substr(skipped_, 2) == "\r\n") {
    skipped_ += 2;
    scanned_ = skipped_;
  }
  const std::string_view seen = bytes.substr(0, head_bytes_max + skipped_);
  for (;;) {
    const std::size_t end = seen.find('\n', scanned_);
    if (end == std::string_view::npos) {
      return seen.size() < bytes.size() ? Parse::kTooLarge : Parse::kNeedMore;
    }
    if (end == 0 || seen[end - 1] != '\r') return bad("bare line feed");
    const std::string_view line = seen.substr(scanned_, end - 1 - scanned_);
    if (line.starts_with(' ') || line.starts_with('\t')) return bad("folded header line");
    const bool is_first = scanned_ == skipped_;
    scanned_ = end + 1;
    if (!line.empty()) continue;
    if (is_first) return bad("empty request line");
    head_bytes_ = scanned_;
    return Parse::kDone;
  }
}

Parse RequestParser::parse_head(std::string_view bytes, std::size_t head_bytes_max,
                                std::size_t fields_max) {
  const Parse found = find_end(bytes, head_bytes_max);
  if (found != Parse::kDone) return found;
  const std::string_view head = bytes.substr(skipped_, head_bytes_ - skipped_);
  Filler& filler = beast_->filler.emplace(head_, fields_max);
  error_code error;
  filler.put(boost::asio::const_buffer(head.data(), head.size()), error);
  if (!error && !filler.is_header_done()) error = http::error::bad_value;
  if (filler.is_too_many_fields) return Parse::kTooLarge;
  if (error) return bad(filler.problem.empty() ? describe(error) : filler.problem);
  if (filler.hosts == 0 && !head_.is_http_1_0) return bad("Host is missing");
  if (head_.is_http_1_0) head_.wants_continue = false;
  split_target();
  return Parse::kDone;
}

// RFC 9112 section 3.2: origin-form, or absolute-form whose scheme and authority are cut off.
void RequestParser::split_target() {
  std::string_view rest = head_.target;
  if (!rest.starts_with('/')) {
    const std::size_t scheme = rest.find("://");
    if (scheme != std::string_view::npos) {
      const std::size_t slash = rest.find_first_of("/?", scheme + 3);
      rest = slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
    }
  }
  const std::size_t mark = rest.find('?');
  head_.path = rest.substr(0, mark);
  head_.query = mark == std::string_view::npos ? std::string_view() : rest.substr(mark + 1);
  if (head_.path.empty()) head_.path = "/";
}

Parse RequestParser::parse_chunks(std::string_view bytes, std::size_t& used, std::string& body,
                                  std::size_t body_bytes_max) {
  Filler& filler = *beast_->filler;
  filler.body = &body;
  filler.body_bytes_max = body_bytes_max;
  used = 0;
  while (!filler.is_done()) {
    error_code error;
    const std::string_view rest = bytes.substr(used);
    // Beast 1.81 asserts that a last chunk it has begun comes back with five bytes; a body that
    // goes on has at least these: "0" and two line ends.
    if (filler.chunk_left == 0 && rest.size() < 5) return Parse::kNeedMore;
    used += filler.put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    if (error == http::error::need_more) return Parse::kNeedMore;
    if (filler.is_body_too_large) return Parse::kTooLarge;
    if (error) return bad(filler.problem.empty() ? describe(error) : filler.problem);
    if (used == bytes.size() && !filler.is_done()) return Parse::kNeedMore;
  }
  return Parse::kDone;
}

}  // namespace tt::net
