// tictoc exit replay: a preview, a question, and the progress of what the daemon then does.
// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "apps/cli/progress.h"
#include "apps/tictoc/client.h"
#include "apps/tictoc/table.h"
#include "base/text.h"

namespace tt::tictoc {
namespace {

constexpr int kPollMs = 200;
constexpr int kInterrupted = 130;  // As a shell says it: 128 and the number of SIGINT.

struct ReplayArguments {
  std::string exit, since, until, where, rate;
  bool yes = false, allow_paging = false, dry_run = false, no_wait = false;
  bool cancels = false, tells = false;
  std::string path() const { return "/api/v1/exits/" + percent_encode(exit) + "/replay"; }
};

volatile std::sig_atomic_t is_interrupted = 0;

std::string body_of(const ReplayArguments& arguments, bool is_dry_run) {
  std::string body = "{\"since\":" + json_string(arguments.since);
  const std::pair<const char*, const std::string*> texts[] = {
      {"until", &arguments.until}, {"where", &arguments.where}, {"rate", &arguments.rate}};
  for (const auto& [name, value] : texts)
    if (!value->empty()) body += ",\"" + std::string(name) + "\":" + json_string(*value);
  if (is_dry_run) return body + ",\"dry_run\":true}";
  // The preview has said what is gone, and a person or --yes has agreed.
  body += ",\"allow_removed\":true";
  if (arguments.allow_paging) body += ",\"allow_paging\":true";
  return body + "}";
}

double number_of(const boost::json::value& map, std::string_view name) {
  return parse_double(member_text(map, name)).value_or(0);
}

void print_preview(const ReplayArguments& arguments, const boost::json::value& preview) {
  const bool is_more = member_text(preview, "more") == "true";
  std::printf("exit %s would get %s%s event(s) again, at %s\n", printable(arguments.exit).c_str(),
              is_more ? "more than " : "", member_text(preview, "events").c_str(),
              member_text(preview, "rate").c_str());
  if (const boost::json::object* map = preview.if_object())
    if (const auto* example = map->if_contains("example"); example && example->is_object())
      std::printf("  received  %s .. %s\n  first     %s  %s\n",
                  member_text(preview, "first").c_str(), member_text(preview, "last").c_str(),
                  member_text(*example, "id").c_str(), member_text(*example, "message").c_str());
  const std::string kept = member_text(preview, "kept_since");
  if (number_of(preview, "removed_at_most") > 0)
    std::printf("  retention has removed a part of this range: up to %s events%s%s\n",
                member_text(preview, "removed_at_most").c_str(),
                kept.empty() ? "; the tunnel keeps no event" : "; the tunnel keeps events since ",
                kept.c_str());
  if (member_text(preview, "pages") == "true")
    std::puts("  what this exit gets wakes people or starts machines");
  std::fflush(stdout);
}

/// kOk: send them.
int confirm(const ReplayArguments& arguments, const boost::json::value& preview) {
  if (member_text(preview, "events") == "0" && member_text(preview, "more") != "true") {
    std::fputs("tictoc: there is nothing to send\n", stderr);
    return kRefused;
  }
  if (member_text(preview, "pages") == "true" && !arguments.allow_paging) {
    std::fputs("tictoc: say --allow-paging if that shall happen again\n", stderr);
    return kRefused;
  }
  if (arguments.yes) return kOk;
  const auto yes = ask("send them?");
  return !yes ? kUsage : *yes ? kOk : kRefused;
}

bool is_over(const std::string& state) {
  return state == "done" || state == "cancelled" || state == "ended";
}

std::string progress_text(const boost::json::value& replay) {
  std::string text = member_text(replay, "delivered") + " delivered, " +
                     member_text(replay, "dead") + " dead, " + member_text(replay, "left") +
                     " events to look at";
  if (const std::string state = member_text(replay, "state"); state != "running")
    text += ", " + state;
  if (const std::string problem = member_text(replay, "problem"); !problem.empty())
    text += ": " + problem;
  return text;
}

int sum_up(const Common& common, const Answer& answer) {
  const std::string state = member_text(answer.body, "state");
  if (common.json) {
    std::fputs(answer.text.c_str(), stdout);
  } else {
    std::printf("replay %s is %s: %s delivered, %s dead\n",
                member_text(answer.body, "epoch").c_str(), state.c_str(),
                member_text(answer.body, "delivered").c_str(),
                member_text(answer.body, "dead").c_str());
    if (const std::string reason = member_text(answer.body, "reason"); !reason.empty())
      std::printf("  %s\n", reason.c_str());
    if (member_text(answer.body, "dead") != "0")
      std::printf("  tictoc dead ls %s\n", member_text(answer.body, "exit").c_str());
  }
  return state == "done" && member_text(answer.body, "dead") == "0" ? kOk : kRefused;
}

/// Shows how far it is until it has ended. Ctrl-C ends the watching, not the replay.
int watch(Client& client, const ReplayArguments& arguments, const std::string& epoch) {
  cli::Progress progress(system_clock());
  is_interrupted = 0;
  std::signal(SIGINT, [](int) { is_interrupted = 1; });
  double all = 0;
  while (true) {
    const Answer answer = client.get(arguments.path(), "state");
    const std::string state = member_text(answer.body, "state");
    const bool is_another = member_text(answer.body, "epoch") != epoch;
    if (!answer.ok() || is_over(state) || is_another) {
      progress.end();
      if (const int failed = report(answer, client)) return failed;
      if (!is_another) return sum_up(client.common(), answer);
      std::fprintf(stderr, "tictoc: replay %s has ended, and another one has begun\n",
                   epoch.c_str());
      return kRefused;
    }
    const double left = number_of(answer.body, "left") + number_of(answer.body, "pending");
    if (all == 0) all = left + number_of(answer.body, "delivered") + number_of(answer.body, "dead");
    progress.show(all > 0 ? std::max(0.0, 1 - left / all) : 1, progress_text(answer.body));
    if (is_interrupted) {
      progress.end();
      std::fprintf(stderr,
                   "tictoc: replay %s goes on without you; `tictoc exit replay %s --status` shows "
                   "it, --cancel ends it\n",
                   epoch.c_str(), printable(arguments.exit).c_str());
      return kInterrupted;
    }
    ::poll(nullptr, 0, kPollMs);
  }
}

int replay(const ReplayArguments& arguments, const Common& common) {
  if (arguments.since.empty()) {
    std::fputs("tictoc: since when? --since 2h, a time, or an event id\n", stderr);
    return kUsage;
  }
  Client client(common);
  const Answer preview = client.post(arguments.path(), body_of(arguments, true), "events");
  if (const int failed = report(preview, client)) return failed;
  if (common.json && arguments.dry_run)
    std::fputs(preview.text.c_str(), stdout);
  else if (!common.json)
    print_preview(arguments, preview.body);
  if (arguments.dry_run) return kOk;
  if (const int refused = confirm(arguments, preview.body)) return refused;
  const Answer begun = client.post(arguments.path(), body_of(arguments, false), "epoch");
  if (const int failed = report(begun, client)) return failed;
  const std::string epoch = member_text(begun.body, "epoch");
  if (!arguments.no_wait) return watch(client, arguments, epoch);
  if (common.json)
    std::fputs(begun.text.c_str(), stdout);
  else
    std::printf("replay %s has begun\n", epoch.c_str());
  return kOk;
}

int tell(const ReplayArguments& arguments, const Common& common) {
  Client client(common);
  const Answer answer = arguments.cancels ? client.remove(arguments.path(), "epoch")
                                          : client.get(arguments.path(), "epoch");
  if (const int failed = report(answer, client)) return failed;
  if (common.json)
    std::fputs(answer.text.c_str(), stdout);
  else if (arguments.cancels)
    std::printf("replay %s is cancelled\n", member_text(answer.body, "epoch").c_str());
  else
    print_members(answer.body);
  return kOk;
}

}  // namespace

void add_replay(CLI::App& group, Common& common, int& exit_code) {
  auto arguments = std::make_shared<ReplayArguments>();
  CLI::App* command = group.add_subcommand(
      "replay", "sends events of the past again, beside live delivery, with the same ids");
  command->add_option("name", arguments->exit, "name of the exit")->required();
  command->add_option("--since", arguments->since, "2h ago, RFC 3339, or an event id; inclusive");
  command->add_option("--until", arguments->until, "as --since, exclusive; else now");
  command->add_option("--where", arguments->where,
                      "CEL over event and meta: of what the exit gets, only these");
  command->add_option("--rate", arguments->rate, "events, 100/s unless given");
  command->add_flag("--yes", arguments->yes, "sends without a question, for scripts");
  command->add_flag(
      "--allow-paging", arguments->allow_paging,
      "also through an exit that wakes people or starts machines: the preview says of "
      "each whether it does");
  command->add_flag("--dry-run", arguments->dry_run, "the preview alone");
  command->add_flag("--no-wait", arguments->no_wait, "begins it, and returns");
  auto* tells = command->add_flag("--status", arguments->tells, "the one that runs, or the newest");
  command->add_flag("--cancel", arguments->cancels, "ends the one that runs")->excludes(tells);
  command->footer(
      "The exit gets what the rules in force send it, whatever it got then. First a preview and a\n"
      "question, then progress. Ctrl-C ends the watching and leaves the replay running, as does a\n"
      "restart of the daemon. Exit code 0: all delivered; 1: refused, cancelled, or some are dead\n"
      "letters; 130: interrupted, it goes on.\n"
      "Examples:\n"
      "  tictoc exit replay team-chat --since 2h\n"
      "  tictoc exit replay archive --since 2026-01-31T12:00:00Z --until 0badcafe-712 --yes\n"
      "  tictoc exit replay team-chat --cancel");
  command->callback([=, &common, &exit_code] {
    const bool tells_only = arguments->tells || arguments->cancels;
    exit_code = tells_only ? tell(*arguments, common) : replay(*arguments, common);
  });
}

}  // namespace tt::tictoc
