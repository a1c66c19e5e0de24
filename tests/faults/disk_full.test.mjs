// The disk is full and free again, over and over: senders are told, nothing is lost, nobody has to help.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Daemon, folder, until } from '../e2e/harness.mjs';
import { check, drained } from './checker.mjs';
import { Random, pause, percentile, replay, report, scaled, seed } from './lab.mjs';
import { Load } from './load.mjs';
import { Image, cannotMount } from './mounts.mjs';
import { Oracle } from './oracle.mjs';
import { FileSink, httpSink } from './sinks.mjs';

const call = promisify(execFile);

const kCycles = scaled(5, 100);
const kImageBytes = 1 << 30;

const config = (hook, archive) => `
tunnel: {keep_for: 1s, keep_bytes: 64MiB}
entries:
  events: {type: http, path: /api/v1/events}
exits:
  archive: {type: file, path: '${archive}', retry: {base: 50ms, cap: 500ms}}
  hook: {type: webhook, url: '${hook}/in', format: array, set: {id: '{{ meta.id }}'}}
rules:
  - {name: all, to: [archive, hook]}
`;

/** Somebody else's file takes the space, all but `leave` bytes; of 0 also the last block. */
async function fill(dir, leave) {
  const { bavail, bsize } = fs.statfsSync(dir);
  const file = path.join(dir, 'neighbour');
  const spare = Math.max(leave, 4 << 20); // Blocks of the file's own map, and what is written meanwhile.
  await call('fallocate', ['-l', String(bavail * bsize - spare), file]);
  if (leave === 0) await call('sh', ['-c', 'cat /dev/zero >>"$0" 2>/dev/null || true', file]);
}

async function cycle({ daemon, image, load, random, number }) {
  const before = load.refused;
  await fill(image.dir, random.of([0, 0, 50 << 20]));
  await until('intake to be refused', () => load.refused > before);
  assert.equal(load.refusal.status, 503);
  assert.ok(Number(load.refusal.retryAfter) > 0, 'senders are not told when to come again');
  if (number % 2 === 1) {
    await daemon.kill();
    await daemon.start(); // Needs no byte of space.
  }
  assert.equal(daemon.process.exitCode, null, daemon.lines.slice(-5).join('\n'));
  const freedAt = Date.now();
  fs.rmSync(path.join(image.dir, 'neighbour'));
  const resumedMs = await until('intake to go on', () => load.lastAckMs > freedAt && load.lastAckMs - freedAt);
  await pause(random.below(500));
  return resumedMs;
}

test(`the disk is full and free again, ${kCycles} times: nothing is lost`, { skip: cannotMount('ext4') }, async (t) => {
  report(replay());
  const image = new Image('ext4', kImageBytes);
  const hook = await httpSink();
  const archive = path.join(image.dir, 'archive.ndjson');
  const daemon = new Daemon(folder('full'), config(hook.url, archive), {}, path.join(image.dir, 'data'));
  t.after(async () => {
    await daemon.kill();
    await hook.close();
    image.unmount();
    image.remove();
  });
  await daemon.start();
  const oracle = new Oracle(folder('oracle'), seed);
  const random = new Random(seed);
  const load = new Load(daemon, oracle, { http: 4 });
  const resumedMs = [];
  try {
    for (let number = 0; number < kCycles; number++) resumedMs.push(await cycle({ daemon, image, load, random, number }));
  } finally {
    await load.stop();
  }
  await drained(daemon);
  const { acknowledged, repeats } = check({ oracle, exits: [
    { name: 'archive', got: new FileSink(archive).got }, { name: 'hook', got: hook.got }] });
  oracle.close();
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  report(`${kCycles} times full, ${acknowledged} acknowledged, 0 lost, repeated: archive ${repeats.archive.length},`
    + ` hook ${repeats.hook.length}; intake again after ms: median ${percentile(resumedMs, 0.5)}, most ${Math.max(...resumedMs)}`);
});
