// Maps requests to libcurl's options and its callbacks to answers.
// SPDX-License-Identifier: Apache-2.0
#include "net/transfer.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/clock.h"
#include "base/planted.h"
#include "base/text.h"

namespace tt::net {

namespace {

constexpr std::size_t kHeaderBytesMax = 64u << 10;
constexpr std::string_view kUserAgent = "time-tunnel";

CURL* curl(void* handle) { return static_cast<CURL*>(handle); }

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; });
}

std::string address_text(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address->sa_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text,
              sizeof(text));
  } else if (address->sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, text,
              sizeof(text));
  }
  return text;
}

// What only a person can mend: files, the proxy's name, the URL's text.
bool is_hopeless(int code) {
  switch (static_cast<CURLcode>(code)) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_BAD_FUNCTION_ARGUMENT:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string origin_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return "?";
  const std::string_view rest = url.substr(scheme + 3);
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#\\"));
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) authority.remove_prefix(at + 1);
  std::string origin = to_lower(url.substr(0, scheme)) + "://";
  for (const char c : authority) origin += (c > ' ' && c < 0x7f) ? c : '?';
  return origin;
}

Transfer::Transfer() : handle_(curl_easy_init()) { TT_ASSERT(handle_); }

Transfer::~Transfer() {
  curl_easy_cleanup(curl(handle_));
  curl_slist_free_all(header_list_);
}

bool Transfer::prepare(ClientRequest request, HttpClient::Done done) {
  request_ = std::move(request);
  done_ = std::move(done);
  answer_ = {};
  where_ = origin_of(request_.url);
  refused_.clear();
  header_bytes_ = 0;
  error_text_[0] = '\0';
  begun_ns_ = system_clock().steady_ns();
  CURL* const easy = curl(handle_);
  curl_easy_reset(easy);
  if (!set_headers() || has_control(request_.url) || has_control(request_.method)) {
    fail(where_ + ": a header or the url has a control character", true);
    return false;
  }
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, planted("redirect-followed") ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  // Set, though empty: otherwise http_proxy and no_proxy of the environment are read.
  curl_easy_setopt(easy, CURLOPT_PROXY, request_.proxy.c_str());
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, long{request_.connect_timeout_ms});
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, long{request_.timeout_ms});
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text_);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  // The address is judged when it is dialled, and again before each request, because a kept
  // connection may have been opened under another exit's policy.
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &Transfer::before_request);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  set_method();
  set_tls();
  return true;
}

void Transfer::set_method() {
  CURL* const easy = curl(handle_);
  const std::string& method = request_.method;
  const bool has_body = !request_.body.empty();
  if (method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (has_body || method == "POST" || method == "PUT" || method == "PATCH") {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request_.body.size()));
    if (method != "POST") curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
  } else if (method != "GET") {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
  }
}

bool Transfer::set_headers() {
  curl_slist_free_all(std::exchange(header_list_, nullptr));
  const auto add = [&](const std::string& line) {
    header_list_ = curl_slist_append(header_list_, line.c_str());
  };
  for (const auto& [name, value] : request_.headers) {
    if (name.empty() || has_control(name) || has_control(value)) return false;
    if (name.find_first_of(": \t") != std::string::npos) return false;
    // "Name:" alone would remove a header, "Name;" sends it empty.
    add(value.empty() ? name + ";" : name + ": " + value);
  }
  // No waiting for 100-continue, and no guess at what the body is.
  if (!has_header(request_.headers, "Expect")) add("Expect:");
  if (!has_header(request_.headers, "Content-Type")) add("Content-Type:");
  if (!has_header(request_.headers, "User-Agent")) add("User-Agent: " + std::string(kUserAgent));
  curl_easy_setopt(curl(handle_), CURLOPT_HTTPHEADER, header_list_);
  return true;
}

void Transfer::set_tls() {
  CURL* const easy = curl(handle_);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  if (!request_.tls) return;
  const ClientTls& tls = *request_.tls;
  if (!tls.ca.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, tls.ca.c_str());
  if (!tls.cert.empty()) curl_easy_setopt(easy, CURLOPT_SSLCERT, tls.cert.c_str());
  if (!tls.key.empty()) curl_easy_setopt(easy, CURLOPT_SSLKEY, tls.key.c_str());
  if (tls.insecure) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

int Transfer::open_socket(void* self, int, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  static const AddressPolicy kDefault;
  const AddressPolicy& policy =
      transfer.request_.addresses ? *transfer.request_.addresses : kDefault;
  if (!policy.allows(&address->addr)) {
    transfer.refused_ = address_text(&address->addr);
    return static_cast<int>(CURL_SOCKET_BAD);
  }
  transfer.refused_.clear();
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int Transfer::before_request(void* self, char* remote, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(self);
  return transfer.is_allowed(remote) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

bool Transfer::is_allowed(std::string_view address) {
  const AddressPolicy policy = request_.addresses ? *request_.addresses : AddressPolicy{};
  if (policy.allows(address)) {
    refused_.clear();
    return true;
  }
  refused_ = address;
  return false;
}

std::size_t Transfer::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t offered = size * count;
  if (transfer.request_.on_body && transfer.is_success()) {
    if (transfer.request_.on_body({bytes, offered})) return offered;
    transfer.answer_.is_truncated = true;
    return CURL_WRITEFUNC_ERROR;
  }
  const std::size_t room = transfer.request_.answer_bytes_max - transfer.answer_.body.size();
  transfer.answer_.body.append(bytes, std::min(offered, room));
  if (offered <= room) return offered;
  transfer.answer_.is_truncated = true;
  return CURL_WRITEFUNC_ERROR;
}

bool Transfer::is_success() const {
  long status = 0;
  curl_easy_getinfo(curl(handle_), CURLINFO_RESPONSE_CODE, &status);
  return status / 100 == 2;
}

std::size_t Transfer::on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t length = size * count;
  transfer.header_bytes_ += length;
  if (transfer.header_bytes_ > kHeaderBytesMax) return CURL_WRITEFUNC_ERROR;
  transfer.take_header({bytes, length});
  return length;
}

void Transfer::take_header(std::string_view line) {
  // Interim answers (1xx) come first; the last status line begins the real one.
  if (line.starts_with("HTTP/")) answer_.headers.clear();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  answer_.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
}

void Transfer::finish(int code) {
  CURL* const easy = curl(handle_);
  long status = 0, request_bytes = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &request_bytes);
  answer_.was_sent = request_bytes > 0;
  const bool is_cut_by_us = answer_.is_truncated;
  const bool is_answered = status >= 200 && (code == CURLE_OK || is_cut_by_us);
  if (is_answered) {
    answer_.status = static_cast<int>(status);
    return complete();
  }
  answer_.error = describe(code);
  const bool has_head = status >= 200 && header_bytes_ <= kHeaderBytesMax;
  if (has_head) {
    // The head came, the body broke off: the status stands, the body may not.
    answer_.status = static_cast<int>(status);
    answer_.is_truncated = true;
  } else {
    answer_.headers.clear();
    answer_.body.clear();
    answer_.is_misconfigured = !refused_.empty() || is_hopeless(code);
  }
  complete();
}

void Transfer::fail(std::string error, bool is_misconfigured) {
  long request_bytes = 0;
  curl_easy_getinfo(curl(handle_), CURLINFO_REQUEST_SIZE, &request_bytes);
  answer_ = {};
  answer_.was_sent = request_bytes > 0;
  answer_.is_misconfigured = is_misconfigured;
  answer_.error = std::move(error);
  complete();
}

void Transfer::complete() {
  answer_.duration_ns = system_clock().steady_ns() - begun_ns_;
  const HttpClient::Done done = std::move(done_);
  done_ = nullptr;
  request_ = {};
  done(std::move(answer_));
}

// Libcurl's own texts are shown only where they cannot hold a path, a query or a header.
std::string Transfer::describe(int code) const {
  if (!refused_.empty()) {
    return "address " + refused_ + " is not allowed (add it to allow_networks)";
  }
  if (header_bytes_ > kHeaderBytesMax) return where_ + ": the answer's head is too large";
  const auto known = static_cast<CURLcode>(code);
  std::string text = where_ + ": ";
  switch (known) {
    case CURLE_OK:
      return text + "no HTTP answer";
    case CURLE_COULDNT_RESOLVE_HOST:
      return text + "cannot resolve the host name";
    case CURLE_OPERATION_TIMEDOUT: {
      return text + "timed out after " + std::to_string(request_.timeout_ms) + " ms";
    }
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
      return text + (error_text_[0] ? error_text_ : curl_easy_strerror(known));
    default:
      return text + to_lower(curl_easy_strerror(known));
  }
}

}  // namespace tt::net
