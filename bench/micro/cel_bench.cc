// Expressions: one evaluation beside hand-written C++ and, in cel_peers.mjs, beside others;
// and the way from text to program.
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "bench_world.h"
#include "cel/program.h"

namespace tt::bench {
namespace {

constexpr std::string_view kPaging =
    R"(event.severity == "critical" && event.kind.startsWith("urn:mon:"))";

// Half of the events are critical, half of those have the kind: all ways through the expression.
event::EventBatch paging_events() {
  std::string lines;
  for (int i = 0; i < 64; ++i) {
    const int n = i * 37 % 64;
    lines += R"({"message":"m","kind":"urn:)" + std::string(n & 1 ? "mon" : "log") +
             R"(:disk:full","severity":")" + (n & 2 ? "critical" : "warning") +
             R"(","source":"db-1.example.net"})" + "\n";
  }
  return event::decode_events(lines, event::BodyFormat::kNdjson, event::Limits{}, 0).events;
}

// What a person would write for exactly this rule over fields that are already found.
struct Fields {
  std::string_view severity;
  std::string_view kind;
};

[[gnu::noinline]] bool by_hand(const Fields& fields) {
  return fields.severity == "critical" && fields.kind.starts_with("urn:mon:");
}

void evaluate_by_hand(benchmark::State& state) {
  const event::EventBatch events = paging_events();
  std::vector<Fields> bound;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const event::EventView event = events[i];
    const auto text = [&](std::string_view name) {
      const event::Field* field = event.find(name);
      return event.json.substr(field->value_begin, field->value_bytes);
    };
    bound.push_back({text("severity"), text("kind")});
  }
  std::size_t at = 0;
  for (auto _ : state) benchmark::DoNotOptimize(by_hand(bound[at++ % 64]));
  state.SetItemsProcessed(state.iterations());
}

void evaluate(benchmark::State& state) {
  tmpl::EventEnvironment environment;
  const cel::Compiled compiled = cel::compile(kPaging, environment.environment());
  const event::EventBatch events = paging_events();
  std::deque<tmpl::EventScope> scopes;
  for (std::size_t i = 0; i < events.size(); ++i) {
    compiled.program->matches(scopes.emplace_back(environment, events[i], meta_of_bench()));
  }
  std::vector<const tmpl::EventScope*> bound;
  for (const auto& scope : scopes) bound.push_back(&scope);
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(compiled.program->matches(*bound[at++ % 64]));
  }
  state.SetItemsProcessed(state.iterations());
}

// Always the same event: what the evaluation itself costs.
void evaluate_one_event(benchmark::State& state) {
  tmpl::EventEnvironment environment;
  const cel::Compiled compiled = cel::compile(kPaging, environment.environment());
  event::EventBatch events = paging_events();
  std::size_t critical = 0;
  tmpl::EventScope scope(environment);
  do {
    scope.rebind(events[critical++], meta_of_bench());
  } while (!compiled.program->matches(scope));
  for (auto _ : state) benchmark::DoNotOptimize(compiled.program->matches(scope));
  state.SetItemsProcessed(state.iterations());
}

void compile(benchmark::State& state, std::string_view text) {
  tmpl::EventEnvironment environment;
  for (auto _ : state) {
    const cel::Compiled compiled = cel::compile(text, environment.environment());
    if (!compiled.ok()) state.SkipWithError("does not compile");
    benchmark::DoNotOptimize(compiled.program.get());
  }
}

BENCHMARK(evaluate_by_hand);
BENCHMARK(evaluate);
BENCHMARK(evaluate_one_event);
BENCHMARK_CAPTURE(compile, paging, kPaging);
BENCHMARK_CAPTURE(compile, in_and_prefix,
                  R"(event.kind in ["urn:gitlab:pipeline:failed", "urn:gitlab:job:failed"] && )"
                  R"(event.project.startsWith("group/") && !event.actor.endsWith("-bot"))");
BENCHMARK_CAPTURE(compile, absent_field, R"(has(event.branch) && event.branch != "main")");
BENCHMARK_CAPTURE(compile, office,
                  R"(event.severity.atLeast("error") && !meta.received.within()"
                  R"("mon-fri 08:00-18:00", "Europe/Berlin"))");
BENCHMARK_CAPTURE(compile, list,
                  R"(event.builds.exists(b, b.status == "failed" && b.stage == "test"))");
BENCHMARK_CAPTURE(compile, regex, R"(event.message.matches("timeout after [0-9]+ s"))");

}  // namespace
}  // namespace tt::bench
