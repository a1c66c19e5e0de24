// One request of the HTTP client as a libcurl easy handle: options in, answer out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/curl_sockets.h"
#include "net/header_list.h"
#include "net/http_client.h"

namespace tt::net {

/// Reused for many requests; those of one exit differ little, and only what differs is told to
/// libcurl. Belongs to one client thread. Libcurl holds pointers into it: never moved.
class Transfer {
 public:
  explicit Transfer(CurlSockets& sockets);
  ~Transfer();
  Transfer(const Transfer&) = delete;

  /// True when the last request was set up as this one would be: prepare() costs least then.
  bool suits(const ClientRequest& request) const;
  /// Sets the handle up. When the request cannot be sent at all, returns the answer that says so.
  bool prepare(ClientRequest request, HttpClient::Done done);
  CURL* handle() const { return handle_; }
  /// Ends the transfer: `code` is libcurl's CURLcode. Calls `done`.
  void finish(int code);
  /// Ends it with status 0 and `error`. Calls `done`.
  void fail(std::string error, bool is_misconfigured = false);

 private:
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int before_request(void* self, char* remote, char* local, int remote_port, int local_port);
  void take_header(std::string_view line);
  void set_options();
  void set_method();
  void set_mail(const ClientMail& mail);
  static std::size_t on_upload(char* room, std::size_t size, std::size_t count, void* self);
  void set_tls();
  const AddressPolicy& policy() const;
  bool is_allowed(std::string_view address);
  bool is_success() const;
  bool was_sent() const;
  void complete();
  std::string describe(int code) const;

  CurlSockets& sockets_;
  CURL* handle_;
  bool is_set_up_ = false;  ///< The handle has the options of `request_`.
  bool has_body_ = false;
  HeaderList headers_;
  curl_slist* recipients_ = nullptr;
  std::size_t uploaded_ = 0;  ///< Bytes of a mail's body.
  ClientRequest request_;     ///< Between two requests: what the handle was set up for.
  HttpClient::Done done_;
  ClientAnswer answer_;
  std::string refused_;      ///< The address that the policy did not allow last.
  bool is_dialled_ = false;  ///< There is a connection: bytes of the request may have left.
  std::size_t header_bytes_ = 0;
  std::int64_t begun_ns_ = 0;
  char error_text_[256];  ///< CURL_ERROR_SIZE
};

/// "https://host:8443" of a URL, without userinfo, path and query; "?" when it is none.
std::string origin_of(std::string_view url);

}  // namespace tt::net
