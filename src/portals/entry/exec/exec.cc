// Entry portal: takes events from a program of the operator's, in any language, and answers for
// each.
// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "portals/kit/entry.h"
#include "portals/kit/exec_options.h"
#include "portals/kit/exec_protocol.h"
#include "portals/kit/json_parts.h"

namespace tt::portals::entry::exec {
namespace {

using Config = ExecOptions;

/// What one request's lines have come to: events of which some are refused, by their numbers.
struct Taken {
  std::vector<std::uint64_t> stored;
  std::string nacks;
};

void take_event(std::string_view json, std::uint64_t number, const EntryRequest& request,
                const DecodeContext& context, EntryEvents& out, Taken& taken) {
  if (!json.starts_with('{')) {
    taken.nacks += exec_nack(number, "an event is a JSON object");
    return out.rejected.push_back({taken.stored.size() + out.rejected.size(), "no JSON object"});
  }
  event::Decoded one = event::decode_events(json, event::BodyFormat::kJson, context.limits,
                                            request.now_ns, std::move(out.events));
  out.events = std::move(one.events);
  if (!one.syntax && one.rejected.empty()) return taken.stored.push_back(number);
  const std::string why = one.syntax ? one.syntax->text : one.rejected[0].error;
  out.rejected.push_back({out.rejected.size() + taken.stored.size(), why});
  taken.nacks += exec_nack(number, why);
}

/// `{"op":"event","n":1,"event":{...}}`, or several: `{"op":"events","n":1,"events":[...]}`.
bool take_line(std::string_view line, const EntryRequest& request, const DecodeContext& context,
               EntryEvents& out, Taken& taken) {
  const auto read = read_exec_line(line);
  if (!read) return false;
  if (read->op != ExecLine::Op::kEvents) return true;
  if (read->numbers.empty()) return false;
  std::uint64_t number = read->numbers[0];
  for (const JsonMember& member : json_members(line)) {
    if (member.name == "event") take_event(member.value, number, request, context, out, taken);
    if (member.name != "events") continue;
    for (const std::string_view event : json_elements(member.value))
      take_event(event, number++, request, context, out, taken);
  }
  return true;
}

void decode_lines(const EntryRequest& request, const DecodeContext& context, EntryEvents& out) {
  Taken taken;
  for (const std::string_view line : split(request.body, '\n')) {
    if (trim(line).empty()) continue;
    if (take_line(trim(line), request, context, out, taken)) continue;
    // Where it has lost its way nothing that follows can be told from noise.
    out.must_close = true;
    break;
  }
  std::string reply = std::move(taken.nacks);
  if (!taken.stored.empty()) reply += exec_ack(taken.stored);
  if (!reply.empty())
    out.reply = std::make_unique<net::HttpAnswer>(net::HttpAnswer{.body = std::move(reply)});
}

class Portal final : public EntryPortal {
 public:
  bool read(const config::Node& node, config::ParseContext& context) {
    if (!parse_entry(node, config::struct_info<Config>(), &config_, common_, context) ||
        !detail::check_stream_options(common_, node, context))
      return false;
    name_ = node.key.empty() ? config_.command.back() : node.key;
    return check_exec_command(config_, node, context);
  }

  bool verify(const EntryRequest&) const override { return true; }
  bool has_verifier() const override { return false; }
  std::optional<EntryRefusal> decode(const EntryRequest& request, const DecodeContext& context,
                                     EntryEvents& out) const override {
    decode_lines(request, context, out);
    return std::nullopt;
  }
  net::HttpAnswer answer(const AcceptedFacts&) const override { return detail::default_answer(); }
  // A secret without a text is an empty map: the plugin says what it misses.
  std::string greet(StreamState&) const override {
    const auto config = config_.reveal();
    return exec_hello(name_, config.ok() ? config->json : "{}");
  }
  std::optional<net::ChildCommand> command() const override { return config_.child(); }
  std::string path() const override { return ""; }
  std::vector<std::string> listen() const override { return {}; }
  std::string show() const override { return config::show(config_); }

 private:
  Config config_;
  std::string name_;  // In the configuration.
};

}  // namespace

const EntryDescriptor& descriptor() {
  static const EntryDescriptor made{
      .name = "exec",
      .summary = "Takes events from a program in any language, and tells it what is stored.",
      .security =
          "The program is trusted with its secrets, not with the daemon: it runs as a "
          "process of its own. It cannot be named through the API.",
      .is_stream = true,
      .is_strict = true,
      .framing = {.whole = kLineFraming.whole, .bytes_max = kExecLineBytesMax, .is_lines = true},
      .kinds = {{.kind = "*",
                 .when = "as the program says; `unknown` when missing",
                 .severity = "*",
                 .fields = "*"}},
      .fields = &config::fields_of<Config>(),
      .example =
          "type: exec\ncommand: [/usr/bin/python3, /etc/time-tunnel/collect.py]\n"
          "options: {folder: /srv/inbox}\n",
      .make = [](const config::Node& node,
                 config::ParseContext& context) -> std::unique_ptr<EntryPortal> {
        auto portal = std::make_unique<Portal>();
        if (!portal->read(node, context)) return nullptr;
        return portal;
      }};
  return made;
}

}  // namespace tt::portals::entry::exec
