// Power cuts under load on real file systems: what was acknowledged is on the disk.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, folder } from '../e2e/harness.mjs';
import { check, drained } from './checker.mjs';
import { Random, pause, percentile, replay, report, scaled, seed } from './lab.mjs';
import { Load } from './load.mjs';
import { Image, cannotMount } from './mounts.mjs';
import { Oracle } from './oracle.mjs';
import { FileSink, httpSink } from './sinks.mjs';

const kCutsARound = 25; // Then everything is checked and the numbers begin anew.
const kImageBytes = 1 << 30;
const kExitIoError = 74;

const config = (hook, archive) => `
tunnel: {keep_for: 1s, keep_bytes: 64MiB}
entries:
  events: {type: http, path: /api/v1/events}
exits:
  archive: {type: file, path: '${archive}'}
  hook: {type: webhook, url: '${hook}/in', format: array, set: {id: '{{ meta.id }}'}}
rules:
  - {name: all, to: [archive, hook]}
`;

async function cutOnce(daemon, image, random) {
  await daemon.start();
  await pause(random.between(0, 500));
  image.cutPower();
  // Some are still at work after the cut: whatever they acknowledge now would be a lie.
  if (random.chance(0.5)) await pause(random.below(100));
  const how = await daemon.kill();
  assert.ok(how.signal === 'SIGKILL' || how.code === kExitIoError,
    `ended with ${JSON.stringify(how)} after the cut (${replay()})\n${daemon.lines.slice(-5).join('\n')}`);
  image.unmount();
  image.mount();
}

async function round({ daemon, image, hook, archive }, number, cuts) {
  const oracle = new Oracle(folder('oracle'), seed + number);
  const random = new Random(oracle.seed);
  const load = new Load(daemon, oracle, { http: 8 });
  const readyMs = [];
  try {
    for (let cut = 0; cut < cuts; cut++) {
      await cutOnce(daemon, image, random);
      readyMs.push(daemon.readyMs);
    }
    await daemon.start();
  } finally {
    await load.stop();
  }
  await drained(daemon);
  const exits = [{ name: 'archive', got: new FileSink(archive).got }, { name: 'hook', got: hook.got }];
  const result = check({ oracle, exits });
  oracle.close();
  return { ...result, readyMs };
}

/** A removal that the next cut does not take back. */
function removeForGood(file) {
  fs.rmSync(file, { force: true });
  const parent = fs.openSync(path.dirname(file));
  fs.fsyncSync(parent);
  fs.closeSync(parent);
}

for (const type of ['ext4', 'xfs']) {
  const cuts = scaled(10, 500); // Of each file system: 20 and 1,000 of both.
  test(`power cut, ${cuts} times on ${type}: every acknowledged event arrives`, { skip: cannotMount(type) }, async (t) => {
    report(replay());
    const image = new Image(type, kImageBytes);
    const hook = await httpSink();
    const archive = path.join(image.dir, 'archive.ndjson');
    const daemon = new Daemon(folder('power'), config(hook.url, archive), {}, path.join(image.dir, 'data'));
    t.after(async () => {
      await daemon.kill();
      await hook.close();
      image.unmount();
      image.remove();
    });
    const sum = { acknowledged: 0, archive: 0, hook: 0, readyMs: [] };
    for (let done = 0, number = 0; done < cuts; done += kCutsARound, number++) {
      const some = Math.min(kCutsARound, cuts - done);
      const result = await round({ daemon, image, hook, archive }, number, some);
      sum.acknowledged += result.acknowledged;
      for (const exit of ['archive', 'hook']) sum[exit] += result.repeats[exit].length;
      sum.readyMs.push(...result.readyMs);
      assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
      hook.got.length = 0;
      removeForGood(archive);
      if (cuts > kCutsARound) report(`${type}: ${done + some} cuts, ${sum.acknowledged} acknowledged`);
    }
    assert.ok(sum.acknowledged > cuts, 'the load was too small to tell anything');
    report(`${type}: ${cuts} cuts, ${sum.acknowledged} acknowledged, 0 lost; repeated: archive ${sum.archive},`
      + ` hook ${sum.hook}; ready after ms: median ${percentile(sum.readyMs, 0.5)}, most ${Math.max(...sum.readyMs)}`);
  });
}
