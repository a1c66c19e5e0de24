// Exit portal: events to NATS, where JetStream acknowledges each of them, or the server its socket.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "nats/portals.h"
#include "nats/session.h"
#include "nats/subject.h"

namespace tt::broker::nats {
namespace {

using portals::Verdict;

struct Config : ServerOptions {
  tmpl::Template subject;
  bool jetstream = true;
  std::string stream;

  static constexpr auto fields() {
    return std::tuple_cat(
        server_fields<Config>(),
        std::tuple{
            config::field("subject", &Config::subject, "Where events are published.")
                .required()
                .example("events.{{ event.kind }}"),
            config::field("jetstream", &Config::jetstream,
                          "Default true: an event is delivered when a stream has it. False: when "
                          "the server has read it, whether or not anybody listens."),
            config::field("stream", &Config::stream,
                          "The stream that must take the subject; empty: whichever does."),
        });
  }
  static Status check(const Config& config) {
    TT_CHECK(check_servers(config));
    if (!config.jetstream && !config.stream.empty())
      return misconfigured("`stream` is for `jetstream: true`");
    return {};
  }
};

class Deliverer final : public portals::Deliverer {
 public:
  explicit Deliverer(const Config& config) : config_(config) {}

  void deliver(std::span<const portals::OutgoingEvent> events,
               std::span<Verdict> verdicts) override {
    const Deadline deadline(std::chrono::seconds(config_.reply_seconds));
    if (const Status ready = connect(deadline); !ready.ok()) {
      for (Verdict& verdict : verdicts) verdict = Verdict::of(ready.error());
      return;
    }
    first_ = next_;
    is_waiting_.assign(events.size(), false);
    std::vector<std::string> subjects(events.size());
    for (std::size_t i = 0; i < events.size(); ++i, ++next_) {
      Result<std::string> subject = subject_of(events[i]);
      if (subject.ok()) subjects[i] = *subject;
      Status sent = subject.ok() ? Status() : subject.error();
      // What is not begun now would end behind the deadline.
      if (sent.ok() && deadline.rest_ms() <= write_ms(config_))
        sent = retry("nats: `reply_seconds` were over before this event was sent");
      if (sent.ok()) sent = publish(events[i], subjects[i]);
      if (sent.ok())
        is_waiting_[i] = true;
      else
        verdicts[i] = Verdict::of(sent.error());
    }
    const Status flushed = flush(deadline);
    const bool all_answered = config_.jetstream && flushed.ok() && read_acks(deadline, verdicts);
    settle(deadline, flushed, all_answered, subjects, verdicts);
  }

 private:
  Status connect(const Deadline& deadline) {
    if (session_ && !natsConnection_IsClosed(session_->connection())) return {};
    acks_.reset();
    session_.reset();
    TT_TRY(session_, Session::connect(config_, deadline));
    if (!config_.jetstream) return {};
    natsInbox* inbox = nullptr;
    if (const natsStatus made = natsInbox_Create(&inbox); made != NATS_OK) return error_of(made);
    inbox_ = inbox;
    natsInbox_Destroy(inbox);
    natsSubscription* acks = nullptr;
    const natsStatus status =
        natsConnection_SubscribeSync(&acks, session_->connection(), (inbox_ + ".*").c_str());
    acks_.reset(acks);
    if (status != NATS_OK) return error_of(status);
    return {};
  }

  Result<std::string> subject_of(const portals::OutgoingEvent& event) const {
    TT_TRY(const std::string text, config_.subject.render_strict(*event.scope));
    return nats::subject_of(text);
  }

  /// With an address for its acknowledgement: the inbox, and the event's number.
  Status publish(const portals::OutgoingEvent& event, const std::string& subject) {
    const std::string reply = inbox_ + "." + std::to_string(next_);
    const std::string id(event.idempotency_key.empty() ? event.id : event.idempotency_key);
    natsMsg* raw = nullptr;
    natsStatus status =
        natsMsg_Create(&raw, subject.c_str(), config_.jetstream ? reply.c_str() : nullptr,
                       event.event.json.data(), static_cast<int>(event.event.json.size()));
    const Msg message(raw);
    if (status == NATS_OK) status = natsMsgHeader_Set(raw, "Nats-Msg-Id", id.c_str());
    if (status == NATS_OK && !config_.stream.empty())
      status = natsMsgHeader_Set(raw, "Nats-Expected-Stream", config_.stream.c_str());
    if (status == NATS_OK) status = natsConnection_PublishMsg(session_->connection(), raw);
    if (status != NATS_OK) return error_of(status);
    return {};
  }

  Status flush(const Deadline& deadline) {
    const natsStatus status = natsConnection_FlushTimeout(
        session_->connection(), std::max<std::int64_t>(deadline.rest_ms(), 1));
    if (status != NATS_OK) return error_of(status);
    return {};
  }

  /// True: every event was answered, and those that still wait have no stream, which the library
  /// tells without their address.
  bool read_acks(const Deadline& deadline, std::span<Verdict> verdicts) {
    std::size_t left = 0;
    for (const bool waits : is_waiting_) left += waits ? 1 : 0;
    while (left > 0) {
      const std::int64_t rest_ms = deadline.rest_ms();
      if (rest_ms == 0) return false;
      natsMsg* raw = nullptr;
      const natsStatus status = natsSubscription_NextMsg(&raw, acks_.get(), rest_ms);
      const Msg ack(raw);
      if (status == NATS_NO_RESPONDERS) {
        --left;
        continue;
      }
      if (status != NATS_OK) return false;
      const std::size_t i = index_of(natsMsg_GetSubject(raw));
      // Those of an earlier call, which were given up, come late.
      if (i >= verdicts.size() || !is_waiting_[i]) continue;
      is_waiting_[i] = false;
      --left;
      verdicts[i] = verdict_of_ack(
          {natsMsg_GetData(raw), static_cast<std::size_t>(natsMsg_GetDataLength(raw))});
    }
    return true;
  }

  /// Which event of this call an acknowledgement is for, by where it was sent to.
  std::size_t index_of(std::string_view to) const {
    std::uint64_t number = 0;
    std::from_chars(to.data() + std::min(to.size(), inbox_.size() + 1), to.data() + to.size(),
                    number);
    return static_cast<std::size_t>(number - first_);
  }

  /// What still waits, by what the server said meanwhile.
  void settle(const Deadline& deadline, const Status& flushed, bool all_answered,
              const std::vector<std::string>& subjects, std::span<Verdict> verdicts) {
    const auto refusals = session_->end_refused(deadline);
    bool is_lost = !flushed.ok() || !refusals || !refusals->empty();
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      if (!is_waiting_[i]) continue;
      if (!refusals) {
        verdicts[i] = Verdict::retry("nats: something was refused, and what is not known in time");
        continue;
      }
      const auto refusal =
          std::find_if(refusals->begin(), refusals->end(),
                       [&](const std::string& one) { return is_refusal_of(one, subjects[i]); });
      if (refusal != refusals->end()) {
        verdicts[i] = Verdict::rejected("nats: " + *refusal);
      } else if (!flushed.ok()) {
        verdicts[i] = Verdict::of(flushed.error());
      } else if (!config_.jetstream) {
        verdicts[i] = Verdict::delivered();
      } else if (all_answered) {
        verdicts[i] = Verdict::retry("jetstream: no stream takes this subject");
      } else {
        verdicts[i] = Verdict::retry("jetstream: no acknowledgement within `reply_seconds`");
        is_lost = true;
      }
    }
    if (!is_lost) return;
    acks_.reset();
    session_.reset();
  }

  const Config config_;
  std::unique_ptr<Session> session_;
  std::string inbox_;
  Subscription acks_;
  std::uint64_t next_ = 1, first_ = 1;  // Numbers of events; never used twice.
  std::vector<bool> is_waiting_;        // For its acknowledgement, or the flush.
};

Result<std::unique_ptr<portals::Deliverer>> connect(const Config& config) {
  return std::unique_ptr<portals::Deliverer>(std::make_unique<Deliverer>(config));
}

std::string target(const Config& config) { return config.servers[0]; }

}  // namespace

portals::ExitDescriptor exit_portal() {
  return portals::deliver_exit(portals::DeliverExit<Config>{
      .name = "nats",
      .summary = "Publishes events to NATS; JetStream acknowledges each of them.",
      .security =
          "Event data cannot make a wildcard or reach the server's own subjects. Where `subject` "
          "has holes it chooses the subject: give the user permissions for those it may publish.",
      .example = "type: nats\nservers: [nats://127.0.0.1:4222]\nsubject: events\n",
      .batches = true,
      .pages = false,
      .connect = connect,
      .target = target});
}

}  // namespace tt::broker::nats
