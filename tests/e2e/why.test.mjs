// Why: one event's story through tictoc and vortex: answers, dead letters, reloads, restarts.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Daemon, folder, run, serve, until } from './harness.mjs';

const kSecret = 'a-token-nobody-may-see';

const rules = `rules:
  - name: pages
    when: 'loud && event.count > 5'
    set: {message: "{{ event.host }}: {{ event.message }}", note: "{{ event.nothing }}"}
    to: pager
  - {name: chat, when: 'event.kind == "urn:x:chat"', to: chat}
`;
const config = (chat, pager, more = rules) => `let: {loud: 'event.severity.atLeast("error")'}
entries:
  events: {type: http, path: /api/v1/events}
exits:
  chat: {type: webhook, url: '${chat.url}/chat', auth: {bearer: {env: TT_WHY_TOKEN}}, retry: {base: 10ms, cap: 20ms}}
  pager: {type: webhook, url: '${pager.url.replace('//', `//bot:${kSecret}@`)}/page', auth: {bearer: '${kSecret}'}, retry: {base: 10ms}}
${more}`;

describe('why', () => {
  let daemon, chat, pager;
  const answers = [];
  const send = async (event) => (await (await daemon.post('/api/v1/events', event)).json()).ids[0];
  const told = (id) => daemon.get(`/api/v1/events/${id}/why`);
  const story = async (id, exit) => (await told(id)).exits.find((one) => one.exit === exit);
  const settled = (id, exit, state) => until(`${exit} to be ${state}`, async () => {
    const one = await story(id, exit);
    return one.state === state && one;
  });
  const text = async (id, ...more) => {
    const shown = await daemon.tictoc('why', id, ...more);
    assert.equal(shown.code, 0, shown.stderr);
    assert.ok(!shown.stdout.includes(kSecret), shown.stdout);
    return shown.stdout;
  };
  const ids = {};

  before(async () => {
    chat = await serve(() => answers.shift() ?? { status: 200 });
    pager = await serve(() => ({ status: 400, body: 'unknown routing key' }));
    daemon = new Daemon(folder('why'), config(chat, pager), { TT_WHY_TOKEN: kSecret });
    await daemon.start();
  });
  after(async () => {
    await daemon?.stop();
    await Promise.all([chat?.close(), pager?.close()]);
  });

  it('tells the request and the answer of a delivered event', async () => {
    ids.delivered = await send({ message: 'hello', kind: 'urn:x:chat' });
    await settled(ids.delivered, 'chat', 'delivered');
    const shown = await text(ids.delivered);
    assert.match(shown, /chat +delivered at .*attempt 1, HTTP 200/);
    assert.match(shown, /chat: matched -> chat {2}\[.*vortex\.yaml:\d+\]/);
    assert.match(shown, /POST http:\/\/127\.0\.0\.1:\d+\/chat/);
    assert.match(shown, /rules of generation 1 \(its attempts name this one\)/);
  });

  it('shows what the other side said to each attempt', async () => {
    answers.push({ status: 503, body: 'down for maintenance' }, { status: 429, body: 'slow down' });
    ids.retried = await send({ message: 'again', kind: 'urn:x:chat' });
    const one = await settled(ids.retried, 'chat', 'delivered');
    await until('three attempts', async () => (await story(ids.retried, 'chat')).attempts.length === 3);
    assert.match(one.detail, /attempt 3/);
    const shown = await text(ids.retried);
    assert.match(shown, /1 .* retry +HTTP 503 .*down for maintenance/);
    assert.match(shown, /2 .* retry +HTTP 429 .*slow down/);
    assert.match(shown, /3 .* delivered +HTTP 200/);
  });

  it('names the false operand of what was filtered, with let expanded', async () => {
    ids.filtered = await send({ message: 'quiet', severity: 'info', count: 9 });
    await settled(ids.filtered, 'pager', 'filtered');
    const shown = await text(ids.filtered);
    assert.match(shown, /pager +filtered\n +pages: no match: loud is false/);
    assert.match(shown, /loud is event\.severity\.atLeast\("error"\) {2}where event\.severity = "info"/);
    assert.match(shown, /true +event\.count > 5 {2}where event\.count = 9/);
  });

  it('names the dead letter, its answer, each set step and the way out', async () => {
    ids.dead = await send({ message: 'fire', severity: 'critical', count: 6, host: 'db1' });
    await until('letter and attempt', async () => {
      const one = await story(ids.dead, 'pager');
      return one.letters.length && one.attempts.length;
    });
    const shown = await text(ids.dead);
    assert.match(shown, /pager +dead: letter 1, rejected: HTTP 400/);
    assert.match(shown, /unknown routing key/);
    assert.match(shown, /try: tictoc dead retry pager 1/);
    assert.match(shown, /pages sets message = "db1: fire", which was "fire"/);
    assert.match(shown, /pages sets note = null; failed: .*no such field 'nothing'/);
    const letter = await daemon.tictoc('dead', 'show', 'pager', '1');
    assert.match(letter.stdout, new RegExp(`tictoc why ${ids.dead}`));
    assert.match((await daemon.tictoc('show', ids.dead)).stdout, /tictoc why /);
  });

  it('knows all of it after a restart', async () => {
    await daemon.stop();
    await daemon.start();
    const shown = await text(ids.retried);
    assert.match(shown, /HTTP 503 .*down for maintenance/);
    assert.match(await text(ids.dead), /pager +dead: letter 1/);
    assert.match(await text(ids.filtered), /pager +filtered/);
  });

  it('shows the rules that judged, not those in force since a reload', async () => {
    daemon.write(config(chat, pager, "rules: [{name: renamed, when: 'event.kind == \"urn:y\"', to: chat}]\n"));
    assert.equal((await daemon.tictoc('reload')).code, 0);
    const shown = await text(ids.delivered);
    assert.match(shown, /rules of generation 1 \(its attempts name this one; no longer in force\)/);
    assert.match(shown, /chat: matched -> chat/);
    assert.doesNotMatch(shown, /renamed/);
    assert.match(await text(ids.delivered, '--generation', '2'), /renamed: no match/);
    const filtered = await text(ids.filtered);
    assert.match(filtered, /rules of generation 1 \(in force when the event came/);
    assert.match(filtered, /pager +filtered\n +pages: no match: loud is false/);
    const json = JSON.parse((await daemon.tictoc('why', ids.delivered, '--json')).stdout);
    assert.equal(json.judgements[0].generation, 1);
    assert.equal(json.judgements[0].in_force, false);
  });

  it('says what an id is not', async () => {
    const log = ids.delivered.split('-')[0];
    for (const [id, why] of [['what', /ids of this log are/], [`${log}-999999999999`, /no event has this number yet/],
      ['00000000-1', /of another log/]]) {
      const answer = await daemon.tictoc('why', id);
      assert.equal(answer.code, 1);
      assert.match(answer.stderr, why);
    }
  });

  it('keeps every secret to itself', () => {
    const kept = path.join(daemon.dir, 'data/rules');
    for (const name of fs.readdirSync(kept))
      assert.ok(!fs.readFileSync(path.join(kept, name), 'utf8').includes(kSecret), name);
  });

  it('tells the way of an event that was never sent', async () => {
    const file = path.join(folder('why-offline'), 'vortex.yaml');
    fs.writeFileSync(file, config(chat, pager));
    const offline = (event, ...more) =>
      run('vortex', ['why', '-c', file, ...more], process.env, path.dirname(file), event);
    const shown = await offline('{"message": "fire", "severity": "error", "count": 6, "host": "db1"}');
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /pages: matched -> pager/);
    assert.match(shown.stdout, /pages sets message = "db1: fire"/);
    assert.ok(!shown.stdout.includes(kSecret), shown.stdout);
    const json = JSON.parse((await offline('{"message": "m"}', '--json')).stdout);
    assert.equal(json.unrouted, true);
    const byEntry = path.join(path.dirname(file), 'by-entry.yaml');
    fs.writeFileSync(byEntry, config(chat, pager,
      `rules: [{name: by entry, when: 'meta.entry == "other"', to: [chat, pager]}]\n`));
    for (const asked of [[], ['--entry', 'events']]) {
      const judged = await run('vortex', ['why', '-c', byEntry, ...asked], process.env,
        path.dirname(file), '{"message": "m"}');
      assert.ok(judged.stdout.includes('meta.entry = "events"'), judged.stdout + judged.stderr);
    }
    const wrong = await offline('{"message": "m"}', '--entry', 'event');
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /did you mean `events`/);
    assert.match((await offline('{]')).stderr, /stdin holds no event/);
  });
});

describe('why of an event that has expired', () => {
  it('says so, and which is the oldest kept', async () => {
    const dir = folder('why-expired');
    const daemon = new Daemon(dir, `tunnel: {keep_for: 1s, keep_bytes: 1MiB}
entries: {events: {type: http, path: /api/v1/events}}
exits: {}
rules: []
`);
    await daemon.start();
    try {
      const first = (await (await daemon.post('/api/v1/events', { message: 'old' })).json()).ids[0];
      const big = JSON.stringify(Array.from({ length: 4 }, () => ({ message: 'x'.repeat(990_000) })));
      // More than the 64 MiB of a segment; the daemon looks every few seconds for what may go.
      for (let i = 0; i < 18; ++i) assert.equal((await daemon.post('/api/v1/events', big)).status, 202);
      const gone = await until('the first segment to be dropped', async () => {
        const answer = await daemon.tictoc('why', first);
        return answer.code !== 0 && answer;
      });
      assert.equal(gone.code, 1);
      assert.match(gone.stderr, /older than the tunnel keeps .*the oldest kept is \S+, received \d{4}-/);
    } finally {
      await daemon.stop();
    }
  });
});
