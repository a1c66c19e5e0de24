// vortex fsck and dump on the folder of a running daemon, and on a damaged one.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, bin, folder, kArchiveConfig as config, run } from './harness.mjs';

const parse = (text) => text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
const fsck = async (dir, ...more) => {
  const { code, stdout, stderr } = await run('vortex', ['fsck', '--json', dir, ...more]);
  return { code, stderr, report: stdout ? JSON.parse(stdout) : null };
};

test('fsck and dump read beside a daemon that goes on accepting', async () => {
  const daemon = await new Daemon(folder('live'), config).start();
  const data = path.join(daemon.dir, 'data');
  let n = 0, stop = false, acknowledged = 0;
  const sender = async () => {
    while (!stop) {
      const batch = Array.from({ length: 50 }, () => ({ message: `event ${n++}` }));
      assert.equal((await daemon.post('/api/v1/events', batch)).status, 202);
      acknowledged += batch.length;
    }
  };
  const senders = [sender(), sender()];
  let seen = 0;
  for (let i = 0; i < 5; i++) {
    const before = acknowledged;
    const { code, report } = await fsck(data);
    assert.equal(code, 0, JSON.stringify(report?.damages));
    assert.equal(report.process, String(daemon.process.pid));
    assert.ok(report.events >= before && report.events >= seen, `${report.events} of ${before}`);
    seen = report.events;
    const { code: dumped, stdout, stderr } = await run('vortex', ['dump', data]);
    assert.equal(dumped, 0, stderr);
    assert.ok(parse(stdout).length >= before);
  }
  stop = true;
  await Promise.all(senders);
  const refused = await fsck(data, '--repair');
  assert.equal(refused.code, 69);
  assert.match(refused.stderr, new RegExp(`in use by process ${daemon.process.pid}[^]*stop the daemon first`));
  assert.equal((await daemon.post('/api/v1/events', { message: 'still there' })).status, 202);
  await daemon.stop();
  const { code, report } = await fsck(data);
  assert.equal(code, 0);
  assert.equal(report.clean_stop, true);
  assert.equal(report.events, acknowledged + 1);
});

test('a range of a dump has meta, and a reader that has seen enough ends it quietly', async () => {
  const daemon = await new Daemon(folder('dump'), config).start();
  const data = path.join(daemon.dir, 'data');
  const batch = Array.from({ length: 2000 }, (_, i) => ({ message: `event ${i} ${'.'.repeat(500)}`, n: i }));
  const { ids } = await (await daemon.post('/api/v1/events', batch)).json();
  const [log, first] = ids[0].split('-');
  const { stdout } = await run('vortex', ['dump', data, '--meta', '--from', `${log}-${Number(first) + 10}`,
    '--until', String(Number(first) + 12)]);
  assert.deepEqual(parse(stdout).map((line) => [line.id, line.seq, line.entry, line.event.n]),
    [10, 11].map((i) => [`${log}-${Number(first) + i}`, Number(first) + i, 'events', i]));
  const head = spawnSync('bash', ['-o', 'pipefail', '-c', `${path.join(bin, 'vortex')} dump ${data} | head -n 1`]);
  assert.equal(head.stderr.toString(), '');
  assert.equal(head.status, 0);
  assert.equal(JSON.parse(head.stdout).n, 0);
  await daemon.stop();
});

test('bench-disk measures, expects, warns of memory, and leaves nothing behind', async () => {
  const dir = folder('bench');
  const { code, stdout, stderr } = await run('vortex', ['bench-disk', '--seconds', '1', '--json', dir]);
  assert.equal(code, 0, stderr);
  const figures = JSON.parse(stdout);
  for (const part of ['sync_4k', 'sync_64k']) {
    assert.ok(figures[part].count > 0);
    assert.ok(figures[part].p50_ns <= figures[part].p99_ns && figures[part].p99_ns <= figures[part].max_ns);
  }
  assert.ok(Array.isArray(figures.warnings));
  assert.deepEqual(fs.readdirSync(dir), []);
  const text = await run('vortex', ['bench-disk', '--seconds', '1', dir]);
  assert.match(text.stdout, /gets about \d+ acknowledgements a second here/);
  const memory = fs.existsSync('/dev/shm') && fs.statfsSync('/dev/shm');
  if (memory && memory.bavail * memory.bsize > 256 << 20)
    assert.match((await run('vortex', ['bench-disk', '--seconds', '1', '/dev/shm'])).stdout, /warning: this is memory/);
  const none = await run('vortex', ['bench-disk', path.join(dir, 'nowhere')]);
  assert.equal(none.code, 78);
});

const inMemory = '/dev/shm';
const hasMemory = fs.existsSync(inMemory) && fs.statfsSync(inMemory).type === 0x01021994;
test('a folder in memory is told at the start and by fsck', { skip: !hasMemory && 'no tmpfs here' }, async (t) => {
  const shelf = fs.mkdtempSync(path.join(inMemory, 'tt-'));
  t.after(() => fs.rmSync(shelf, { recursive: true }));
  const data = path.join(shelf, 'data'); // Not there yet: its parent tells.
  const daemon = await new Daemon(folder('memory'), config, {}, data).start();
  await daemon.stop();
  assert.match(daemon.lines.join('\n'), /may not hold in the data folder.*this is memory/);
  const { code, stderr } = await fsck(data);
  assert.equal(code, 0);
  assert.match(stderr, /^warning: .*this is memory/);
});

test('damage is told with its place, put on record by a repair, and costs one event', async () => {
  const daemon = await new Daemon(folder('rot'), config).start();
  const data = path.join(daemon.dir, 'data');
  const batch = Array.from({ length: 300 }, (_, i) => ({ message: `event ${i}` }));
  assert.equal((await daemon.post('/api/v1/events', batch)).status, 202);
  await daemon.stop();
  const file = path.join(data, 'tunnel', fs.readdirSync(path.join(data, 'tunnel')).find((f) => f.endsWith('.seg')));
  const bytes = fs.readFileSync(file);
  const at = bytes.indexOf('event 123');
  bytes[at] ^= 1;
  fs.writeFileSync(file, bytes);
  const found = await fsck(data);
  assert.equal(found.code, 1);
  assert.equal(found.report.damages.length, 1);
  const [damage] = found.report.damages;
  assert.ok(damage.begin < at && at < damage.end);
  assert.equal(damage.recorded, false);
  const text = await run('vortex', ['fsck', data]);
  assert.match(text.stdout, /1 damage: at most 1 event lost; the next start \(or --repair\) puts 1 event on record/);
  const dumped = await run('vortex', ['dump', data]);
  assert.equal(dumped.code, 1);
  assert.match(dumped.stderr, /missing: at most 1 event /);
  assert.equal(parse(dumped.stdout).length, 299);

  const records = async () => parse((await run('vortex', ['dump', data, '--raw'])).stdout);
  const raw = await records();
  assert.deepEqual(raw.filter((record) => record.type === 'damage').map((record) => record.position), [damage.begin]);
  assert.equal(raw.filter((record) => record.type === 'event' && record.event.message).length, 299);
  assert.equal(raw.at(-1).type, 'clean stop');

  const repaired = await fsck(data, '--repair');
  assert.equal(repaired.code, 0, 'the repair did all that can be done');
  const gap = (await records()).find((record) => record.type === 'gap');
  assert.deepEqual([gap.first_lost, gap.last_lost], [damage.first_seq, damage.last_seq]);
  assert.equal(repaired.report.damages[0].recorded, true);
  assert.equal(repaired.report.repairable, false);
  assert.equal(repaired.report.events, 299);
  assert.ok(repaired.report.repaired.some((line) => /1 lost event went on record/.test(line)));
  assert.equal((await fsck(data)).code, 1, 'what is lost stays lost');
  await daemon.start();
  assert.equal((await daemon.events()).length, 299);
  await daemon.stop();
});
