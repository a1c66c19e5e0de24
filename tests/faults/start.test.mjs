// A start with much history is as quick as one with little: finished segments are not read.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, folder } from '../e2e/harness.mjs';
import { report, scaled } from './lab.mjs';

const kGiB = 2 ** 30;
const kTunnelBytes = scaled(kGiB / 4, 10 * kGiB);
const kEventBytes = 64 << 10;
const kBatch = 60; // Below the 4 MiB of a request.
const kSenders = 4;
const kStarts = scaled(2, 5);

const config = `
tunnel: {keep_for: 1d, keep_bytes: 20GiB}
entries:
  events: {type: http, path: /api/v1/events, ack: written}
`;

async function grow(daemon, bytes) {
  const event = { message: 'history', pad: 'x'.repeat(kEventBytes) };
  const body = JSON.stringify(Array(kBatch).fill(event));
  let left = bytes, first, last;
  const send = async () => {
    while (left > 0) {
      left -= body.length;
      const answer = await daemon.post('/api/v1/events', body);
      if (answer.status === 503) { left += body.length; continue; }
      assert.equal(answer.status, 202);
      const { ids } = await answer.json();
      first ??= ids[0];
      last = ids[1];
    }
  };
  await Promise.all(Array.from({ length: kSenders }, send));
  return { first, last };
}

/** After a machine's start nothing of the tunnel is in memory. */
function forgetPages(dir) {
  const script = 'import os,sys\nfor f in os.scandir(sys.argv[1]):\n'
    + ' d=os.open(f.path,os.O_RDONLY); os.fdatasync(d); os.posix_fadvise(d,0,0,os.POSIX_FADV_DONTNEED); os.close(d)';
  execFileSync('python3', ['-c', script, dir]);
}

const { bavail, bsize } = fs.statfsSync(process.env.TMPDIR ?? '/tmp');
const skip = bavail * bsize < 2 * kTunnelBytes && 'needs twice the size of the tunnel in free space';

test(`a start with ${(kTunnelBytes / kGiB).toFixed(2)} GiB of tunnel`, { skip }, async (t) => {
  const daemon = await new Daemon(folder('start'), config).start();
  t.after(async () => {
    await daemon.kill();
    fs.rmSync(daemon.dir, { recursive: true, force: true });
  });
  const { first, last } = await grow(daemon, kTunnelBytes);
  const after = { kill: [], stop: [] };
  for (let i = 0; i < kStarts; i++) {
    for (const how of ['kill', 'stop']) {
      await daemon[how]();
      forgetPages(path.join(daemon.dir, 'data/tunnel'));
      await daemon.start();
      after[how].push(daemon.readyMs);
      for (const id of [first, last]) assert.equal((await daemon.get(`/api/v1/events/${id}`)).event.message, 'history');
    }
  }
  const bytes = (await daemon.get('/api/v1/status')).tunnel.disk_bytes;
  report(`${(bytes / kGiB).toFixed(2)} GiB of tunnel, nothing cached: ready after kill -9 ${after.kill.join(', ')} ms,`
    + ` after a stop ${after.stop.join(', ')} ms`);
});
