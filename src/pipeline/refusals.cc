// Text and status of refusals; every one says what the sender can do.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/refusals.h"

#include "base/text.h"
#include "base/units.h"
#include "config/values.h"

namespace tt::pipeline {

net::HttpAnswer error_answer(int status, std::string_view text) {
  return {.status = status, .body = "{\"error\":" + json_string(text) + "}\n"};
}

net::HttpAnswer busy_answer(std::string_view text) {
  net::HttpAnswer answer = error_answer(503, text);
  answer.headers.emplace_back("Retry-After", "5");
  return answer;
}

net::HttpAnswer slow_down_answer(const std::string& entry, double per_sec, std::int64_t wait_ns) {
  // Rounded up: who waits as long as told gets in.
  const std::string seconds = std::to_string((wait_ns + kNsPerSec - 1) / kNsPerSec);
  net::HttpAnswer answer = error_answer(
      429, "the `rate` of the entry `" + entry + "` is " + config::format_rate(per_sec) +
               " for one sender; come again in " + seconds + " s");
  answer.headers.emplace_back("Retry-After", seconds);
  return answer;
}

net::HttpAnswer unauthorised_answer() {
  net::HttpAnswer answer = error_answer(401, "not authorised");
  answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  return answer;
}

net::HttpAnswer unpack_refusal(net::DecodeFailure failure, std::size_t bytes_max) {
  switch (failure) {
    case net::DecodeFailure::kUnknownCoding:
      return error_answer(415, "unknown content encoding; gzip, deflate and zstd are understood");
    case net::DecodeFailure::kTooLarge:
      return error_answer(413, "the decoded body is over the limit of " + format_size(bytes_max) +
                                   ", which is fixed; send smaller parts");
    default:
      return error_answer(400, "the body does not match its encoding");
  }
}

net::HttpAnswer decode_refusal(const portals::EntryRefusal& refusal) {
  if (refusal.status == 401) return unauthorised_answer();
  if (!refusal.body.empty()) return {.status = refusal.status, .body = refusal.body};
  return error_answer(refusal.status, refusal.text);
}

net::HttpAnswer append_refusal(const Error& error) {
  return error.code == Code::kReject ? error_answer(413, error.text) : busy_answer(error.text);
}

}  // namespace tt::pipeline
