// tictoc send --spool: events of the time the server was away arrive later, in order and once.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, folder, kArchiveConfig as config, run, serve } from './harness.mjs';


/** tictoc of a machine of its own: its spool is below `home`. */
function machine() {
  const home = folder('sender');
  const env = { ...process.env, HOME: home, XDG_STATE_HOME: '' };
  const tictoc = (url, args, stdin) => run('tictoc', args, { ...env, TICTOC_URL: url }, home, stdin);
  return { home, spool: path.join(home, '.local/state/tictoc/spool'), tictoc };
}
const kNobody = 'http://127.0.0.1:9'; // discard: nothing listens there.
const numbers = (events) => events.map((stored) => stored.event.n);

test('what is sent while the server is away arrives once, in order, when it is back', async () => {
  const { spool, tictoc } = machine();
  for (let n = 0; n < 3; n++) {
    const { code, stdout, stderr } = await tictoc(kNobody, ['send', `event ${n}`, '-f', `n:=${n}`, '--spool']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`^spooled: 1 event, on disk in ${spool} \\(${n + 1} waiting\\); no answer from`));
  }
  assert.equal(fs.statSync(spool).mode & 0o777, 0o700);
  const listed = await tictoc(kNobody, ['spool', 'ls']);
  assert.deepEqual(listed.stdout.trim().split('\n').map((line) => JSON.parse(line).n), [0, 1, 2]);
  assert.equal((await tictoc(kNobody, ['spool', 'flush'])).code, 69);

  const daemon = await new Daemon(folder('back'), config).start();
  const sent = await tictoc(daemon.url, ['send', 'event 3', '-f', 'n:=3', '--spool']);
  assert.equal(sent.code, 0, sent.stderr);
  assert.match(sent.stdout, /^[0-9a-f]{8}-\d+\n$/);
  assert.match(sent.stderr, /3 spooled events were sent first/);
  const direct = await tictoc(daemon.url, ['send', 'event 4', '-f', 'n:=4', '--spool']);
  assert.match(direct.stdout, /^[0-9a-f]{8}-\d+\n$/);
  assert.deepEqual(numbers(await daemon.events()), [0, 1, 2, 3, 4]);
  const flushed = await tictoc(daemon.url, ['spool', 'flush']);
  assert.deepEqual([flushed.code, flushed.stdout], [0, '0 sent, 0 refused, 0 waiting\n']);
  await daemon.stop();
});

test('an answer that is lost on the way makes no duplicate', async () => {
  const { tictoc } = machine();
  const daemon = await new Daemon(folder('lost'), config).start();
  // Passes requests on and drops the answers.
  const thief = http.createServer((request, response) => {
    const onward = http.request(daemon.url + request.url, { method: request.method, headers: request.headers },
      (answer) => answer.resume().on('end', () => response.socket.destroy()));
    request.pipe(onward);
  });
  await new Promise((r) => thief.listen(0, '127.0.0.1', r));
  const kept = await tictoc(`http://127.0.0.1:${thief.address().port}`, ['send', 'once', '-f', 'n:=1', '--spool', '--json']);
  assert.equal(kept.code, 0, kept.stderr);
  assert.deepEqual([JSON.parse(kept.stdout).spooled, JSON.parse(kept.stdout).waiting], [1, 1]);
  assert.equal((await daemon.events()).length, 1);
  assert.equal((await tictoc(daemon.url, ['spool', 'flush'])).stdout, '1 sent, 0 refused, 0 waiting\n');
  assert.deepEqual(numbers(await daemon.events()), [1]);
  thief.closeAllConnections();
  thief.close();
  await daemon.stop();
});

test('while the token is wrong events wait, and what is refused for good is shown with the reason', async () => {
  const { tictoc } = machine();
  const server = await serve(() => ({ status: 401, body: '{"error":"no token"}' }));
  const kept = await tictoc(server.url, ['send', 'first', '-f', 'n:=0', '--spool']);
  assert.equal(kept.code, 0, kept.stderr);
  assert.match(kept.stdout, /^spooled: 1 event, .*401 from/);
  await server.close();
  const strict = await serve(() => ({ status: 400, body: '{"error":"no thanks"}' }));
  const flushed = await tictoc(strict.url, ['spool', 'flush']);
  assert.deepEqual([flushed.code, flushed.stdout], [1, '0 sent, 1 refused, 0 waiting\n']);
  const { stdout } = await tictoc(strict.url, ['spool', 'ls', '--refused']);
  const [refused] = stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual([refused.status, refused.event.message, refused.event.n], [400, 'first', 0]);
  assert.match(refused.error, /no thanks/);
  await strict.close();
});

test('senders at the same time share a spool', async () => {
  const { tictoc } = machine();
  const all = await Promise.all(Array.from({ length: 8 }, (_, n) =>
    tictoc(kNobody, ['send', `event ${n}`, '-f', `n:=${n}`, '--spool'])));
  for (const { code, stderr } of all) assert.equal(code, 0, stderr);
  const daemon = await new Daemon(folder('share'), config).start();
  const both = await Promise.all([tictoc(daemon.url, ['spool', 'flush']), tictoc(daemon.url, ['spool', 'flush'])]);
  for (const { code, stderr } of both) assert.equal(code, 0, stderr);
  assert.deepEqual(numbers(await daemon.events()).sort(), [0, 1, 2, 3, 4, 5, 6, 7]);
  await daemon.stop();
});

test('a full spool refuses all of a file with 69, and a wrong event is refused at once with 1', async () => {
  const { tictoc } = machine();
  const wrong = await tictoc(kNobody, ['send', '--file', '-', '--spool'], '{"message":"fine"}\n{"no":"message"}\n');
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /stdin:2: rejected: /);
  const broken = await tictoc(kNobody, ['send', '--file', '-', '--spool'], '{"message":"fine"}\n{"message"\n');
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /stdin:2:\d+: /);
  assert.equal(JSON.parse((await tictoc(kNobody, ['spool', 'ls', '--json'])).stdout).waiting, 1);
  const lines = Array.from({ length: 6000 }, (_, n) => JSON.stringify({ message: '.'.repeat(1000), n })).join('\n');
  const full = await tictoc(kNobody, ['send', '--file', '-', '--spool', '--spool-max', '4MiB'], lines);
  assert.equal(full.code, 69);
  assert.match(full.stderr, /not accepted: the spool .* is full/);
  assert.equal(JSON.parse((await tictoc(kNobody, ['spool', 'ls', '--json'])).stdout).waiting, 1);
});

test('a dump can be sent again, however long it is', async () => {
  const first = await new Daemon(folder('dumped'), config).start();
  const batch = Array.from({ length: 9000 }, (_, n) => ({ message: `event ${n} ${'.'.repeat(400)}`, n }));
  assert.equal((await first.post('/api/v1/events', batch)).status, 202);
  assert.equal((await first.post('/api/v1/events', batch.map((event) => ({ ...event, n: event.n + 9000 })))).status, 202);
  await first.stop();
  const dump = await run('vortex', ['dump', path.join(first.dir, 'data')]);
  const second = await new Daemon(folder('loaded'), config).start();
  const sent = await run('tictoc', ['send', '--file', '-'], { ...process.env, TICTOC_URL: second.url }, second.dir, dump.stdout);
  assert.equal(sent.code, 0, sent.stderr);
  const again = await run('vortex', ['dump', path.join(second.dir, 'data')]);
  assert.equal(again.stdout, dump.stdout);
  await second.stop();
});
