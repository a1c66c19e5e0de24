// The router watches itself: an exit that dies and comes back is told in the archive, and not to itself.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, folder, objects, until } from './harness.mjs';

/** A webhook target that can be killed and started again on its port. */
class Target {
  bodies = [];
  async listen(port = 0) {
    this.server = http.createServer((request, response) => {
      let body = '';
      request.on('data', (part) => (body += part));
      request.on('end', () => { this.bodies.push(body); response.end(); });
    });
    await new Promise((done) => this.server.listen(port, '127.0.0.1', done));
    this.port = this.server.address().port;
  }
  async kill() {
    const closed = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    await closed;
  }
}

test('a killed webhook target gives exit:down and then exit:up in the archive, with one alert key', async () => {
  const target = new Target();
  await target.listen();
  const daemon = await new Daemon(folder('self'), `self: true
entries:
  events: {type: http, path: /api/v1/events}
exits:
  archive: {type: file, path: ./archive.ndjson}
  hook: {type: webhook, url: 'http://127.0.0.1:${target.port}/in', retry: {base: 10ms, cap: 20ms}}
rules:
  - {name: everything, to: [archive, hook]}
`).start();
  const archive = path.join(daemon.dir, 'archive.ndjson');
  const archived = () => objects(archive);
  const about = () => archived().filter((event) => event.kind.startsWith('urn:time-tunnel:exit:'));

  await until('the start in the archive', () => archived().some((e) => e.kind === 'urn:time-tunnel:started'));
  await until('the target to get it', () => target.bodies.length === 1);
  await target.kill();
  await daemon.post('/api/v1/events', { message: 'nobody is there' });
  const [down] = await until('exit:down', () => about().length === 1 && about());
  assert.equal(down.kind, 'urn:time-tunnel:exit:down');
  assert.equal(down.exit, 'hook');
  assert.equal(down.severity, 'error');
  assert.equal(down.alert_state, 'firing');
  assert.equal((await fetch(`${daemon.url}/readyz`)).status, 200, 'a dead exit is no reason');
  assert.match(await (await fetch(`${daemon.url}/metrics`)).text(), /\ntt_exit_down\{exit="hook"\} 1\n/);

  await target.listen(target.port);
  assert.equal((await daemon.tictoc('exit', 'resume', 'hook')).code, 0);
  const [, up] = await until('exit:up', () => about().length === 2 && about());
  assert.equal(up.kind, 'urn:time-tunnel:exit:up');
  assert.equal(up.alert_state, 'resolved');
  assert.equal(up.alert_key, down.alert_key);
  await until('the target to get what waited', () => target.bodies.some((b) => b.includes('nobody is there')));
  assert.equal((await daemon.stop()).code, 0);
  assert.ok(target.bodies.every((body) => !body.includes('urn:time-tunnel:exit:')), 'it is not told of itself');
  await target.kill();
});
