// vortex eval: a CEL expression over an event; or the line protocol of conformance suites.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>

#include "apps/vortex/commands.h"
#include "base/clock.h"
#include "base/disk.h"
#include "cel/program.h"
#include "cel/typed_json.h"
#include "event/decode.h"
#include "template/event_scope.h"

namespace tt::vortex {
namespace {

struct EvalArguments {
  std::string expression, file;
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

int eval(const EvalArguments& arguments) {
  if (arguments.expression.empty()) return eval_lines(arguments);
  tmpl::EventEnvironment environment;
  const cel::Compiled compiled = cel::compile(arguments.expression, environment.environment());
  for (const cel::Diagnostic& d : compiled.diagnostics) {
    std::fprintf(stderr, "%zu:%zu: %s\n  %s\n  %*s^\n", static_cast<std::size_t>(d.line),
                 static_cast<std::size_t>(d.column), d.text.c_str(), arguments.expression.c_str(),
                 static_cast<int>(d.column) - 1, "");
    if (!d.hint.empty()) std::fprintf(stderr, "  help: %s\n", d.hint.c_str());
  }
  if (!compiled.program) return kFailed;
  if (arguments.check_only) {
    std::puts(compiled.type.to_string().c_str());
    return kOk;
  }

  std::string body = R"({"message":"-"})";
  if (!arguments.file.empty()) {
    auto text = read_file(system_disk(), arguments.file);
    if (!text.ok()) {
      std::fprintf(stderr, "vortex: %s\n", text.error().text.c_str());
      return kFailed;
    }
    body = *std::move(text);
  }
  const WallNs now = system_clock().wall_ns();
  const auto decoded = event::decode_events(body, event::BodyFormat::kJson, event::Limits{}, now);
  if (decoded.events.empty()) {
    std::fprintf(stderr, "vortex: %s holds no event: %s\n", arguments.file.c_str(),
                 decoded.syntax             ? decoded.syntax->text.c_str()
                 : decoded.rejected.empty() ? "it is empty"
                                            : decoded.rejected[0].error.c_str());
    return kFailed;
  }
  int result = kOk;
  for (std::size_t i = 0; i < decoded.events.size(); ++i) {
    const tmpl::EventScope scope(environment, decoded.events[i], {"00000000-1", 1, now, "eval"});
    const cel::Value value = compiled.program->evaluate(scope);
    if (value.is_error()) {
      std::fprintf(stderr, "vortex: %s\n", std::string(value.error_text()).c_str());
      result = kFailed;
    } else {
      std::puts(cel::to_json_text(value).c_str());
    }
  }
  return result;
}

}  // namespace

void add_eval(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<EvalArguments>();
  CLI::App* command = app.add_subcommand("eval", "evaluates CEL over an event");
  command->add_option("expression", arguments->expression, "CEL; without it, JSON lines on stdin");
  command->add_option("event", arguments->file, "a file with one event, or several");
  command->add_flag("--typed", arguments->typed, "lines carry tagged values");
  command->add_flag("--check-only", arguments->check_only, "prints the type instead of the value");
  command->footer(
      "Examples:\n"
      "  vortex eval 'event.kind.startsWith(\"urn:gitlab:\")' event.json\n"
      "  echo '{\"expr\": \"1 + x\", \"bindings\": {\"x\": 2}}' | vortex eval");
  command->callback([=, &exit_code] { exit_code = eval(*arguments); });
}

}  // namespace tt::vortex
