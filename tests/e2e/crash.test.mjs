// kill -9 under load: nothing acknowledged is lost, nothing appears that was not sent.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, folder, serve, until } from './harness.mjs';

const kKills = Number(process.env.TT_KILLS ?? 30);
const kEventsPerSec = 2000;
const kSenders = 16;

function lines(file) {
  return fs.existsSync(file)
    ? fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line)) : [];
}

test(`kill -9 ${kKills} times under ${kEventsPerSec} events/s with three exits`, { timeout: 600_000 }, async () => {
  const received = new Map(); // webhook-id -> message
  const phantom = [];
  let duplicates = 0;
  const hook = await serve((request) => {
    const events = JSON.parse(request.body);
    for (const event of Array.isArray(events) ? events : [events]) {
      if (received.has(event.message)) duplicates += 1;
      received.set(event.message, true);
    }
    return { status: 204 };
  });
  const config = `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  everything: {type: file, path: ./everything.ndjson}
  odd: {type: file, path: ./odd.ndjson}
  hook: {type: webhook, url: "${hook.url}/in", batch: {events: 200}}
rules:
  - {name: all, to: [everything, hook]}
  - {name: odd ones, when: 'event.n % 2 == 1', to: odd}
`;
  const daemon = await new Daemon(folder('crash'), config).start();
  const acknowledged = new Map(); // message -> id
  const sent = new Set();
  const ids = new Map();
  let n = 0, stop = false;

  const sender = async () => {
    while (!stop) {
      const batch = Array.from({ length: 5 }, () => ({ message: `event ${n}`, n: n++ }));
      for (const event of batch) sent.add(event.message);
      const began = Date.now();
      try {
        const answer = await daemon.post('/api/v1/events', batch);
        const { ids: range } = await answer.json();
        if (answer.status === 202) {
          const first = Number(range[0].split('-')[1]);
          batch.forEach((event, i) => {
            const seq = first + i;
            assert.ok(!ids.has(seq), `seq ${seq} was used twice`);
            ids.set(seq, event.message);
            acknowledged.set(event.message, seq);
          });
        }
      } catch (error) {
        if (error.code === 'ERR_ASSERTION') throw error;
      }
      // 16 senders with 5 events each: 2,000 a second needs one request each 40 ms.
      const pause = (1000 * kSenders * 5) / kEventsPerSec - (Date.now() - began);
      if (pause > 0) await new Promise((r) => setTimeout(r, pause));
    }
  };
  const senders = Array.from({ length: kSenders }, sender);
  for (let kill = 0; kill < kKills; kill++) {
    await new Promise((r) => setTimeout(r, 100 + Math.random() * 700));
    await daemon.kill();
    await daemon.start();
  }
  stop = true;
  await Promise.all(senders);
  await until('all exits to catch up', async () =>
    (await daemon.get('/api/v1/exits')).exits.every((e) => e.behind === 0), 60_000);

  const stored = new Map((await allEvents(daemon)).map((e) => [Number(e.id.split('-')[1]), e.event.message]));
  for (const [message, seq] of acknowledged)
    assert.equal(stored.get(seq), message, `${message} was acknowledged as ${seq}`);
  for (const message of stored.values()) if (!sent.has(message)) phantom.push(message);
  assert.deepEqual(phantom, []);

  const inFile = new Set(lines(path.join(daemon.dir, 'everything.ndjson')).map((e) => e.message));
  const odd = new Set(lines(path.join(daemon.dir, 'odd.ndjson')).map((e) => e.message));
  for (const message of acknowledged.keys()) {
    assert.ok(inFile.has(message), `${message} is missing from the file exit`);
    assert.ok(received.has(message), `${message} is missing from the webhook`);
    const number = Number(message.split(' ')[1]);
    assert.equal(odd.has(message), number % 2 === 1, `${message} in the odd file`);
  }
  for (const message of received.keys()) assert.ok(sent.has(message), `phantom ${message}`);
  console.log(`# ${acknowledged.size} acknowledged, ${stored.size} stored, ${duplicates} repeated at the webhook`);
  await daemon.stop();
  await hook.close();
});

async function allEvents(daemon) {
  const all = [];
  for (let next = ''; ;) {
    const page = await daemon.get(`/api/v1/events?order=asc&limit=10000${next}`);
    all.push(...page.events);
    if (!page.next) return all;
    next = `&next=${page.next}`;
  }
}
