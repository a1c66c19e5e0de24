// What docs/operations.md says of copies, exports, moves and upgrades, on the shipped programs.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, folder, kArchiveConfig as config, run, until } from './harness.mjs';

const kCopies = 3;
const kSenders = 4;
const kExitMisconfigured = 78;
const vortex = (...args) => run('vortex', args);
const events = (ndjson) => ndjson.split('\n').filter(Boolean).map((line) => JSON.parse(line));
const seq = (id) => Number(id.split('-')[1]);

async function send(daemon, count, what = 'event') {
  const batch = Array.from({ length: count }, (_, i) => ({ message: `${what} ${i}` }));
  const answer = await daemon.post('/api/v1/events', batch);
  assert.equal(answer.status, 202);
  return (await answer.json()).ids;
}

/** Senders that note what was sent and what was acknowledged, until told to stop. */
function load(daemon) {
  const sent = new Set(), acknowledged = new Set();
  let stop = false, n = 0;
  const sender = async () => {
    while (!stop) {
      const batch = Array.from({ length: 20 }, () => ({ message: `event ${n++}`, pad: 'x'.repeat(200) }));
      for (const event of batch) sent.add(event.message);
      const answer = await daemon.post('/api/v1/events', batch);
      if (answer.status === 202) for (const event of batch) acknowledged.add(event.message);
    }
  };
  const senders = Array.from({ length: kSenders }, sender);
  return { sent, acknowledged, end: () => { stop = true; return Promise.all(senders); } };
}

/** Name, size, time and digest of every file below `dir`, but LOCK, which names whoever came last. */
function fingerprint(dir) {
  return fs.readdirSync(dir, { recursive: true, withFileTypes: true }).filter((e) => e.isFile() && e.name !== 'LOCK').map((e) => {
    const file = path.join(e.parentPath ?? e.path, e.name);
    const { size, mtimeMs } = fs.statSync(file);
    return [file, size, mtimeMs, crypto.createHash('sha1').update(fs.readFileSync(file)).digest('hex')].join(' ');
  }).sort();
}

function crc32c(bytes) {
  let crc = ~0 >>> 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

test('a copy of a live data folder starts and has all that was acknowledged before it', { timeout: 120_000 }, async (t) => {
  const daemon = await new Daemon(folder('original'), config).start();
  const work = load(daemon);
  t.after(async () => { await work.end(); await daemon.kill(); });
  for (let i = 0; i < kCopies; i++) {
    const enough = work.acknowledged.size + 2_000;
    await until('more events', () => work.acknowledged.size >= enough);
    const before = [...work.acknowledged];
    const copy = new Daemon(folder('copy'), config);
    execFileSync('cp', ['-r', path.join(daemon.dir, 'data'), copy.dir]);
    const { code } = await vortex('fsck', path.join(copy.dir, 'data'));
    assert.ok(code === 0 || code === 1, `fsck of a copy: ${code}`); // 1: holes in what came meanwhile.
    await copy.start();
    const found = new Set(events((await vortex('dump', path.join(copy.dir, 'data'))).stdout).map((e) => e.message));
    for (const message of before) assert.ok(found.has(message), `the copy lacks ${message}`);
    for (const message of found) assert.ok(work.sent.has(message), `${message} was never sent`);
    const [id] = await send(copy, 1, 'new');
    const { stdout } = await vortex('dump', path.join(daemon.dir, 'data'), '--meta');
    const last = Math.max(...events(stdout).map((line) => line.seq));
    assert.ok(seq(id) > last + 1_000_000, 'an id of the copy may be given by the original too');
    await copy.stop();
  }
});

test('an export is sent into another log, where events get new ids', async () => {
  const daemon = await new Daemon(folder('export'), config).start();
  await send(daemon, 500);
  const dumped = await vortex('dump', path.join(daemon.dir, 'data'));
  assert.equal(dumped.code, 0, dumped.stderr);
  const other = await new Daemon(folder('import'), config).start();
  const sent = await run('tictoc', ['send', '--file', '-'], { ...process.env, TICTOC_URL: other.url }, other.dir, dumped.stdout);
  assert.equal(sent.code, 0, sent.stderr);
  const now = await vortex('dump', path.join(other.dir, 'data'));
  assert.deepEqual(events(now.stdout), events(dumped.stdout));
  assert.notEqual((await other.events())[0].id, (await daemon.events())[0].id);
  await Promise.all([daemon.stop(), other.stop()]);
});

test('a data folder moves: ids, cursors and search go on', async () => {
  const daemon = await new Daemon(folder('move'), config).start();
  const [first, last] = await send(daemon, 50);
  await daemon.stop();
  const elsewhere = folder('elsewhere');
  execFileSync('mv', [path.join(daemon.dir, 'data'), path.join(elsewhere, 'moved')]);
  daemon.data = path.join(elsewhere, 'moved');
  daemon.write(config);
  await daemon.start();
  assert.equal((await daemon.get(`/api/v1/events/${first}`)).event.message, 'event 0');
  assert.equal(seq((await send(daemon, 1, 'after'))[0]), seq(last) + 1);
  await daemon.stop();
  const archive = events(fs.readFileSync(path.join(daemon.dir, 'archive.ndjson'), 'utf8'));
  assert.equal(archive.length, 51); // Once each.
});

test('data of a newer format is refused with 78 by every program, and nothing is touched', async () => {
  const daemon = await new Daemon(folder('newer'), config).start();
  await send(daemon, 50);
  await daemon.stop();
  const data = path.join(daemon.dir, 'data');
  const format = path.join(data, 'FORMAT');
  const bytes = fs.readFileSync(format);
  const ours = Buffer.from(bytes);
  bytes.writeUInt16LE(2, 8);
  bytes.writeUInt32LE(crc32c(bytes.subarray(0, -4)), bytes.length - 4);
  fs.writeFileSync(format, bytes);
  const before = fingerprint(data);
  await assert.rejects(daemon.start());
  assert.equal((await daemon.exited).code, kExitMisconfigured);
  assert.match(daemon.lines.join('\n'), /format 2\./);
  for (const args of [['fsck', data], ['fsck', '--repair', data], ['dump', data]])
    assert.equal((await vortex(...args)).code, kExitMisconfigured, args.join(' '));
  assert.deepEqual(fingerprint(data), before);
  // The same format again, as after going back to the release that wrote it.
  fs.writeFileSync(format, ours);
  await daemon.start();
  assert.equal((await daemon.events()).length, 50);
  await daemon.stop();
});

test('a backup that is put back loses what came after it and nothing before', async () => {
  const daemon = await new Daemon(folder('backup'), config).start();
  await send(daemon, 20, 'before');
  const backup = path.join(folder('backups'), 'data');
  execFileSync('cp', ['-r', path.join(daemon.dir, 'data'), backup]);
  await send(daemon, 20, 'after');
  await daemon.stop();
  fs.rmSync(path.join(daemon.dir, 'data'), { recursive: true });
  execFileSync('cp', ['-r', backup, path.join(daemon.dir, 'data')]);
  await daemon.start();
  const messages = (await daemon.events()).map(({ event }) => event.message);
  assert.deepEqual(messages, Array.from({ length: 20 }, (_, i) => `before ${i}`));
  await daemon.stop();
});

test('an event takes its own bytes and less than 100 more on disk', async (t) => {
  const daemon = await new Daemon(folder('size'), config).start();
  const event = JSON.stringify({ message: 'm'.repeat(200), kind: 'urn:x:y', severity: 'info', timestamp: '2026-01-31T12:00:00Z' });
  const kEvents = 20_000;
  for (let i = 0; i < kEvents; i += 5_000)
    assert.equal((await daemon.post('/api/v1/events', `[${Array(5_000).fill(event).join(',')}]`)).status, 202);
  const report = JSON.parse((await vortex('fsck', '--json', path.join(daemon.dir, 'data'))).stdout);
  const each = report.segments.reduce((sum, segment) => sum + segment.used_bytes, 0) / kEvents;
  t.diagnostic(`${event.length} bytes of JSON take ${each.toFixed(0)} bytes on disk`);
  assert.ok(each < event.length + 100);
  await daemon.stop();
});
