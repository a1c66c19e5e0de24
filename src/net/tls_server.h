// Server side TLS: the certificate files as an OpenSSL context.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "net/http_server.h"

struct ssl_st;
struct ssl_ctx_st;

namespace tt::net {

/// TLS 1.2 at least, AEAD with ECDHE only, no renegotiation, no compression (Mozilla's
/// "intermediate" profile without DHE). Thread safe.
class TlsContext {
 public:
  /// kMisconfigured, naming the file, when one is missing or does not fit.
  static Result<std::unique_ptr<TlsContext>> load(const TlsFiles& files);
  ~TlsContext();
  /// A session in accept state on a non-blocking socket that it does not own; null without memory.
  ssl_st* accept_on(int fd);

 private:
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}
  ssl_ctx_st* context_;
};

/// "DNS:a,URI:b,email:c" of the peer's verified certificate; "" without one.
std::string subject_alternative_names(ssl_st* ssl);

}  // namespace tt::net
