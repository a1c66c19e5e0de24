// Nine exits go on while the tenth hangs, trickles, resets or never ends its answers.
// SPDX-License-Identifier: Apache-2.0
import fs from 'node:fs';
import { test } from 'node:test';
import { Daemon, folder } from '../e2e/harness.mjs';
import { chaosProxy } from './chaos_proxy.mjs';
import { check, drained } from './checker.mjs';
import { pause, percentile, replay, report, scaled, seed } from './lab.mjs';
import { Load } from './load.mjs';
import { Oracle } from './oracle.mjs';
import { httpSink } from './sinks.mjs';

const kSeconds = scaled(4, 300);
const kSampleMs = 200;
const names = Array.from({ length: 9 }, (_, i) => `good-${i}`);

const exit = (name, url) =>
  `  ${name}: {type: webhook, url: '${url}/in', format: array, batch: {events: 100}, timeout: 3s, retry: {base: 50ms, cap: 1s}}\n`;
const config = (urls, bad) => `
entries:
  events: {type: http, path: /api/v1/events}
exits:
${names.map((name, i) => exit(name, urls[i])).join('')}${exit('bad', bad)}
rules:
  - {name: all, to: [${names.join(', ')}, bad]}
`;

function residentKib(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
}

/** Some seconds of load while the tenth receiver is `how`; then it is well again and all catch up. */
async function during(how, { daemon, proxy, sinks, tenth }, number) {
  const oracle = new Oracle(folder('oracle'), seed + number);
  proxy.plan = () => how;
  const load = new Load(daemon, oracle, { http: 4 });
  let peakKib = 0;
  try {
    for (const end = Date.now() + kSeconds * 1_000; Date.now() < end; await pause(kSampleMs))
      peakKib = Math.max(peakKib, residentKib(daemon.process.pid));
  } finally {
    await load.stop();
    proxy.plan = () => 'none';
  }
  // Its breaker would probe within five minutes; an operator who knows better need not wait.
  await daemon.post('/api/v1/exits/bad/resume', '');
  await drained(daemon, 120_000);
  const exits = sinks.map((sink, i) => ({ name: names[i], got: sink.got }));
  check({ oracle, exits: [...exits, { name: 'bad', got: tenth.got }] });
  const latencies = exits.flatMap(({ got }) => got.map(({ event, at }) => at - load.sentAt[event.n]));
  for (const { got } of [...sinks, tenth]) got.length = 0;
  oracle.close();
  return { events: load.sentAt.length, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), peakKib };
}

test(`nine exits deliver while the tenth misbehaves, ${kSeconds} s each way`, async (t) => {
  report(replay());
  const sinks = await Promise.all(names.map(() => httpSink()));
  const tenth = await httpSink();
  const proxy = await chaosProxy(tenth.url, seed);
  const daemon = await new Daemon(folder('bad-exit'), config(sinks.map((s) => s.url), proxy.url)).start();
  t.after(() => Promise.all([daemon.kill(), proxy.close(), tenth.close(), ...sinks.map((s) => s.close())]));
  let number = 0, usual;
  for (const how of ['none', 'hang', 'trickle', 'reset', 'neverEnds']) {
    const got = await during(how, { daemon, proxy, sinks, tenth }, number++);
    usual ??= got;
    report(`${how}: ${got.events} events; at the nine p50 ${got.p50} ms, p99 ${got.p99} ms`
      + ` (${(got.p99 / usual.p99).toFixed(2)} of usual); at most ${(got.peakKib / 1024).toFixed(1)} MiB resident`
      + ` (${((got.peakKib - usual.peakKib) / 1024).toFixed(1)} more than usual)`);
  }
});
