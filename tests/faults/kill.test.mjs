// kill -9 under load over HTTP and TCP, with three exits: nothing acknowledged is lost.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, folder } from '../e2e/harness.mjs';
import { check, drained } from './checker.mjs';
import { Random, pause, percentile, replay, report, scaled, seed } from './lab.mjs';
import { Load } from './load.mjs';
import { Oracle } from './oracle.mjs';
import { FileSink, httpSink } from './sinks.mjs';

const kKills = scaled(50, 1_000);
const kKillsARound = 50; // Then everything is checked and the numbers begin anew.
const kBatch = 50;
const kTakes = { odd: (n) => n % 2 === 1 };
const kArrivalMs = 1_000; // What was in flight at a kill may reach a busy receiver this much later.
// What a file exit wrote is synced 100 ms later, and every exit's place is durable 100 ms after it moved; on a
// machine that tests everything at once both take longer. Whoever forgets places exceeds this too.
const kRepeatAgeMsMax = 10_000;

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

/** Most die at work, a few while they start: recovery may be interrupted as well. Gives {from, to}. */
async function liveAndDie(daemon, random, kill) {
  const starting = daemon.start().catch(() => undefined);
  let from = Infinity;
  if (random.chance(0.1)) {
    await pause(random.below(80));
  } else {
    await starting;
    from = Date.now();
    await pause(kill % 10 === 9 ? random.between(1_500, 2_500) : random.between(20, 700));
  }
  const to = Date.now();
  await daemon.kill();
  await starting;
  return { from, to, readyMs: from < to ? daemon.readyMs : undefined };
}

/** How long the daemon was at work between an event's first arrival and the kill that it was repeated after. */
function repeatAges(repeats, lives) {
  return repeats.map(({ n, at, ageOf }) => {
    const late = lives.some(({ to }) => to >= ageOf - kArrivalMs && to <= at);
    assert.ok(late, `event ${n} came twice and nothing was killed in between (${replay()})`);
    return lives.reduce((sum, { from, to }) => sum + (to <= at ? Math.max(0, to - Math.max(from, ageOf)) : 0), 0);
  });
}

async function round(daemon, sinks, number, kills) {
  const oracle = new Oracle(folder('oracle'), seed + number);
  const random = new Random(oracle.seed);
  const load = new Load(daemon, oracle, { http: 8, tcp: 2 });
  const lives = [];
  try {
    for (let kill = 0; kill < kills; kill++) lives.push(await liveAndDie(daemon, random, kill));
    await daemon.start();
  } finally {
    await load.stop();
  }
  await drained(daemon);
  const exits = Object.entries(sinks).map(([name, { got }]) => ({ name, got, takes: kTakes[name] }));
  const result = check({ oracle, exits });
  oracle.close();
  const ages = Object.entries(result.repeats).map(([name, repeats]) => [name, repeatAges(repeats, lives)]);
  const readyMs = lives.map((life) => life.readyMs).filter((ms) => ms !== undefined);
  return { ...result, readyMs, ages: Object.fromEntries(ages) };
}

test(`kill -9, ${kKills} times: every acknowledged event arrives, and no other`, async (t) => {
  report(replay());
  const hook = await httpSink();
  const daemon = new Daemon(folder('kill'), config(hook.url));
  const everything = new FileSink(path.join(daemon.dir, 'everything.ndjson')).watch();
  const odd = new FileSink(path.join(daemon.dir, 'odd.ndjson')).watch();
  const sinks = { everything, odd, hook };
  t.after(() => Promise.all([daemon.kill(), hook.close(), everything.close(), odd.close()]));
  const sum = { acknowledged: 0, ages: { everything: [], odd: [], hook: [] }, readyMs: [] };
  for (let done = 0, number = 0; done < kKills; done += kKillsARound, number++) {
    const kills = Math.min(kKillsARound, kKills - done);
    const result = await round(daemon, sinks, number, kills);
    sum.acknowledged += result.acknowledged;
    for (const name of Object.keys(sinks)) sum.ages[name].push(...result.ages[name]);
    sum.readyMs.push(...result.readyMs);
    // A clean stop repeats nothing: whatever comes again counts as invented in the next round.
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
    for (const sink of Object.values(sinks)) sink.clear();
    if (kKills > kKillsARound) report(`${done + kills} kills, ${sum.acknowledged} acknowledged`);
  }
  assert.ok(sum.acknowledged > kKills, 'the load was too small to tell anything');
  report(`${kKills} kills, ${sum.acknowledged} acknowledged, 0 lost`);
  for (const [name, ages] of Object.entries(sum.ages)) {
    report(`${name}: ${ages.length} came again, after so many ms at work: median ${percentile(ages, 0.5)},`
      + ` p99 ${percentile(ages, 0.99)}, most ${percentile(ages, 1)}`);
    assert.ok(!ages.some((age) => age > kRepeatAgeMsMax), `${name} repeats what was long done (${replay()})`);
  }
  report(`ready after ms: median ${percentile(sum.readyMs, 0.5)}, p99 ${percentile(sum.readyMs, 0.99)},`
    + ` most ${percentile(sum.readyMs, 1)}`);
});
