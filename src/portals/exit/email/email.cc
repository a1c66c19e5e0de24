// Exit portal: sends a mail for each event through an SMTP server.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "base/utf8.h"
#include "portals/exit/email/mime.h"
#include "portals/kit/exit.h"
#include "portals/kit/url.h"
#include "template/link.h"

namespace tt::portals::exit::email {

using StartTls = net::ClientMail::StartTls;

}  // namespace tt::portals::exit::email

namespace tt::config {

template <>
struct EnumWords<net::ClientMail::StartTls> {
  static constexpr EnumWord words[] = {{"always", 0}, {"if-offered", 1}, {"never", 2}};
};

}  // namespace tt::config

namespace tt::portals::exit::email {
namespace {

constexpr std::size_t kSubjectRunesMax = 200;

struct Config {
  std::string server;
  std::string from;
  std::vector<std::string> to;
  tmpl::Template subject, text;
  StartTls start_tls = StartTls::kAlways;

  static constexpr auto fields() {
    return std::tuple{
        config::field("server", &Config::server,
                      "`smtp://host:587`, or `smtps://host:465` for TLS from the first byte. User "
                      "and password are those of `auth: {basic: ...}`.")
            .required()
            .example("smtp://mail.example.com:587"),
        config::field("from", &Config::from, "Address of the sender.")
            .required()
            .example("alerts@example.com"),
        config::field("to", &Config::to, "Address of the receiver, or a list.")
            .required()
            .not_empty()
            .example("[ops@example.com]"),
        config::field("subject", &Config::subject, "Subject of the mail.")
            .default_text("[severity] message")
            .example("'{{ event.project }}: {{ event.message }}'"),
        config::field("text", &Config::text, "Body of the mail, plain text.")
            .default_text("the message, and the named and well-known fields in lines"),
        config::field("start_tls", &Config::start_tls,
                      "Whether `smtp://` turns to TLS before anything is told; `always` refuses a "
                      "server that cannot."),
    };
  }
  static Status check(const Config& c) {
    if (!c.server.empty()) {
      const auto server = config::parse_url(c.server);
      if (!server.ok()) return server.error();
      if (server->scheme != "smtp" && server->scheme != "smtps")
        return misconfigured("`server` is written smtp://host:587 or smtps://host:465");
      if (!server->user.empty() || !server->password.empty())
        return misconfigured("user and password stand in `auth: {basic: {user, password}}`");
    }
    if (!c.from.empty() && !is_address(c.from))
      return misconfigured("`from` is one address, name@host");
    for (const std::string& to : c.to)
      if (!is_address(to)) return misconfigured("`to` holds addresses, name@host");
    return {};
  }
};

std::string default_subject(const event::EventView& event) {
  const std::string severity = event.text("severity");
  return (severity.empty() ? "" : "[" + severity + "] ") + event.text("message");
}

std::string default_body(const event::EventView& event) {
  std::string text = event.text("message") + "\n\n";
  for (const auto& names : {event::kNamedFields, event::kWellKnownFields})
    for (const std::string_view name : names)
      if (const std::string value = event.text(name); name != "message" && !value.empty())
        text += std::string(name) + ": " + printable(value) + "\n";
  return text;
}

/// Mails of one alert stand in one thread: all answer a first one that was never sent, which mail
/// programs take as well (RFC 5322 section 3.6.4).
std::string thread_fields(const event::EventView& event, std::string_view domain) {
  const std::string key = event.text("alert_key");
  if (key.empty()) return "";
  const std::string root =
      "<" + hex(as_text(sha256(key))).substr(0, 32) + ".alert@" + std::string(domain) + ">";
  return "In-Reply-To: " + root + "\r\nReferences: " + root + "\r\n";
}

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  const OutgoingEvent& out = events.front();
  ExitRequest request{.method = "MAIL", .url = SensitiveText(c.server)};
  const std::string subject = c.subject.empty()
                                  ? default_subject(out.event)
                                  : c.subject.render(*out.scope, {.failures = &request.failures});
  const std::string text = c.text.empty()
                               ? default_body(out.event)
                               : c.text.render(*out.scope, {.failures = &request.failures});
  const std::string domain = c.from.substr(c.from.rfind('@') + 1);
  std::string& mail = request.body;
  mail = address_field("From", {c.from}) + address_field("To", c.to) +
         header_field("Subject", clip_runes(subject, kSubjectRunesMax)) +
         "Date: " + mail_date(out.meta.received_ns) + "\r\nMessage-ID: <" + std::string(out.id) +
         "@" + domain + ">\r\n" + thread_fields(out.event, domain) +
         // RFC 3834 section 5: no holiday notices back.
         "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
         "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         base64_body(text);
  request.mail = std::make_shared<const net::ClientMail>(
      net::ClientMail{.from = c.from, .to = c.to, .start_tls = c.start_tls});
  return request;
}

/// Whether the server has seen the message: it said 354 to DATA, as to nothing else (RFC 5321
/// section 4.3.2).
bool was_message_read(const ExitAnswer& answer) {
  const auto replies = split(answer.body, '\n');
  return std::any_of(replies.begin(), replies.end(),
                     [](std::string_view reply) { return reply.starts_with("354"); });
}

// RFC 5321 section 4.2.1, and RFC 4954 section 6 for the codes about authentication. What is
// refused before the message has been read is refused to every event alike: login, sender and
// receivers are those of the configuration.
VerdictKind verdict_of_reply(const ExitAnswer& answer) {
  switch (answer.status) {
    case 530:
    case 534:
    case 535:
    case 538:
      return VerdictKind::kMisconfigured;
    default:
      if (answer.status / 100 == 2) return VerdictKind::kDelivered;
      if (answer.status / 100 != 5) return VerdictKind::kRetry;
      return was_message_read(answer) ? VerdictKind::kRejected : VerdictKind::kMisconfigured;
  }
}

/// The reply that decided; after a refusal the server still says good-bye.
std::string deciding_reply(const ExitAnswer& answer) {
  std::string decided = std::to_string(answer.status);
  for (const std::string_view line : split(answer.body, '\n'))
    if (line.starts_with(std::to_string(answer.status))) decided = trim(line);
  return decided;
}

std::vector<Verdict> judge(const Config&, const ExitAnswer& answer, std::size_t, WallNs) {
  Verdict verdict{.kind = verdict_of_reply(answer)};
  if (verdict.kind != VerdictKind::kDelivered)
    verdict.text = "SMTP " + printable(deciding_reply(answer));
  return {std::move(verdict)};
}

std::string target(const Config& c) { return c.server; }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = http_exit(HttpExit<Config>{
      .name = "email",
      .summary = "Sends a mail for each event through an SMTP server.",
      .security = "Event data cannot add header fields or receivers; the body is plain text.",
      .example = "type: email\nserver: smtp://mail.example.com:587\nfrom: alerts@example.com\n"
                 "to: [ops@example.com]\n"
                 "auth: {basic: {user: alerts, password: {env: MAIL_PASSWORD}}}\n",
      .pages = true,
      .encode = encode,
      .judge = judge,
      .target = target});
  return made;
}

}  // namespace tt::portals::exit::email
