// vortex plan beside a running daemon: exit codes, and a tunnel that is recycled while it is read.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { bin, Daemon, folder, run, serve, until } from './harness.mjs';

const config = (rules, more = '') => `${more}
entries:
  events: {type: http, path: /api/v1/events, ack: written}
exits:
  archive: {type: file, path: ./archive.ndjson}
  pager: {type: file, path: ./pager.ndjson}
rules:
${rules}
`;
const kNow = '  - {name: everything, to: archive}';
const kPaging = `${kNow}\n  - {name: page, when: 'event.severity == "critical"', to: pager}`;

function plan(daemon, yaml, ...args) {
  const file = path.join(daemon.dir, 'new.yaml');
  fs.writeFileSync(file, `data: ./data\n${yaml}`);
  return run('vortex', ['plan', 'new.yaml', ...args], process.env, daemon.dir);
}

test('a plan over the API takes every number that a tunnel holds', async (t) => {
  const daemon = new Daemon(folder('plan-numbers'), config(kNow));
  t.after(() => daemon.kill());
  await daemon.start();
  assert.equal((await daemon.post('/api/v1/events', '{"message":"large","n":1e400,"z":1.10}')).status, 202);
  const { code, stdout, stderr } = await plan(daemon, config(kNow), '--against', daemon.url);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /over 1 event/);
  assert.doesNotMatch(stdout + stderr, /damage/);
  await daemon.stop();
});

test('a plan reads a running daemon and its exit code says whether something changes', async (t) => {
  const daemon = new Daemon(folder('plan'), config(kNow));
  t.after(() => daemon.kill());
  await daemon.start();
  const events = Array.from({ length: 100 }, (_, i) =>
    ({ message: `event ${i}`, kind: 'urn:x:y', severity: i % 10 ? 'info' : 'critical' }));
  assert.equal((await daemon.post('/api/v1/events', events)).status, 202);

  const same = await plan(daemon, `# moved\n${config(kNow)}`);
  assert.equal(same.code, 0, same.stderr);
  assert.match(same.stdout, /from generation 1 to new\.yaml, over 100 events of \.\/data/);
  assert.match(same.stdout, /No changes/);

  const more = await plan(daemon, config(kPaging), '--json');
  assert.equal(more.code, 2, more.stderr);
  const report = JSON.parse(more.stdout);
  const pager = report.exits.find((exit) => exit.name === 'pager');
  assert.deepEqual([report.events, report.same, report.moved, pager.gained], [100, 90, 10, 10]);
  assert.equal(pager.gains[0].message, 'event 0');
  assert.equal(pager.gains[0].rule_after, 'page');
  assert.match(pager.gains[0].id, /^[0-9a-f]{8}-\d+$/);

  // Over the API the plan is the same.
  const remote = await plan(daemon, config(kPaging), '--json', '--against', daemon.url);
  assert.equal(remote.code, 2, remote.stderr);
  const overApi = JSON.parse(remote.stdout);
  assert.equal(overApi.events_of, daemon.url);
  const known = ({ received, ...rest }) => rest;
  for (const one of [report, overApi]) {
    delete one.events_of;
    delete one.first;
    delete one.last;
    for (const exit of one.exits) exit.gains = exit.gains.map(known);
  }
  assert.deepEqual(overApi, report);

  // From an event on, by its id; and with files for both sides.
  const late = await plan(daemon, config(kPaging), '--json', '--since', pager.gains[1].id);
  assert.equal(JSON.parse(late.stdout).moved, 9);
  const named = await run('vortex', ['plan', '-c', 'new.yaml', 'new.yaml'], process.env, daemon.dir);
  assert.equal(named.code, 0, named.stderr);

  // A reload later the new rules are those in force.
  daemon.write(config(kPaging));
  assert.equal((await daemon.post('/api/v1/reload', {})).status, 200);
  const after = await plan(daemon, config(kPaging));
  assert.equal(after.code, 0, after.stdout);
  assert.match(after.stdout, /from generation 2/);
});

test('what is wrong with the new configuration or the command line is told and gives 1', async (t) => {
  const daemon = new Daemon(folder('plan-errors'), config(kNow));
  t.after(() => daemon.kill());
  await daemon.start();
  const wrong = await plan(daemon, config("  - {when: 'event.kind = 1', to: archive}"));
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /new\.yaml:\d+:\d+: error: found '='/);
  assert.equal((await plan(daemon, config(kNow), '--snce', '1h')).code, 1);
  const nowhere = await plan(daemon, config(kNow), '--against', './elsewhere');
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /elsewhere holds no tunnel/);
  assert.match(nowhere.stderr, /--against/);
  const gone = await serve(() => ({ status: 200 }));
  await gone.close();
  const silent = await plan(daemon, config(kNow), '--against', gone.url);
  assert.equal(silent.code, 1);
  assert.ok(silent.stderr.includes(`no answer from ${gone.url}`), silent.stderr);
  const when = await plan(daemon, config(kNow), '--since', 'yesterday');
  assert.equal(when.code, 1);
  assert.match(when.stderr, /`yesterday` is no duration/);
});

test('a plan that is overtaken by recycling says so, goes on, and does not disturb the daemon', { timeout: 120_000 }, async (t) => {
  const daemon = new Daemon(folder('plan-recycled'), config(kNow));
  t.after(() => daemon.kill());
  await daemon.start();
  let sent = 0;
  const text = 'x'.repeat(50_000);
  const post = async () => {
    const batch = Array.from({ length: 15 }, () => ({ message: `${sent++} ${text}` }));
    for (;;) {
      const answer = await daemon.post('/api/v1/events', batch);
      if (answer.status === 202) return;
      assert.equal(answer.status, 503);
      await until('room', async () => (await fetch(`${daemon.url}/readyz`)).ok);
    }
  };
  const segments = () => fs.readdirSync(path.join(daemon.dir, 'data/tunnel'))
    .filter((name) => name.endsWith('.seg')).sort();
  while (segments().length < 4) await post();
  const before = sent, oldest = segments()[0];
  await until('the exits to be done with it', async () =>
    (await daemon.get('/api/v1/exits')).exits.every((exit) => exit.behind === 0));

  // Held where it has opened its first segment.
  fs.writeFileSync(path.join(daemon.dir, 'new.yaml'), `data: ./data\n${config(kPaging)}`);
  const reader = spawn(path.join(bin, 'vortex'), ['plan', 'new.yaml', '--json'], { cwd: daemon.dir });
  t.after(() => reader.kill('SIGKILL'));
  let stdout = '', stderr = '';
  reader.stdout.on('data', (b) => (stdout += b));
  reader.stderr.on('data', (b) => (stderr += b));
  const ended = new Promise((done) => reader.on('exit', done));
  const opened = () => {
    try {
      return fs.readdirSync(`/proc/${reader.pid}/fd`)
        .map((fd) => fs.readlinkSync(`/proc/${reader.pid}/fd/${fd}`)).find((to) => /\.seg$|spare/.test(to));
    } catch {
      return undefined;
    }
  };
  while (!opened()) {
    assert.equal(reader.exitCode, null, `it ended early: ${stdout} ${stderr}`);
    await new Promise((r) => setImmediate(r));
  }
  reader.kill('SIGSTOP');

  daemon.write(config(kNow, 'tunnel: {keep_for: 1s}'));
  assert.equal((await daemon.post('/api/v1/reload', {})).status, 200);
  await until('the oldest segment to be given up', async () => {
    await post();
    return segments()[0] !== oldest && segments().at(-1) > oldest;
  }, 60_000);
  const kept = segments()[0];
  // Until the segment lives again, its next life included.
  for (let more = 0; more < 130; more++) await post();
  reader.kill('SIGCONT');
  const code = await ended;

  assert.ok(code === 0 || code === 2, stderr);
  const report = JSON.parse(stdout);
  assert.ok(report.recycled > 0, `nothing was recycled before ${kept}`);
  assert.equal(report.damaged, 0, stdout);
  assert.ok(report.events + report.recycled >= before, `${report.events} + ${report.recycled} of ${before}`);

  // The daemon has noticed nothing.
  await until('the exits to catch up', async () =>
    (await daemon.get('/api/v1/exits')).exits.every((exit) => exit.behind === 0), 60_000);
  const lines = fs.readFileSync(path.join(daemon.dir, 'archive.ndjson'), 'utf8').split('\n').length - 1;
  assert.equal(lines, sent);
  assert.deepEqual(daemon.lines.filter((line) => /"level":"(warning|error)"/.test(line)), []);
});
