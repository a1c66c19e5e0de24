// tictoc send: one event from the command line, or NDJSON from a file.
// SPDX-License-Identifier: Apache-2.0
#include "apps/tictoc/send.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>

#include "apps/cli/progress.h"
#include "apps/tictoc/client.h"
#include "apps/tictoc/spool.h"
#include "apps/tictoc/upload.h"
#include "base/clock.h"
#include "base/disk.h"
#include "base/severity.h"
#include "base/text.h"

namespace tt::tictoc {
namespace {

constexpr std::size_t kFileBytesMax = 1u << 30;  // It is held in memory.

struct SendArguments {
  std::string message, kind, severity, source, link, file;
  std::vector<std::string> fields, rest;
  SpoolArguments spool;

  /// For messages; empty without a file.
  std::string_view file_shown() const { return file == "-" ? "stdin" : std::string_view(file); }
};

/// What stands behind the message and is no option.
int refuse_rest(const std::string& word) {
  if (word.find('=') != std::string::npos && word.find('=') > 0)
    std::fprintf(stderr, "tictoc: a field is given with -f: `-f %s`\n", word.c_str());
  else
    std::fprintf(stderr,
                 "tictoc: `%s` stands behind the message; put a message of several words in "
                 "quotes\n",
                 word.c_str());
  return kUsage;
}

/// The events as one request body; false after a message.
bool read_body(const SendArguments& arguments, std::string& body) {
  if (!arguments.file.empty()) {
    if (arguments.file == "-") {
      body.assign(std::istreambuf_iterator<char>(std::cin), {});
      return true;
    }
    auto text = read_file(system_disk(), arguments.file, kFileBytesMax);
    if (!text.ok()) {
      std::fprintf(stderr, "tictoc: %s\n", text.error().text.c_str());
      return false;
    }
    body = *std::move(text);
    return true;
  }
  body = "{\"message\":" + json_string(arguments.message);
  const std::pair<const char*, const std::string*> named[] = {{"kind", &arguments.kind},
                                                              {"severity", &arguments.severity},
                                                              {"source", &arguments.source},
                                                              {"view_link", &arguments.link}};
  for (const auto& [name, value] : named)
    if (!value->empty()) body += "," + json_string(name) + ":" + json_string(*value);
  for (const std::string& field : arguments.fields)
    if (!append_field(body, field)) return false;
  body += "}";
  return true;
}

/// As many requests as the length asks for; ends with the first that is refused.
int send_parts(const Common& common, const std::string& body, std::string_view file) {
  const bool is_ndjson = !file.empty();
  const std::vector<Part> parts = is_ndjson ? cut(body, file) : std::vector<Part>{{.text = body}};
  Client client(common);
  cli::Progress line(system_clock());
  bool any_rejected = false;
  for (const Part& part : parts) {
    line.show(
        static_cast<double>(part.text.data() - body.data()) / static_cast<double>(body.size()),
        std::to_string(part.events_before) + " sent");
    const Answer answer = post_events(client, std::string(part.text),
                                      is_ndjson ? kNdjson : "application/json", random_key());
    line.end();
    if (!print_accepted(answer, common.json, part)) any_rejected = true;
    if (answer.ok() || (any_rejected && answer.status == 422)) continue;
    if (part.first_line > 1)
      std::fprintf(stderr, "tictoc: the lines before line %zu were accepted\n", part.first_line);
    return report_part(answer, client, part);
  }
  return any_rejected ? kRefused : kOk;
}

int send(const SendArguments& arguments, const Common& common) {
  if (!arguments.rest.empty()) return refuse_rest(arguments.rest.front());
  if (arguments.message.empty() && arguments.file.empty()) {
    std::fputs("tictoc: nothing to send; give a MESSAGE, or --file FILE with NDJSON (- is stdin)\n",
               stderr);
    return kUsage;
  }
  std::string body;
  if (!read_body(arguments, body)) return kUsage;
  // It is the sender's word; but a slip would rank as info, and nobody would be woken.
  if (!arguments.severity.empty() && !parse_severity(arguments.severity)) {
    const std::string_view near = did_you_mean(arguments.severity, kSeverityWords);
    std::fprintf(stderr, "tictoc: severity `%s` is not known and ranks as info%s%s\n",
                 arguments.severity.c_str(), near.empty() ? "" : "; did you mean ",
                 std::string(near).c_str());
  }
  return send_body(arguments.spool, common, body, arguments.file_shown());
}

}  // namespace

int send_body(const SpoolArguments& spool, const Common& common, const std::string& body,
              std::string_view file) {
  return spool.is_wanted() ? send_or_spool(spool, common, body, file)
                           : send_parts(common, body, file);
}

void add_send(CLI::App& app, Common& common, int& exit_code) {
  auto arguments = std::make_shared<SendArguments>();
  CLI::App* command = app.add_subcommand("send", "sends one event, or NDJSON from a file");
  command->add_option("message", arguments->message, "what happened, for people");
  command->add_option("rest", arguments->rest)->group("");  // Only to say what was meant.
  command->add_option("--kind", arguments->kind, "URN of the type, urn:app:deploy");
  command->add_option("--severity", arguments->severity,
                      "debug info notice warning error critical alert emergency");
  command->add_option("--source", arguments->source, "URN or URL of where it comes from");
  command->add_option("--link", arguments->link, "URL of a view of it");
  command->add_option("-f,--field", arguments->fields, "another field: k=text or k:=json");
  command->add_option("--file", arguments->file, "NDJSON file, - is standard input");
  add_spool_options(*command, arguments->spool);
  command->footer(
      "Exit code 0 means accepted, as safely as the entry's `ack` says (on disk unless\n"
      "configured weaker); prints the id, or with --spool `spooled` when the event is on this\n"
      "machine's disk. Of a long file, requests of at most 1 MiB or 5,000 events are made.\n"
      "Examples:\n"
      "  tictoc send \"backup done\" --kind urn:backup:done -f host=db1 -f size:=1234\n"
      "  journalctl -o json -n 10 | jq -c '{message: .MESSAGE}' | tictoc send --file -\n"
      "  tictoc send \"backup done\" --spool          # from cron: kept here while the server is "
      "away");
  command->callback([=, &common, &exit_code] { exit_code = send(*arguments, common); });
}

}  // namespace tt::tictoc
