// What operators meet: names with blanks, and the exit codes of a daemon that cannot start.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { certificate } from './certificates.mjs';
import { bin, Daemon, endsWithTests, folder, kArchiveConfig, run, serve, until } from './harness.mjs';

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
  assert.match(other.lines.join('\n'), /--listen ADDRESS/);
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

test('search, tail and show hand numbers on as they were sent', async (t) => {
  const daemon = await new Daemon(folder('numbers'), kArchiveConfig).start();
  t.after(() => daemon.kill());
  const tail = endsWithTests(spawn(path.join(bin, 'tictoc'), ['tail', '--json', '--since', '1h'],
    { env: { ...process.env, TICTOC_URL: daemon.url }, stdio: ['ignore', 'pipe', 'inherit'] }));
  let tailed = '';
  tail.stdout.on('data', (bytes) => (tailed += bytes));
  const sent = await daemon.tictoc('send', 'large', '-f', 'n:=1e999', '-f', 'm:=12345678901234567890123', '-f', 'z:=1.10');
  assert.equal(sent.code, 0, sent.stderr);
  const digits = '"n":1e999,"m":12345678901234567890123,"z":1.10';
  const found = (await daemon.tictoc('search', '--json')).stdout;
  assert.ok(found.includes(digits), found);
  await until('the event in the tail', () => tailed.includes('\n'));
  assert.equal(tailed, found);
  const shown = (await daemon.tictoc('show', sent.stdout.trim())).stdout;
  assert.match(shown, /^n +1e999$/m);
  assert.match(shown, /^m +12345678901234567890123$/m);
  tail.kill();
  await daemon.stop();
});

test('what answers 200 and is no daemon is no success', async () => {
  for (const body of ['', '{"hello":1}', '<html></html>']) {
    const foreign = await serve(() => ({ status: 200, body, headers: { 'content-type': 'text/html' } }));
    const env = { ...process.env, TICTOC_URL: foreign.url };
    for (const line of ['exit pause x', 'reload', 'status', 'send hello', 'search', 'dead ls', 'dead retry x', 'tail',
      'show 1-1', 'why 1-1', 'exit ls', 'entry ls', 'dead export x', 'exit replay x --status']) {
      const { code, stdout, stderr } = await run('tictoc', line.split(' '), env);
      assert.equal(code, 1, `${line}: ${stdout} ${stderr}`);
      assert.match(stderr, /200 from http.*: this is not the API of time-tunnel/, line);
      assert.equal(stdout, '', line);
    }
    const spool = folder('foreign-spool');
    const kept = await run('tictoc', ['send', 'hello', `--spool=${spool}`], env);
    assert.equal(kept.code, 0, kept.stderr);
    assert.match(kept.stdout, /spooled: 1 event.*not the API of time-tunnel/);
    const waits = await run('tictoc', ['spool', 'ls', `--spool=${spool}`], env);
    assert.match(waits.stdout, /"message":"hello"/);
    assert.equal((await run('tictoc', ['spool', 'ls', spool], env)).stdout, waits.stdout);
    await foreign.close();
  }
});

test('names and reasons that do not exist are refused', async () => {
  const daemon = await new Daemon(folder('names'), kArchiveConfig).start();
  for (const line of ['dead retry nope', 'dead ls nope', 'dead export nope', 'dead drop nope --yes --all']) {
    const { code, stderr } = await daemon.tictoc(...line.split(' '));
    assert.equal(code, 1, line);
    assert.match(stderr, /404: no exit `nope`/, line);
  }
  const reason = await daemon.tictoc('dead', 'ls', 'archive', '--reason', 'foo');
  assert.equal(reason.code, 2);
  assert.match(reason.stderr, /rejected.*gap/);
  await daemon.stop();
});

test('every command that people meet first shows examples of its own', async () => {
  const lines = ['tictoc status', 'tictoc entry', 'tictoc entry ls', 'tictoc spool ls', 'tictoc spool flush',
    'tictoc exit ls', 'tictoc dead show', 'vortex plugin', 'vortex plugin list'];
  for (const line of lines) {
    const [program, ...words] = line.split(' ');
    const { code, stdout } = await run(program, [...words, '--help']);
    assert.equal(code, 0, line);
    assert.ok(stdout.includes(`  ${program} ${words[0]}`), stdout);
    assert.doesNotMatch(stdout, /it works|vortex run/, line);
  }
  assert.match((await run('tictoc', ['search', '--help'])).stdout, /--limit.*100/);
  const plugin = (await run('vortex', ['plugin', 'new', '--help'])).stdout;
  assert.match(plugin, /--language.*c\+\+/);
  assert.doesNotMatch(plugin, /Option Group/);
  const neither = await run('vortex', ['plugin', 'new', 'x', folder('plugin')]);
  assert.equal(neither.code, 2);
  assert.match(neither.stderr, /--exit or --entry/);
});

test('status tells numbers and bytes as people read them', async () => {
  const daemon = await new Daemon(folder('status'), kArchiveConfig).start();
  assert.match((await daemon.tictoc('status')).stdout, /^events +none kept$/m);
  await daemon.post('/api/v1/events', { message: 'x' });
  const { stdout } = await daemon.tictoc('status');
  assert.match(stdout, /^events +numbered 1 to 1 \(a crash leaves a gap\)$/m);
  assert.match(stdout, /^disk +\d+\.\d MiB$/m);
  assert.doesNotMatch(stdout, /visible/);
  await daemon.stop();
});

test('a daemon with a certificate of its own is believed with --ca, and the hint says so', async () => {
  const dir = folder('own-certificate');
  const { ca, cert, key } = certificate(dir);
  const daemon = await new Daemon(dir, `listen: [127.0.0.1:0, tls://127.0.0.1:0]
tls: {cert: ${cert}, key: ${key}}${kArchiveConfig}`).start();
  const secure = await until('the second address', () => daemon.streams.find((one) => one));
  const env = { ...process.env, TICTOC_URL: `https://localhost:${secure.split(':').at(-1)}` };
  const unknown = await run('tictoc', ['status'], env);
  assert.equal(unknown.code, 69);
  assert.match(unknown.stderr, /certificate[^]*--ca FILE/);
  assert.doesNotMatch(unknown.stderr, /is the daemon running/);
  for (const [args, more] of [[['status', '--ca', ca], {}], [['status'], { TICTOC_CA: ca }]]) {
    const { code, stderr } = await run('tictoc', args, { ...env, ...more });
    assert.equal(code, 0, stderr);
  }
  await daemon.stop();
});
