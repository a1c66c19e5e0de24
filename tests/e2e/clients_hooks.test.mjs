// Libraries from npm that make and read webhooks: CloudEvents, GitHub's signatures, Standard Webhooks.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { sign } from '@octokit/webhooks-methods';
import { CloudEvent, HTTP, Mode, emitterFor, httpTransport } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { Daemon, folder, serve, shared, until } from './harness.mjs';

const events = async (daemon) => (await daemon.events()).map((one) => one.event);

const alarm = (more) => new CloudEvent({
  type: 'com.example.alarm', source: '/plant/4', time: '2024-06-01T12:00:00.123Z', subject: 'disk/sda',
  data: { message: 'größe: 97 % "voll"', severity: 'error', host: 'db-1', free: 3 }, partitionkey: 'k 7', ...more });

test('cloudevents sends binary, structured and batched: the same events', async () => {
  const daemon = await new Daemon(folder('cloudevents'), 'entries:\n  ce: {type: cloudevents, path: /ce}\n').start();
  for (const [id, mode] of [['b', Mode.BINARY], ['s', Mode.STRUCTURED], ['s', Mode.STRUCTURED]])
    await emitterFor(httpTransport(`${daemon.url}/ce`), { mode })(alarm({ id }));
  const batch = ['1', '2'].map((id) => HTTP.structured(alarm({ id })).body);
  const answer = await daemon.post('/ce', `[${batch}]`, { 'content-type': 'application/cloudevents-batch+json' });
  assert.equal(answer.status, 202);
  const all = await events(daemon);
  assert.deepEqual(all.map((event) => event['raw.id']), ['b', 's', '1', '2'], 'what came again is stored once');
  for (const event of all) {
    assert.equal(event.message, 'größe: 97 % "voll"');
    assert.equal(event.timestamp, '2024-06-01T12:00:00.123Z');
    const { 'raw.id': id, ...rest } = event;
    const { 'raw.id': other, ...first } = all[0];
    // Only where the data is in the body its type must be said.
    delete rest['raw.datacontenttype'];
    delete first['raw.datacontenttype'];
    assert.deepEqual(rest, first, `${id} as ${other}`);
  }
  assert.equal(all[0].kind, 'urn:cloudevents:com.example.alarm');
  assert.equal(all[0]['raw.partitionkey'], 'k 7');
  assert.equal(all[0]['raw.data.free'], 3);

  const bytes = HTTP.structured(
    alarm({ id: '9', data: new Uint8Array([1, 2, 255]), datacontenttype: 'application/octet-stream' }));
  assert.equal((await daemon.post('/ce', bytes.body, bytes.headers)).status, 202);
  assert.equal((await events(daemon))[4]['raw.data_base64'], 'AQL/');

  const { headers, body } = HTTP.binary(alarm({ id: 'x' }));
  delete headers['ce-id'];
  assert.equal((await daemon.post('/ce', body, headers)).status, 400);
  await daemon.stop();
});

test('cloudevents reads what our exit sends, in all three modes', async () => {
  const server = await serve(() => ({ status: 202 }));
  const modes = ['binary', 'structured', 'batched'];
  const daemon = await new Daemon(folder('cloudevents'), `
entries:
  events: {type: http, path: /api/v1/events}
exits:
${modes.map((mode) => `  ${mode}: {type: cloudevents, url: "${server.url}/${mode}", mode: ${mode},
    subject: '{{ event.project }}', extensions: {partitionkey: '{{ event.host }}'}}`).join('\n')}
rules:
  - {to: [${modes}]}
`).start();
  const sent = [
    { timestamp: '2026-01-31T12:00:00.25Z', kind: 'urn:ci:pipeline:failed', message: 'größe: "97 %"\nvoll',
      severity: 'critical', source: 'https://ci.example.com/web', project: 'web', host: 'runner-1', count: 3,
      tags: ['a', 'b'] },
    { timestamp: '2026-01-31T12:00:01Z', kind: 'urn:x:note é "q" 100%', message: 'text', project: 'größe % x',
      host: 'a "b" %' },
  ];
  assert.equal((await daemon.post('/api/v1/events', sent)).status, 202);
  const stored = await daemon.events();
  const read = (mode) => server.requests.filter((one) => one.url === `/${mode}`).flatMap((one) => HTTP.toEvent(one));
  for (const mode of modes) {
    const got = await until(`events of ${mode}`, () => read(mode).length === sent.length && read(mode));
    // The client leaves the percent-encoding of headers to its caller.
    const text = (value) => (mode === 'binary' ? decodeURIComponent(value) : value);
    for (const [i, event] of got.entries()) {
      assert.ok(event.validate());
      assert.equal(event.id, stored[i].id);
      assert.equal(text(event.type), sent[i].kind);
      assert.equal(event.source, sent[i].source ?? 'urn:time-tunnel:events');
      assert.equal(text(event.subject), sent[i].project);
      assert.equal(text(event.partitionkey), sent[i].host);
      assert.equal(Date.parse(event.time), Date.parse(sent[i].timestamp));
      assert.deepEqual(event.data, stored[i].event);
    }
  }
  await daemon.stop();
  await server.close();
});

const github = () => new Daemon(folder('github'),
  'entries:\n  github: {type: github, path: /hooks/github, secret: {env: GITHUB_SECRET}}\n',
  { GITHUB_SECRET: 'sesame' }).start();
let deliveries = 0;
async function deliver(daemon, event, body, signature, delivery = `delivery-${++deliveries}`) {
  const answer = await daemon.post('/hooks/github', body,
    { 'x-github-event': event, 'x-github-delivery': delivery, 'x-hub-signature-256': signature });
  return answer.status;
}

test('what @octokit/webhooks-methods signs is taken once; another signature is a 401', async () => {
  const daemon = await github();
  const body = JSON.stringify({ action: 'opened', sender: { login: 'octocat' },
    issue: { number: 7, title: 'größe', html_url: 'https://github.com/o/r/issues/7' }, repository: { full_name: 'o/r' } });
  const signature = await sign('sesame', body);
  assert.equal(await deliver(daemon, 'issues', body, signature, 'one'), 200);
  assert.equal(await deliver(daemon, 'issues', body, signature, 'one'), 200);
  assert.equal(await deliver(daemon, 'issues', body, await sign('guess', body)), 401);
  assert.equal(await deliver(daemon, 'issues', body.replace('octocat', 'mallory'), signature), 401);
  const all = await events(daemon);
  assert.deepEqual(all.map(({ kind, project, actor }) => [kind, project, actor]),
    [['urn:github:issues:opened', 'o/r', 'octocat']]);
  assert.match(all[0].message, /größe/);
  await daemon.stop();
});

const payloads = path.join(shared, '03-github/open');
const skip = fs.existsSync(payloads) ? false : 'the shared GitHub payloads are not here';

test('GitHub payloads of all kinds, signed by @octokit/webhooks-methods', { skip }, async () => {
  const daemon = await github();
  const files = fs.readdirSync(payloads).filter((name) => /\.\d+\.json$/.test(name));
  for (const file of files) {
    const body = fs.readFileSync(path.join(payloads, file), 'utf8');
    const event = file.split('.')[0];
    assert.equal(await deliver(daemon, event, body, await sign('sesame', body)), 200, file);
  }
  const all = await events(daemon);
  assert.equal(all.length, files.length);
  for (const [i, event] of all.entries()) {
    assert.equal(event.hook, files[i].split('.')[0]);
    assert.match(event.kind, /^urn:github:\w/, files[i]);
    assert.ok(event.message.length > 5, files[i]);
  }
  await daemon.stop();
});

test('Standard Webhooks: what the library signs is taken once, and it trusts what we sign', async () => {
  const keys = { old: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', new: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD' };
  const kOther = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  const server = await serve(() => ({ status: 200 }));
  const daemon = await new Daemon(folder('webhooks'), `
entries:
  in: {type: hook, path: /hooks/in, verify: {scheme: standard-webhooks, secret: [{env: OLD}, {env: NEW}]}}
exits:
  out: {type: webhook, url: "${server.url}/", signing_secret: [{env: OLD}, {env: NEW}]}
rules:
  - {to: out}
`, { OLD: keys.old, NEW: keys.new }).start();
  const send = async (key, id, { at = new Date(), change = '' } = {}) => {
    const body = JSON.stringify({ message: `größe ${id}` });
    const signature = new Webhook(key).sign(id, at, body);
    const answer = await daemon.post('/hooks/in', body + change, { 'webhook-id': id, 'webhook-signature': signature,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)) });
    return answer.status;
  };
  for (const [key, id] of [['old', 'msg_1'], ['new', 'msg_2'], ['new', 'msg_2']])
    assert.equal(await send(keys[key], id), 200);
  assert.equal(await send(kOther, 'msg_3'), 401);
  assert.equal(await send(keys.new, 'msg_4', { change: ' ' }), 401);
  assert.equal(await send(keys.new, 'msg_5', { at: new Date(Date.now() - 600_000) }), 401);
  const stored = await events(daemon);
  assert.deepEqual(stored.map((event) => event.message), ['größe msg_1', 'größe msg_2']);

  await until('both deliveries', () => server.requests.length === 2);
  for (const { body, headers } of server.requests) {
    for (const key of Object.values(keys))
      assert.match(new Webhook(key).verify(body, headers).message, /^größe msg_/);
    assert.throws(() => new Webhook(kOther).verify(body, headers));
    assert.throws(() => new Webhook(keys.new).verify(`${body} `, headers));
  }
  await daemon.stop();
  await server.close();
});
