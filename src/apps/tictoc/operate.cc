// tictoc exit, entry, status, reload: what operators do, as tables or JSON.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <memory>

#include "apps/tictoc/client.h"
#include "apps/tictoc/table.h"
#include "base/text.h"

namespace tt::tictoc {
namespace {

/// Names are coded here and nowhere else: the rest of the file has them as people write them.
std::string exit_path(const std::string& name, std::string_view action = "") {
  return "/api/v1/exits/" + percent_encode(name) + std::string(action);
}
/// Fetches `path` and prints the list `member` as a table of `columns`.
int list(const Common& common, const std::string& path, const char* member,
         std::initializer_list<const char*> columns) {
  Client client(common);
  const Answer answer = client.get(path);
  if (const int failed = report(answer, client)) return failed;
  if (common.json)
    std::fputs(answer.text.c_str(), stdout);
  else
    print_table(answer.body, member, columns);
  return kOk;
}

int show(const Common& common, const std::string& path) {
  Client client(common);
  const Answer answer = client.get(path);
  if (const int failed = report(answer, client)) return failed;
  if (common.json)
    std::fputs(answer.text.c_str(), stdout);
  else
    print_members(answer.body);
  return kOk;
}

int change(const Common& common, const std::string& path, const char* done) {
  Client client(common);
  const Answer answer = client.post(path, "{}");
  if (common.json && answer.ok())
    std::fputs(answer.text.c_str(), stdout);
  else if (answer.ok())
    std::puts(done);
  return report(answer, client);
}

int test_exit(const Common& common, const std::string& exit) {
  Client client(common);
  const Answer answer = client.post(exit_path(exit, "/test"), "{}");
  if (const int failed = report(answer, client)) return failed;
  const std::string verdict = member_text(answer.body, "verdict");
  if (common.json)
    std::fputs(answer.text.c_str(), stdout);
  else
    print_members(answer.body);
  return verdict == "delivered" ? kOk : kRefused;
}

/// What a reload did to events that no exit has read yet.
void print_moved(const boost::json::value& body) {
  const boost::json::object* map = body.if_object();
  const boost::json::value* moved = map ? map->if_contains("moved") : nullptr;
  if (!moved || !moved->is_object()) return;
  for (const auto& [exit, count] : moved->get_object())
    std::printf("  %s: %s pending events change destination\n", printable(exit).c_str(),
                boost::json::serialize(count).c_str());
  if (member_text(body, "moved_is_cut") == "true")
    std::puts("  the backlog is long: only its beginning was counted");
}

int reload(const Common& common) {
  Client client(common);
  const Answer answer = client.post("/api/v1/reload", "{}");
  if (common.json) {
    std::fputs(answer.text.c_str(), stdout);
    return answer.ok() ? kOk : report(answer, client);
  }
  if (answer.status != 200 && answer.status != 422) return report(answer, client);
  std::fputs(member_text(answer.body, "text").c_str(), stderr);
  std::printf("%s, generation %s in force\n", answer.ok() ? "reloaded" : "refused",
              member_text(answer.body, "generation").c_str());
  print_moved(answer.body);
  return answer.ok() ? kOk : kRefused;
}

/// Cursors whose exit has left the configuration hold the log back, and nobody would know why.
void print_orphans(const boost::json::value& body) {
  const boost::json::object* map = body.if_object();
  const boost::json::value* orphans = map ? map->if_contains("orphans") : nullptr;
  if (!orphans || !orphans->is_array()) return;
  for (const boost::json::value& name : orphans->get_array())
    if (name.is_string())
      std::printf(
          "\nno exit has the cursor `%s`, which keeps its events; `tictoc exit forget` "
          "gives them up\n",
          printable(name.get_string()).c_str());
}

/// The texts of the list `member`, a line each.
void print_lines(const boost::json::object* map, const char* member, const char* before) {
  const boost::json::value* list = map ? map->if_contains(member) : nullptr;
  if (!list || !list->is_array()) return;
  for (const boost::json::value& one : list->get_array())
    if (const auto* text = one.if_string()) std::printf("%s%s\n", before, printable(*text).c_str());
}

int status(const Common& common) {
  Client client(common);
  const Answer answer = client.get("/api/v1/status");
  if (const int failed = report(answer, client)) return failed;
  if (common.json) {
    std::fputs(answer.text.c_str(), stdout);
    return kOk;
  }
  std::printf("log %s  ready %s  generation %s\n\n", member_text(answer.body, "log").c_str(),
              member_text(answer.body, "ready").c_str(),
              member_text(answer.body, "generation").c_str());
  const boost::json::object* map = answer.body.if_object();
  print_lines(map, "degraded", "! ");
  if (const boost::json::value* tunnel = map ? map->if_contains("tunnel") : nullptr)
    print_members(*tunnel);
  std::puts("");
  print_table(
      answer.body, "entries",
      {"name", "type", "path", "requests", "accepted", "rejected", "refused", "unauthorised"});
  std::puts("");
  print_table(answer.body, "exits",
              {"name", "type", "state", "accepted", "delivered", "filtered", "dead", "pending",
               "parked", "problem"});
  print_orphans(answer.body);
  return kOk;
}

void add_exit(CLI::App& app, Common& common, int& exit_code) {
  CLI::App* group = app.add_subcommand("exit", "exit portals of the daemon");
  group->require_subcommand(1);
  group->add_subcommand("ls", "all of them")->callback([&] {
    exit_code = list(
        common, "/api/v1/exits", "exits",
        {"name", "type", "state", "delivered", "behind", "dead", "parked", "target", "problem"});
  });
  const auto named = [&](const char* verb, const char* help, std::function<int(std::string)> run) {
    auto name = std::make_shared<std::string>();
    CLI::App* command = group->add_subcommand(verb, help);
    command->add_option("name", *name, "name of the exit")->required();
    command->callback([=, &exit_code] { exit_code = run(*name); });
  };
  named("show", "one of them",
        [&](const std::string& name) { return show(common, exit_path(name)); });
  named("test", "sends a made-up event through it",
        [&](const std::string& name) { return test_exit(common, name); });
  named("pause", "sends nothing until resumed", [&](const std::string& name) {
    return change(common, exit_path(name, "/pause"), "paused");
  });
  named("resume", "sends again", [&](const std::string& name) {
    return change(common, exit_path(name, "/resume"), "resumed");
  });
  named("forget", "removes the cursor of an exit that left the configuration",
        [&](const std::string& name) {
          return change(common, exit_path(name, "/forget"), "forgotten");
        });
  add_replay(*group, common, exit_code);
  group->footer(
      "Examples:\n  tictoc exit test team-chat\n  tictoc exit replay team-chat --since 2h");
}

}  // namespace

void add_operate_commands(CLI::App& app, Common& common, int& exit_code) {
  add_exit(app, common, exit_code);
  CLI::App* entry = app.add_subcommand("entry", "entry portals of the daemon");
  entry->require_subcommand(1);
  entry->add_subcommand("ls", "all of them")->callback([&] {
    exit_code = list(common, "/api/v1/entries", "entries",
                     {"name", "type", "path", "requests", "accepted", "rejected", "refused",
                      "unauthorised", "repeats"});
  });
  auto name = std::make_shared<std::string>();
  CLI::App* one = entry->add_subcommand("show", "one of them");
  one->add_option("name", *name, "name of the entry")->required();
  one->callback([=, &common, &exit_code] {
    exit_code = show(common, "/api/v1/entries/" + percent_encode(*name));
  });
  app.add_subcommand("status", "the daemon, its entries and exits")->callback([&] {
    exit_code = status(common);
  });
  CLI::App* again = app.add_subcommand("reload", "reads the configuration again");
  again->callback([&] { exit_code = reload(common); });
  again->footer(
      "A configuration with an error changes nothing and is printed, exit code 1.\n"
      "Example: vortex check /etc/time-tunnel/vortex.yaml && tictoc reload");
}

}  // namespace tt::tictoc
