// hiredis 0.14: no TLS, and its timeouts are those of each step, so waiting is done with poll().
// SPDX-License-Identifier: Apache-2.0
#include "redis/client.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "redis/replies.h"

namespace tt::broker::redis {
namespace {

timeval time_of(std::int64_t milliseconds) {
  // Nothing would mean: for ever.
  const std::int64_t some = std::max<std::int64_t>(milliseconds, 1);
  return {.tv_sec = some / 1000, .tv_usec = some % 1000 * 1000};
}

/// As numbers: hiredis would give each address of a name all of the time.
Result<std::vector<std::string>> addresses_of(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = getaddrinfo(host.c_str(), nullptr, &wanted, &found); code != 0)
    return retry("redis: " + std::string(gai_strerror(code)));
  const std::unique_ptr<addrinfo, Free<freeaddrinfo>> owner(found);
  std::vector<std::string> addresses;
  for (const addrinfo* one = found; one; one = one->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) ==
        0)
      addresses.emplace_back(text);
  }
  return addresses;
}

Error late() { return retry("redis: no answer within `reply_seconds`"); }

}  // namespace

Result<Place> read_address(std::string_view address) {
  Place place;
  constexpr std::string_view kUnix = "unix:", kTcp = "tcp://";
  if (address.starts_with(kUnix)) {
    place.path = address.substr(kUnix.size());
    if (!place.path.starts_with('/')) return misconfigured("`address`: a socket has a path from /");
    return place;
  }
  if (address.starts_with("tls://") || address.starts_with("rediss://"))
    return misconfigured("`address`: this library speaks no TLS; the README shows a way round");
  if (!address.starts_with(kTcp))
    return misconfigured("`address` begins with tcp:// or unix:, as in tcp://127.0.0.1:6379");
  address.remove_prefix(kTcp.size());
  const std::size_t colon = address.rfind(':');
  const bool has_port = colon != address.npos && address.find(']', colon) == address.npos;
  std::string_view host = address.substr(0, has_port ? colon : address.npos);
  if (has_port) {
    const std::string_view port = address.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), place.port);
    if (error != std::errc() || end != port.data() + port.size() || place.port < 1 ||
        place.port > 65535)
      return misconfigured("`address`: the port is no number from 1 to 65535");
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || host.find_first_of("/@ ") != host.npos)
    return misconfigured("`address` holds a host and a port only");
  place.host = host;
  return place;
}

Result<std::unique_ptr<Client>> Client::connect(const ServerOptions& options,
                                                const Deadline& deadline) {
  TT_TRY(const Place place, read_address(options.address));
  std::unique_ptr<Client> client(new Client(options, deadline));
  TT_CHECK(client->open(place).with("no connection to " + options.address));
  if (!options.password.empty()) {
    Command auth{"AUTH"};
    if (!options.user.empty()) auth.push_back(options.user);
    auth.push_back(options.password.reveal());
    TT_CHECK(client->ask_for(auth));
  }
  if (options.database != 0)
    TT_CHECK(client->ask_for({"SELECT", std::to_string(options.database)}));
  return client;
}

Status Client::open(const Place& place) {
  if (place.host.empty())
    return opened(redisConnectUnixWithTimeout(place.path.c_str(), time_of(deadline_.rest_ms())));
  TT_TRY(const std::vector<std::string> addresses, addresses_of(place.host));
  Status status = retry("redis: the host has no address");
  for (std::size_t i = 0; i < addresses.size() && !status.ok(); ++i) {
    // One that says nothing leaves time for the next.
    const auto share = deadline_.rest_ms() / static_cast<std::int64_t>(addresses.size() - i);
    status = opened(redisConnectWithTimeout(addresses[i].c_str(), place.port, time_of(share)));
  }
  // Not of a socket of unix: what fails there breaks the connection.
  if (status.ok()) (void)redisEnableKeepAlive(context_.get());
  return status;
}

Status Client::opened(redisContext* context) {
  context_.reset(context);
  if (!context) return retry("redis: no memory for a connection");
  if (context->err) return fault();
  return {};
}

void Client::queue(const Command& command) {
  std::vector<const char*> parts;
  std::vector<std::size_t> sizes;
  for (const std::string& part : command) {
    parts.push_back(part.data());
    sizes.push_back(part.size());
  }
  redisAppendCommandArgv(context_.get(), static_cast<int>(parts.size()), parts.data(),
                         sizes.data());
  is_written_ = false;
}

Status Client::write() {
  while (!is_written_) {
    if (deadline_.is_over()) return late();
    redisSetTimeout(context_.get(), time_of(deadline_.rest_ms()));
    int is_done = 0;
    if (redisBufferWrite(context_.get(), &is_done) != REDIS_OK) return fault();
    is_written_ = is_done != 0;
  }
  return {};
}

Result<Reply> Client::next() {
  void* reply = nullptr;
  TT_CHECK(write());
  if (redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK) return fault();
  while (!reply) {
    if (deadline_.is_over()) return late();
    if (!wait(static_cast<int>(deadline_.rest_ms()))) continue;
    if (redisBufferRead(context_.get()) != REDIS_OK ||
        redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK)
      return fault();
  }
  return Reply(static_cast<redisReply*>(reply));
}

Result<Reply> Client::ask_for(const Command& command) {
  queue(command);
  TT_TRY(Reply reply, next());
  if (reply->type == REDIS_REPLY_ERROR) return error_of(text_of(*reply));
  return reply;
}

Result<Reply> Client::call(const Command& command) {
  begin(Deadline(reply_time_));
  return ask_for(command);
}

Result<Reply> Client::next_read() {
  void* reply = nullptr;
  if (redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK) return fault();
  if (!reply && wait(0)) {
    if (redisBufferRead(context_.get()) != REDIS_OK) return fault();
    if (redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK) return fault();
  }
  return Reply(static_cast<redisReply*>(reply));
}

Status Client::ask() {
  begin(Deadline(reply_time_));
  queue({"PING"});
  return write();
}

bool Client::wait(int milliseconds) const {
  pollfd one{.fd = context_->fd, .events = POLLIN, .revents = 0};
  return ::poll(&one, 1, milliseconds) > 0;
}

Error Client::fault() const {
  // With REDIS_ERR_IO the text is that of errno, where EAGAIN is the end of a timeout.
  if (context_->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK)) return late();
  return retry("redis: " + std::string(context_->errstr));
}

}  // namespace tt::broker::redis
