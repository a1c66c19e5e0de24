// Exit portal: events into a list, a channel or a stream of Redis, many in one round trip.
// SPDX-License-Identifier: Apache-2.0
#include "redis/portals.h"
#include "redis/replies.h"

namespace tt::broker::redis {
namespace {

class Deliverer final : public portals::Deliverer {
 public:
  explicit Deliverer(const ExitOptions& options) : options_(options) {}

  void deliver(std::span<const portals::OutgoingEvent> events,
               std::span<portals::Verdict> verdicts) override {
    const Deadline deadline(std::chrono::seconds(options_.reply_seconds));
    if (client_) {
      client_->begin(deadline);
    } else {
      auto connected = Client::connect(options_, deadline);
      if (!connected.ok()) {
        for (portals::Verdict& verdict : verdicts)
          verdict = portals::Verdict::of(connected.error());
        return;
      }
      client_ = *std::move(connected);
    }
    std::vector<std::size_t> sent;
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto command = command_of(options_, events[i]);
      if (!command.ok()) {
        verdicts[i] = portals::Verdict::of(command.error());
        continue;
      }
      client_->queue(*command);
      sent.push_back(i);
    }
    read_replies(sent, verdicts);
  }

 private:
  void read_replies(const std::vector<std::size_t>& sent, std::span<portals::Verdict> verdicts) {
    bool is_wrong_server = false;
    for (std::size_t n = 0; n < sent.size(); ++n) {
      const auto reply = client_->next();
      if (!reply.ok()) {
        // The server may have taken them: a repetition has the same id.
        for (; n < sent.size(); ++n)
          verdicts[sent[n]] = portals::Verdict::retry(reply.error().text);
        client_.reset();
        return;
      }
      verdicts[sent[n]] = verdict_of(**reply);
      const bool is_error = (*reply)->type == REDIS_REPLY_ERROR;
      is_wrong_server |= is_error && is_of_wrong_server(text_of(**reply));
    }
    if (is_wrong_server) client_.reset();
  }

  const ExitOptions options_;
  std::unique_ptr<Client> client_;
};

Result<std::unique_ptr<portals::Deliverer>> connect(const ExitOptions& options) {
  return std::unique_ptr<portals::Deliverer>(std::make_unique<Deliverer>(options));
}

std::string target(const ExitOptions& options) { return options.address; }

}  // namespace

portals::ExitDescriptor exit_portal() {
  return portals::deliver_exit(portals::DeliverExit<ExitOptions>{
      .name = "redis",
      .summary = "Appends events to a list or stream of Redis, or publishes them.",
      .security =
          "Event data cannot begin another command. Where `key` has holes it chooses the key: "
          "give the user an ACL with the keys that it may write.",
      .example = "type: redis\naddress: tcp://127.0.0.1:6379\ninto: stream\nkey: events\n"
                 "max_length: 100000\n",
      .batches = true,
      .pages = false,
      .connect = connect,
      .target = target});
}

}  // namespace tt::broker::redis
