// tictoc tail, search, show and why: events as lines for people, JSON for programs.
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json/parse.hpp>
#include <cstdio>
#include <memory>

#include "apps/cli/story.h"
#include "apps/tictoc/client.h"
#include "base/colour.h"
#include "base/json_split.h"
#include "base/severity.h"
#include "base/text.h"

namespace tt::tictoc {
namespace {

struct ViewArguments {
  std::string where, since, until, kind, exit, rule, format = "text", id, generation;
  std::uint64_t limit = 100;
  bool is_as_test = false;
};

std::string_view text_of(const boost::json::object& map, std::string_view name) {
  const boost::json::value* value = map.if_contains(name);
  return value && value->if_string() ? std::string_view(value->get_string()) : std::string_view{};
}

/// A string without its quotes and escapes, anything else as it is.
std::string unquoted(std::string_view json) {
  boost::system::error_code failed;
  if (!json.starts_with('"')) return std::string(json);
  const boost::json::value text = boost::json::parse(json, failed);
  return failed ? std::string(json) : std::string(text.get_string());
}

std::string_view colour_of(std::string_view severity) {
  const int rank = severity_rank(severity);
  return rank >= 5 ? colour::kBoldRed : rank == 4 ? colour::kRed : rank == 3 ? colour::kYellow : "";
}

/// One stored event as one line: time, severity, kind, message, id. As JSON it is handed on as it
/// came.
void print(std::string_view stored, const ViewArguments& arguments) {
  boost::system::error_code failed;
  const boost::json::value parsed = boost::json::parse(stored, failed);
  const boost::json::object* map = failed ? nullptr : parsed.if_object();
  if (!map) return;
  if (arguments.format == "json") {
    std::puts(std::string(stored).c_str());
    return;
  }
  if (arguments.format == "id") {
    std::puts(std::string(text_of(*map, "id")).c_str());
    return;
  }
  const boost::json::value* event = map->if_contains("event");
  if (!event || !event->if_object()) return;
  const boost::json::object& fields = event->get_object();
  const std::string severity = printable(text_of(fields, "severity"));
  const bool colours = isatty(STDOUT_FILENO);
  std::printf("%s  %s%-9s%s  %s  %s  [%s]\n", printable(text_of(fields, "timestamp")).c_str(),
              colours ? colour_of(severity).data() : "", severity.empty() ? "-" : severity.c_str(),
              colours ? colour::kEnd.data() : "", printable(text_of(fields, "kind")).c_str(),
              printable(text_of(fields, "message")).c_str(),
              std::string(text_of(*map, "id")).c_str());
}

void append_param(std::string& path, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  path += path.find('?') == std::string::npos ? '?' : '&';
  path += std::string(name) + "=" + percent_encode(value);
}

std::string path_of(std::string path, const ViewArguments& arguments) {
  append_param(path, "where", arguments.where);
  append_param(path, "since", arguments.since);
  append_param(path, "until", arguments.until);
  append_param(path, "kind", arguments.kind);
  append_param(path, "exit", arguments.exit);
  append_param(path, "rule", arguments.rule);
  return path;
}

int search(const ViewArguments& arguments, const Common& common) {
  Client client(common);
  std::string path = path_of("/api/v1/events", arguments);
  append_param(path, "limit", std::to_string(arguments.limit));
  const Answer answer = client.get(path, "events");
  if (const int failed = report(answer, client)) return failed;
  const boost::json::object* map = answer.body.if_object();
  const boost::json::value* events = map ? map->if_contains("events") : nullptr;
  if (!events || !events->if_array()) return kRefused;
  // The newest ones, printed oldest first: the end of the list is now.
  const auto list = split_list(raw_member(answer.text, "events"));
  if (!list) return kRefused;
  for (auto it = list->rbegin(); it != list->rend(); ++it) print(*it, arguments);
  if (const boost::json::value* warnings = map->if_contains("warnings");
      warnings && warnings->if_array())
    for (const boost::json::value& one : warnings->get_array())
      if (one.if_string())
        std::fprintf(stderr, "tictoc: %s\n", printable(one.get_string()).c_str());
  if (const boost::json::value* next = map->if_contains("next"); next && next->if_string())
    std::fprintf(stderr, "tictoc: older ones were left out; --limit shows more\n");
  return kOk;
}

int tail(const ViewArguments& arguments, const Common& common) {
  Client client(common);
  std::string last_id;
  const std::string path = path_of("/api/v1/events/stream", arguments);
  for (int failures = 0;;) {
    const Answer answer = client.follow(path, last_id, [&](std::string_view line) {
      failures = 0;
      if (line.starts_with("id: ")) last_id = line.substr(4);
      if (line.starts_with("data: ")) {
        print(line.substr(6), arguments);
        std::fflush(stdout);
      }
      return true;
    });
    if (answer.status && !answer.ok()) return report(answer, client);
    // The daemon restarts: come back where we were, for a while.
    if (last_id.empty() && failures == 0 && answer.status == 0) return report(answer, client);
    if (++failures > 30) return report(answer, client);
    if (failures == 1) std::fprintf(stderr, "tictoc: the stream ended; trying again\n");
    sleep(1);
  }
}

int show_as_test(const ViewArguments& arguments, const Common& common) {
  Client client(common);
  const Answer answer =
      client.get("/api/v1/events/" + percent_encode(arguments.id) + "?as=test", "");
  if (const int failed = report(answer, client)) return failed;
  if (answer.body.is_object()) {
    std::fputs("tictoc: the daemon is of a release that makes no tests\n", stderr);
    return kRefused;
  }
  std::fputs(answer.text.c_str(), stdout);
  return kOk;
}

int show(const ViewArguments& arguments, const Common& common) {
  if (arguments.is_as_test) return show_as_test(arguments, common);
  Client client(common);
  const Answer answer = client.get("/api/v1/events/" + percent_encode(arguments.id), "event");
  if (const int failed = report(answer, client)) return failed;
  const boost::json::object* map = answer.body.if_object();
  if (common.json || !map) {
    std::fputs(answer.text.c_str(), stdout);
    return kOk;
  }
  std::printf(
      "id        %s\nreceived  %s\nentry     %s\n\n", std::string(text_of(*map, "id")).c_str(),
      std::string(text_of(*map, "received")).c_str(), printable(text_of(*map, "entry")).c_str());
  if (const auto fields = split_object(raw_member(answer.text, "event")))
    for (const RawMember& field : *fields)
      std::printf("%-20s %s\n", printable(unquoted("\"" + std::string(field.name) + "\"")).c_str(),
                  printable(unquoted(field.value)).c_str());
  std::printf("\nwhere it went, and why: tictoc why %s\n", printable(text_of(*map, "id")).c_str());
  return kOk;
}

int why(const ViewArguments& arguments, const Common& common) {
  Client client(common);
  std::string path = "/api/v1/events/" + percent_encode(arguments.id) + "/why";
  append_param(path, "generation", arguments.generation);
  if (!common.json) append_param(path, "as", "text");
  const Answer answer = client.get(path, common.json ? "id" : "");
  if (const int failed = report(answer, client)) return failed;
  if (common.json)
    std::fputs(answer.text.c_str(), stdout);
  else
    cli::print_story(answer.text);
  return kOk;
}

void add_filters(CLI::App& command, ViewArguments& arguments) {
  command.add_option("--where", arguments.where, "CEL over event and meta");
  command.add_option("--since", arguments.since, "2h ago, RFC 3339, or an event id");
  command.add_option("--kind", arguments.kind, "a kind and what is below it");
  command.add_option("--exit", arguments.exit, "events that this exit gets");
  command.add_option("--rule", arguments.rule, "events that this rule decides");
  command.add_option("-o,--output", arguments.format, "text, json or id")
      ->check(CLI::IsMember({"text", "json", "id"}));
}

}  // namespace

void add_event_commands(CLI::App& app, Common& common, int& exit_code) {
  auto live = std::make_shared<ViewArguments>();
  CLI::App* tail_command = app.add_subcommand("tail", "events as they come");
  add_filters(*tail_command, *live);
  tail_command->footer("Example: tictoc tail --where 'event.severity.atLeast(\"error\")'");
  tail_command->callback([=, &common, &exit_code] {
    if (common.json) live->format = "json";
    exit_code = tail(*live, common);
  });

  auto past = std::make_shared<ViewArguments>();
  CLI::App* search_command = app.add_subcommand("search", "events of the past");
  add_filters(*search_command, *past);
  search_command->add_option("--until", past->until, "as --since");
  search_command->add_option("--limit", past->limit, "at most this many, the newest")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  search_command->footer("Example: tictoc search --since 2h --kind urn:gitlab:pipeline -o json");
  search_command->callback([=, &common, &exit_code] {
    if (common.json) past->format = "json";
    exit_code = search(*past, common);
  });

  auto one = std::make_shared<ViewArguments>();
  CLI::App* show_command = app.add_subcommand("show", "one event, all of it");
  show_command->add_option("id", one->id, "its id")->required();
  show_command->add_flag("--as-test", one->is_as_test,
                         "as a test for `vortex test`: the event without secrets, and where it "
                         "goes now");
  show_command->footer(
      "Examples:\n"
      "  tictoc show $(tictoc search --limit 1 -o id)\n"
      "  tictoc show 0badcafe-7 --as-test > event.test.yaml\n"
      "  tictoc show 0badcafe-7 --as-test | vortex test -c vortex.yaml -");
  show_command->callback([=, &common, &exit_code] { exit_code = show(*one, common); });

  auto asked = std::make_shared<ViewArguments>();
  CLI::App* why_command = app.add_subcommand(
      "why", "why an event did, or did not, arrive: rules, exits, requests, attempts, answers");
  why_command->add_option("id", asked->id, "its id")->required();
  why_command
      ->add_option("--generation", asked->generation,
                   "judges by the configuration of this number too; else by those that did")
      ->check(CLI::NonNegativeNumber)
      ->type_name("NUMBER");
  why_command->footer("Example: tictoc why $(tictoc search --limit 1 -o id)");
  why_command->callback([=, &common, &exit_code] { exit_code = why(*asked, common); });
}

}  // namespace tt::tictoc
