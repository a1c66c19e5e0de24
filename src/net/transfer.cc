// Maps requests to libcurl's options and its callbacks to answers.
// SPDX-License-Identifier: Apache-2.0
#include "net/transfer.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/clock.h"
#include "base/planted.h"
#include "base/text.h"

namespace tt::net {

namespace {

constexpr std::size_t kHeaderBytesMax = 64u << 10;

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

bool sends_body(const ClientRequest& request) {
  return !request.mail && !request.body.empty() && request.method != "HEAD";
}

// What only a person can mend: files, the proxy's name, the URL's text.
bool is_hopeless(int code) {
  switch (static_cast<CURLcode>(code)) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_USE_SSL_FAILED:
    case CURLE_LOGIN_DENIED:
    case CURLE_BAD_FUNCTION_ARGUMENT:
      return true;
    default:
      return false;
  }
}

bool has_control(const ClientMail& mail) {
  return net::has_control(mail.from) ||
         std::any_of(mail.to.begin(), mail.to.end(),
                     [](const std::string& to) { return net::has_control(to); });
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

Transfer::Transfer(CurlSockets& sockets) : sockets_(sockets), handle_(curl_easy_init()) {
  TT_ASSERT(handle_);
}

Transfer::~Transfer() {
  curl_easy_cleanup(handle_);
  curl_slist_free_all(recipients_);
}

bool Transfer::suits(const ClientRequest& request) const {
  // Mail is rare, and each has recipients of its own.
  return is_set_up_ && !request.mail && !request_.mail && request.tls == request_.tls &&
         request.method == request_.method && sends_body(request) == has_body_ &&
         request.proxy == request_.proxy &&
         request.connect_timeout_ms == request_.connect_timeout_ms &&
         request.timeout_ms == request_.timeout_ms;
}

bool Transfer::prepare(ClientRequest request, HttpClient::Done done) {
  const bool is_alike = suits(request);
  const bool is_same_url = is_alike && request.url == request_.url;
  request_ = std::move(request);
  has_body_ = sends_body(request_);
  done_ = std::move(done);
  answer_ = {};
  refused_.clear();
  is_dialled_ = false;
  header_bytes_ = 0;
  error_text_[0] = '\0';
  begun_ns_ = system_clock().steady_ns();
  is_set_up_ = false;
  if (!headers_.set(request_.headers) || has_control(request_.url) ||
      has_control(request_.method) || (request_.mail && has_control(*request_.mail))) {
    fail(origin_of(request_.url) + ": a header or the url has a control character", true);
    return false;
  }
  if (!is_alike) set_options();
  if (!is_same_url) curl_easy_setopt(handle_, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, headers_.list());
  if (has_body_) {
    curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, request_.body.data());
    curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request_.body.size()));
  }
  is_set_up_ = true;
  return true;
}

// All that does not change between the requests of one exit.
void Transfer::set_options() {
  curl_easy_reset(handle_);
  curl_easy_setopt(handle_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, request_.mail ? "smtp,smtps" : "http,https");
  curl_easy_setopt(handle_, CURLOPT_FOLLOWLOCATION, planted("redirect-followed") ? 1L : 0L);
  curl_easy_setopt(handle_, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle_, CURLOPT_TCP_NODELAY, 1L);
  // Set, though empty: otherwise http_proxy and no_proxy of the environment are read.
  curl_easy_setopt(handle_, CURLOPT_PROXY, request_.proxy.c_str());
  curl_easy_setopt(handle_, CURLOPT_NOPROXY, "");
  curl_easy_setopt(handle_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT_MS, long{request_.connect_timeout_ms});
  curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, long{request_.timeout_ms});
  curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, error_text_);
  curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(handle_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(handle_, CURLOPT_HEADERDATA, this);
  // The address is judged when it is dialled, and again before each request, because a kept
  // connection may have been opened under another exit's policy.
  curl_easy_setopt(handle_, CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
  curl_easy_setopt(handle_, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(handle_, CURLOPT_PREREQFUNCTION, &Transfer::before_request);
  curl_easy_setopt(handle_, CURLOPT_PREREQDATA, this);
  // The connection outlives this transfer.
  curl_easy_setopt(handle_, CURLOPT_CLOSESOCKETFUNCTION, &CurlSockets::close);
  curl_easy_setopt(handle_, CURLOPT_CLOSESOCKETDATA, &sockets_);
  if (request_.mail)
    set_mail(*request_.mail);
  else
    set_method();
  set_tls();
}

void Transfer::set_method() {
  const std::string& method = request_.method;
  if (method == "HEAD") {
    curl_easy_setopt(handle_, CURLOPT_NOBODY, 1L);
  } else if (has_body_ || method == "POST" || method == "PUT" || method == "PATCH") {
    curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, "");
    curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t{0});
    if (method != "POST") curl_easy_setopt(handle_, CURLOPT_CUSTOMREQUEST, method.c_str());
  } else if (method != "GET") {
    curl_easy_setopt(handle_, CURLOPT_CUSTOMREQUEST, method.c_str());
  }
}

void Transfer::set_mail(const ClientMail& mail) {
  curl_slist_free_all(std::exchange(recipients_, nullptr));
  for (const std::string& to : mail.to)
    recipients_ = curl_slist_append(recipients_, ("<" + to + ">").c_str());
  curl_easy_setopt(handle_, CURLOPT_MAIL_FROM, ("<" + mail.from + ">").c_str());
  curl_easy_setopt(handle_, CURLOPT_MAIL_RCPT, recipients_);
  if (!mail.user.empty()) {
    curl_easy_setopt(handle_, CURLOPT_USERNAME, mail.user.c_str());
    curl_easy_setopt(handle_, CURLOPT_PASSWORD, mail.password.c_str());
  }
  using StartTls = ClientMail::StartTls;
  const curl_usessl use = mail.start_tls == StartTls::kAlways      ? CURLUSESSL_ALL
                          : mail.start_tls == StartTls::kIfOffered ? CURLUSESSL_TRY
                                                                   : CURLUSESSL_NONE;
  curl_easy_setopt(handle_, CURLOPT_USE_SSL, long{use});
  curl_easy_setopt(handle_, CURLOPT_UPLOAD, 1L);
  uploaded_ = 0;
  curl_easy_setopt(handle_, CURLOPT_READFUNCTION, &Transfer::on_upload);
  curl_easy_setopt(handle_, CURLOPT_READDATA, this);
}

std::size_t Transfer::on_upload(char* room, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view left = std::string_view(transfer.request_.body).substr(transfer.uploaded_);
  const std::size_t bytes = std::min(left.size(), size * count);
  left.copy(room, bytes);
  transfer.uploaded_ += bytes;
  return bytes;
}

void Transfer::set_tls() {
  curl_easy_setopt(handle_, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  if (!request_.tls) return;
  const ClientTls& tls = *request_.tls;
  if (!tls.ca.empty()) curl_easy_setopt(handle_, CURLOPT_CAINFO, tls.ca.c_str());
  if (!tls.cert.empty()) curl_easy_setopt(handle_, CURLOPT_SSLCERT, tls.cert.c_str());
  if (!tls.key.empty()) curl_easy_setopt(handle_, CURLOPT_SSLKEY, tls.key.c_str());
  if (tls.insecure) {
    curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

const AddressPolicy& Transfer::policy() const {
  static const AddressPolicy kDefault;
  return request_.addresses ? *request_.addresses : kDefault;
}

curl_socket_t Transfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (!transfer.policy().allows(&address->addr)) {
    transfer.refused_ = address_text(&address->addr);
    return CURL_SOCKET_BAD;
  }
  transfer.refused_.clear();
  const int fd = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd >= 0) transfer.sockets_.opened(fd);
  return fd;
}

int Transfer::before_request(void* self, char* remote, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(self);
  return transfer.is_allowed(remote) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

bool Transfer::is_allowed(std::string_view address) {
  is_dialled_ = policy().allows(address);
  refused_ = is_dialled_ ? "" : address;
  return is_dialled_;
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
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
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
  if (request_.mail) {
    answer_.body += line.substr(0, request_.answer_bytes_max - answer_.body.size());
    return;
  }
  if (line.starts_with("HTTP/")) answer_.headers.clear();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  answer_.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
}

void Transfer::finish(int code) {
  long status = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  // Of a conversation that broke off the last reply may be one that said yes to its beginning.
  if (request_.mail && code != CURLE_OK && status < 400) status = 0;
  answer_.was_sent = was_sent();
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
  answer_ = {};
  answer_.was_sent = was_sent();
  answer_.is_misconfigured = is_misconfigured;
  answer_.error = std::move(error);
  complete();
}

// The handle knows the size of the request before that too: of the one before.
bool Transfer::was_sent() const {
  long request_bytes = 0;
  curl_easy_getinfo(handle_, CURLINFO_REQUEST_SIZE, &request_bytes);
  return is_dialled_ && request_bytes > 0;
}

void Transfer::complete() {
  answer_.duration_ns = system_clock().steady_ns() - begun_ns_;
  const HttpClient::Done done = std::move(done_);
  done_ = nullptr;
  request_.headers = {};
  request_.body = {};
  request_.on_body = nullptr;
  // The next request has other options.
  if (request_.mail) is_set_up_ = false;
  done(std::move(answer_));
}

// Libcurl's own texts are shown only where they cannot hold a path, a query or a header.
std::string Transfer::describe(int code) const {
  if (!refused_.empty()) {
    return "address " + refused_ + " is not allowed (add it to allow_networks)";
  }
  // The only part of the URL that errors may show.
  const std::string text = origin_of(request_.url) + ": ";
  if (header_bytes_ > kHeaderBytesMax) return text + "the answer's head is too large";
  const auto known = static_cast<CURLcode>(code);
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
    // In TLS 1.3 the other side says only now that it wants another certificate of ours.
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return text + (error_text_[0] ? error_text_ : curl_easy_strerror(known));
    default:
      return text + to_lower(curl_easy_strerror(known));
  }
}

}  // namespace tt::net
