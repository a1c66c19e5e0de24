// Time travel with the real programs: preview, question, progress, a kill in between, cancel.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Daemon, folder, serve, until } from './harness.mjs';

const config = (url) => `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  team chat: {type: webhook, url: '${url}'}
rules:
  - {name: all, to: team chat}
`;

const status = (daemon) => daemon.get('/api/v1/exits/team%20chat/replay');

async function delivered(daemon, chat, count) {
  const events = Array.from({ length: count }, (_, i) => ({ message: `event ${i}` }));
  const answer = await daemon.post('/api/v1/events', events);
  assert.equal(answer.status, 202);
  await until('the first run', () => chat.requests.length === count);
  return (await answer.json()).ids;
}

test('a preview is shown, a script must say --yes, and the past arrives again with its ids', async () => {
  const chat = await serve(() => ({ status: 200 }));
  const daemon = await new Daemon(folder('replay'), config(chat.url)).start();
  const [first] = await delivered(daemon, chat, 3);
  const refused = await daemon.tictoc('exit', 'replay', 'team chat', '--since', '1h');
  assert.equal(refused.code, 2);
  assert.match(refused.stdout, /would get 3 event\(s\) again, at 100\/s/);
  assert.ok(refused.stdout.includes(first), refused.stdout);
  assert.match(refused.stderr, /nothing was done.*--yes/);
  const dry = await daemon.tictoc('exit', 'replay', 'team chat', '--since', '1h', '--dry-run', '--json');
  assert.equal(JSON.parse(dry.stdout).events, 3);
  assert.equal(chat.requests.length, 3);

  const done = await daemon.tictoc('exit', 'replay', 'team chat', '--since', '1h', '--yes',
    '--where', 'event.message != "event 1"');
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /replay 1 is done: 2 delivered, 0 dead/);
  const again = chat.requests.slice(3);
  assert.deepEqual(again.map((r) => r.headers['tt-replay']), ['1', '1']);
  assert.equal(again[0].headers['webhook-id'], first);
  await until('attempts of both runs', async () => {
    const why = await daemon.tictoc('why', first);
    return /first run:/.test(why.stdout) && /replay 1:/.test(why.stdout);
  });
  await daemon.stop();
  await chat.close();
});

test('a replay survives kill -9: every event of the range arrives, none is left out', async () => {
  const chat = await serve(() => ({ status: 200 }));
  const daemon = await new Daemon(folder('replay-kill'), config(chat.url)).start();
  await delivered(daemon, chat, 60);
  const begun = await daemon.tictoc('exit', 'replay', 'team chat', '--since', '1h', '--rate', '20/s',
    '--yes', '--no-wait');
  assert.equal(begun.code, 0, begun.stderr);
  await until('a part of it', () => chat.requests.length >= 60 + 25);
  await daemon.kill();
  await daemon.start();
  await until('its end', async () => (await status(daemon)).state === 'done');
  const again = chat.requests.slice(60);
  const messages = new Set(again.map((r) => JSON.parse(r.body).message));
  assert.equal(messages.size, 60);
  for (const request of again) assert.equal(request.headers['tt-replay'], '1');
  await daemon.stop();
  await chat.close();
});

test('--cancel ends a replay, --status tells, and a failing receiver is waited for', async () => {
  const chat = await serve(() => ({ status: 200 }));
  const daemon = await new Daemon(folder('replay-cancel'), config(chat.url)).start();
  await delivered(daemon, chat, 3);
  const tictoc = (...more) => daemon.tictoc('exit', 'replay', 'team chat', ...more);
  assert.equal((await tictoc('--status')).code, 1);
  assert.equal((await tictoc('--since', '1h', '--rate', '1/d', '--yes', '--no-wait')).code, 0);
  await until('its first event', () => chat.requests.length === 4);
  assert.equal((await tictoc('--since', '1h', '--yes')).code, 1);
  const cancelled = await tictoc('--cancel');
  assert.equal(cancelled.code, 0, cancelled.stderr);
  assert.match(cancelled.stdout, /replay 1 is cancelled/);
  await until('its end', async () => (await status(daemon)).state === 'cancelled');
  assert.match((await tictoc('--status')).stdout, /state +cancelled/);
  assert.equal(chat.requests.length, 4);
  await daemon.stop();
  await chat.close();
});
