// The expression of bench/micro/cel_bench.cc in two implementations of CEL on npm; prints one table.
// SPDX-License-Identifier: Apache-2.0
// Usage: node bench/micro/cel_peers.mjs [build/bench/cel_bench.json]   (what cel_bench measured)
import { readFileSync } from 'node:fs';
import { celEnv, parse, plan } from '@bufbuild/cel';
import { Environment } from '@marcbachmann/cel-js';

const kPaging = 'event.severity == "critical" && event.kind.startsWith("urn:mon:")';
const kEventCount = 64;
const kRounds = 7;
const kRoundUs = 300_000;

// Half are critical, half of those have the kind, in the order of cel_bench.
const events = Array.from({ length: kEventCount }, (_, i) => {
  const n = (i * 37) % kEventCount;
  return {
    timestamp: '2026-01-31T12:00:00.000000Z',
    kind: `urn:${n & 1 ? 'mon' : 'log'}:disk:full`,
    severity: n & 2 ? 'critical' : 'warning',
    message: 'm',
    source: 'db-1.example.net',
  };
});

// Each takes an event in the form that it reads: a map of @bufbuild/cel is a Map. Both are without
// a declared type of `event`, as ours is.
function bufbuild() {
  const env = celEnv();
  const planned = plan(env, parse(kPaging));
  return {
    bind: (event) => ({ event: new Map(Object.entries(event)) }),
    evaluate: (bound) => planned(bound),
    parseAndEvaluate: (bound) => plan(env, parse(kPaging))(bound),
  };
}

function celJs() {
  const env = new Environment().registerVariable('event', 'map');
  const parsed = env.parse(kPaging);
  return {
    bind: (event) => ({ event }),
    evaluate: (bound) => parsed(bound),
    parseAndEvaluate: (bound) => env.evaluate(kPaging, bound),
  };
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/**
 * CPU nanoseconds a call of `evaluate`, the events in turn; the first round only warms up. CPU time,
 * here and of cel_bench, because the machine may be busy with other things.
 */
function nsOf(evaluate, bound) {
  const rounds = [];
  for (let round = 0; round <= kRounds; ++round) {
    const begin = process.cpuUsage();
    let calls = 0, taken = 0, us;
    do {
      for (const one of bound) taken += evaluate(one) === true ? 1 : 0;
      calls += bound.length;
      const used = process.cpuUsage(begin);
      us = used.user + used.system;
    } while (us < kRoundUs);
    if (taken * 4 !== calls) throw new Error('a quarter of the events is to be taken');
    if (round > 0) rounds.push((us * 1000) / calls);
  }
  return median(rounds);
}

function measured(name, { bind, evaluate, parseAndEvaluate }) {
  const bound = events.map(bind);
  return { name, evaluateNs: nsOf(evaluate, bound), parseNs: nsOf(parseAndEvaluate, bound) };
}

/** What cel_bench wrote: CPU nanoseconds by name; of repetitions the median. */
function oursFrom(path) {
  const units = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
  const found = {};
  for (const one of JSON.parse(readFileSync(path)).benchmarks) {
    if (one.run_type === 'aggregate' && one.aggregate_name !== 'median') continue;
    found[one.run_name] = one.cpu_time * units[one.time_unit];
  }
  return found;
}

const path = process.argv[2] ?? 'build/bench/cel_bench.json';
const ours = oursFrom(path);
for (const name of ['evaluate_by_hand', 'evaluate', 'compile/paging']) {
  if (!(ours[name] > 0)) throw new Error(`${path} has no figure of ${name}; run cel_bench with --benchmark_out`);
}
const lines = [
  { name: 'C++ by hand, fields already found', evaluateNs: ours.evaluate_by_hand },
  { name: 'time-tunnel, fields already found', evaluateNs: ours.evaluate, parseNs: ours['compile/paging'] + ours.evaluate },
  measured('@bufbuild/cel', bufbuild()),
  measured('@marcbachmann/cel-js', celJs()),
];

const perSecond = (ns) => (ns ? Math.round(1e9 / ns).toLocaleString('en') : '');
const digits = (number) => number.toFixed(number < 100 ? 1 : 0);
console.log(`\n\`${kPaging}\`, an event of 5 fields, one thread; parsing includes checks and planning\n`);
console.log('| | CPU ns an evaluation | evaluations/s | against C++ by hand | parse and evaluate/s |\n|---|---|---|---|---|');
for (const { name, evaluateNs, parseNs } of lines) {
  const ratio = digits(evaluateNs / ours.evaluate_by_hand);
  console.log(`| ${name} | ${digits(evaluateNs)} | ${perSecond(evaluateNs)} | ${ratio} x | ${perSecond(parseNs)} |`);
}
