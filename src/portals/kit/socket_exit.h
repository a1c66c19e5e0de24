// SocketExit: what an author of an exit writes whose protocol is bytes over a socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "portals/kit/exit.h"
#include "portals/kit/socket_sender.h"

namespace tt::portals {

/// What an author of an exit fills in whose protocol has no answers: bytes over a socket.
template <class Config>
struct SocketExit {
  std::string_view name, summary, security, example;
  bool batches = true;
  Result<ExitRequest> (*encode)(const Config&, std::span<const OutgoingEvent>) = nullptr;
  /// Whether a request is many events; null: `batches`.
  bool (*batches_now)(const Config&) = nullptr;
  /// `tcp://`, `tls://`, `udp://` or `unix:`; checked by the portal's own check().
  std::string (*address)(const Config&) = nullptr;
};
namespace detail {

template <class Config>
class TypedSocketExit final : public ExitPortal {
 public:
  explicit TypedSocketExit(std::shared_ptr<const SocketExit<Config>> spec)
      : spec_(std::move(spec)) {}

  bool read(const config::Node& node, config::ParseContext& context) {
    return parse_exit(node, config::struct_info<Config>(), &config_, {}, common_, context);
  }

  bool batches() const override {
    return spec_->batches_now ? spec_->batches_now(config_) : spec_->batches;
  }
  bool url_has_holes() const override { return false; }
  Result<ExitRequest> encode(std::span<const OutgoingEvent> events) const override {
    return spec_->encode(config_, events);
  }
  std::vector<Verdict> judge(const ExitAnswer& answer, std::size_t, WallNs now_ns) const override {
    return {verdict_of_answer(answer, false, now_ns)};
  }
  std::unique_ptr<ExitSender> connect(const ExitSeams& seams) const override {
    return make_socket_sender(target(), common_, seams);
  }
  std::string target() const override { return spec_->address(config_); }
  std::string show() const override { return config::show(config_); }

 private:
  std::shared_ptr<const SocketExit<Config>> spec_;
  Config config_;
};

}  // namespace detail

/// `const ExitDescriptor& descriptor() { static const auto d =
/// socket_exit(SocketExit<Config>{...});
/// ...}`
template <class Config>
ExitDescriptor socket_exit(SocketExit<Config> spec) {
  return detail::exit_descriptor<detail::TypedSocketExit<Config>>(
      std::make_shared<const SocketExit<Config>>(std::move(spec)), config::fields_of<Config>());
}

}  // namespace tt::portals
