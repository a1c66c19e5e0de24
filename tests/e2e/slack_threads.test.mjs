// A bot of Slack keeps the messages of an alert in one thread, over a restart of the daemon.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, folder, serve, until } from './harness.mjs';

test('the end of an alert stands below its beginning, also when the daemon was restarted between', async () => {
  const slack = await serve((request, count) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ok: true, channel: 'C01', ts: `170000000${count}.000100` }),
  }));
  const daemon = new Daemon(folder('threads'), `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  team-chat: {type: slack, token: xoxb-not-a-token, channel: C01, api: '${slack.url}/api'}
rules:
  - {name: all, to: team-chat}
`);
  await daemon.start();
  const tell = async (alert_key, alert_state) => {
    const before = slack.requests.length;
    assert.equal((await daemon.post('/api/v1/events', { message: 'm', alert_key, alert_state })).status, 202);
    await until('the message', () => slack.requests.length > before);
    return JSON.parse(slack.requests.at(-1).body).thread_ts;
  };
  assert.equal(await tell('web1/HTTP', 'firing'), undefined);
  assert.equal(await tell('db1', 'firing'), undefined);
  assert.equal(await tell('web1/HTTP', 'firing'), '1700000001.000100');
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  await daemon.start();
  assert.equal(await tell('web1/HTTP', 'resolved'), '1700000001.000100');
  assert.equal(await tell('db1', 'resolved'), '1700000002.000100');
  assert.equal(await tell('web1/HTTP', 'firing'), undefined, 'another time, another thread');
  await daemon.stop();
  const kept = fs.readFileSync(path.join(daemon.dir, 'data/threads/team-chat.json'), 'utf8');
  assert.deepEqual(JSON.parse(kept).threads.map((one) => one.reference), ['1700000006.000100']);
  assert.ok(!kept.includes('web1'));
  await slack.close();
});
