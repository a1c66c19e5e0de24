// Field table of the options that every entry has.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/common_parts.h"

namespace tt::config {

template <>
struct EnumWords<portals::Ack> {
  static constexpr EnumWord words[] = {{"disk", 0}, {"written", 1}, {"memory", 2}};
};
template <>
struct EnumWords<portals::Raw> {
  static constexpr EnumWord words[] = {{"keep", 0}, {"drop", 1}};
};

}  // namespace tt::config

namespace tt::portals {
namespace {

using config::ByteSize;
using config::field;

struct MtlsOptions {
  std::vector<std::string> san;
  static constexpr std::string_view kTypeName = "mtls_auth";
  static constexpr auto fields() {
    return std::tuple{
        field("san", &MtlsOptions::san,
              "Alternative names of which the client's certificate must have one: "
              "`DNS:a.example.com`.")
            .required()
            .not_empty(),
    };
  }
};

struct EntryAuthOptions {
  std::optional<NoAuth> open;
  Secret bearer;
  std::optional<BasicOptions> basic;
  std::optional<MtlsOptions> mtls;

  static constexpr std::string_view kTypeName = "entry_auth";
  static constexpr std::string_view kShortForm = "open";
  static constexpr auto fields() {
    return std::tuple{
        field("open", &EntryAuthOptions::open, "The word `none`: everyone may send.")
            .default_text("not said"),
        field("bearer", &EntryAuthOptions::bearer, "Token that senders show as `Bearer`.")
            .default_text("none"),
        field("basic", &EntryAuthOptions::basic, "User and password of HTTP Basic.")
            .default_text("none"),
        field("mtls", &EntryAuthOptions::mtls, "Client certificate, checked by `tls.client_ca`.")
            .default_text("none"),
    };
  }
  static Status check(const EntryAuthOptions& o) {
    if (o.open.has_value() + !o.bearer.empty() + o.basic.has_value() + o.mtls.has_value() == 1)
      return {};
    return misconfigured(
        "an `auth` has exactly one of none, bearer, basic, mtls; "
        "a list means that any of them will do");
  }
};

struct EntryOptions {
  std::vector<EntryAuthOptions> auth;
  Ack ack = Ack::kDisk;
  std::optional<ByteSize> max_body;
  std::optional<config::Rate> rate;
  std::vector<config::Cidr> allow;
  config::Node set, unset;
  Raw raw = Raw::kKeep;
  Verifier verify;

  static constexpr auto fields() {
    return std::tuple{
        field("auth", &EntryOptions::auth,
              "Who may send: one or a list of `none`, `{bearer: S}`, `{basic: {user, password}}`, "
              "`{mtls: {san}}`. Off loopback it must be said.")
            .default_text("not said")
            .example("{bearer: {env: TOKEN}}"),
        field("ack", &EntryOptions::ack,
              "How safe an event is when the sender gets its answer: `disk` survives a power cut, "
              "`written` a killed process, `memory` neither."),
        field("max_body", &EntryOptions::max_body, "Largest request body on the wire.")
            .default_text("25MiB for hooks, 4MiB else")
            .minimum(1)
            .maximum(1u << 30),
        field("rate", &EntryOptions::rate, "Events that one sender may send, `100/s`.")
            .default_text("no limit")
            .example("100/s"),
        field("allow", &EntryOptions::allow, "Networks that may send.")
            .default_text("everyone")
            .example("[10.0.0.0/8]"),
        field("set", &EntryOptions::set, "Fields that every event gets before it is stored.")
            .default_text("nothing")
            .example("{project: web}"),
        field("unset", &EntryOptions::unset,
              "Fields taken away before an event is stored: names, or `prefix.*`.")
            .default_text("nothing")
            .example("[\"raw.*\"]"),
        field("raw", &EntryOptions::raw,
              "Whether hook portals keep the sender's own fields under `raw.`."),
        field("verify", &EntryOptions::verify,
              "How a sender over HTTP proves itself, beside or instead of `auth`."),
    };
  }
};

std::vector<Auth> to_auth(std::vector<EntryAuthOptions> ways) {
  std::vector<Auth> all;
  for (EntryAuthOptions& one : ways) {
    Auth& auth = all.emplace_back();
    auth.none = one.open.has_value();
    if (!one.bearer.empty()) auth.bearer = std::move(one.bearer);
    if (one.basic) auth.basic = to_basic(std::move(*one.basic));
    if (one.mtls) auth.mtls_san = std::move(one.mtls->san);
  }
  return all;
}

EntryCommon take(EntryOptions o) {
  EntryCommon to;
  to.auth = to_auth(std::move(o.auth));
  to.ack = o.ack;
  if (o.max_body) to.max_body_bytes = o.max_body->bytes;
  if (o.rate) to.rate_per_sec = o.rate->per_sec;
  to.allow = std::move(o.allow);
  to.raw = o.raw;
  to.verify = std::move(o.verify);
  return to;
}

}  // namespace

const std::vector<config::FieldInfo>& entry_common_fields() {
  return config::fields_of<EntryOptions>();
}

bool parse_entry(const config::Node& node, const config::StructInfo& own, void* value,
                 EntryCommon& common, config::ParseContext& context) {
  return parse_both<EntryOptions>(node, own, value, common, context, &take);
}

std::vector<Auth> parse_auth(const config::Node& node, config::ParseContext& context) {
  auto ways = config::parse_as<std::vector<EntryAuthOptions>>(node, context);
  return ways ? to_auth(*std::move(ways)) : std::vector<Auth>();
}

}  // namespace tt::portals
