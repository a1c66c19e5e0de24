// Exit portal: sends events as syslog messages, RFC 5424, over TLS, TCP, UDP or a unix socket.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/severity.h"
#include "base/text.h"
#include "base/units.h"
#include "base/utf8.h"
#include "portals/kit/outgoing.h"
#include "portals/kit/socket_exit.h"

namespace tt::portals::exit::syslog {

enum class Framing : std::uint8_t { kOctets, kLines };
// RFC 5424 section 6.2.1, table 1.
enum class Facility : std::uint8_t {
  kUser = 1,
  kMail = 2,
  kDaemon = 3,
  kAuth = 4,
  kLocal0 = 16,
  kLocal1,
  kLocal2,
  kLocal3,
  kLocal4,
  kLocal5,
  kLocal6,
  kLocal7
};

}  // namespace tt::portals::exit::syslog

namespace tt::config {

template <>
struct EnumWords<portals::exit::syslog::Framing> {
  static constexpr EnumWord words[] = {{"octets", 0}, {"lines", 1}};
};
template <>
struct EnumWords<portals::exit::syslog::Facility> {
  static constexpr EnumWord words[] = {{"user", 1},    {"mail", 2},    {"daemon", 3},
                                       {"auth", 4},    {"local0", 16}, {"local1", 17},
                                       {"local2", 18}, {"local3", 19}, {"local4", 20},
                                       {"local5", 21}, {"local6", 22}, {"local7", 23}};
};

}  // namespace tt::config

namespace tt::portals::exit::syslog {
namespace {

// RFC 5424 section 6: lengths of the header's fields; RFC 5426 section 3.2: what a datagram should
// not exceed.
constexpr std::size_t kHostBytesMax = 255, kAppBytesMax = 48, kMsgIdBytesMax = 32;
constexpr std::size_t kDatagramBytesMax = 2048;

struct Config {
  std::string address;
  Framing framing = Framing::kOctets;
  Facility facility = Facility::kUser;
  tmpl::Template app, host, text;
  std::string sd_id = "event@32473";

  bool is_datagram() const { return sends_datagrams(address); }
  static constexpr auto fields() {
    return std::tuple{
        config::field("address", &Config::address,
                      "`tls://host:6514`, `tcp://host:514`, `udp://host:514` or `unix:/dev/log`.")
            .required()
            .example("tcp://127.0.0.1:514"),
        config::field("framing", &Config::framing,
                      "How messages follow each other over TCP: each behind its length (`octets`), "
                      "or one a line."),
        config::field("facility", &Config::facility, "Facility of the messages."),
        config::field("app", &Config::app, "Name of the application.")
            .default_text("`service`, else time-tunnel"),
        config::field("host", &Config::host, "Name of the host.").default_text("`host`, else `-`"),
        config::field("text", &Config::text, "Text of the message.").default_text("`message`"),
        config::field("sd_id", &Config::sd_id,
                      "Name of the structured data that holds the event's fields, `name@number`; "
                      "empty: none is sent."),
    };
  }
  static Status check(const Config& c) {
    if (!std::all_of(c.sd_id.begin(), c.sd_id.end(), [](char ch) {
          return ch > 0x20 && ch < 0x7f && ch != '=' && ch != ']' && ch != '"';
        }))
      return misconfigured("`sd_id` is printable ASCII without spaces, `=`, `]` and quotes");
    return c.address.empty() ? Status() : check_socket_address(c.address);
  }
};

/// PRINTUSASCII of at most that many bytes, or the nil value.
std::string header_word(std::string_view text, std::size_t bytes_max) {
  std::string word;
  for (const char c : trim(text).substr(0, bytes_max)) word += c > 0x20 && c < 0x7f ? c : '_';
  return word.empty() ? "-" : word;
}

/// Section 6.3.3: quote, backslash and bracket are escaped in a parameter's value.
std::string param_value(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\' || c == ']') out += '\\';
    out += c;
  }
  return out;
}

std::string structured_data(const Config& c, const OutgoingEvent& event) {
  if (c.sd_id.empty()) return "-";
  std::string out = "[" + c.sd_id + " id=\"" + param_value(event.id) + "\"";
  for (const auto& names : {event::kNamedFields, event::kWellKnownFields})
    for (const std::string_view name : names)
      if (const std::string value = event.event.text(name);
          !value.empty() && name != "message" && name != "timestamp")
        out += " " + std::string(name) + "=\"" + param_value(value) + "\"";
  return out + "]";
}

std::string field_or(const tmpl::Template& option, const OutgoingEvent& event,
                     std::string_view name, tmpl::HoleFailures& failures) {
  return option.empty() ? event.event.text(name)
                        : option.render(*event.scope, {.failures = &failures});
}

std::string message_of(const Config& c, const OutgoingEvent& event, bool is_structured,
                       tmpl::HoleFailures& failures) {
  const auto severity = static_cast<Severity>(severity_rank(event.event.text("severity")));
  // Ours rise with importance, theirs fall (section 6.2.1, table 2).
  const int level = static_cast<int>(Severity::kEmergency) - static_cast<int>(severity);
  std::string app = field_or(c.app, event, "service", failures);
  if (app.empty()) app = "time-tunnel";
  std::string out = "<" + std::to_string(static_cast<int>(c.facility) * 8 + level) + ">1 ";
  out += format_time_us(time_of(event)) + " ";
  out += header_word(field_or(c.host, event, "host", failures), kHostBytesMax) + " ";
  out += header_word(app, kAppBytesMax) + " - ";
  out += header_word(event.event.text("kind"), kMsgIdBytesMax) + " ";
  out += is_structured ? structured_data(c, event) : "-";
  // Section 6.4: UTF-8 is said by its mark; a line break would end the message where lines do.
  out += " \xEF\xBB\xBF" + printable(field_or(c.text, event, "message", failures), "\t");
  return out;
}

Result<ExitRequest> encode(const Config& c, std::span<const OutgoingEvent> events) {
  ExitRequest request{.method = ""};
  for (const OutgoingEvent& event : events) {
    std::string message = message_of(c, event, true, request.failures);
    if (c.is_datagram()) {
      // Cut in the text, never within the structured data.
      if (message.size() > kDatagramBytesMax)
        message = message_of(c, event, false, request.failures);
      request.body = clip_bytes(message, kDatagramBytesMax);
    } else if (c.framing == Framing::kOctets) {
      request.body += std::to_string(message.size()) + " " + message;  // RFC 6587 section 3.4.1.
    } else {
      request.body += message + "\n";
    }
  }
  return request;
}

std::string address(const Config& c) { return c.address; }
bool batches_now(const Config& c) { return !c.is_datagram(); }

}  // namespace

const ExitDescriptor& descriptor() {
  static const ExitDescriptor made = socket_exit(SocketExit<Config>{
      .name = "syslog",
      .summary = "Sends events as syslog messages (RFC 5424) over TLS, TCP, UDP or a unix socket.",
      .security =
          "Event data cannot end its message, its structured data or its header field; over UDP "
          "and plain TCP everybody on the way can read it.",
      .example = "type: syslog\naddress: tls://logs.example.com:6514\n",
      .encode = encode,
      .batches_now = batches_now,
      .address = address});
  return made;
}

}  // namespace tt::portals::exit::syslog
