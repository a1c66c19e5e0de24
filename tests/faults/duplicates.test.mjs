// A network that delivers and loses the answer, and worse: each event arrives, repeats are few and say so.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Daemon, folder, until } from '../e2e/harness.mjs';
import { chaosProxy } from './chaos_proxy.mjs';
import { check, drained } from './checker.mjs';
import { replay, report, scaled, seed } from './lab.mjs';
import { Oracle } from './oracle.mjs';
import { httpSink } from './sinks.mjs';

const kDropShare = 0.05;
const kSendsPerEventMax = 1.1;

const config = (url) => `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  hook: {type: webhook, url: '${url}/in', order: none, in_flight: 16, timeout: 2s, retry: {base: 20ms, cap: 200ms}}
rules:
  - {name: all, to: hook}
`;

async function run(t, name, plan, events) {
  const hook = await httpSink();
  const proxy = await chaosProxy(hook.url, seed, plan);
  const daemon = await new Daemon(folder(name), config(proxy.url)).start();
  t.after(() => Promise.all([daemon.kill(), proxy.close(), hook.close()]));
  const oracle = new Oracle(folder('oracle'), seed);
  for (let left = events; left > 0;) {
    const count = Math.min(left, 100);
    const first = oracle.intend(count);
    const answer = await daemon.post('/api/v1/events', oracle.events(first, count));
    assert.equal(answer.status, 202);
    oracle.acknowledged(first, count, Number((await answer.json()).ids[0].split('-')[1]));
    left -= count;
  }
  await until('everything to arrive', () => new Set(hook.got.map((g) => g.event.n)).size === events, 600_000);
  proxy.plan = () => 'none';
  await drained(daemon);
  const { repeats } = check({ oracle, exits: [{ name: 'hook', got: hook.got }] });
  oracle.close();
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  return { sends: Object.values(proxy.counts).reduce((a, b) => a + b), repeats: repeats.hook.length, counts: proxy.counts };
}

test('answers lost after the delivery: few repeats, each with its first id', async (t) => {
  report(replay());
  const events = scaled(10_000, 100_000);
  const { sends, repeats } = await run(t, 'dropped', (random) => (random.chance(kDropShare) ? 'dropResponse' : 'none'), events);
  report(`${events} events, ${sends} requests, ${(sends / events).toFixed(4)} an event, ${repeats} came again`);
  assert.ok(repeats > 0, 'nothing was lost on the way back: the proxy did nothing');
  assert.ok(sends / events <= kSendsPerEventMax, `${sends / events} requests an event (${replay()})`);
});

test('a network that resets, slices, delays, answers garbage and 503: everything arrives', async (t) => {
  const bad = ['latency', 'dropResponse', 'sliced', 'slow', 'burst', 'reset', 'garbage', 'hang', 'blackHole'];
  const events = scaled(500, 20_000);
  const { sends, repeats, counts } = await run(t, 'chaos', (random) => (random.chance(0.1) ? random.of(bad) : 'none'), events);
  report(`${events} events, ${sends} requests, ${repeats} came again; ${JSON.stringify(counts)}`);
});
