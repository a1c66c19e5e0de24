// Entry portal: events from a durable consumer of JetStream, or from subjects of core NATS.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "kit/intake.h"
#include "kit/text.h"
#include "nats/portals.h"
#include "nats/session.h"

namespace tt::broker::nats {
namespace {

// How long a stop may have to wait: cut in the middle, it would leave acknowledgements unsent.
constexpr std::int64_t kWaitMs = 500;
constexpr int kLogWarning = 2;

struct Config : ServerOptions {
  std::string subject;
  bool jetstream = true;
  std::string stream;
  std::string durable = "time-tunnel";
  bool old_messages = true;
  std::string group = "time-tunnel";
  int fetch = 100;

  static constexpr auto fields() {
    return std::tuple_cat(
        server_fields<Config>(),
        std::tuple{
            config::field("subject", &Config::subject,
                          "What is taken, with wildcards. JetStream: empty is all of the stream.")
                .example("events.>"),
            config::field("jetstream", &Config::jetstream,
                          "Default true: from `stream`, acknowledged when stored. False: what is "
                          "published while we listen, and what is not is lost."),
            config::field("stream", &Config::stream, "JetStream: name of the stream.")
                .example("EVENTS"),
            config::field("durable", &Config::durable,
                          "JetStream: name of the pull consumer, which daemons may share; made "
                          "when missing. Default time-tunnel.")
                .not_empty(),
            config::field("old_messages", &Config::old_messages,
                          "JetStream: a new consumer begins with what is there already. Default "
                          "true."),
            config::field("group", &Config::group,
                          "Without JetStream: queue group, of which one member gets a message. "
                          "Default time-tunnel; empty: every daemon gets all."),
            config::field("fetch", &Config::fetch,
                          "How many messages are taken and stored at once. Default 100.")
                .minimum(1)
                .maximum(1000),
        });
  }
  static Status check(const Config& config) {
    TT_CHECK(check_servers(config));
    if (config.jetstream && config.stream.empty())
      return misconfigured("`stream` is missing: where JetStream keeps the messages");
    if (!config.jetstream && config.subject.empty())
      return misconfigured("`subject` is missing: what is listened to");
    return {};
  }
};

Message message_of(natsMsg* raw) {
  Message message{.body = std::string(natsMsg_GetData(raw) ? natsMsg_GetData(raw) : "",
                                      static_cast<std::size_t>(natsMsg_GetDataLength(raw)))};
  message.facts = {{"nats.subject", json_string(mend_utf8(natsMsg_GetSubject(raw)))}};
  const char* id = nullptr;
  if (natsMsgHeader_Get(raw, "Nats-Msg-Id", &id) == NATS_OK && id)
    message.facts.push_back({"nats.id", json_string(mend_utf8(id))});
  jsMsgMetaData* meta = nullptr;
  if (natsMsg_GetMetaData(&meta, raw) == NATS_OK && meta) {
    message.facts.push_back({"nats.stream", json_string(meta->Stream)});
    message.facts.push_back({"nats.seq", std::to_string(meta->Sequence.Stream)});
    message.time_ms = meta->Timestamp / 1'000'000;
    jsMsgMetaData_Destroy(meta);
  }
  return message;
}

std::vector<Message> messages_of(const std::vector<Msg>& all) {
  std::vector<Message> messages;
  for (const Msg& one : all) messages.push_back(message_of(one.get()));
  return messages;
}

/// Finds the durable consumer, or makes it; gives the subject that it filters.
Result<std::string> find_consumer(const Config& config, jsCtx* jetstream) {
  jsConsumerInfo* info = nullptr;
  jsErrCode number{};
  natsStatus status = js_GetConsumerInfo(&info, jetstream, config.stream.c_str(),
                                         config.durable.c_str(), nullptr, &number);
  if (status == NATS_NOT_FOUND && number != JSStreamNotFoundErr) {
    jsConsumerConfig wanted;
    jsConsumerConfig_Init(&wanted);
    wanted.Durable = config.durable.c_str();
    wanted.AckPolicy = js_AckExplicit;
    wanted.DeliverPolicy = config.old_messages ? js_DeliverAll : js_DeliverNew;
    wanted.FilterSubject = config.subject.empty() ? nullptr : config.subject.c_str();
    status = js_AddConsumer(&info, jetstream, config.stream.c_str(), &wanted, nullptr, &number);
  }
  if (status != NATS_OK) return error_of(status).with("stream " + config.stream);
  const char* filter = info->Config->FilterSubject;
  std::string subject = filter && *filter ? filter : ">";
  const bool pushes = info->Config->DeliverSubject && *info->Config->DeliverSubject;
  jsConsumerInfo_Destroy(info);
  if (pushes) return misconfigured("nats: the consumer `durable` pushes; one that pulls is needed");
  if (!config.subject.empty() && subject != config.subject)
    return misconfigured("nats: the consumer `durable` filters another subject: " + subject);
  return subject;
}

/// Those that are there; when none is, waits for one.
Result<std::vector<Msg>> fetch(natsSubscription* subscription, int count, bool waits) {
  jsFetchRequest request;
  jsFetchRequest_Init(&request);
  request.Batch = waits ? 1 : count;
  request.NoWait = !waits;
  request.Expires = kWaitMs * 1'000'000;
  natsMsgList list{};
  const natsStatus status = natsSubscription_FetchRequest(&list, subscription, &request);
  std::vector<Msg> messages;
  for (int i = 0; i < list.Count; ++i) messages.emplace_back(std::exchange(list.Msgs[i], nullptr));
  natsMsgList_Destroy(&list);
  if (status == NATS_OK || status == NATS_TIMEOUT || status == NATS_NOT_FOUND) return messages;
  return error_of(status);
}

Status store_and_ack(const std::vector<Msg>& messages, const Intake& intake) {
  const auto faults = intake.store(messages_of(messages));
  for (std::size_t i = 0; i < messages.size(); ++i) {
    natsMsg* message = messages[i].get();
    if (!faults.ok()) {
      (void)natsMsg_Nak(message, nullptr);
    } else if ((*faults)[i].empty()) {
      if (const natsStatus done = natsMsg_Ack(message, nullptr); done != NATS_OK)
        return error_of(done);
    } else {
      intake.inbox().log(kLogWarning,
                         "a message cannot be stored in any form, and is ended: " + (*faults)[i]);
      (void)natsMsg_Term(message, nullptr);
    }
  }
  if (!faults.ok()) return faults.error();
  return {};
}

Status run_jetstream(const Config& config, Session& session, const Intake& intake) {
  jsCtx* context = nullptr;
  if (const natsStatus made = natsConnection_JetStream(&context, session.connection(), nullptr);
      made != NATS_OK)
    return error_of(made);
  const JetStream jetstream(context);
  TT_TRY(const std::string subject, find_consumer(config, context));
  jsSubOptions options;
  jsSubOptions_Init(&options);
  options.Stream = config.stream.c_str();
  options.Consumer = config.durable.c_str();
  natsSubscription* raw = nullptr;
  const natsStatus status = js_PullSubscribe(&raw, context, subject.c_str(), config.durable.c_str(),
                                             nullptr, &options, nullptr);
  const Subscription subscription(raw);
  if (status != NATS_OK) return error_of(status);
  bool waits = false;
  while (!intake.inbox().is_stopping()) {
    TT_TRY(const std::vector<Msg> messages, fetch(raw, config.fetch, waits));
    waits = messages.empty();
    if (!waits) TT_CHECK(store_and_ack(messages, intake));
  }
  (void)natsConnection_FlushTimeout(session.connection(), kWaitMs);
  return {};
}

Status run_core(const Config& config, Session& session, const Intake& intake) {
  natsSubscription* raw = nullptr;
  natsConnection* connection = session.connection();
  const natsStatus made =
      config.group.empty() ? natsConnection_SubscribeSync(&raw, connection, config.subject.c_str())
                           : natsConnection_QueueSubscribeSync(
                                 &raw, connection, config.subject.c_str(), config.group.c_str());
  const Subscription subscription(raw);
  if (made != NATS_OK) return error_of(made);
  std::int64_t dropped_before = 0;
  while (!intake.inbox().is_stopping()) {
    std::vector<Msg> messages;
    natsStatus status = NATS_OK;
    while (status == NATS_OK && messages.size() < static_cast<std::size_t>(config.fetch)) {
      natsMsg* message = nullptr;
      // A library that dropped messages says so once, and goes on.
      status = natsSubscription_NextMsg(&message, raw, messages.empty() ? kWaitMs : 1);
      if (status == NATS_OK) messages.emplace_back(message);
    }
    if (!messages.empty()) TT_CHECK(intake.store_all(messages_of(messages)));
    if (const std::string refusal = session.take_refusal(); !refusal.empty())
      return misconfigured("nats: " + refusal);
    std::int64_t dropped = 0;
    if (natsSubscription_GetDropped(raw, &dropped) == NATS_OK && dropped > dropped_before) {
      intake.inbox().log(kLogWarning,
                         "messages came faster than they were stored, and were lost: " +
                             std::to_string(dropped - dropped_before));
      dropped_before = dropped;
    }
    if (status != NATS_OK && status != NATS_TIMEOUT && status != NATS_SLOW_CONSUMER)
      return error_of(status);
  }
  return {};
}

class Runner final : public portals::Runner {
 public:
  explicit Runner(const Config& config) : config_(config) {}

  Status run(const portals::Inbox& inbox) override {
    TT_TRY(const std::unique_ptr<Session> session,
           Session::connect(config_, Deadline(std::chrono::seconds(config_.reply_seconds))));
    const Intake intake(inbox, "nats");
    return config_.jetstream ? run_jetstream(config_, *session, intake)
                             : run_core(config_, *session, intake);
  }

 private:
  const Config config_;
};

std::unique_ptr<portals::Runner> make(const Config& config) {
  return std::make_unique<Runner>(config);
}

}  // namespace

portals::EntryDescriptor entry_portal() {
  return portals::run_entry(portals::RunEntry<Config>{
      .name = "nats",
      .summary = "Takes events from a JetStream consumer, or from subjects of NATS.",
      .security =
          "Whoever may publish to the subject can send any event: guard it with permissions of "
          "the server.",
      .example = "type: nats\nservers: [nats://127.0.0.1:4222]\nstream: EVENTS\n",
      .make = make});
}

}  // namespace tt::broker::nats
