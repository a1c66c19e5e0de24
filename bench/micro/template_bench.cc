// Rendering of templates over one bound event.
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "bench_world.h"
#include "template/json_template.h"
#include "template/template.h"

namespace tt::bench {
namespace {

constexpr std::string_view kChat =
    "{{ event.severity }}: {{ event.message }} ({{ event.host }}, {{ event.count }})";

void render(benchmark::State& state, std::string_view text, const tmpl::RenderOptions& options) {
  tmpl::EventEnvironment environment;
  std::vector<tmpl::TemplateError> errors;
  const auto made = tmpl::Template::parse(text, environment.environment(), errors);
  if (!errors.empty()) state.SkipWithError("does not compile");
  const event::EventBatch events = ten_field_events(64);
  tmpl::EventScope scope(environment);
  std::size_t at = 0;
  for (auto _ : state) {
    scope.rebind(events[at++ % 64], meta_of_bench());
    benchmark::DoNotOptimize(made.render(scope, options).size());
  }
}

void render_chat(benchmark::State& state) { render(state, kChat, {}); }
void render_html(benchmark::State& state) { render(state, kChat, {.escape = tmpl::Escape::kHtml}); }
void render_cut(benchmark::State& state) { render(state, kChat, {.runes_max = 40}); }
void render_time(benchmark::State& state) {
  render(state, R"({{ event.timestamp.format("%F %H:%M", "Europe/Berlin") }})", {});
}

void render_json_tree(benchmark::State& state) {
  using Kind = tmpl::JsonTree::Kind;
  tmpl::JsonTree tree{.kind = Kind::kMap, .text = {}, .children = {}};
  for (const auto& [name, text] : std::initializer_list<std::pair<std::string, std::string>>{
           {"text", std::string(kChat)}, {"count", "{{ event.count }}"}, {"team", "storage"}}) {
    tree.children.push_back({name, {.kind = Kind::kText, .text = text, .children = {}}});
  }
  tmpl::EventEnvironment environment;
  std::vector<tmpl::JsonTemplateError> errors;
  const auto made = tmpl::JsonTemplate::parse(tree, environment.environment(), errors);
  if (!errors.empty()) state.SkipWithError("does not compile");
  const event::EventBatch events = ten_field_events(64);
  tmpl::EventScope scope(environment);
  std::size_t at = 0;
  for (auto _ : state) {
    scope.rebind(events[at++ % 64], meta_of_bench());
    benchmark::DoNotOptimize(made.render(scope).size());
  }
}

void parse_chat(benchmark::State& state) {
  tmpl::EventEnvironment environment;
  for (auto _ : state) {
    std::vector<tmpl::TemplateError> errors;
    benchmark::DoNotOptimize(
        tmpl::Template::parse(kChat, environment.environment(), errors).is_constant());
  }
}

BENCHMARK(render_chat);
BENCHMARK(render_html);
BENCHMARK(render_cut);
BENCHMARK(render_time);
BENCHMARK(render_json_tree);
BENCHMARK(parse_chat);

}  // namespace
}  // namespace tt::bench
