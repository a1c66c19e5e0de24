// Options of ours become options of libnats 3.4.
// SPDX-License-Identifier: Apache-2.0
#include "nats/session.h"

#include <algorithm>

namespace tt::broker::nats {
namespace {

const char* text_or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

bool wants_tls(const ServerOptions& options) {
  if (!options.tls_ca.empty() || !options.tls_cert.empty()) return true;
  for (const std::string& server : options.servers)
    if (server.starts_with("tls://")) return true;
  return false;
}

natsStatus set_identity(natsOptions* made, const ServerOptions& options) {
  natsStatus status = NATS_OK;
  if (!options.user.empty())
    status = natsOptions_SetUserInfo(made, options.user.c_str(), options.password.reveal().c_str());
  if (status == NATS_OK && !options.token.empty())
    status = natsOptions_SetToken(made, options.token.reveal().c_str());
  if (status == NATS_OK && !options.credentials_file.empty())
    status =
        natsOptions_SetUserCredentialsFromFiles(made, options.credentials_file.c_str(), nullptr);
  return status;
}

natsStatus set_tls(natsOptions* made, const ServerOptions& options) {
  if (!wants_tls(options)) return NATS_OK;
  natsStatus status = natsOptions_SetSecure(made, true);
  if (status == NATS_OK && !options.tls_ca.empty())
    status = natsOptions_LoadCATrustedCertificates(made, options.tls_ca.c_str());
  if (status == NATS_OK && !options.tls_cert.empty())
    status = natsOptions_LoadCertificatesChain(made, options.tls_cert.c_str(),
                                               text_or_null(options.tls_key));
  return status;
}

}  // namespace

Status check_servers(const ServerOptions& options) {
  for (const std::string& server : options.servers) {
    if (!server.starts_with("nats://") && !server.starts_with("tls://"))
      return misconfigured("`servers`: an address begins with nats:// or tls://");
    if (server.find('@') != std::string::npos)
      return misconfigured("`servers`: user and password have options of their own");
  }
  const int ways = static_cast<int>(!options.user.empty()) +
                   static_cast<int>(!options.token.empty()) +
                   static_cast<int>(!options.credentials_file.empty());
  if (ways > 1)
    return misconfigured("one of `user`, `token` and `credentials_file` says who we are");
  if (options.tls_cert.empty() != options.tls_key.empty())
    return misconfigured("`tls_cert` and `tls_key` belong together");
  return {};
}

Result<std::unique_ptr<Session>> Session::connect(const ServerOptions& options,
                                                  const Deadline& deadline) {
  natsOptions* raw = nullptr;
  natsStatus status = natsOptions_Create(&raw);
  const Options made(raw);
  std::unique_ptr<Session> session(new Session());
  std::vector<const char*> servers;
  for (const std::string& server : options.servers) servers.push_back(server.c_str());
  const auto then = [&](auto call) {
    if (status == NATS_OK) status = call();
  };
  then([&] {
    return natsOptions_SetServers(raw, servers.data(), static_cast<int>(servers.size()));
  });
  then([&] { return natsOptions_SetName(raw, "time-tunnel"); });
  // The library gives it to each server.
  const std::int64_t share =
      deadline.rest_ms() / static_cast<std::int64_t>(std::max<std::size_t>(servers.size(), 1));
  then([&] { return natsOptions_SetTimeout(raw, std::max<std::int64_t>(share, 1)); });
  then([&] { return natsOptions_SetWriteDeadline(raw, write_ms(options)); });
  then([&] { return natsOptions_SetAllowReconnect(raw, false); });
  // It would print to the daemon's standard error.
  auto told = std::make_unique<std::shared_ptr<Told>>(session->told_);
  then([&] { return natsOptions_SetErrorHandler(raw, &Session::on_error, told.get()); });
  then([&] { return natsOptions_SetClosedCB(raw, &Session::on_closed, told.get()); });
  then([&] { return set_identity(raw, options); });
  if (status == NATS_OK && (status = set_tls(raw, options)) != NATS_OK)
    return misconfigured("nats: a certificate cannot be read: " + error_of(status).text);
  natsConnection* connection = nullptr;
  then([&] { return natsConnection_Connect(&connection, raw); });
  session->connection_.reset(connection);
  if (status != NATS_OK) return error_of(status).with("no connection to " + options.servers[0]);
  (void)told.release();  // Of on_closed(), which is called once for what was connected.
  return session;
}

void Session::on_error(natsConnection*, natsSubscription*, natsStatus status, void* told) {
  if (status != NATS_NOT_PERMITTED) return;
  // Of this thread: that of the connection may be another one by now.
  const char* text = nats_GetLastError(nullptr);
  Told& to = **static_cast<std::shared_ptr<Told>*>(told);
  const std::lock_guard lock(to.mutex);
  to.refusals.emplace_back(text ? text : natsStatus_GetText(status));
}

void Session::on_closed(natsConnection*, void* told) {
  const std::unique_ptr<std::shared_ptr<Told>> owner(static_cast<std::shared_ptr<Told>*>(told));
  Told& to = **owner;
  const std::lock_guard lock(to.mutex);
  to.is_closed = true;
  to.wake.notify_all();
}

std::string Session::take_refusal() {
  const std::lock_guard lock(told_->mutex);
  const auto refusals = std::exchange(told_->refusals, {});
  return refusals.empty() ? std::string() : refusals.back();
}

std::optional<std::vector<std::string>> Session::end_refused(const Deadline& deadline) {
  const char* text = nullptr;
  if (natsConnection_GetLastError(connection_.get(), &text) == NATS_OK)
    return std::vector<std::string>();
  natsConnection_Close(connection_.get());
  std::unique_lock lock(told_->mutex);
  if (!told_->wake.wait_for(lock, std::chrono::milliseconds(deadline.rest_ms()),
                            [&] { return told_->is_closed; }))
    return std::nullopt;
  return std::exchange(told_->refusals, {});
}

Error error_of(natsStatus status, std::string_view detail) {
  std::string text = "nats: ";
  if (const char* last = detail.empty() ? nats_GetLastError(nullptr) : nullptr; last && *last)
    text += last;
  else
    text += detail.empty() ? std::string_view(natsStatus_GetText(status)) : detail;
  switch (status) {
    case NATS_CONNECTION_AUTH_FAILED:
    case NATS_NOT_PERMITTED:
    case NATS_SECURE_CONNECTION_WANTED:
    case NATS_SECURE_CONNECTION_REQUIRED:
    case NATS_SSL_ERROR:
    case NATS_ADDRESS_MISSING:
    case NATS_NO_SERVER_SUPPORT:
    case NATS_INVALID_ARG:
    case NATS_INVALID_QUEUE_NAME:
      return misconfigured(std::move(text));
    case NATS_MAX_PAYLOAD:
    case NATS_INVALID_SUBJECT:
      return reject(std::move(text));
    default:
      return retry(std::move(text));
  }
}

}  // namespace tt::broker::nats
