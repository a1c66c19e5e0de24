// Loads certificates, and lets OpenSSL write to a socket without raising SIGPIPE.
// SPDX-License-Identifier: Apache-2.0
#include "net/tls_server.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include "net/transport.h"

namespace tt::net {

namespace {

// OpenSSL's own socket BIO writes with write(2), which raises SIGPIPE on a connection that is gone.
int fd_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

bool is_blocked() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

int bio_read(BIO* bio, char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t n = ::recv(fd_of(bio), bytes, static_cast<std::size_t>(size), MSG_DONTWAIT);
  if (n < 0 && is_blocked()) BIO_set_retry_read(bio);
  return static_cast<int>(n);
}

int bio_write(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t n =
      ::send(fd_of(bio), bytes, static_cast<std::size_t>(size), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0 && is_blocked()) BIO_set_retry_write(bio);
  return static_cast<int>(n);
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* socket_bio() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tt socket");
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

Error bad_file(std::string_view what, const std::string& path) {
  char reason[160] = "unknown";
  const unsigned long code = ERR_get_error();
  if (const char* text = ERR_reason_error_string(code)) {
    std::snprintf(reason, sizeof(reason), "%s", text);
  }
  ERR_clear_error();
  return misconfigured("tls: cannot use " + std::string(what) + " " + path + ": " + reason);
}

Status load_files(SSL_CTX* context, const TlsFiles& files) {
  if (SSL_CTX_use_certificate_chain_file(context, files.cert.c_str()) != 1) {
    return bad_file("certificate", files.cert);
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return bad_file("key", files.key);
  }
  if (files.client_ca.empty()) return {};
  if (SSL_CTX_load_verify_locations(context, files.client_ca.c_str(), nullptr) != 1) {
    return bad_file("client_ca", files.client_ca);
  }
  SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(files.client_ca.c_str()));
  // Asked for, not demanded: a client without one may authenticate in another way. One that shows
  // a bad certificate is refused.
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  return {};
}

// One general name as "TYPE:value"; names with bytes that could fake a separator are left out.
std::string name_text(const GENERAL_NAME* name) {
  std::string_view type;
  const ASN1_STRING* value = nullptr;
  if (name->type == GEN_DNS) {
    type = "DNS:", value = name->d.dNSName;
  } else if (name->type == GEN_URI) {
    type = "URI:", value = name->d.uniformResourceIdentifier;
  } else if (name->type == GEN_EMAIL) {
    type = "email:", value = name->d.rfc822Name;
  }
  if (!value) return {};
  std::string text(type);
  const auto* bytes = ASN1_STRING_get0_data(value);
  for (int i = 0; i < ASN1_STRING_length(value); ++i) {
    if (bytes[i] <= ' ' || bytes[i] == ',' || bytes[i] >= 0x7f) return {};
    text += static_cast<char>(bytes[i]);
  }
  return text;
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::load(const TlsFiles& files) {
  std::unique_ptr<TlsContext> made(new TlsContext(SSL_CTX_new(TLS_server_method())));
  SSL_CTX* context = made->context_;
  if (!context) return misconfigured("tls: OpenSSL cannot start");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Idle connections give their record buffers back; writes may go on from another address.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  const unsigned char session_context[] = "time-tunnel";
  SSL_CTX_set_session_id_context(context, session_context, sizeof(session_context) - 1);
  TT_CHECK(load_files(context, files));
  return made;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

ssl_st* TlsContext::accept_on(int fd) {
  SSL* ssl = SSL_new(context_);
  BIO* bio = BIO_new(socket_bio());
  if (!ssl || !bio) {
    SSL_free(ssl);
    BIO_free(bio);
    return nullptr;
  }
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  SSL_set_accept_state(ssl);
  return ssl;
}

std::string subject_alternative_names(ssl_st* ssl) {
  X509* certificate = SSL_get0_peer_certificate(ssl);
  if (!certificate || SSL_get_verify_result(ssl) != X509_V_OK) return {};
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  std::string all;
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const std::string text = name_text(sk_GENERAL_NAME_value(names, i));
    if (text.empty()) continue;
    if (!all.empty()) all += ',';
    all += text;
  }
  GENERAL_NAMES_free(names);
  return all;
}

}  // namespace tt::net
