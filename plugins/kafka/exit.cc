// Exit portal: events to a topic of Kafka, each with the verdict of its own delivery report.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kafka/client.h"
#include "kafka/portals.h"
#include "kit/deadline.h"

namespace tt::broker::kafka {
namespace {

using portals::Verdict;

constexpr int kPollMs = 100;

struct Config : BrokerOptions {
  std::string topic;
  tmpl::Template key;
  int reply_seconds = 10;

  static constexpr auto fields() {
    return std::tuple_cat(
        broker_fields<Config>(),
        std::tuple{
            config::field("topic", &Config::topic, "Where events go.")
                .required()
                .not_empty()
                .example("events"),
            config::field("key", &Config::key,
                          "Events with one key stay in order, in one partition. Empty: any "
                          "partition.")
                .example("{{ event.host }}"),
            config::field(
                "reply_seconds", &Config::reply_seconds,
                "How long the cluster may take to acknowledge a whole batch; must be below "
                "the exit's `timeout`. Default 10.")
                .minimum(1)
                .maximum(300),
        });
  }
  static Status check(const Config& config) { return check_brokers(config); }
};

/// One call of deliver(), while its reports come.
struct Call {
  std::span<Verdict> verdicts;
  std::size_t left = 0;
  const Client* client = nullptr;
};
/// What a message carries to its report.
struct Ticket {
  Call* call = nullptr;
  std::size_t index = 0;
};

Verdict verdict_of(const rd_kafka_message_t& report, const Client& client) {
  if (report.err == RD_KAFKA_RESP_ERR_NO_ERROR)
    return Verdict::delivered(std::to_string(report.partition) + ":" +
                              std::to_string(report.offset));
  // A message that waited in vain says only that; the client knows for what.
  std::string text;
  const auto complaint = client.complaint(&text);
  const bool was_dropped = report.err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
                           report.err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
  const bool waited = was_dropped || report.err == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
  if (waited && complaint != RD_KAFKA_RESP_ERR_NO_ERROR)
    return Verdict::of(error_of(complaint, text));
  if (was_dropped) return Verdict::retry("kafka: no acknowledgement within `reply_seconds`");
  return Verdict::of(error_of(report.err));
}

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* report, void*) {
  const Ticket ticket = *static_cast<const Ticket*>(report->_private);
  ticket.call->verdicts[ticket.index] = verdict_of(*report, *ticket.call->client);
  --ticket.call->left;
}

class Deliverer final : public portals::Deliverer {
 public:
  Deliverer(const Config& config, std::unique_ptr<Client> client)
      : config_(config), client_(std::move(client)) {}

  void deliver(std::span<const portals::OutgoingEvent> events,
               std::span<Verdict> verdicts) override {
    if (!client_) {
      auto made = make_client(config_);
      if (!made.ok()) {
        for (Verdict& verdict : verdicts) verdict = Verdict::of(made.error());
        return;
      }
      client_ = *std::move(made);
    }
    const Deadline deadline(std::chrono::seconds(config_.reply_seconds));
    Call call{.verdicts = verdicts, .client = client_.get()};
    std::vector<Ticket> tickets(events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      tickets[i] = {&call, i};
      const Status sent = produce(events[i], &tickets[i]);
      if (sent.ok())
        ++call.left;
      else
        verdicts[i] = Verdict::of(sent.error());
      rd_kafka_poll(client_->get(), 0);
    }
    bool is_late = false;
    while (call.left > 0) {
      rd_kafka_poll(client_->get(), kPollMs);
      if (is_late || call.left == 0 || !deadline.is_over()) continue;
      // `message.timeout.ms` is looked at now and then only; what is dropped is reported at once.
      is_late = true;
      (void)rd_kafka_purge(client_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    }
    // After an error that ends idempotence, or a drop in flight, only another producer is one, and
    // what was mended is remembered as broken for minutes.
    const bool is_fatal =
        rd_kafka_fatal_error(client_->get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR;
    const auto is_broken = [](const Verdict& verdict) {
      return verdict.kind == portals::VerdictKind::kMisconfigured;
    };
    if (is_late || is_fatal || std::any_of(verdicts.begin(), verdicts.end(), is_broken))
      client_.reset();
  }

  static Result<std::unique_ptr<Client>> make_client(const Config& config) {
    return Client::make(
        config,
        {{"enable.idempotence", "true"},
         {"acks", "all"},
         // Behind the deadline, at which deliver() drops what waits.
         {"message.timeout.ms", std::to_string(1000LL * config.reply_seconds + 1000)},
         {"linger.ms", "0"}},
        on_delivery);
  }

 private:
  Status produce(const portals::OutgoingEvent& event, Ticket* ticket) const {
    TT_TRY(const std::string key, config_.key.render_strict(*event.scope));
    const std::string_view json = event.event.json, id = event.id;
    // The library copies what it is given, and asks for it without const.
    const auto bytes = [](std::string_view text) { return const_cast<char*>(text.data()); };
    // Headers of our own: 2.0.2 frees those it makes twice when it refuses a message.
    std::unique_ptr<rd_kafka_headers_t, Free<rd_kafka_headers_destroy>> headers(
        rd_kafka_headers_new(1));
    rd_kafka_header_add(headers.get(), "id", -1, id.data(), static_cast<ssize_t>(id.size()));
    std::vector<rd_kafka_vu_t> parts(key.empty() ? 5 : 6);
    parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
    parts[0].u.cstr = config_.topic.c_str();
    parts[1].vtype = RD_KAFKA_VTYPE_VALUE;
    parts[1].u.mem = {bytes(json), json.size()};
    parts[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    parts[2].u.i = RD_KAFKA_MSG_F_COPY;
    parts[3].vtype = RD_KAFKA_VTYPE_OPAQUE;
    parts[3].u.ptr = ticket;
    parts[4].vtype = RD_KAFKA_VTYPE_HEADERS;
    parts[4].u.headers = headers.get();
    if (!key.empty()) {
      parts[5].vtype = RD_KAFKA_VTYPE_KEY;
      parts[5].u.mem = {bytes(key), key.size()};
    }
    const std::unique_ptr<rd_kafka_error_t, Free<rd_kafka_error_destroy>> error(
        rd_kafka_produceva(client_->get(), parts.data(), parts.size()));
    if (error) return error_of(rd_kafka_error_code(error.get()));
    (void)headers.release();  // The message's now.
    return {};
  }

  const Config config_;
  std::unique_ptr<Client> client_;
};

Result<std::unique_ptr<portals::Deliverer>> connect(const Config& config) {
  TT_TRY(std::unique_ptr<Client> client, Deliverer::make_client(config));
  return std::unique_ptr<portals::Deliverer>(
      std::make_unique<Deliverer>(config, std::move(client)));
}

std::string target(const Config& config) { return config.brokers[0] + "/" + config.topic; }

}  // namespace

portals::ExitDescriptor exit_portal() {
  return portals::deliver_exit(portals::DeliverExit<Config>{
      .name = "kafka",
      .summary = "Produces events to a topic of Kafka, acknowledged by all replicas in sync.",
      .security =
          "The topic is fixed; event data chooses no more than the partition, through `key`.",
      .example = "type: kafka\nbrokers: [127.0.0.1:9092]\ntopic: events\n",
      .batches = true,
      .pages = false,
      .connect = connect,
      .target = target});
}

}  // namespace tt::broker::kafka
