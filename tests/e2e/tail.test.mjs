// A file that a program writes and logrotate(8) rotates, read by a daemon that is killed in between.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, folder, root, run, until } from './harness.mjs';
import { libraries, unpacked } from './services.mjs';

// Unpacked by tools/deps.sh, not installed: it would come with a timer of its own.
const below = unpacked('logrotate');
const logrotate = path.join(below, 'usr/sbin/logrotate');
const skip = !fs.existsSync(logrotate) && 'no logrotate: tools/deps.sh test';

const config = `
entries:
  app: {type: lines, files: ./logs/*.log, format: logfmt}
exits:
  archive: {type: file, path: ./archive.ndjson}
rules:
  - {name: all, to: archive}
`;

/** The numbers of the lines, in the order in which they were stored. */
async function stored(daemon) {
  const all = [];
  for (let next = ''; ;) {
    const page = await daemon.get(`/api/v1/events?order=asc&limit=1000${next}`);
    for (const { event } of page.events) all.push(Number(event.n));
    if (!page.next) return all;
    next = `&next=${encodeURIComponent(page.next)}`;
  }
}

class Log {
  constructor(dir) {
    this.dir = dir;
    this.written = 0;
    fs.mkdirSync(path.join(dir, 'logs'));
    this.file = path.join(dir, 'logs/app.log');
    this.open();
  }
  open() {
    if (this.fd !== undefined) fs.closeSync(this.fd);
    this.fd = fs.openSync(this.file, 'a');
  }
  write(count) {
    for (let i = 0; i < count; i++) fs.writeSync(this.fd, `level=info n=${this.written++} msg="line ${this.written}"\n`);
  }
  rotate(how) {
    const file = path.join(this.dir, 'rotate.conf');
    fs.writeFileSync(file, `${this.file} {\n  rotate 9\n  ${how}\n}\n`, { mode: 0o600 });
    const ran = spawnSync(logrotate, ['--force', '--state', path.join(this.dir, 'state'), file],
      { encoding: 'utf8', env: { ...process.env, LD_LIBRARY_PATH: libraries(below) } });
    assert.equal(ran.status, 0, ran.stderr);
  }
}

/** Every number once or more, and in order but for what a restart repeats. */
function assertWhole(all, count) {
  assert.deepEqual([...new Set(all)].sort((a, b) => a - b), Array.from({ length: count }, (_, n) => n));
  let newest = -1;
  for (const n of all) {
    assert.ok(n <= newest + 1, `line ${n} came before line ${newest + 1}`);
    newest = Math.max(newest, n);
  }
}

const setUp = async (name) => {
  const dir = folder(name);
  const log = new Log(dir);
  return { log, daemon: await new Daemon(dir, config).start() };
};

test('lines of a file that is renamed and made anew, compressed ones left alone', { skip }, async () => {
  const { log, daemon } = await setUp('tail-create');
  for (let round = 0; round < 4; round++) {
    log.write(500);
    log.rotate('create 0640\n  compress\n  delaycompress');
    log.write(50); // The program has not heard of it yet.
    log.open();
    log.write(500);
    // What is compressed and gone before anybody looked can be read by nobody.
    const newest = log.written - 1;
    await until('the newest line', async () => (await stored(daemon)).includes(newest));
  }
  await until('all lines', async () => new Set(await stored(daemon)).size === log.written);
  assert.ok(fs.readdirSync(path.dirname(log.file)).some((name) => name.endsWith('.gz')));
  const all = await stored(daemon);
  assert.equal(all.length, log.written);
  assertWhole(all, log.written);
  await daemon.stop();
});

test('lines of a file that is copied and truncated once it was read', { skip }, async () => {
  const { log, daemon } = await setUp('tail-copytruncate');
  for (let round = 0; round < 4; round++) {
    log.write(700);
    await until('these lines', async () => new Set(await stored(daemon)).size === log.written);
    log.rotate('copytruncate');
  }
  log.write(700);
  await until('the last lines', async () => new Set(await stored(daemon)).size === log.written);
  const all = await stored(daemon);
  assert.equal(all.length, log.written);
  assertWhole(all, log.written);
  await daemon.stop();
});

test('a daemon that is killed, and finds the file rotated twice when it is back', { skip }, async () => {
  const { log, daemon } = await setUp('tail-kill');
  for (let round = 0; round < 3; round++) {
    log.write(400);
    if (round % 2 === 0) await until('some lines', async () => (await stored(daemon)).length > 0);
    await daemon.kill();
    log.write(300);
    log.rotate('create 0640');
    log.write(30);
    log.open();
    log.write(300);
    await daemon.start();
  }
  await until('all lines', async () => new Set(await stored(daemon)).size === log.written);
  assertWhole(await stored(daemon), log.written);
  await daemon.stop();
  // A clean stop repeats nothing.
  const count = (await daemon.start().then(() => stored(daemon))).length;
  log.write(10);
  await until('the last lines', async () => new Set(await stored(daemon)).size === log.written);
  assert.equal((await stored(daemon)).length, count + 10);
  await daemon.stop();
});

test('a file that cannot be read shows until it can', async () => {
  const dir = folder('tail-problem');
  const daemon = await new Daemon(dir, config.replace('./logs/*.log', './logs/app.log')).start();
  const entry = async () => (await daemon.get('/api/v1/entries')).entries.find(({ name }) => name === 'app');
  assert.match((await entry()).problem, /app\.log: No such file/);
  assert.match(await (await fetch(`${daemon.url}/readyz`)).text(), /degraded: entry `app`: cannot read/);
  // Where an entry of sockets or paths names those, this one names its files.
  assert.match((await daemon.tictoc('entry', 'ls')).stdout, /app +lines +\S*app\.log \(0 files\).*No such file/);
  const log = new Log(dir);
  log.write(1);
  await until('the line', async () => (await stored(daemon)).length === 1);
  await until('the problem to go', async () => !(await entry()).problem);
  assert.equal((await entry()).files, 1);
  await daemon.stop();
});

test('what a pattern finds is told before the daemon runs', async () => {
  const dir = folder('tail-check');
  const log = new Log(dir);
  const check = async (files) => {
    fs.writeFileSync(path.join(dir, 'vortex.yaml'), config.replace('./logs/*.log', files));
    return (await run('vortex', ['check', path.join(dir, 'vortex.yaml')])).stdout;
  };
  assert.match(await check('./logs/*.txt'), /warning: `\S*logs\/\*\.txt` finds no file now/);
  assert.match(await check('./logs'), /warning: \S*logs is a folder; name its files: \S*logs\/\*/);
  assert.match(await check('./logs/*.log'), /fine, 0 errors, 0 warnings/);
  assert.ok(fs.existsSync(log.file));
});

test('a pattern is tried on lines without an entry of any place', async () => {
  const { code, stdout, stderr } = await run('vortex',
    ['decode', 'lines', '-o', 'format=regex', '-o', 'regex=^(?P<time>\\S+ \\S+) (?P<level>\\w+) (?P<message>.*)$'],
    process.env, root, '2026-11-27 12:01:00 WARN disk is filling\n');
  assert.equal(code, 0, stderr);
  const { message, severity, timestamp } = JSON.parse(stdout);
  assert.deepEqual({ message, severity, timestamp },
    { message: 'disk is filling', severity: 'warning', timestamp: '2026-11-27T12:01:00Z' });
});
