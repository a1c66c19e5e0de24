// From an event that came to a test that passes: tictoc show --as-test, then vortex test.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { bin, Daemon, folder } from './harness.mjs';

const config = `
entries:
  events: {type: http, path: /api/v1/events}
  gitlab: {type: gitlab, path: /hooks/gitlab}
exits:
  chat: {type: file, path: ./chat.ndjson}
  archive: {type: file, path: ./archive.ndjson}
rules:
  - {name: all, to: archive}
  - {name: failed pipelines, when: 'event.kind == "urn:gitlab:pipeline:failed"', to: chat}
`;

test('an event becomes a test that passes, without its secrets', async () => {
  const daemon = await new Daemon(folder('as-test'), config).start();
  await daemon.post('/hooks/gitlab', {
    object_kind: 'pipeline',
    object_attributes: { id: 31, ref: 'main', status: 'failed' },
    user: { username: 'ada', access_token: 's3cret' },
    project: { path_with_namespace: 'shop/web', web_url: 'https://git.example.com/shop/web' },
  }, { 'x-gitlab-event': 'Pipeline Hook' });
  await daemon.post('/api/v1/events', { message: 'a "quoted" # text', password: 'hunter2', n: [1, 'x'] });
  const ids = (await daemon.tictoc('search', '-o', 'id')).stdout.trim().split('\n');
  assert.equal(ids.length, 2);
  const files = ids.map((id) => path.join(daemon.dir, `${id}.test.yaml`));
  for (const [i, id] of ids.entries()) {
    const { code, stdout, stderr } = await daemon.tictoc('show', id, '--as-test');
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stdout, /s3cret|hunter2/);
    fs.writeFileSync(files[i], stdout);
  }
  const run = spawnSync(path.join(bin, 'vortex'), ['test', '-c', daemon.file, ...files], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.match(run.stdout, /2 tests, 2 passed, 0 failed/);
  assert.match(fs.readFileSync(files[0], 'utf8'), /exits: \[chat, archive\]/);

  const unknown = await daemon.tictoc('show', ids[0].replace(/-\d+$/, '-999999999'), '--as-test');
  assert.equal(unknown.code, 1);
  assert.equal((await fetch(`${daemon.url}/api/v1/events/${ids[0]}?as=poem`)).status, 400);
  await daemon.stop();
});
