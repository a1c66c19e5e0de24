// Certificates made while a test runs: one authority, and what it signs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "raw_client.h"

namespace tt::net::testing {

/// Paths of a certificate and its key.
struct CertificateFiles {
  std::string cert, key;
};

/// An authority of its own in a folder that goes with it.
class Authority {
 public:
  explicit Authority(const std::string& name) : name_(name) {
    static int count = 0;
    folder_ = std::filesystem::temp_directory_path() /
              ("tt_tls_" + std::to_string(getpid()) + "_" + std::to_string(++count));
    std::filesystem::create_directories(folder_);
    key_ = EVP_EC_gen("P-256");
    certificate_ = make(name, key_, "CA:TRUE", "", key_, nullptr);
    write_certificate(ca(), certificate_);
  }
  Authority(const Authority&) = delete;
  ~Authority() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
    std::filesystem::remove_all(folder_);
  }
  std::string ca() const { return folder_ / (name_ + ".pem"); }

  /// `names` as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1"; empty: none.
  CertificateFiles sign(const std::string& name, const std::string& names) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = make(name, key, "CA:FALSE", names, key_, certificate_);
    CertificateFiles files{folder_ / (name + ".crt"), folder_ / (name + ".key")};
    write_certificate(files.cert, certificate);
    FILE* file = std::fopen(files.key.c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return files;
  }

 private:
  static X509* make(const std::string& name, EVP_PKEY* key, const char* constraints,
                    const std::string& names, EVP_PKEY* issuer_key, X509* issuer) {
    static long serial = 1;
    X509* made = X509_new();
    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(made), -3'600);
    X509_gmtime_adj(X509_getm_notAfter(made), 3'600);
    X509_set_pubkey(made, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(made, X509_get_subject_name(issuer ? issuer : made));
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer ? issuer : made, made, nullptr, nullptr, 0);
    add(made, context, NID_basic_constraints, constraints);
    if (!names.empty()) add(made, context, NID_subject_alt_name, names.c_str());
    X509_sign(made, issuer_key, EVP_sha256());
    return made;
  }
  static void add(X509* to, X509V3_CTX& context, int nid, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
    if (!extension) throw std::runtime_error("bad certificate extension");
    X509_add_ext(to, extension, -1);
    X509_EXTENSION_free(extension);
  }
  static void write_certificate(const std::string& path, X509* certificate) {
    FILE* file = std::fopen(path.c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
  }

  std::string name_;
  std::filesystem::path folder_;
  EVP_PKEY* key_;
  X509* certificate_;
};

/// A TLS client on a blocking socket; speaks at most `version_max`.
class RawTlsClient {
 public:
  RawTlsClient(const ListenAddress& address, const CertificateFiles* own,
               int version_max = TLS1_3_VERSION)
      : tcp_(address), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_, version_max);
    if (own) {
      SSL_CTX_use_certificate_chain_file(context_, own->cert.c_str());
      SSL_CTX_use_PrivateKey_file(context_, own->key.c_str(), SSL_FILETYPE_PEM);
    }
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, tcp_.fd());
    is_connected_ = SSL_connect(ssl_) == 1;
  }
  RawTlsClient(const RawTlsClient&) = delete;
  ~RawTlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  bool is_connected() const { return is_connected_; }
  bool send(std::string_view bytes) {
    return SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  std::string read_some() {
    char room[65'536];
    const int n = SSL_read(ssl_, room, sizeof(room));
    return n > 0 ? std::string(room, static_cast<std::size_t>(n)) : std::string();
  }
  void close() {
    SSL_shutdown(ssl_);
    tcp_.close();
  }

 private:
  RawClient tcp_;
  SSL_CTX* context_;
  SSL* ssl_;
  bool is_connected_ = false;
};

}  // namespace tt::net::testing
