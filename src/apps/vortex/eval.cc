// vortex eval: a CEL expression over an event; or the line protocol of conformance suites.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>

#include "apps/vortex/load.h"
#include "base/disk.h"
#include "cel/program.h"
#include "cel/typed_json.h"
#include "event/decode.h"
#include "template/event_scope.h"

namespace tt::vortex {
namespace {

struct EvalArguments {
  std::string expression, file, received;
  std::vector<std::string> config;
  bool typed = false, check_only = false;
};

int eval_lines(const EvalArguments& arguments) {
  for (std::string line; std::getline(std::cin, line);) {
    if (line.empty()) continue;
    std::puts(cel::eval_line(line, arguments.typed, arguments.check_only).c_str());
    std::fflush(stdout);
  }
  return kOk;
}

void print(const cel::Diagnostic& d, const std::string& expression) {
  std::fprintf(stderr, "%zu:%zu: %s\n  %s\n  %*s^\n", static_cast<std::size_t>(d.line),
               static_cast<std::size_t>(d.column), d.text.c_str(), expression.c_str(),
               static_cast<int>(d.column) - 1, "");
  if (!d.hint.empty()) std::fprintf(stderr, "  help: %s\n", d.hint.c_str());
}

/// The events of the file, or a made-up one; nothing, and told, when it holds none.
std::optional<event::EventBatch> read_events(const std::string& file, WallNs received) {
  std::string body = R"({"message":"-"})";
  if (!file.empty()) {
    auto text = read_file(system_disk(), file);
    if (!text.ok()) return fail(text.error().text), std::nullopt;
    body = *std::move(text);
  }
  auto decoded = event::decode_events(body, event::BodyFormat::kJson, event::Limits{}, received);
  if (!decoded.events.empty()) return std::move(decoded.events);
  fail(file + " holds no event: " +
       (decoded.syntax             ? decoded.syntax->text
        : decoded.rejected.empty() ? "it is empty"
                                   : decoded.rejected[0].error));
  return std::nullopt;
}

/// What the expression may name: `event` and `meta`, and the `let` of a configuration. Null after
/// errors.
std::shared_ptr<const tmpl::EventEnvironment> environment_of(const EvalArguments& arguments) {
  if (arguments.config.empty()) return std::make_shared<tmpl::EventEnvironment>();
  const auto loaded = load_config(pipeline::find_config(arguments.config), Tell::kErrorsOnly);
  return loaded.settings ? loaded.settings->ruleset->shared_environment() : nullptr;
}

int eval(const EvalArguments& arguments) {
  if (arguments.expression.empty()) return eval_lines(arguments);
  const auto environment = environment_of(arguments);
  if (!environment) return kFailed;
  const cel::Compiled compiled = cel::compile(arguments.expression, environment->environment());
  for (const cel::Diagnostic& d : compiled.diagnostics) print(d, arguments.expression);
  if (!compiled.program) return kFailed;
  if (arguments.check_only) {
    std::puts(compiled.type.to_string().c_str());
    return kOk;
  }

  const auto received = parse_received(arguments.received);
  if (!received) return kFailed;
  const auto events = read_events(arguments.file, *received);
  if (!events) return kFailed;
  int result = kOk;
  for (std::size_t i = 0; i < events->size(); ++i) {
    const tmpl::EventScope scope(*environment, (*events)[i], {"00000000-1", 1, *received, "eval"});
    const cel::Value value = compiled.program->evaluate(scope);
    if (value.is_error())
      result = fail(std::string(value.error_text()));
    else
      std::puts(cel::to_json_text(value).c_str());
  }
  return result;
}

}  // namespace

void add_eval(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<EvalArguments>();
  CLI::App* command = app.add_subcommand("eval", "evaluates CEL over an event");
  command->add_option("expression", arguments->expression, "CEL; without it, JSON lines on stdin");
  command->add_option("event", arguments->file, "a file with one event, or several");
  command
      ->add_option("-c,--config", arguments->config,
                   "a configuration whose `let` the expression may name; repeatable")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command->add_option("--received", arguments->received, "`meta.received` is this time; else now")
      ->type_name("TIME");
  command->add_flag("--typed", arguments->typed, "lines carry tagged values");
  command->add_flag("--check-only", arguments->check_only, "prints the type instead of the value");
  command->footer(
      "Examples:\n"
      "  vortex eval 'event.kind.startsWith(\"urn:gitlab:\")' event.json\n"
      "  vortex eval -c vortex.yaml 'office && paging' event.json\n"
      "  vortex eval --received 2026-01-31T23:00:00Z 'meta.received.within(\"22:00-06:00\")'\n"
      "  echo '{\"expr\": \"1 + x\", \"bindings\": {\"x\": 2}}' | vortex eval");
  command->callback([=, &exit_code] { exit_code = eval(*arguments); });
}

}  // namespace tt::vortex
