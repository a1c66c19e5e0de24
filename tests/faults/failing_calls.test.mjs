// The n-th call of the system fails, in the program as it is shipped: no false answer, no hang, a known exit code.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, folder, until } from '../e2e/harness.mjs';
import { check, drained } from './checker.mjs';
import { Random, compile, replay, report, scaled, seed } from './lab.mjs';
import { Oracle } from './oracle.mjs';
import { FileSink, httpSink } from './sinks.mjs';

// What may fail how; fail_nth.c counts the calls. Close to the whole table of what the daemon calls.
const kFaults = {
  open: ['EIO', 'EMFILE', 'ENOSPC'], pwritev: ['EIO', 'ENOSPC', 'EINTR', 'short'], pread: ['EIO', 'EINTR', 'short'],
  fdatasync: ['EIO', 'ENOSPC'], fsync: ['EIO'], ftruncate: ['EIO', 'EINTR'], posix_fallocate: ['ENOSPC', 'EINTR'],
  rename: ['EIO', 'ENOSPC'], remove: ['EIO'], mkdir: ['EIO', 'ENOSPC'], flock: ['EIO', 'EINTR'],
  accept: ['EMFILE', 'ECONNABORTED'], socket: ['EMFILE'], sendmsg: ['ENOMEM'], recv: ['ENOMEM'], send: ['ENOMEM'],
};
// What a sample tries; the long run goes on with each fault until its call does not happen any more.
const kSampledNthMax = 30;
const kFine = 0, kUnavailable = 69, kIoError = 74, kMisconfigured = 78;

const config = (hook, disk) => `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  archive: {type: file, path: '${disk}/archive.ndjson'}
  hook: {type: webhook, url: '${hook}/in', order: none, timeout: 5s, retry: {base: 10ms, cap: 100ms}}
rules:
  - {name: all, to: [archive, hook]}
`;

/** Sends some requests side by side; those that nobody answers because nobody is there are given up. */
async function post(daemon, oracle, requests) {
  await Promise.all(Array.from({ length: requests }, async (_, i) => {
    const count = 1 + (i % 3);
    const first = oracle.intend(count);
    try {
      const answer = await daemon.post('/api/v1/events', oracle.events(first, count));
      const body = await answer.json();
      if (answer.status === 202) oracle.acknowledged(first, count, Number(body.ids[0].split('-')[1]));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // What `fetch` says when a connection breaks.
    }
  }));
}

/** A start on data of a killed daemon, work, and a stop, with the fault somewhere in it. */
async function withFault(daemon, oracle, fault) {
  let started = true;
  await daemon.start().catch(() => (started = false));
  if (started) {
    for (let i = 0; i < 4 && daemon.process.exitCode === null; i++)
      await Promise.race([post(daemon, oracle, 4), daemon.exited]);
    daemon.stop();
  }
  let code;
  daemon.exited.then((how) => (code = how.code ?? how.signal));
  await until(`the end of the daemon after ${fault}`, () => code !== undefined);
  // A start may also ask for another try: without room or descriptors, it is not the disk that is broken.
  const allowed = [started ? kFine : kUnavailable, kIoError, kMisconfigured].filter(
    (allowedCode) => allowedCode !== kUnavailable || /ENOSPC|EMFILE/.test(fault));
  assert.ok(allowed.includes(code), `${fault}: ended with ${code} (${replay()})\n${daemon.lines.slice(-5).join('\n')}`);
  return code;
}

const library = compile('fail_nth', '-shared', '-fPIC');

/** Gives the exit code, or undefined where the call did not happen so often. */
async function story(fault) {
  const dir = folder('calls');
  const disk = path.join(dir, 'disk');
  fs.mkdirSync(disk);
  const hook = await httpSink();
  const oracle = new Oracle(path.join(dir, 'oracle'), seed);
  const daemon = new Daemon(dir, config(hook.url, disk), {}, path.join(disk, 'data'));
  const healthy = daemon.env;
  const log = path.join(dir, 'hit');
  try {
    await daemon.start();
    await post(daemon, oracle, 4);
    await daemon.kill();
    daemon.env = { ...healthy, LD_PRELOAD: library, TT_FAIL: fault, TT_FAIL_UNDER: `${disk}/`, TT_FAIL_LOG: log };
    const code = await withFault(daemon, oracle, fault);
    daemon.env = healthy;
    await daemon.start();
    await post(daemon, oracle, 2);
    await drained(daemon, 30_000);
    check({ oracle, exits: [
      { name: 'archive', got: new FileSink(`${disk}/archive.ndjson`).got }, { name: 'hook', got: hook.got }] });
    return fs.existsSync(log) ? code : undefined;
  } catch (error) {
    error.message = `${fault}: ${error.message}`;
    throw error;
  } finally {
    await daemon.kill();
    await hook.close();
    oracle.close();
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

test('a call of the system fails once: nothing acknowledged is lost, and the exit code tells', async () => {
  report(replay());
  const random = new Random(seed);
  const codes = {};
  let happened = 0;
  const note = (call, code) => {
    happened += 1;
    codes[`${call} ${code}`] = (codes[`${call} ${code}`] ?? 0) + 1;
  };
  const few = scaled(16, 1_000);
  if (process.env.TT_FAULT) {
    note(process.env.TT_FAULT, await story(process.env.TT_FAULT)); // One again: TT_FAULT=open:6:EIO
  } else if (few < 1_000) {
    for (let i = 0; i < few; i++) {
      const call = random.of(Object.keys(kFaults));
      const code = await story(`${call}:${random.between(1, random.between(1, kSampledNthMax))}:${random.of(kFaults[call])}`);
      if (code !== undefined) note(call, code);
    }
    assert.ok(happened > 0, 'no call was reached: the library is not loaded');
  } else {
    for (const [call, errors] of Object.entries(kFaults)) {
      for (const error of errors) {
        for (let n = 1; ; n++) {
          const code = await story(`${call}:${n}:${error}`);
          if (code === undefined) break;
          note(call, code);
        }
      }
      report(`${call}: done, ${happened} faults so far`);
    }
  }
  report(`${happened} faults happened; call and exit code: ${JSON.stringify(codes)}`);
});
