// Decoding of request bodies and indexing of stored events, in nanoseconds an event.
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "event/decode.h"

namespace tt::event {
namespace {

constexpr std::size_t kEvents = 1000;

// About 300 bytes an event; one in eight has an escape, as log lines do.
std::string ndjson(bool is_spaced, bool is_nested, bool has_time) {
  std::string body;
  for (std::size_t i = 0; i < kEvents; ++i) {
    char line[1024];
    const char* const message = i % 8 ? "disk full on db-12.fra1 value 93.27% over 12 min"
                                      : "said \\\"no\\\" on db-12.fra1";
    std::snprintf(line, sizeof line,
                  "{%s\"kind\":\"urn:tt:disk:full\",\"message\":\"%s\",\"source\":"
                  "\"db-12.fra1.example.net\",\"severity\":\"critical\",\"view_link\":"
                  "\"https://ops.example.net/v/%010zx\",\"count\":%zu,\"ratio\":0.8231,%s"
                  "\"maintenance\":false,\"seq\":\"%010zu\"}\n",
                  has_time ? "\"timestamp\":\"2026-11-07T12:31:45.123Z\"," : "", message, i * 7919,
                  i, is_nested ? "\"labels\":{\"team\":\"storage\",\"tier\":1}," : "", i);
    for (const char* c = line; *c; ++c) {
      body += *c;
      const bool is_after_string = c > line && (c[-1] == '"' || c[-1] == '}');
      if (is_spaced && *c == ',' && is_after_string) body += ' ';
    }
  }
  return body;
}

void decode(benchmark::State& state, const std::string& body) {
  for (auto _ : state) {
    const Decoded decoded = decode_events(body, BodyFormat::kNdjson, Limits{}, 0);
    if (decoded.events.size() != kEvents) state.SkipWithError("events were refused");
    benchmark::DoNotOptimize(decoded.events.text_bytes());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kEvents));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
}

void decode_flat(benchmark::State& state) { decode(state, ndjson(false, false, true)); }
void decode_spaced(benchmark::State& state) { decode(state, ndjson(true, false, true)); }
void decode_without_time(benchmark::State& state) { decode(state, ndjson(false, false, false)); }
void decode_nested(benchmark::State& state) { decode(state, ndjson(false, true, true)); }

// As HTTP requests bring them, one a body; those of one round share a batch.
void decode_single(benchmark::State& state) {
  const std::string body = ndjson(false, false, false);
  std::vector<std::string_view> bodies;
  for (std::string_view rest = body; !rest.empty();) {
    const std::size_t bytes = rest.find('\n');
    bodies.push_back(rest.substr(0, bytes));
    rest.remove_prefix(bytes + 1);
  }
  const auto round = static_cast<std::size_t>(state.range(0));
  std::size_t i = 0;
  for (auto _ : state) {
    EventBatch batch;
    for (std::size_t n = 0; n < round; ++n, i = (i + 1) % kEvents) {
      Decoded decoded = decode_events(bodies[i], BodyFormat::kJson, Limits{}, 0, std::move(batch));
      batch = std::move(decoded.events);
    }
    if (batch.size() != round) state.SkipWithError("an event was refused");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * round));
}

void index_stored(benchmark::State& state) {
  const Decoded decoded =
      decode_events(ndjson(false, false, true), BodyFormat::kNdjson, Limits{}, 0);
  for (auto _ : state) {
    EventBatch batch;
    batch.reserve(decoded.events.text_bytes(), kEvents * 12, kEvents);
    for (std::size_t i = 0; i < decoded.events.size(); ++i) {
      if (!index_canonical(decoded.events[i].json, batch)) state.SkipWithError("not canonical");
    }
    benchmark::DoNotOptimize(batch.text_bytes());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kEvents));
}

void write_with_writer(benchmark::State& state) {
  for (auto _ : state) {
    EventBatch batch;
    EventWriter writer(batch);
    for (std::size_t i = 0; i < kEvents; ++i) {
      writer.begin();
      writer.set_text("timestamp", "2026-11-07T12:31:45.123Z");
      writer.set_text("kind", "urn:tt:disk:full");
      writer.set_text("message", "disk full on db-12.fra1 value 93.27% over 12 min");
      writer.set_text("source", "db-12.fra1.example.net");
      writer.set_text("severity", "critical");
      writer.set_raw("count", "17");
      if (!writer.finish(0)) state.SkipWithError("event was refused");
    }
    benchmark::DoNotOptimize(batch.text_bytes());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kEvents));
}

BENCHMARK(decode_flat);
BENCHMARK(decode_spaced);
BENCHMARK(decode_without_time);
BENCHMARK(decode_nested);
BENCHMARK(decode_single)->Arg(1)->Arg(16);
BENCHMARK(index_stored);
BENCHMARK(write_with_writer);

}  // namespace
}  // namespace tt::event
