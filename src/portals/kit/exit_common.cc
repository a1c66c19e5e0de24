// Field table of the options that every exit has.
// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"
#include "portals/kit/common_parts.h"

namespace tt::config {

template <>
struct EnumWords<portals::Order> {
  static constexpr EnumWord words[] = {{"tunnel", 0}, {"strict", 1}, {"none", 2}};
};
template <>
struct EnumWords<portals::WhenFull> {
  static constexpr EnumWord words[] = {{"skip", 0}, {"block", 1}};
};

}  // namespace tt::config

namespace tt::portals {
namespace {

using config::ByteSize;
using config::Duration;
using config::field;

struct ExitAuthOptions {
  std::optional<NoAuth> open;
  Secret bearer;
  std::optional<BasicOptions> basic;

  static constexpr std::string_view kTypeName = "exit_auth";
  static constexpr std::string_view kShortForm = "open";
  static constexpr auto fields() {
    return std::tuple{
        field("open", &ExitAuthOptions::open, "The word `none`: nothing is sent.")
            .default_text("not said"),
        field("bearer", &ExitAuthOptions::bearer, "Token sent as `Authorization: Bearer`.")
            .default_text("none"),
        field("basic", &ExitAuthOptions::basic, "User and password sent as HTTP Basic.")
            .default_text("none"),
    };
  }
  static Status check(const ExitAuthOptions& o) {
    if (o.open.has_value() + !o.bearer.empty() + o.basic.has_value() == 1) return {};
    return misconfigured("`auth` has exactly one of none, bearer, basic");
  }
};

struct BatchOptions {
  std::optional<int> events;
  ByteSize bytes{1u << 20};
  std::optional<Duration> wait;
  static constexpr std::string_view kTypeName = "batch";
  static constexpr auto fields() {
    return std::tuple{
        field("events", &BatchOptions::events, "Most events in one request.")
            .default_text("500; `exec`, `file` and `stdout` 10000")
            .minimum(1)
            .maximum(10'000),
        field("bytes", &BatchOptions::bytes, "Most bytes of events in one request.")
            .minimum(1)
            .maximum(4u << 20),
        field("wait", &BatchOptions::wait, "How long a batch that is not full waits for more.")
            .default_text("0s; `exec`, `file` and `stdout` 20ms")
            .maximum(60e9),
    };
  }
};

struct RetryOptions {
  Duration base{kNsPerSec};
  Duration cap{300 * kNsPerSec};
  Duration max_age{72 * 3600 * kNsPerSec};
  static constexpr std::string_view kTypeName = "retry";
  static constexpr auto fields() {
    return std::tuple{
        field("base", &RetryOptions::base, "Longest pause before the first retry.").minimum(1e6),
        field("cap", &RetryOptions::cap,
              "Longest pause between two retries of one event. While the exit is down as a whole, "
              "its pauses count, which this does not bound: 1 s, 2 s ... 5 min (`tictoc exit "
              "resume` ends one).")
            .minimum(1e6),
        field("max_age", &RetryOptions::max_age,
              "An event that failed for so long becomes a dead letter `exhausted`; an outage of "
              "the whole exit does not count. A restart of the daemon begins to count anew."),
    };
  }
  static Status check(const RetryOptions& o) {
    if (o.base.ns <= o.cap.ns) return {};
    return misconfigured("retry.base is longer than retry.cap");
  }
};

struct TlsOptions {
  config::Path ca, cert, key;
  bool insecure = false;
  static constexpr std::string_view kTypeName = "client_tls";
  static constexpr auto fields() {
    return std::tuple{
        field("ca", &TlsOptions::ca, "PEM file of the authorities to trust.")
            .default_text("those of the system"),
        field("cert", &TlsOptions::cert, "PEM file of our certificate.").default_text("none"),
        field("key", &TlsOptions::key, "PEM file of its key.").default_text("none"),
        field("insecure", &TlsOptions::insecure, "Accept any certificate. Never in production."),
    };
  }
  static Status check(const TlsOptions& o) {
    if (o.cert.empty() == o.key.empty()) return {};
    return misconfigured("tls.cert and tls.key go together");
  }
};

struct MaxLagOptions {
  Duration age{7 * 24 * 3600 * kNsPerSec};
  std::optional<ByteSize> bytes;
  static constexpr std::string_view kTypeName = "max_lag";
  static constexpr auto fields() {
    return std::tuple{
        field("age", &MaxLagOptions::age, "Age of the oldest event that is waited for."),
        field("bytes", &MaxLagOptions::bytes, "Bytes of the tunnel that the exit may hold back.")
            .default_text("half of tunnel.max_bytes"),
    };
  }
};

struct ExitOptions {
  Order order = Order::kTunnel;
  std::optional<int> in_flight;
  BatchOptions batch;
  Duration timeout{20 * kNsPerSec};
  RetryOptions retry;
  std::optional<Duration> expire;
  std::optional<config::Rate> rate;
  std::optional<ExitAuthOptions> auth;
  TlsOptions tls;
  config::Url proxy;
  std::string start = "latest";
  std::optional<std::string> was;
  MaxLagOptions max_lag;
  WhenFull when_full = WhenFull::kSkip;
  std::vector<config::Cidr> allow_networks;
  config::Node set, unset;

  static constexpr auto fields() {
    return std::tuple{
        field("order", &ExitOptions::order,
              "`tunnel`: one request at a time in order, but an event that failed five times lets "
              "the next one pass, unless both have the same `alert_key`; `strict`: never; `none`: "
              "several requests, any order."),
        field("in_flight", &ExitOptions::in_flight, "Requests at a time, with `order: none`.")
            .default_text("16 with `order: none`, else 1")
            .minimum(1)
            .maximum(256),
        field("batch", &ExitOptions::batch, "Size of batches, for exits that send them."),
        field("timeout", &ExitOptions::timeout, "How long one request may take.")
            .minimum(1e6)
            .maximum(600e9),
        field("retry", &ExitOptions::retry, "Pauses after failures: doubled each time, random."),
        field("expire", &ExitOptions::expire,
              "Events older than this are dead letters `expired` instead of being sent.")
            .default_text("never")
            .example("1h"),
        field("rate", &ExitOptions::rate, "Most requests, `30/m`.")
            .default_text("no limit")
            .example("30/m"),
        field("auth", &ExitOptions::auth, "`none`, `{bearer: S}` or `{basic: {user, password}}`.")
            .default_text("none")
            .example("{bearer: {env: TOKEN}}"),
        field("tls", &ExitOptions::tls, "Authorities and client certificate."),
        field("proxy", &ExitOptions::proxy, "HTTP or SOCKS proxy; the environment is not asked.")
            .default_text("none")
            .example("http://proxy.example.com:3128"),
        field("start", &ExitOptions::start,
              "Where a new exit begins: `latest`, `earliest`, or a duration back.")
            .example("24h"),
        field("was", &ExitOptions::was, "Former name, whose place in the tunnel is taken over.")
            .default_text("none"),
        field("max_lag", &ExitOptions::max_lag,
              "How far the exit may fall behind before it does what `when_full` says; from 70 % on "
              "the "
              "log warns."),
        field(
            "when_full", &ExitOptions::when_full,
            "At its `max_lag` an exit gives up its oldest events until 90 % are left (`skip`: they "
            "count as dead, one dead letter `gap` names the range), or intake answers 503 until "
            "then (`block`)."),
        field("allow_networks", &ExitOptions::allow_networks,
              "Networks that may be dialled although they are link-local or metadata addresses.")
            .default_text("none"),
        field("set", &ExitOptions::set, "Fields that every event gets on its way out.")
            .default_text("nothing")
            .example("{severity: info}"),
        field("unset", &ExitOptions::unset,
              "Fields taken away on the way out: names, or `prefix.*`.")
            .default_text("nothing")
            .example("[\"raw.*\"]"),
    };
  }
  static Status check(const ExitOptions& o) {
    if (o.in_flight.value_or(1) > 1 && o.order != Order::kNone)
      return misconfigured("in_flight above 1 needs `order: none`");
    if (o.start != "latest" && o.start != "earliest" && !parse_duration_ns(o.start))
      return misconfigured("start is `latest`, `earliest` or a duration such as 24h");
    return {};
  }
};

constexpr int kNotSaid = -1;

ExitCommon take(ExitOptions o) {
  ExitCommon to;
  to.order = o.order;
  to.in_flight = o.order == Order::kNone ? o.in_flight.value_or(16) : 1;
  to.batch = {o.batch.events.value_or(kNotSaid), o.batch.bytes,
              o.batch.wait ? o.batch.wait->ns : kNotSaid};
  to.timeout_ns = o.timeout;
  to.retry = {o.retry.base, o.retry.cap, o.retry.max_age};
  if (o.expire) to.expire_ns = o.expire->ns;
  if (o.rate) to.rate_per_sec = o.rate->per_sec;
  if (o.auth && !o.auth->open) {
    Auth& auth = to.auth.emplace();
    if (!o.auth->bearer.empty()) auth.bearer = std::move(o.auth->bearer);
    if (o.auth->basic) auth.basic = to_basic(std::move(*o.auth->basic));
  }
  to.tls = {o.tls.ca.text, o.tls.cert.text, o.tls.key.text, o.tls.insecure};
  to.proxy = std::move(o.proxy);
  to.start = std::move(o.start);
  to.was = std::move(o.was);
  to.max_lag.age_ns = o.max_lag.age;
  if (o.max_lag.bytes) to.max_lag.bytes = o.max_lag.bytes->bytes;
  to.when_full = o.when_full;
  for (const config::Cidr& network : o.allow_networks)
    to.allow_networks.push_back(network.to_string());
  return to;
}

}  // namespace

const std::vector<config::FieldInfo>& exit_common_fields() {
  return config::fields_of<ExitOptions>();
}

bool parse_exit(const config::Node& node, const config::StructInfo& own, void* value,
                const ExitCommon::Batch& usual_batch, ExitCommon& common,
                config::ParseContext& context) {
  if (!parse_both<ExitOptions>(node, own, value, common, context, &take)) return false;
  ExitCommon::Batch& batch = common.batch;
  if (batch.events == kNotSaid) batch.events = usual_batch.events;
  if (batch.wait_ns == kNotSaid) batch.wait_ns = usual_batch.wait_ns;
  return true;
}

}  // namespace tt::portals
