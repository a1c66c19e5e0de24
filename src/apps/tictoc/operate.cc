// tictoc exit, entry, status, reload: what operators do, as tables or JSON.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

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
  const Answer answer = client.get(path, member);
  if (const int failed = report(answer, client)) return failed;
  if (common.json)
    std::fputs(answer.text.c_str(), stdout);
  else
    print_table(answer.body, member, columns);
  return kOk;
}

/// Entries as rows: where an entry has no path, that column names its addresses or files.
boost::json::value with_places(boost::json::value body) {
  boost::json::object* answer = body.if_object();
  boost::json::value* entries = answer ? answer->if_contains("entries") : nullptr;
  if (!entries || !entries->is_array()) return body;
  for (boost::json::value& one : entries->get_array()) {
    boost::json::object* entry = one.if_object();
    if (!entry || entry->contains("path")) continue;
    std::string places;
    for (const char* member : {"listen", "patterns"})
      if (const auto* texts = entry->if_contains(member); texts && texts->is_array())
        for (const boost::json::value& text : texts->get_array())
          if (text.is_string()) places.append(places.empty() ? "" : " ").append(text.get_string());
    if (entry->contains("files")) {
      const std::string files = member_text(one, "files");
      places += " (" + files + (files == "1" ? " file)" : " files)");
    }
    (*entry)["path"] = places;
  }
  return body;
}

int list_entries(const Common& common) {
  Client client(common);
  const Answer answer = client.get("/api/v1/entries", "entries");
  if (const int failed = report(answer, client)) return failed;
  if (common.json)
    std::fputs(answer.text.c_str(), stdout);
  else
    print_table(with_places(answer.body), "entries",
                {"name", "type", "path", "state", "requests", "accepted", "rejected", "refused",
                 "unauthorised", "repeats", "problem"});
  return kOk;
}

int show(const Common& common, const std::string& path) {
  Client client(common);
  const Answer answer = client.get(path, "name");
  if (const int failed = report(answer, client)) return failed;
  if (common.json)
    std::fputs(answer.text.c_str(), stdout);
  else
    print_members(answer.body);
  return kOk;
}

int change(const Common& common, const std::string& path, const char* done) {
  Client client(common);
  const Answer answer = client.post(path, "{}", "ok");
  if (common.json && answer.ok())
    std::fputs(answer.text.c_str(), stdout);
  else if (answer.ok())
    std::puts(done);
  return report(answer, client);
}

int test_exit(const Common& common, const std::string& exit,
              const std::vector<std::string>& fields) {
  std::string members;
  for (const std::string& field : fields)
    if (!append_field(members, field)) return kUsage;
  Client client(common);
  const Answer answer = client.post(exit_path(exit, "/test"),
                                    "{" + members.substr(members.empty() ? 0 : 1) + "}", "verdict");
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
  const Answer answer = client.post("/api/v1/reload", "{}", "generation");
  if (common.json && answer.error.empty()) {
    std::fputs(answer.text.c_str(), stdout);
    return answer.ok() ? kOk : report(answer, client);
  }
  if (!answer.ok() && answer.status != 422) return report(answer, client);
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

/// Seqs and bytes as people read them; the rest as it came.
void print_tunnel(const boost::json::value& tunnel) {
  const auto oldest = parse_u64(member_text(tunnel, "oldest"));
  const auto visible = parse_u64(member_text(tunnel, "visible"));
  boost::json::object rows;
  if (oldest && visible)
    rows["events"] = *visible > *oldest
                         ? "numbered " + std::to_string(*oldest) + " to " +
                               std::to_string(*visible - 1) + " (a crash leaves a gap)"
                         : "none kept";
  if (const auto bytes = parse_double(member_text(tunnel, "disk_bytes")))
    rows["disk"] = fmt::format("{:.1f} MiB", *bytes / (1 << 20));
  if (const boost::json::object* map = tunnel.if_object())
    for (const auto& [name, value] : *map)
      if (name != "oldest" && name != "visible" && name != "disk_bytes") rows[name] = value;
  print_members(rows);
}

int status(const Common& common) {
  Client client(common);
  const Answer answer = client.get("/api/v1/status", "log");
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
    print_tunnel(*tunnel);
  std::puts("");
  print_table(with_places(answer.body), "entries",
              {"name", "type", "path", "state", "requests", "accepted", "rejected", "refused",
               "unauthorised", "problem"});
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
  group->footer(
      "Examples:\n  tictoc exit test team-chat\n  tictoc exit test deploy -f project=web\n  tictoc "
      "exit replay team-chat --since 2h");
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
    return command;
  };
  named("show", "one of them",
        [&](const std::string& name) { return show(common, exit_path(name)); });
  auto fields = std::make_shared<std::vector<std::string>>();
  named("test", "sends a made-up event through it", [&common, fields](const std::string& name) {
    return test_exit(common, name, *fields);
  })->add_option("-f,--field", *fields, "a field of that event: k=text or k:=json");
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
}

}  // namespace

void add_operate_commands(CLI::App& app, Common& common, int& exit_code) {
  add_exit(app, common, exit_code);
  CLI::App* entry = app.add_subcommand("entry", "entry portals of the daemon");
  entry->footer("Examples:\n  tictoc entry ls\n  tictoc entry show gitlab");
  entry->require_subcommand(1);
  entry->add_subcommand("ls", "all of them")->callback([&] { exit_code = list_entries(common); });
  auto name = std::make_shared<std::string>();
  CLI::App* one = entry->add_subcommand("show", "one of them");
  one->add_option("name", *name, "name of the entry")->required();
  one->callback([=, &common, &exit_code] {
    exit_code = show(common, "/api/v1/entries/" + percent_encode(*name));
  });
  CLI::App* whole = app.add_subcommand("status", "the daemon, its entries and exits");
  whole->callback([&] { exit_code = status(common); });
  whole->footer("Examples:\n  tictoc status\n  tictoc status --json | jq .tunnel");
  CLI::App* again = app.add_subcommand("reload", "reads the configuration again");
  again->callback([&] { exit_code = reload(common); });
  again->footer(
      "A configuration with an error changes nothing and is printed, exit code 1.\n"
      "Example: vortex check /etc/time-tunnel/vortex.yaml && tictoc reload");
}

}  // namespace tt::tictoc
