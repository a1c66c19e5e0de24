// kill -9 under load over HTTP and TCP, with three exits: nothing acknowledged is lost.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, folder } from '../e2e/harness.mjs';
import { check, drained } from './checker.mjs';
import { Random, pause, percentile, replay, report, scaled, seed } from './lab.mjs';
import { Load } from './load.mjs';
import { Oracle } from './oracle.mjs';
import { fileSink, httpSink } from './sinks.mjs';

const kKills = scaled(50, 1_000);
const kKillsARound = 50; // Then everything is checked and the numbers begin anew.
const kBatch = 50;
const kArrivalMs = 1_000; // What was in flight at a kill may reach a busy receiver this much later.
// An exit's place is durable 200 ms after it moved; a machine that tests all at once gets more time.
const kRepeatAgeMsMax = 1_000;

const config = (hook) => `
tunnel: {keep_for: 1s, keep_bytes: 128MiB}
entries:
  events: {type: http, path: /api/v1/events}
  stream: {type: lines, listen: 'tcp://127.0.0.1:0'}
exits:
  everything: {type: file, path: ./everything.ndjson}
  odd: {type: file, path: ./odd.ndjson}
  hook: {type: webhook, url: '${hook}/in', format: array, batch: {events: ${kBatch}}, set: {id: '{{ meta.id }}'}}
rules:
  - {name: all, to: [everything, hook]}
  - {name: odd ones, when: 'event.n % 2 == 1', to: odd}
`;

/** Most die at work, a few while they start: recovery may be interrupted as well. */
async function killOnce(daemon, random, kill) {
  if (random.chance(0.1)) {
    const starting = daemon.start().catch(() => undefined);
    await pause(random.below(80));
    await daemon.kill();
    await starting;
    return { at: Date.now() };
  }
  const ready = await daemon.start().then(() => daemon.readyMs);
  await pause(kill % 10 === 9 ? random.between(1_500, 2_500) : random.between(20, 700));
  const at = Date.now();
  await daemon.kill();
  return { at, ready };
}

/** How long before its kill each repeated event had come first. */
function repeatAges(repeats, kills) {
  return repeats.map(({ n, at, ageOf }) => {
    const kill = kills.find((k) => k >= ageOf - kArrivalMs && k <= at);
    assert.ok(kill !== undefined, `event ${n} came twice and nothing was killed in between (${replay()})`);
    return Math.max(0, kill - ageOf);
  });
}

async function round(daemon, hook, number, kills) {
  const oracle = new Oracle(folder('oracle'), seed + number);
  const random = new Random(oracle.seed);
  const load = new Load(daemon, oracle, { http: 8, tcp: 2 });
  const killedAt = [], readyMs = [];
  try {
    for (let kill = 0; kill < kills; kill++) {
      const how = await killOnce(daemon, random, kill);
      killedAt.push(how.at);
      if (how.ready !== undefined) readyMs.push(how.ready);
    }
    await daemon.start();
  } finally {
    await load.stop();
  }
  await drained(daemon);
  const exits = [
    { name: 'everything', got: fileSink(path.join(daemon.dir, 'everything.ndjson')).got },
    { name: 'odd', got: fileSink(path.join(daemon.dir, 'odd.ndjson')).got, takes: (n) => n % 2 === 1 },
    { name: 'hook', got: hook.got },
  ];
  const result = check({ oracle, exits });
  oracle.close();
  return { ...result, readyMs, ages: repeatAges(result.repeats.hook, killedAt) };
}

test(`kill -9, ${kKills} times: every acknowledged event arrives, and no other`, async (t) => {
  report(replay());
  const hook = await httpSink();
  const daemon = new Daemon(folder('kill'), config(hook.url));
  t.after(() => Promise.all([daemon.kill(), hook.close()]));
  const sum = { acknowledged: 0, everything: 0, odd: 0, hook: 0, ages: [], readyMs: [] };
  for (let done = 0, number = 0; done < kKills; done += kKillsARound, number++) {
    const kills = Math.min(kKillsARound, kKills - done);
    const result = await round(daemon, hook, number, kills);
    sum.acknowledged += result.acknowledged;
    for (const exit of ['everything', 'odd', 'hook']) sum[exit] += result.repeats[exit].length;
    sum.ages.push(...result.ages);
    sum.readyMs.push(...result.readyMs);
    // A clean stop repeats nothing: whatever comes again counts as invented in the next round.
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
    hook.got.length = 0;
    for (const file of ['everything.ndjson', 'odd.ndjson']) fs.rmSync(path.join(daemon.dir, file), { force: true });
    if (kKills > kKillsARound) report(`${done + kills} kills, ${sum.acknowledged} acknowledged`);
  }
  assert.ok(sum.acknowledged > kKills, 'the load was too small to tell anything');
  const oldest = Math.max(0, ...sum.ages);
  report(`${kKills} kills, ${sum.acknowledged} acknowledged, 0 lost; repeated: everything ${sum.everything},`
    + ` odd ${sum.odd}, hook ${sum.hook}; oldest repeat ${oldest} ms before its kill`);
  report(`ready after ms: median ${percentile(sum.readyMs, 0.5)}, p99 ${percentile(sum.readyMs, 0.99)},`
    + ` most ${Math.max(...sum.readyMs)}`);
  assert.ok(oldest <= kRepeatAgeMsMax, `an event was repeated that had arrived ${oldest} ms before the kill`);
});
