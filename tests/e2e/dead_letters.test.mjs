// Dead letters in the hands of an operator: chosen, retried, edited, exported and sent again, dropped.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, folder, run, serve, until } from './harness.mjs';

const config = (url) => `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  hook: {type: webhook, url: '${url}'}
rules:
  - {name: all, to: hook}
`;

test('letters are listed, edited from flags and stdin, exported, sent again and dropped', async () => {
  let isPicky = true;
  const hook = await serve((request) => ({ status: isPicky && /"bad/.test(request.body) ? 400 : 200, body: 'no' }));
  const daemon = await new Daemon(folder('dead'), config(hook.url)).start();
  const dead = (...args) => daemon.tictoc('dead', ...args);
  const events = ['bad 1', 'bad 2', 'bad 3', 'good'].map((message) => ({ message }));
  assert.equal((await daemon.post('/api/v1/events', events)).status, 202);
  const letters = async () => (await daemon.get('/api/v1/dead/hook')).letters;
  await until('three letters', async () => (await letters()).length === 3);
  const [one, two, three] = (await letters()).map((letter) => String(letter.number));

  const failed = await dead('retry', 'hook', one);
  assert.equal(failed.code, 1);
  assert.match(failed.stdout, /0 of 1/);
  assert.match(failed.stderr, new RegExp(`refused again, last letter ${one}: HTTP 400.*no`));
  assert.equal(JSON.parse((await dead('show', 'hook', one, '--json')).stdout).attempts, 2);

  const changed = await dead('edit', 'hook', one, '--set', 'message=fixed', '--set', 'size:=12');
  assert.equal(changed.code, 0, changed.stderr);
  assert.deepEqual(JSON.parse(hook.requests.at(-1).body).size, 12);
  const fromStdin = await run('tictoc', ['dead', 'edit', 'hook', two],
    { ...process.env, TICTOC_URL: daemon.url }, daemon.dir, '{"message":"anew"}');
  assert.equal(fromStdin.code, 0, fromStdin.stderr);
  assert.equal(JSON.parse(hook.requests.at(-1).body).message, 'anew');
  assert.deepEqual((await letters()).map((letter) => String(letter.number)), [three]);

  const file = path.join(daemon.dir, 'dead.ndjson');
  assert.equal((await dead('export', 'hook', '--file', file)).code, 0);
  const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
  assert.deepEqual(lines.map((line) => JSON.parse(line).message), ['bad 3']);
  assert.equal((await dead('export', 'hook')).stdout, fs.readFileSync(file, 'utf8'));
  assert.equal(JSON.parse((await dead('export', 'hook', '--json')).stdout).reason, 'rejected');

  assert.equal((await dead('drop', 'hook')).code, 2);
  assert.equal((await dead('drop', 'hook', '--reason', 'rejected')).code, 2); // No terminal, no --yes.
  assert.equal((await letters()).length, 1);
  assert.match((await dead('drop', 'hook', '--reason', 'expired', '--yes')).stdout, /0 of 0/);
  assert.equal((await dead('drop', 'hook', '--all', '--yes')).code, 0);
  assert.equal((await letters()).length, 0);

  isPicky = false;
  const before = hook.requests.length;
  assert.equal((await daemon.tictoc('send', '--file', file)).code, 0);
  await until('the exported event', () => hook.requests.length === before + 1);
  assert.equal(JSON.parse(hook.requests.at(-1).body).message, 'bad 3');
  await daemon.stop();
  await hook.close();
});
