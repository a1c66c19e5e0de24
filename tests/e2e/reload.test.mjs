// Reloads under load: nothing is lost, and nothing is repeated for exits that did not change.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, folder, serve, until } from './harness.mjs';

const kReloads = Number(process.env.TT_RELOADS ?? 50);
const kClients = 4;
const kEventsPerPost = 5;
const kInvalidEvery = 7;

/** Counts arrivals by event; a batch is a list of events. */
async function receiver() {
  const arrived = new Map(); // n -> [what the rules made of it, ...]
  const server = await serve(async (request) => {
    // Some answers take a while, so that requests are out whenever a swap comes.
    if (server.requests.length % 5 === 0) await new Promise((r) => setTimeout(r, 3));
    server.requests.length = 0;
    const body = JSON.parse(request.body);
    for (const event of Array.isArray(body) ? body : [body])
      arrived.set(event.n, [...(arrived.get(event.n) ?? []), event.by ?? '']);
    return { status: 204 };
  });
  return { arrived, url: server.url, close: server.close };
}

/**
 * Two valid configurations that alternate. Exits `steady`, `batched`, `parallel` and `archive` never
 * change; what `routed` gets and what becomes of it does; `extra` comes and goes; `left` and `right`
 * are one exit that is renamed each time.
 */
function config(variant, urls) {
  const [here, there] = variant === 'A' ? ['left', 'right'] : ['right', 'left'];
  return `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  steady: {type: webhook, url: '${urls.steady}'}
  batched: {type: webhook, url: '${urls.batched}', format: array, batch: {events: 50, wait: 5ms}}
  parallel: {type: webhook, url: '${urls.parallel}', order: none, in_flight: 8}
  archive: {type: file, path: ./archive.ndjson}
  routed: {type: webhook, url: '${urls.routed}', format: array, batch: {events: 10}}
  ${here}: {type: webhook, url: '${urls.renamed}', was: ${there}, format: array, batch: {events: 20}}
  ${variant === 'A' ? `extra: {type: webhook, url: '${urls.extra}', format: array, batch: {events: 20}}` : ''}
rules:
  - {name: everything, to: [steady, batched, parallel, archive, ${here}]}
  - {name: always, when: 'event.n % 4 == 0', to: routed, set: {by: ${variant}}}
  - {name: in turn, when: 'event.n % 4 == ${variant === 'A' ? 2 : 3}', to: routed, set: {by: ${variant}}}
  ${variant === 'A' ? '- {name: more, to: extra}' : ''}
`;
}

test(`${kReloads} reloads under load lose nothing and repeat nothing`, { timeout: 900_000 }, async (t) => {
  const names = ['steady', 'batched', 'parallel', 'routed', 'renamed', 'extra'];
  const hooks = {}, urls = {};
  for (const name of names) {
    hooks[name] = await receiver();
    urls[name] = hooks[name].url;
  }
  const daemon = new Daemon(folder('reload'), config('A', urls));
  t.after(async () => {
    await daemon.kill();
    for (const name of names) await hooks[name].close();
  });
  await daemon.start();
  const accepted = [];
  let n = 0, stop = false;
  const client = async () => {
    while (!stop) {
      const batch = Array.from({ length: kEventsPerPost }, () => ({ message: `event ${n}`, n: n++ }));
      const answer = await daemon.post('/api/v1/events', batch);
      assert.equal(answer.status, 202, await answer.text());
      accepted.push(...batch.map((event) => event.n));
      await new Promise((r) => setTimeout(r, 5));
    }
  };
  const clients = Array.from({ length: kClients }, client);

  let generation = (await daemon.get('/api/v1/config/status')).generation;
  let refused = 0, applied = 0, moved = 0;
  const began = Date.now();
  for (let turn = 1; applied < kReloads; turn++) {
    const is_invalid = turn % kInvalidEvery === 0;
    const variant = applied % 2 === 0 ? 'B' : 'A';
    daemon.write(is_invalid ? `${config(variant, urls)}  - {name: wrong, to: nowhere}\n` : config(variant, urls));
    const answer = await daemon.post('/api/v1/reload', {});
    const report = await answer.json();
    assert.equal(answer.status, is_invalid ? 422 : 200, report.text);
    if (is_invalid) {
      refused += 1;
      assert.equal(report.generation, generation);
      assert.match(report.text, /nowhere/);
    } else {
      applied += 1;
      assert.equal(report.generation, generation + 1);
      generation = report.generation;
      moved += Object.values(report.moved).reduce((sum, count) => sum + count, 0);
    }
    assert.equal((await daemon.get('/api/v1/config/status')).generation, generation);
    const felt = accepted.length + kClients * kEventsPerPost;
    await until('events between two reloads', () => accepted.length >= felt);
  }
  const seconds = (Date.now() - began) / 1000;
  stop = true;
  await Promise.all(clients);
  // `extra` and both names of the renamed exit have to be there for the rest to arrive.
  daemon.write(config('A', urls));
  const last = await (await daemon.post('/api/v1/reload', {})).json();
  assert.ok(last.ok, last.text);
  await until('all exits to catch up', async () =>
    (await daemon.get('/api/v1/exits')).exits.every((exit) => exit.behind === 0), 120_000);

  for (const name of ['steady', 'batched', 'parallel', 'renamed'])
    assertOnce(name, hooks[name].arrived, accepted);
  const archived = new Map();
  for (const line of fs.readFileSync(path.join(daemon.dir, 'archive.ndjson'), 'utf8').split('\n').filter(Boolean)) {
    const event = JSON.parse(line);
    archived.set(event.n, [...(archived.get(event.n) ?? []), '']);
  }
  assertOnce('archive', archived, accepted);

  assertOnce('routed', new Map([...hooks.routed.arrived].filter(([k]) => k % 4 === 0)),
    accepted.filter((k) => k % 4 === 0));
  for (const [k, how] of hooks.routed.arrived) {
    assert.equal(how.length, 1, `event ${k} came ${how.length} times to routed`);
    assert.notEqual(k % 4, 1, `no rule ever sent event ${k} to routed`);
    // The ruleset that decided is the one that rewrote.
    if (k % 4 === 2) assert.equal(how[0], 'A', `event ${k}`);
    if (k % 4 === 3) assert.equal(how[0], 'B', `event ${k}`);
  }
  for (const [k, how] of hooks.extra.arrived)
    assert.equal(how.length, 1, `event ${k} came ${how.length} times to extra`);

  const metrics = await (await fetch(`${daemon.url}/metrics`)).text();
  assert.match(metrics, new RegExp(`^tt_config_generation ${last.generation}$`, 'm'));
  assert.match(metrics, new RegExp(`^tt_reloads_total\\{result="refused"\\} ${refused}$`, 'm'));
  console.log(`# ${applied} reloads applied and ${refused} refused in ${seconds.toFixed(1)} s, ` +
    `${accepted.length} events accepted meanwhile, ${hooks.routed.arrived.size} at routed, ` +
    `${hooks.extra.arrived.size} at extra, ${moved} counted as moved`);
});

function assertOnce(name, arrived, accepted) {
  const lost = accepted.filter((k) => !arrived.has(k));
  const repeated = [...arrived].filter(([, how]) => how.length > 1).map(([k]) => k);
  const phantom = [...arrived.keys()].length - accepted.filter((k) => arrived.has(k)).length;
  assert.deepEqual({ lost: lost.slice(0, 10), repeated: repeated.slice(0, 10), phantom },
    { lost: [], repeated: [], phantom: 0 }, name);
}
