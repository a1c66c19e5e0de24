// One request of the HTTP client as a libcurl easy handle: options in, answer out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/http_client.h"

struct curl_slist;
struct curl_sockaddr;

namespace tt::net {

/// Reused for many requests. Belongs to one client thread. Libcurl holds pointers into it: never
/// moved.
class Transfer {
 public:
  Transfer();
  ~Transfer();
  Transfer(const Transfer&) = delete;

  /// Sets the handle up. When the request cannot be sent at all, returns the answer that says so.
  bool prepare(ClientRequest request, HttpClient::Done done);
  void* handle() const { return handle_; }  ///< CURL*
  /// Ends the transfer: `code` is libcurl's CURLcode. Calls `done`.
  void finish(int code);
  /// Ends it with status 0 and `error`. Calls `done`.
  void fail(std::string error, bool is_misconfigured = false);

 private:
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static int open_socket(void* self, int purpose, curl_sockaddr* address);
  static int before_request(void* self, char* remote, char* local, int remote_port, int local_port);
  void take_header(std::string_view line);
  void set_method();
  bool set_headers();
  void set_tls();
  bool is_allowed(std::string_view address);
  bool is_success() const;
  void complete();
  std::string describe(int code) const;

  void* handle_;
  curl_slist* header_list_ = nullptr;
  ClientRequest request_;
  HttpClient::Done done_;
  ClientAnswer answer_;
  std::string where_;    ///< scheme://host:port, the only part of the URL that errors may show.
  std::string refused_;  ///< The address that the policy did not allow last.
  std::size_t header_bytes_ = 0;
  std::int64_t begun_ns_ = 0;
  char error_text_[256];  ///< CURL_ERROR_SIZE
};

/// "https://host:8443" of a URL, without userinfo, path and query; "?" when it is none.
std::string origin_of(std::string_view url);

}  // namespace tt::net
