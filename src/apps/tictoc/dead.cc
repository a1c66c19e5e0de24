// tictoc dead: what exits gave up on: seen, exported, sent again as it is or changed, dropped.
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>

#include "apps/cli/progress.h"
#include "apps/tictoc/client.h"
#include "apps/tictoc/table.h"
#include "base/disk.h"
#include "base/text.h"
#include "tunnel/dead_letters.h"

namespace tt::tictoc {
namespace {

constexpr std::size_t kRetryPage = 20;

struct DeadArguments {
  std::string exit, number, reason, since, file;
  std::vector<std::string> fields;
  bool all = false, yes = false;
  bool is_bulk() const { return number.empty(); }
  bool is_chosen() const { return all || !reason.empty() || !since.empty(); }
};

std::string path_of(const DeadArguments& arguments, std::string_view action = "") {
  std::string path = "/api/v1/dead/" + percent_encode(arguments.exit);
  if (!arguments.number.empty()) path += "/" + percent_encode(arguments.number);
  return path + std::string(action);
}

/// `?limit=1000&reason=..&since=..&more`
std::string query_of(const DeadArguments& arguments, const std::string& more = "") {
  std::string query = "?limit=1000";
  if (!arguments.reason.empty()) query += "&reason=" + percent_encode(arguments.reason);
  if (!arguments.since.empty()) query += "&since=" + percent_encode(arguments.since);
  return query + more;
}

std::string body_of(const DeadArguments& arguments, const std::string& after, std::size_t limit) {
  std::string members;
  if (!arguments.reason.empty()) members += ",\"reason\":" + json_string(arguments.reason);
  if (!arguments.since.empty()) members += ",\"since\":" + json_string(arguments.since);
  if (!after.empty()) members += ",\"after\":" + after;
  if (limit) members += ",\"limit\":" + std::to_string(limit);
  return "{" + members.substr(members.empty() ? 0 : 1) + "}";
}

int print(const Common& common, const Answer& answer, const char* member,
          std::initializer_list<const char*> columns) {
  if (common.json)
    std::fputs(answer.text.c_str(), stdout);
  else
    print_table(answer.body, member, columns);
  return kOk;
}

int list(const DeadArguments& arguments, const Common& common) {
  Client client(common);
  const bool is_summary = arguments.exit.empty();
  const Answer answer = is_summary
                            ? client.get("/api/v1/dead", "exits")
                            : client.get(path_of(arguments) + query_of(arguments), "letters");
  if (const int failed = report(answer, client)) return failed;
  if (is_summary) return print(common, answer, "exits", {"exit", "count", "oldest", "newest"});
  print(common, answer, "letters",
        {"number", "id", "reason", "status", "attempts", "last", "error"});
  if (!member_text(answer.body, "next").empty())
    std::fputs("tictoc: newer ones were left out; --since or --reason narrows the list\n", stderr);
  return kOk;
}

int show(const DeadArguments& arguments, const Common& common) {
  Client client(common);
  const Answer answer = client.get(path_of(arguments), "number");
  if (const int failed = report(answer, client)) return failed;
  if (common.json) {
    std::fputs(answer.text.c_str(), stdout);
    return kOk;
  }
  print_members(answer.body);
  std::printf("\nrules, attempts and answers: tictoc why %s\n",
              member_text(answer.body, "id").c_str());
  return kOk;
}

/// What was tried and done, over all pages.
struct Sum {
  std::uint64_t tried = 0, done = 0;
  std::string refused, problem;
};

int sum_up(const Common& common, const Sum& sum) {
  if (common.json)
    std::printf("{\"tried\":%llu,\"done\":%llu%s%s}\n", static_cast<unsigned long long>(sum.tried),
                static_cast<unsigned long long>(sum.done),
                sum.refused.empty() ? "" : (",\"refused\":" + json_string(sum.refused)).c_str(),
                sum.problem.empty() ? "" : (",\"problem\":" + json_string(sum.problem)).c_str());
  else
    std::printf("%llu of %llu\n", static_cast<unsigned long long>(sum.done),
                static_cast<unsigned long long>(sum.tried));
  if (!sum.refused.empty())
    std::fprintf(stderr, "tictoc: refused again, last %s\n", printable(sum.refused).c_str());
  if (!sum.problem.empty())
    std::fprintf(stderr, "tictoc: the others were left alone, since the exit is not there: %s\n",
                 printable(sum.problem).c_str());
  return sum.problem.empty() && sum.tried == sum.done ? kOk : kRefused;
}

/// The letters of this exit, those that are not chosen too; 0 where nobody knows.
std::uint64_t count_of(Client& client, const std::string& exit) {
  const Answer answer = client.get("/api/v1/dead", "exits");
  if (!answer.ok() || !answer.body.get_object().at("exits").is_array()) return 0;
  for (const boost::json::value& one : answer.body.get_object().at("exits").get_array())
    if (member_text(one, "exit") == exit) return parse_u64(member_text(one, "count")).value_or(0);
  return 0;
}

int change(const DeadArguments& arguments, const Common& common, const std::string& verb) {
  Client client(common);
  // Each letter is a request to the exit's server: small pages show how far it is.
  const std::size_t limit = verb == "retry" ? kRetryPage : 0;
  const double all =
      arguments.is_bulk() ? static_cast<double>(count_of(client, arguments.exit)) : 1;
  cli::Progress progress(system_clock());
  Sum sum;
  std::string after;
  do {
    const Answer answer = client.post(
        path_of(arguments, "/" + verb),
        arguments.is_bulk() ? body_of(arguments, after, limit) : std::string("{}"), "tried");
    if (!answer.ok()) progress.end();
    if (const int failed = report(answer, client)) return failed;
    sum.tried += parse_u64(member_text(answer.body, "tried")).value_or(0);
    sum.done += parse_u64(member_text(answer.body, "done")).value_or(0);
    if (std::string text = member_text(answer.body, "refused"); !text.empty())
      sum.refused = std::move(text);
    sum.problem = member_text(answer.body, "problem");
    after = member_text(answer.body, "next");
    progress.show(std::min(1.0, static_cast<double>(sum.tried) / std::max(all, 1.0)),
                  std::to_string(sum.done) + " of " + std::to_string(sum.tried) + " tried so far");
  } while (!after.empty());
  progress.end();
  return sum_up(common, sum);
}

int drop(const DeadArguments& arguments, const Common& common) {
  if (arguments.is_bulk() && !arguments.is_chosen()) {
    std::fputs("tictoc: which ones? a NUMBER, --reason, --since, or --all\n", stderr);
    return kUsage;
  }
  if (arguments.is_bulk() && !arguments.yes) {
    const auto yes = ask("remove these dead letters for good?");
    if (!yes) return kUsage;
    if (!*yes) return kRefused;
  }
  return change(arguments, common, "drop");
}

int edit(const DeadArguments& arguments, const Common& common) {
  std::string body;
  for (const std::string& field : arguments.fields)
    if (!append_field(body, field)) return kUsage;
  const bool sets = !body.empty();
  if (sets) {
    body = "{" + body.substr(1) + "}";
  } else if (isatty(STDIN_FILENO)) {
    std::fputs("tictoc: what is to change? --set k=text, or the whole event on standard input\n",
               stderr);
    return kUsage;
  } else {
    body.assign(std::istreambuf_iterator<char>(std::cin), {});
  }
  Client client(common);
  const Answer answer = client.post(path_of(arguments, sets ? "/set" : "/edit"), body, "verdict");
  if (const int failed = report(answer, client)) return failed;
  if (common.json)
    std::fputs(answer.text.c_str(), stdout);
  else
    print_members(answer.body);
  return member_text(answer.body, "verdict") == "delivered" ? kOk : kRefused;
}

/// Standard output, or the file that was named.
class Output {
 public:
  Status open(const std::string& path) {
    if (path.empty()) return {};
    TT_TRY(file_, system_disk().open(path, Open::kCreate));
    return file_->truncate(0);
  }
  Status write(std::string_view bytes) {
    if (!file_) {
      const bool is_written = std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size();
      return is_written && std::fflush(stdout) == 0 ? Status()
                                                    : reject("standard output is closed");
    }
    TT_CHECK(file_->pwrite(bytes, position_));
    position_ += bytes.size();
    return {};
  }

 private:
  std::unique_ptr<File> file_;
  std::uint64_t position_ = 0;
};

int export_letters(const DeadArguments& arguments, const Common& common) {
  Client client(common);
  Output output;
  Status written = output.open(arguments.file);
  std::string after = "0";
  const std::string form = common.json ? "&as=ndjson&after=" : "&as=events&after=";
  while (written.ok() && !after.empty()) {
    const Answer answer = client.get(path_of(arguments) + query_of(arguments, form + after), "");
    if (const int failed = report(answer, client)) return failed;
    after = net::find_header(answer.headers, "tt-next");
    written = output.write(answer.text);
  }
  if (written.ok()) return kOk;
  std::fprintf(stderr, "tictoc: %s\n", written.error().text.c_str());
  return kRefused;
}

void add_choice(CLI::App& command, DeadArguments& arguments) {
  const std::vector<std::string> reasons(tunnel::kDeadReasons.begin(), tunnel::kDeadReasons.end());
  command.add_option("--reason", arguments.reason, "why they died")->check(CLI::IsMember(reasons));
  command.add_option("--since", arguments.since,
                     "died since: 2h ago, RFC 3339; or an event id: from that event on");
}

}  // namespace

void add_dead(CLI::App& app, Common& common, int& exit_code) {
  CLI::App* group = app.add_subcommand("dead", "dead letters: what exits gave up on");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n  tictoc dead retry team-chat\n  tictoc dead edit team-chat 17 --set "
      "severity=error");
  auto arguments = std::make_shared<DeadArguments>();
  using Run = int (*)(const DeadArguments&, const Common&);
  const auto add = [&](const char* verb, const char* help, bool needs_exit, Run run) {
    CLI::App* command = group->add_subcommand(verb, help);
    auto* exit = command->add_option("exit", arguments->exit, "name of the exit");
    if (needs_exit) exit->required();
    command->callback([=, &common, &exit_code] { exit_code = run(*arguments, common); });
    return command;
  };
  const auto add_number = [&](CLI::App* command, const char* help) {
    return command->add_option("number", arguments->number, help);
  };
  add_choice(*add("ls", "of all exits, or of one", false, list), *arguments);
  add_number(add("show", "one, with its request and answer", true, show), "of the letter")
      ->required();

  CLI::App* retry =
      add("retry", "sends them again; those delivered are removed", true,
          [](const DeadArguments& a, const Common& c) { return change(a, c, "retry"); });
  add_number(retry, "one of them; else all, or those chosen");
  retry->add_flag("--all", arguments->all, "all of them, as without a number");
  add_choice(*retry, *arguments);
  retry->footer("Example: tictoc dead retry team-chat --reason rejected --since 2h");

  CLI::App* edited = add("edit", "sends one again, changed, under the same id", true, edit);
  add_number(edited, "of the letter")->required();
  edited->add_option("--set", arguments->fields, "k=text or k:=json; else the event is on stdin");
  edited->footer(
      "The event in the tunnel and in the letter stays as it was; when the changed one is\n"
      "delivered, the letter is removed.\n"
      "Examples:\n"
      "  tictoc dead edit team-chat 17 --set severity=error --set size:=12\n"
      "  tictoc dead show team-chat 17 --json | jq .event > event.json; $EDITOR event.json\n"
      "  tictoc dead edit team-chat 17 < event.json");

  CLI::App* drops = add("drop", "removes them for good", true, drop);
  add_number(drops, "one of them; else those chosen");
  drops->add_flag("--all", arguments->all, "all of them");
  drops->add_flag("--yes", arguments->yes, "without a question, for scripts");
  add_choice(*drops, *arguments);

  CLI::App* exports = add("export", "their events as NDJSON, as `tictoc send --file` takes them",
                          true, export_letters);
  exports->add_option("--file", arguments->file, "where to; else standard output");
  add_choice(*exports, *arguments);
  exports->footer(
      "With --json the letters are exported whole: reason, request, answer and event.\n"
      "Example: tictoc dead export team-chat --since 1d | tictoc send --file -");
}

}  // namespace tt::tictoc
