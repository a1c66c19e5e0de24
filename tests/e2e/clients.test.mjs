// Clients from npm that speak Fluent Forward and DogStatsD send to our entries.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FluentClient } from '@fluent-org/logger';
import fluentLogger from 'fluent-logger';
import StatsD from 'hot-shots';
import { Daemon, folder, until } from './harness.mjs';

const events = async (daemon) => (await daemon.events()).map((one) => one.event);
const port = async (daemon) => Number((await until('the address', () => daemon.streams[0])).split(':').at(-1));

const kRecords = [
  { message: 'one', level: 'warn', n: 1 }, { log: 'größe', host: 'web-7', deep: { x: [1, 2] } }, { user: 'bob' },
];

function assertRecords(all, tag) {
  const kind = `urn:forward:${tag}`;
  const expected = [
    { kind, message: 'one', severity: 'warning', n: 1, tag },
    { kind, message: 'größe', severity: 'info', host: 'web-7', 'deep.x': [1, 2], tag },
    { kind, message: `${tag}: user=bob`, user: 'bob', tag }];
  assert.equal(all.length, expected.length);
  for (const [i, one] of expected.entries())
    for (const [name, value] of Object.entries(one)) assert.deepEqual(all[i][name], value, `${tag} ${i}: ${name}`);
}

const forward = () => new Daemon(folder('forward'),
  'entries:\n  fluent: {type: forward, listen: "tcp://127.0.0.1:0", shared_key: {env: FLUENT_SHARED_KEY}}\n',
  { FLUENT_SHARED_KEY: 'sesame' }).start();
const kAck = { ackTimeout: 30_000 };
const kTime = Date.UTC(2024, 5, 1, 12, 0, 0);

test('@fluent-org/logger: four modes, acknowledged when stored, with a shared key', async () => {
  const daemon = await forward();
  const socket = { host: '127.0.0.1', port: await port(daemon), timeout: 30_000 };
  const security = { clientHostname: 'client.example', sharedKey: 'sesame' };
  let count = 0;
  for (const eventMode of ['Message', 'Forward', 'PackedForward', 'CompressedPackedForward']) {
    const client = new FluentClient('app', { eventMode, socket, security, ack: kAck, milliseconds: true });
    await Promise.all(kRecords.map((record, i) => client.emit(eventMode, record, kTime + i)));
    // Whatever is acknowledged is stored: nothing to wait for.
    const all = (await events(daemon)).slice(count);
    assertRecords(all, `app.${eventMode}`);
    for (const [i, event] of all.entries()) assert.equal(Date.parse(event.timestamp), kTime + i);
    count += all.length;
    await client.shutdown();
  }
  await daemon.stop();
});

test('@fluent-org/logger with another key, or none, stores nothing and is told why', async () => {
  const daemon = await forward();
  const socket = { host: '127.0.0.1', port: await port(daemon), timeout: 30_000, disableReconnect: true };
  const refused = async (security) => {
    let why = null;
    const client = new FluentClient('app', { socket, security, ack: kAck });
    client.socketOn('error', (error) => (why ??= error));
    client.emit('x', { message: 'intruder' }).catch(() => {});
    await client.connect();
    await until('the refusal', () => why);
    await client.shutdown().catch(() => {});
    return why;
  };
  assert.match(String(await refused({ clientHostname: 'client.example', sharedKey: 'guess' })), /shared key mismatch/i);
  assert.match(String(await refused(undefined)), /expected authentication/i);
  assert.deepEqual(await events(daemon), []);
  await daemon.stop();
});

test('fluent-logger: its three modes, with acknowledgements and a shared key', async () => {
  const daemon = await forward();
  let count = 0;
  for (const eventMode of ['Message', 'PackedForward', 'CompressedPackedForward']) {
    const sender = fluentLogger.createFluentSender('app', {
      host: '127.0.0.1', port: await port(daemon), timeout: 30, eventMode, flushInterval: 1,
      requireAckResponse: true, ackResponseTimeout: 30_000, internalLogger: { info() {}, error: console.error },
      security: { clientHostname: 'client.example', sharedKey: 'sesame' } });
    const emit = (record) => new Promise((done, failed) =>
      sender.emit(eventMode, record, new Date(kTime), (error) => (error ? failed(error) : done())));
    await Promise.all(kRecords.map(emit));
    const all = (await events(daemon)).slice(count);
    assertRecords(all, `app.${eventMode}`);
    count += all.length;
    await new Promise((done) => sender.end(null, null, done));
  }
  await daemon.stop();
});

for (const protocol of ['udp', 'tcp']) {
  test(`hot-shots over ${protocol}: events and checks are stored, metrics are counted as rejected`, async () => {
    const daemon = await new Daemon(folder('statsd'),
      `entries:\n  dog: {type: statsd, listen: "${protocol}://127.0.0.1:0"}\n`).start();
    const client = new StatsD({ host: '127.0.0.1', port: await port(daemon), protocol, globalTags: { env: 'prod' } });
    const call = (method, ...args) => new Promise((done, failed) =>
      client[method](...args, (error) => (error ? failed(error) : done())));
    const date_happened = new Date(kTime);
    // Over TCP it writes Latin-1, over UDP UTF-8 whose length it counts as JavaScript does.
    const word = protocol === 'udp' ? 'größe' : 'size';
    await call('event', 'Deploy failed', `${word}\nline 2`, { date_happened, hostname: 'web-7', aggregation_key: 'deploy-1',
      priority: 'low', source_type_name: 'ci', alert_type: 'error' }, ['team:core', 'urgent']);
    await call('event', 'Only a title', undefined, {}, []);
    await call('check', 'db.up', client.CHECKS.CRITICAL, { date_happened, hostname: 'db-1', message: 'no answer' },
      { role: 'main' });
    await call('check', 'db.up', client.CHECKS.OK, { hostname: 'db-1' });
    await call('increment', 'jobs', 2);
    await call('gauge', 'temp', -4.5);
    await call('timing', 'took', 12);
    await call('set', 'users', 'bob');
    await call('histogram', 'size', 7);
    await until('everything to be counted', async () => {
      const { accepted, rejected } = await daemon.entry('dog');
      return accepted === 4 && rejected === 5;
    });
    const [failed, title, down, up] = await events(daemon);
    const expected = [
      [failed, { kind: 'urn:statsd:event', message: `Deploy failed: ${word}`, text: `${word}\nline 2`, severity: 'error',
        host: 'web-7', alert_key: 'deploy-1', alert_state: 'firing', origin: 'ci', 'tags.env': 'prod',
        'tags.team': 'core', 'tags.urgent': true }],
      [title, { kind: 'urn:statsd:event', message: 'Only a title', severity: 'info', host: '127.0.0.1' }],
      [down, { kind: 'urn:statsd:service_check:critical', message: 'Check db.up on db-1 is critical: no answer',
        severity: 'critical', alert_key: 'db.up@db-1', alert_state: 'firing', 'tags.role': 'main' }],
      [up, { kind: 'urn:statsd:service_check:ok', alert_key: 'db.up@db-1', alert_state: 'resolved' }],
    ];
    for (const [event, fields] of expected)
      for (const [name, value] of Object.entries(fields)) assert.deepEqual(event[name], value, name);
    for (const event of [failed, down]) assert.equal(Date.parse(event.timestamp), date_happened.getTime());
    await call('close');
    await daemon.stop();
  });
}
