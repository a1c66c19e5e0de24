// Routing step by step, in nanoseconds an event of ten fields: a regression shows where it is.
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "bench_world.h"
#include "event/writer.h"
#include "rules/router.h"

namespace tt::bench {
namespace {

constexpr int kEvents = 512;

const event::EventBatch& events() {
  static const event::EventBatch made = ten_field_events(kEvents);
  return made;
}

std::string rule(const std::string& when, int i) {
  return "  - {when: '" + when + "', to: e" + std::to_string(i % 10) + "}\n";
}

// What people write: docs/guide/rules.md.
constexpr const char* kTypical = R"(
let:
  paging: 'event.severity.atLeast("critical")'
  office: 'meta.received.within("mon-fri 08:00-18:00", "Europe/Berlin")'
rules:
  - {to: e0}
  - {when: 'event.actor.endsWith("-bot")', final: true}
  - when: 'meta.entry == "gitlab"'
    rules:
      - {when: 'event.kind == "urn:gitlab:pipeline:failed"', to: e1}
      - {when: 'event.kind == "urn:gitlab:tag_push" && office', to: e2}
  - {when: 'paging && event.kind.startsWith("urn:mon:")', to: e3}
  - {when: 'paging && !office', to: e4}
  - {when: 'event.kind in ["urn:sys-2:full", "urn:sys-4:full"]', to: e5}
  - {when: 'has(event.count) && event.count > 500', to: e6}
  - {when: 'event.host == "db-7" || event.service == "postgres"', to: e7}
)";

// Tests on kind, source and severity, mixed.
std::string discriminating(int count) {
  std::string yaml = "rules:\n";
  for (int i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    const std::string whens[] = {
        R"(event.kind.startsWith("urn:sys-)" + n + R"(:"))",
        R"(event.kind == "urn:mon:disk-)" + n + R"(:full")",
        R"(event.source in ["db-)" + n + R"(.fra1.example.net", "web-)" + n + R"(.example.net"])",
        R"(event.severity == "critical" && event.source.startsWith("db-)" + n + R"(."))",
    };
    yaml += rule(whens[i % 4], i / 4);
  }
  return yaml;
}

std::string regular_expressions(int count) {
  std::string yaml = "rules:\n";
  for (int i = 0; i < count; ++i) {
    yaml += rule(R"(event.message.matches("on db-)" + std::to_string(i) + R"(, [0-9.]+%"))", i);
  }
  return yaml;
}

std::string arithmetic(int count) {
  std::string yaml = "rules:\n";
  for (int i = 0; i < count; ++i) {
    yaml += rule("event.count % 1000 == " + std::to_string(i), i);
  }
  return yaml;
}

void route(benchmark::State& state, const std::string& yaml) {
  rules::Router router(ruleset_of(yaml));
  rules::ExitBits bits;
  bits.reset(kEvents, 10);
  const tmpl::MetaView meta = meta_of_bench();
  std::size_t at = 0;
  for (auto _ : state) {
    const std::size_t row = at++ % kEvents;
    benchmark::DoNotOptimize(router.route_one(events()[row], meta, bits, row));
  }
  const rules::Router::Counts counts = router.take_counts();
  state.counters["evaluations"] =
      static_cast<double>(counts.evaluations) / static_cast<double>(counts.events);
  state.SetItemsProcessed(state.iterations());
}

void route_typical_10(benchmark::State& state) { route(state, kTypical); }
void route_discriminating(benchmark::State& state) {
  route(state, discriminating(static_cast<int>(state.range(0))));
}
void route_regex(benchmark::State& state) {
  route(state, regular_expressions(static_cast<int>(state.range(0))));
}
void route_arithmetic(benchmark::State& state) {
  route(state, arithmetic(static_cast<int>(state.range(0))));
}

// Twenty rules, each with a `set` and an exit of its own kind.
std::string rewriting() {
  std::string yaml = "rules:\n";
  for (int i = 0; i < 20; ++i) {
    yaml += "  - {when: 'event.count % 20 == " + std::to_string(i) +
            "', set: {note: '{{ event.host }} has {{ event.count }}', team: storage}, to: e" +
            std::to_string(i % 10) + "}\n";
  }
  return yaml;
}

// What an exit with rewrites does for each of its events: finds the rule that decides, and, in the
// second, makes the event that the rule makes.
void rewrite(benchmark::State& state, bool is_applied) {
  rules::Router router(ruleset_of(rewriting()));
  const tmpl::MetaView meta = meta_of_bench();
  event::EventBatch batch;
  std::size_t at = 0;
  for (auto _ : state) {
    const event::EventView event = events()[at++ % kEvents];
    const rules::Delta delta = router.delta(event, meta, 7);
    benchmark::DoNotOptimize(delta.changes());
    if (!is_applied) continue;
    if (at % kEvents == 1) batch = {};
    event::EventWriter writer(batch);
    writer.begin();
    writer.set_all(event);
    delta.apply(event, meta, writer);
    if (!writer.finish(0)) state.SkipWithError("event was refused");
  }
}

void find_deciding_rule(benchmark::State& state) { rewrite(state, false); }
void find_and_rewrite(benchmark::State& state) { rewrite(state, true); }

// From the stored text: the index of its fields is built as well.
void index_and_route_typical_10(benchmark::State& state) {
  rules::Router router(ruleset_of(kTypical));
  rules::ExitBits bits;
  bits.reset(1, 10);
  std::size_t at = 0;
  event::EventBatch batch;
  for (auto _ : state) {
    if (at % kEvents == 0) {
      state.PauseTiming();
      batch = {};
      batch.reserve(events().text_bytes(), kEvents * 10, kEvents);
      state.ResumeTiming();
    }
    const std::size_t row = at++ % kEvents;
    if (!event::index_canonical(events()[row].json, batch)) state.SkipWithError("not canonical");
    benchmark::DoNotOptimize(router.route_one(batch[row], meta_of_bench(), bits, 0));
  }
}

// Steps of the above.

void index_fields(benchmark::State& state) {
  std::size_t at = 0;
  event::EventBatch batch;
  for (auto _ : state) {
    if (at % kEvents == 0) {
      state.PauseTiming();
      batch = {};
      batch.reserve(events().text_bytes(), kEvents * 10, kEvents);
      state.ResumeTiming();
    }
    benchmark::DoNotOptimize(event::index_canonical(events()[at++ % kEvents].json, batch).ok());
  }
}

// Of the slots that the typical rules read.
void bind_and_resolve(benchmark::State& state) {
  const auto ruleset = ruleset_of(kTypical);
  const int kind = ruleset->environment().event_layout().find("kind");
  tmpl::EventScope scope(ruleset->environment());
  std::size_t at = 0;
  for (auto _ : state) {
    scope.rebind(events()[at++ % kEvents], meta_of_bench());
    benchmark::DoNotOptimize(scope.field(tmpl::kEventRecord, kind).is_string());
  }
}

void read_bound_field(benchmark::State& state) {
  const auto ruleset = ruleset_of(kTypical);
  const int kind = ruleset->environment().event_layout().find("kind");
  const tmpl::EventScope scope(ruleset->environment(), events()[0], meta_of_bench());
  for (auto _ : state) benchmark::DoNotOptimize(scope.field(tmpl::kEventRecord, kind).is_string());
}

void find_field_by_name(benchmark::State& state) {
  const event::EventView event = events()[0];
  for (auto _ : state) benchmark::DoNotOptimize(event.find("service"));
}

BENCHMARK(route_typical_10);
BENCHMARK(index_and_route_typical_10);
BENCHMARK(route_discriminating)->Arg(10)->Arg(100)->Arg(1000)->Arg(10000);
BENCHMARK(route_regex)->Arg(10)->Arg(100)->Arg(1000);
BENCHMARK(route_arithmetic)->Arg(10)->Arg(100)->Arg(1000);
BENCHMARK(find_deciding_rule);
BENCHMARK(find_and_rewrite);
BENCHMARK(index_fields);
BENCHMARK(bind_and_resolve);
BENCHMARK(read_bound_field);
BENCHMARK(find_field_by_name);

}  // namespace
}  // namespace tt::bench
