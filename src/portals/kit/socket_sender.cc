// From a request's body to net::SocketClient.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/socket_sender.h"

#include "portals/kit/dialling.h"
#include "portals/kit/exit.h"
#include "portals/kit/lines.h"

namespace tt::portals {
namespace {

bool is_datagram(const net::ListenAddress& address) {
  using Kind = net::ListenAddress::Kind;
  return address.kind == Kind::kUdp || address.kind == Kind::kUnix;
}

class SocketSender final : public ExitSender {
 public:
  SocketSender(Result<net::ListenAddress> to, const ExitCommon& common, const ExitSeams& seams)
      : to_(std::move(to)), sockets_(seams.sockets()), dialling_(common) {}

  ~SocketSender() override { sockets_.release(dialling_.addresses); }

  void send(const ExitRequest& request, const AttemptFacts&,
            std::function<void(ExitAnswer)> done) override {
    if (!to_.ok()) return done(local_answer(to_.error()));
    net::SocketRequest out{.to = *to_, .bytes = request.body};
    out.is_datagram = is_datagram(*to_);
    dialling_.apply_to(out);
    sockets_.send(std::move(out), [done = std::move(done)](const net::SocketAnswer& got) {
      ExitAnswer answer = local_answer(got.status);
      // What cannot be sent as it is stays so: rejected, and a batch is halved.
      if (!got.status.ok() && got.status.error().code == Code::kReject) answer.status = 413;
      answer.was_sent = got.was_sent;
      answer.duration_ns = got.duration_ns;
      done(std::move(answer));
    });
  }

 private:
  const Result<net::ListenAddress> to_;
  net::SocketClient& sockets_;
  const Dialling dialling_;
};

}  // namespace

std::unique_ptr<ExitSender> make_socket_sender(std::string_view address, const ExitCommon& common,
                                               const ExitSeams& seams) {
  return std::make_unique<SocketSender>(net::parse_listen(address), common, seams);
}

bool sends_datagrams(std::string_view address) {
  const auto parsed = net::parse_listen(address);
  return parsed.ok() && is_datagram(*parsed);
}

Status check_socket_address(std::string_view address) {
  const auto parsed = net::parse_listen(address);
  if (!parsed.ok()) return parsed.error();
  if (parsed->kind != net::ListenAddress::Kind::kUnix && parsed->port == 0)
    return misconfigured("the address needs a port");
  return {};
}

}  // namespace tt::portals
