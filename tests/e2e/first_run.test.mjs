// What a new user does first: send, search, show, tail, and look into the archive file.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, bin, folder, until } from './harness.mjs';

const config = `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  archive: {type: file, path: ./archive.ndjson}
rules:
  - {name: everything to the archive, to: archive}
`;

test('an event sent is found by search, shown, tailed and archived', async () => {
  const daemon = await new Daemon(folder('first'), config).start();
  const tail = spawn(path.join(bin, 'tictoc'),
    ['tail', '--since', '1h', '-o', 'json', '--url', daemon.url], { stdio: 'pipe' });
  let tailed = '';
  tail.stdout.on('data', (b) => (tailed += b));

  const sent = await daemon.tictoc('send', 'it works', '--severity', 'notice', '-f', 'build:=42');
  assert.equal(sent.code, 0, sent.stderr);
  const id = sent.stdout.trim();
  assert.match(id, /^[0-9a-f]{8}-\d+$/);

  const found = await daemon.tictoc('search', '-o', 'id');
  assert.equal(found.stdout.trim(), id);
  const shown = await daemon.tictoc('show', id, '--json');
  const { event } = JSON.parse(shown.stdout);
  assert.equal(event.message, 'it works');
  assert.equal(event.severity, 'notice');
  assert.equal(event.build, 42);
  assert.equal(event.kind, 'unknown');
  assert.match(event.timestamp, /^\d{4}-\d\d-\d\dT/);

  await until('tail to print the event', () => tailed.includes(id));
  tail.kill();
  const archive = path.join(daemon.dir, 'archive.ndjson');
  const line = await until('the archive to hold it', () => fs.existsSync(archive) && fs.readFileSync(archive, 'utf8'));
  assert.equal(JSON.parse(line).message, 'it works');
  assert.equal((await daemon.stop()).code, 0);
});

test('bad input gets the documented answers and stores nothing', async () => {
  const daemon = await new Daemon(folder('bad'), config).start();
  const cases = [
    ['malformed JSON', '{"message":', {}, 400],
    ['no message', '{"kind":"urn:x"}', {}, 422],
    ['invalid timestamp', '{"message":"m","timestamp":"yesterday"}', {}, 422],
    ['wrong content type', 'message=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['unknown encoding', '{"message":"m"}', { 'content-encoding': 'br' }, 415],
    ['body over the limit', '{"message":"' + 'x'.repeat(5 << 20) + '"}', {}, 413],
  ];
  for (const [name, body, headers, status] of cases) {
    const answer = await daemon.post('/api/v1/events', body, headers);
    assert.equal(answer.status, status, name);
    await answer.arrayBuffer();
  }
  const syntax = await (await daemon.post('/api/v1/events', '{"message":"m"}\n{"message" 1}',
    { 'content-type': 'application/x-ndjson' })).json();
  assert.equal(syntax.line, 2);
  assert.ok(syntax.byte > 1);
  assert.deepEqual(await daemon.events(), []);

  const mixed = await daemon.post('/api/v1/events', [{ message: 'good' }, { kind: 'bad' }, { message: 'fine' }]);
  assert.equal(mixed.status, 202);
  const answer = await mixed.json();
  assert.equal(answer.accepted, 2);
  assert.equal(answer.ids.length, 2);
  assert.equal(answer.rejected[0].index, 1);
  assert.match(answer.rejected[0].error, /message/);
  assert.deepEqual((await daemon.events()).map((e) => e.event.message), ['good', 'fine']);
  await daemon.stop();
});

test('send --file names the line of everything that is refused', async () => {
  const daemon = await new Daemon(folder('lines'), config).start();
  const file = path.join(daemon.dir, 'events.ndjson');
  fs.writeFileSync(file, '{"message":"a"}\n\n{"kind":"x"}\n{"message":"b"}\n[1]\n');
  const some = await daemon.tictoc('send', '--file', file);
  assert.equal(some.code, 1);
  assert.deepEqual(some.stderr.match(/events\.ndjson:\d+: rejected: ./g)?.map((line) => line.match(/\d+/)[0]), ['3', '5']);
  fs.writeFileSync(file, '{"message":"a"}\n\n{"message" 1}\n');
  const none = await daemon.tictoc('send', '--file', file);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /events\.ndjson:3:\d+: ./);
  assert.equal((await daemon.events()).length, 2);
  await daemon.stop();
});

test('a repeated idempotency key is answered as before, also after a restart', async () => {
  const daemon = await new Daemon(folder('repeat'), config).start();
  const send = async () => (await daemon.post('/api/v1/events', { message: 'once' }, { 'idempotency-key': 'k1' })).json();
  const first = await send();
  assert.deepEqual(await send(), first);
  await daemon.kill();
  await daemon.start();
  assert.deepEqual(await send(), first);
  assert.equal((await daemon.events()).length, 1);
  await daemon.stop();
});

test('the API refuses a foreign Host and Origin, and changes that are not JSON', async () => {
  const daemon = await new Daemon(folder('guard'), config).start();
  const http = await import('node:http');
  const ask = (options) => new Promise((done) => {
    const request = http.request(daemon.url + '/api/v1/status', options, (answer) => {
      answer.resume();
      answer.on('end', () => done(answer.statusCode));
    });
    request.end();
  });
  assert.equal(await ask({}), 200);
  assert.equal(await ask({ headers: { host: 'evil.example' } }), 403);
  assert.equal(await ask({ headers: { origin: 'https://evil.example' } }), 403);
  const form = await fetch(daemon.url + '/api/v1/reload', { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } });
  assert.equal(form.status, 415);
  await daemon.stop();
});

test('a second daemon on the same folder is refused and names the first', async () => {
  const dir = folder('lock');
  const first = await new Daemon(dir, config).start();
  const second = new Daemon(dir, config);
  await assert.rejects(second.start());
  assert.equal((await second.exited).code, 69);
  assert.match(second.lines.join('\n'), new RegExp(String(first.process.pid)));
  await first.stop();
});

test('a broken configuration at a reload changes nothing and is said in config/status', async () => {
  const daemon = await new Daemon(folder('reload'), config).start();
  daemon.write(config.replace('to: archive', 'to: archiv'));
  const reload = await daemon.post('/api/v1/reload', '{}');
  assert.equal(reload.status, 422);
  const status = await daemon.get('/api/v1/config/status');
  assert.equal(status.generation, 1);
  assert.match(JSON.stringify(status.last_failure), /unknown-exit/);
  assert.equal((await daemon.post('/api/v1/events', { message: 'still here' })).status, 202);

  daemon.write(config.replace('everything to the archive', 'all'));
  const good = await (await daemon.post('/api/v1/reload', '{}')).json();
  assert.equal(good.generation, 2);
  await daemon.stop();
});
