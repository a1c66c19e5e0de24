// The plugin nats with a real server: what goes out is read back by others, what others bring is stored, and neither
// a server that restarts nor a daemon that is killed loses anything. Repetitions are told by name.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AckPolicy, connect, StringCodec } from 'nats';
import { delivered, expectPackaged, needs, numbered, post, range, sender, stored, taker, unique } from './broker_daemons.mjs';
import { deafAfter, kNats, nats } from './brokers.mjs';
import { certificate } from './certificates.mjs';
import { folder, until } from './harness.mjs';

/** An independent client of NATS, and a stream. */
async function natsClient(t, server, more = {}) {
  const client = await connect({ servers: `127.0.0.1:${server.port}`, reconnectTimeWait: 100, maxReconnectAttempts: -1, ...more });
  t.after(() => client.close());
  return { client, manager: await client.jetstreamManager(), codec: StringCodec() };
}
async function streamEvents({ manager, codec }, name) {
  const { state } = await manager.streams.info(name);
  const all = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const { data, header } = await manager.streams.getMessage(name, { seq });
    all.push({ event: JSON.parse(codec.decode(data)), id: header.get('Nats-Msg-Id') });
  }
  return all;
}

test('nats: JetStream has each event once, although server and daemon were killed in the middle', needs('nats', kNats), async (t) => {
  const server = await nats(t);
  const reader = await natsClient(t, server);
  await reader.manager.streams.add({ name: 'EVENTS', subjects: ['events.>'] });
  const daemon = await sender('nats', { out: `servers: ['nats://127.0.0.1:${server.port}'], subject: 'events.{{ event.project }}'` }).start();
  await post(daemon, numbered(300, 0, { project: 'web' }));
  await daemon.kill();
  await daemon.start();
  await server.stop('SIGKILL');
  await post(daemon, numbered(300, 300, { project: 'a b*>' }));
  await nats(t, { port: server.port, dir: server.dir });
  await delivered(daemon, 'out', 300);
  await until('all events', async () => (await reader.manager.streams.info('EVENTS').catch(() => ({ state: {} }))).state.messages >= 600);
  await daemon.exitWhen('out', 'to have nothing left', (exit) => exit.pending === 0);
  const events = await streamEvents(reader, 'EVENTS');
  assert.deepEqual(events.map(({ event }) => event.n), range(600));
  assert.equal(new Set(events.map(({ id }) => id)).size, 600);
  const { subjects } = (await reader.manager.streams.info('EVENTS', { subjects_filter: '>' })).state;
  assert.deepEqual(Object.keys(subjects).sort(), ['events.a_b__', 'events.web']);
  await daemon.stop();
});

test('nats: without a stream events wait, and what the stream never takes is a dead letter', needs('nats', kNats), async (t) => {
  const server = await nats(t);
  const reader = await natsClient(t, server);
  const daemon = await sender('nats', { out: `servers: ['nats://127.0.0.1:${server.port}'], subject: events` }).start();
  await post(daemon, numbered(3));
  await daemon.exitWhen('out', 'to miss the stream', (exit) => /no stream takes this subject/.test(exit.problem));
  await reader.manager.streams.add({ name: 'EVENTS', subjects: ['events'], max_msg_size: 2000 });
  await until('the events', async () => (await reader.manager.streams.info('EVENTS')).state.messages === 3);
  await post(daemon, [{ message: 'x'.repeat(5000) }, { message: 'small' }]);
  await until('the letter', async () => (await daemon.get('/api/v1/dead/out')).letters.length === 1);
  assert.match(JSON.stringify(await daemon.get('/api/v1/dead/out')), /message size exceeds/);
  await until('the small one', async () => (await reader.manager.streams.info('EVENTS')).state.messages === 4);
  await daemon.stop();
});

test('nats: over TLS, as a user with few rights: what is not his to publish is a dead letter', needs('nats', kNats), async (t) => {
  const { ca, cert, key } = certificate(folder('certificate'));
  const server = await nats(t, { config: `
tls { cert_file: "${cert}", key_file: "${key}" }
authorization { users: [
  { user: root, password: root },
  { user: tunnel, password: sesame, permissions: { publish: "events.>", subscribe: "_INBOX.>" } }
] }
` });
  const reader = await natsClient(t, server, { tls: { caFile: ca }, servers: `localhost:${server.port}`, user: 'root', pass: 'root' });
  await reader.manager.streams.add({ name: 'EVENTS', subjects: ['events.>', 'others.>'] });
  const exit = `servers: ['tls://localhost:${server.port}'], tls_ca: ${ca}, user: tunnel, password: {env: NATS_PASSWORD}, ` +
    `reply_seconds: 2, subject: '{{ event.to }}'`;
  const daemon = await sender('nats', { out: exit }, { NATS_PASSWORD: 'wrong' }).start();
  await post(daemon, [{ message: 'first', to: 'events.a' }, { message: 'not his', to: 'others.a' }, { message: 'second', to: 'events.a' }]);
  const wrong = await daemon.exitWhen('out', 'to be refused', (one) => /[Aa]uthorization/.test(one.problem));
  assert.equal(wrong.delivered, 0);
  await daemon.stop();
  daemon.env.NATS_PASSWORD = 'sesame';
  await daemon.start();
  await until('the letter', async () => (await daemon.get('/api/v1/dead/out')).letters.length === 1);
  assert.match(JSON.stringify(await daemon.get('/api/v1/dead/out')), /Permissions Violation/);
  await until('the others', async () => (await reader.manager.streams.info('EVENTS')).state.messages === 2);
  await daemon.stop();
});

test('nats: core subjects out and in, with a queue group', needs('nats', kNats), async (t) => {
  const server = await nats(t);
  const { client, codec } = await natsClient(t, server);
  const heard = [];
  client.subscribe('out.>', { callback: (_, message) => heard.push(JSON.parse(codec.decode(message.data)).n) });
  await client.flush();
  const at = `servers: ['nats://127.0.0.1:${server.port}'], jetstream: false`;
  const out = await sender('nats', { out: `${at}, subject: 'out.{{ event.kind }}'` }).start();
  await post(out, numbered(200));
  await until('all of them', () => heard.length === 200);
  assert.deepEqual(heard, range(200));
  await out.stop();

  const takers = [await taker('nats', `${at}, subject: 'in.*'`).start(), await taker('nats', `${at}, subject: 'in.*'`).start()];
  const all = async () => (await Promise.all(takers.map(stored))).flat();
  const counts = async () => (await Promise.all(takers.map(stored))).map((events) => events.length);
  await until('both to listen', async () => {
    client.publish('in.test', codec.encode('hello'));
    return (await counts()).every((count) => count > 0);
  });
  for (const n of range(100)) client.publish('in.numbers', codec.encode(JSON.stringify({ message: `m ${n}`, n })));
  await until('all of them', async () => (await all()).filter((event) => event.n !== undefined).length >= 100);
  const numbers = (await all()).filter((event) => event['nats.subject'] === 'in.numbers').map((event) => event.n);
  assert.equal(numbers.length, 100); // Each once, by one of both.
  for (const one of takers) await one.stop();
});

test('nats: a daemon killed between storing and acknowledging gets the messages again, under their numbers', needs('nats', kNats), async (t) => {
  const server = await nats(t);
  const { client, manager, codec } = await natsClient(t, server);
  await manager.streams.add({ name: 'EVENTS', subjects: ['events.>'] });
  await manager.consumers.add('EVENTS', { durable_name: 'tunnel', ack_policy: AckPolicy.Explicit, ack_wait: 2_000_000_000, filter_subject: 'events.>' });
  const stream = client.jetstream();
  for (const n of range(250)) await stream.publish('events.a', codec.encode(JSON.stringify({ message: `m ${n}`, n })));
  await stream.publish('events.b', codec.encode('{broken'));
  const proxy = await deafAfter(t, server.port, /\+ACK/);
  const options = (port) => `servers: ['nats://127.0.0.1:${port}'], stream: EVENTS, durable: tunnel, subject: 'events.>'`;
  const first = await taker('nats', options(proxy.port)).start();
  await until('the first to be stored', async () => proxy.isDeaf && (await stored(first)).length > 0);
  await first.kill();
  const second = await taker('nats', options(server.port), first.dir).start();
  const pending = async () => (await manager.consumers.info('EVENTS', 'tunnel'));
  await until('all to be acknowledged', async () => {
    const info = await pending();
    return info.num_pending === 0 && info.num_ack_pending === 0;
  });
  const events = await stored(second);
  assert.ok(events.length > 251);
  assert.deepEqual(unique(events.map((event) => event['nats.seq'])), range(251).map((n) => n + 1));
  assert.ok(events.some((event) => event.message === '{broken' && event['nats.subject'] === 'events.b'));
  await second.stop();
});

test('nats: the entry makes its consumer, and goes on when the server is back', needs('nats', kNats), async (t) => {
  const server = await nats(t);
  const { client, manager, codec } = await natsClient(t, server);
  await manager.streams.add({ name: 'EVENTS', subjects: ['events'] });
  const stream = client.jetstream();
  await stream.publish('events', codec.encode('before'));
  const daemon = await taker('nats', `servers: ['nats://127.0.0.1:${server.port}'], stream: EVENTS`).start();
  await until('the one that was there', async () => (await stored(daemon)).some((event) => event.message === 'before'));
  await server.stop('SIGKILL');
  await nats(t, { port: server.port, dir: server.dir });
  await until('the client', () => stream.publish('events', codec.encode('after'), { timeout: 1000 }).catch(() => false));
  await until('the one after', async () => (await stored(daemon)).some((event) => event.message === 'after'));
  assert.equal((await manager.consumers.info('EVENTS', 'time-tunnel')).config.ack_policy, 'explicit');
  await daemon.stop();
});

test('nats: the plugin passes the check, and its package holds the hash of what is in it', needs('nats'), () => expectPackaged('nats'));
