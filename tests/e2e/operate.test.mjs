// What operators meet: names with blanks, and the exit codes of a daemon that cannot start.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, folder, run, serve } from './harness.mjs';

const config = (url) => `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  team chat: {type: webhook, url: '${url}'}
rules:
  - {name: all, to: team chat}
`;

test('an exit whose name has a blank is found by every command', async () => {
  const chat = await serve(() => ({ status: 200 }));
  const daemon = await new Daemon(folder('blank'), config(chat.url)).start();
  for (const verb of ['show', 'test', 'pause', 'resume']) {
    const { code, stderr } = await daemon.tictoc('exit', verb, 'team chat');
    assert.equal(code, 0, `${verb}: ${stderr}`);
  }
  assert.equal(chat.requests.length, 1);
  assert.equal((await daemon.tictoc('dead', 'ls', 'team chat')).code, 0);
  await daemon.stop();
  await chat.close();
});

test('tictoc reload tells the generation and which pending events change destination', async () => {
  const chat = await serve(() => ({ status: 200 }));
  const daemon = await new Daemon(folder('moved'), config(chat.url)).start();
  assert.equal((await daemon.tictoc('exit', 'pause', 'team chat')).code, 0);
  const events = [{ message: 'a' }, { message: 'b' }, { message: 'c' }];
  assert.equal((await daemon.post('/api/v1/events', events)).status, 202);
  daemon.write(config(chat.url).replace('name: all,', `name: all, when: 'event.message == "b"',`));
  const { code, stdout } = await daemon.tictoc('reload');
  assert.equal(code, 0);
  assert.match(stdout, /generation 2 in force/);
  assert.match(stdout, /team chat: 2 pending events change destination/);
  await daemon.stop();
  await chat.close();
});

function crc32c(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

test('data of a newer release ends the daemon with 78, a taken address with 69', async () => {
  const dir = folder('newer');
  const first = await new Daemon(dir, config('http://127.0.0.1:9')).start();
  const other = new Daemon(folder('taken'), '');
  fs.writeFileSync(other.file, `listen: ${new URL(first.url).host}\ndata: ./data\n`);
  await assert.rejects(other.start());
  assert.equal((await other.exited).code, 69);
  await first.stop();

  const file = path.join(dir, 'data/FORMAT');
  const bytes = fs.readFileSync(file);
  bytes.writeUInt16LE(2, 8);
  bytes.writeUInt32LE(crc32c(bytes.subarray(0, -4)), bytes.length - 4);
  fs.writeFileSync(file, bytes);
  await assert.rejects(first.start());
  assert.equal((await first.exited).code, 78);
  assert.match(first.lines.join('\n'), /format 2\./);
});

test('a field without -f is told how it is written', async () => {
  const field = await run('tictoc', ['send', 'backup done', 'host=db1']);
  assert.equal(field.code, 2);
  assert.match(field.stderr, /-f host=db1/);
  const words = await run('tictoc', ['send', 'backup', 'done']);
  assert.equal(words.code, 2);
  assert.match(words.stderr, /`done`.*in quotes/);
});

test('tables end without blanks', async () => {
  const daemon = await new Daemon(folder('table'), config('http://127.0.0.1:9/')).start();
  for (const args of [['exit', 'ls'], ['exit', 'show', 'team chat'], ['status']]) {
    const { code, stdout } = await daemon.tictoc(...args);
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, / $/m);
  }
  await daemon.stop();
});
