// The plugins redis, nats and kafka with real servers: what goes out is read back by others, what others bring is stored,
// and neither a server that restarts nor a daemon that is killed loses anything. Repetitions are told by name.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { AckPolicy, connect, StringCodec } from 'nats';
import { Resp, deafAfter, kNats, kRedis, kafka, nats, plugin, redis } from './brokers.mjs';
import { certificate } from './certificates.mjs';
import { Daemon, bin, folder, root, run, until } from './harness.mjs';
import { absent } from './services.mjs';

const timeout = 120_000;
const needs = (name, ...files) => ({
  timeout, skip: absent(...files) || (fs.existsSync(path.join(bin, `../plugins/time-tunnel-${name}.so`)) ? false : 'not built: ninja plugins'),
});
const numbered = (count, from = 0, more = {}) =>
  Array.from({ length: count }, (_, i) => ({ message: `event ${from + i}`, kind: 'urn:test:n', n: from + i, ...more }));
const range = (count) => Array.from({ length: count }, (_, i) => i);
const unique = (list) => [...new Set(list)].sort((a, b) => a - b);
const post = async (daemon, events) => assert.equal((await daemon.post('/api/v1/events', events)).status, 202);
const delivered = (daemon, name, count) => daemon.exitWhen(name, `delivered ${count}`, (exit) => exit.delivered >= count);
const stored = async (daemon) => (await daemon.events()).map(({ event }) => event);

/** A daemon with these exits, each of which gets every event. */
function sender(name, exits, env = {}) {
  const lines = Object.entries(exits).map(([exit, options]) => `  ${exit}: {type: ${name}, retry: {base: 100ms, cap: 500ms}, ${options}}`);
  return new Daemon(folder(name), `${plugin(name)}
entries:
  events: {type: http, path: /api/v1/events}
exits:
${lines.join('\n')}
rules:
  - {name: all, to: [${Object.keys(exits).join(', ')}]}
`, env);
}
/** A daemon with one entry. */
const taker = (name, options, dir = folder(name)) => new Daemon(dir, `${plugin(name)}
entries:
  in: {type: ${name}, ${options}}
exits:
  archive: {type: file, path: ./archive.ndjson}
rules:
  - {name: all, to: archive}
`);

// What python-beaver 36 writes with `format: json` and logstash_version 1 or 0: one RPUSH a line, many in a pipeline.
const beaver = (line, n) => n % 2
  ? JSON.stringify({ type: 'syslog', tags: ['web'], '@timestamp': '2014-05-26T09:41:13.201Z', host: 'web1', file: '/var/log/syslog', message: line, '@version': 1, n })
  : JSON.stringify({ '@type': 'syslog', '@tags': ['web'], '@timestamp': '2014-05-26T09:41:13.201Z', '@source_host': 'web1',
    '@source_path': '/var/log/syslog', '@message': line, '@source': 'file:///var/log/syslog', '@fields': { n }, n });

test('redis: events go to a list, a channel and a stream, and others read them in order', needs('redis', kRedis), async (t) => {
  const server = await redis(t);
  const listener = await Resp.connect(server.port);
  t.after(() => listener.close());
  await listener.call('SUBSCRIBE', 'news');
  const at = `address: 'tcp://127.0.0.1:${server.port}'`;
  const daemon = await sender('redis', {
    list: `${at}, key: 'events:{{ event.project }}'`,
    channel: `${at}, into: channel, key: news`,
    stream: `${at}, into: stream, key: log, max_length: 1000000`,
    fields: `${at}, into: stream, key: flat, as_fields: true`,
  }).start();
  await post(daemon, numbered(300, 0, { project: 'web', text: 'a "b"\r\nFLUSHALL\r\n' }));
  for (const name of ['list', 'channel', 'stream', 'fields']) await delivered(daemon, name, 300);
  const list = (await server.client.call('LRANGE', 'events:web', 0, -1)).map((text) => JSON.parse(text));
  assert.deepEqual(list.map((event) => event.n), range(300));
  assert.equal(list[7].text, 'a "b"\r\nFLUSHALL\r\n');
  await until('all that was published', () => listener.pushed.length === 300);
  assert.equal(JSON.parse(listener.pushed[299][2]).n, 299);
  const entries = await server.client.call('XRANGE', 'log', '-', '+');
  assert.deepEqual(entries.map(([, [, , , event]]) => JSON.parse(event).n), range(300));
  assert.match(entries[0][1][1], /^[0-9a-f]{8}-\d+$/);
  const [[, flat]] = await server.client.call('XRANGE', 'flat', '-', '+', 'COUNT', 1);
  const map = Object.fromEntries(range(flat.length / 2).map((i) => [flat[2 * i], flat[2 * i + 1]]));
  assert.deepEqual([map.message, map.n, map.text], ['event 0', '0', 'a "b"\r\nFLUSHALL\r\n']);
  await daemon.stop();
});

test('redis: credentials, a replica, a full memory and a key of another type each mean what they mean', needs('redis', kRedis), async (t) => {
  const server = await redis(t, { args: ['--requirepass', 'root'] });
  await server.client.call('AUTH', 'root');
  await server.client.call('ACL', 'SETUSER', 'tunnel', 'on', '>sesame', '~*', '+@all');
  await server.client.call('HSET', 'taken', 'a', 'b');
  const exit = `address: 'tcp://127.0.0.1:${server.port}', user: tunnel, password: {env: REDIS_PASSWORD}, key: '{{ event.to }}'`;
  const daemon = await sender('redis', { list: exit }, { REDIS_PASSWORD: 'wrong' }).start();
  await post(daemon, numbered(1, 0, { to: 'good' }));
  const wrong = await daemon.exitWhen('list', 'to be misconfigured', (one) => /WRONGPASS/.test(one.problem));
  assert.equal(JSON.stringify(wrong).includes('sesame'), false);
  assert.equal(await server.client.call('EXISTS', 'good'), 0);
  await daemon.stop();
  daemon.env.REDIS_PASSWORD = 'sesame';
  await daemon.start();
  await delivered(daemon, 'list', 1);

  await post(daemon, [...numbered(1, 1, { to: 'good' }), ...numbered(1, 2, { to: 'taken' }), ...numbered(1, 3, { to: 'good' })]);
  await until('the letter', async () => (await daemon.get('/api/v1/dead/list')).letters.length === 1);
  assert.match(JSON.stringify(await daemon.get('/api/v1/dead/list')), /WRONGTYPE/);
  await until('the others', async () => await server.client.call('LLEN', 'good') === 3);

  await server.client.call('REPLICAOF', '127.0.0.1', 1);
  await post(daemon, numbered(1, 4, { to: 'good' }));
  await daemon.exitWhen('list', 'to see the replica', (one) => /READONLY/.test(one.problem));
  await server.client.call('REPLICAOF', 'NO', 'ONE');
  await until('the master again', async () => await server.client.call('LLEN', 'good') === 4);

  await server.client.call('CONFIG', 'SET', 'maxmemory', 1);
  await post(daemon, numbered(1, 5, { to: 'good' }));
  await daemon.exitWhen('list', 'to see the full memory', (one) => /OOM/.test(one.problem));
  await server.client.call('CONFIG', 'SET', 'maxmemory', 0);
  await until('room again', async () => await server.client.call('LLEN', 'good') === 5);
  await daemon.stop();
});

test('redis: a server that restarts in the middle loses nothing, and repetitions have one id', needs('redis', kRedis), async (t) => {
  const server = await redis(t);
  const daemon = await sender('redis', { stream: `address: 'tcp://127.0.0.1:${server.port}', into: stream, key: log` }).start();
  await post(daemon, numbered(400));
  await until('some', async () => await server.client.call('XLEN', 'log') > 0);
  await server.stop('SIGKILL');
  await post(daemon, numbered(400, 400));
  const again = await redis(t, { port: server.port, dir: server.dir });
  await delivered(daemon, 'stream', 800);
  const entries = (await again.client.call('XRANGE', 'log', '-', '+')).map(([, [, id, , event]]) => [id, JSON.parse(event).n]);
  assert.deepEqual(unique(entries.map(([, n]) => n)), range(800));
  assert.equal(new Set(entries.map(([id]) => id)).size, 800);
  t.diagnostic(`${entries.length - 800} of 800 came twice, with one id`);
  await daemon.stop();
});

test("redis: python-beaver's lines come from a list, whatever their format", needs('redis', kRedis), async (t) => {
  const server = await redis(t);
  const daemon = await taker('redis', `address: 'tcp://127.0.0.1:${server.port}', from: list, key: 'logstash:beaver'`).start();
  const lines = range(500).map((n) => beaver(`line ${n}`, n));
  await Promise.all(lines.map((line) => server.client.call('RPUSH', 'logstash:beaver', line)));
  const others = ['[web1] [2014-05-26T09:41:13Z] as a string', '{broken', '\u0000', '[1,2]', '{"message":"\\ud800"}', `"${'x'.repeat(2_000_000)}"`,
    '{"version":"1.1","host":"w","short_message":"gelf","timestamp":1400000000.5,"level":3}\u0000'];
  await Promise.all(others.map((line) => server.client.call('RPUSH', 'logstash:beaver', line)));
  const events = await until('all of them', async () => {
    const got = await stored(daemon);
    return got.length >= 507 && got;
  });
  assert.deepEqual(events.slice(0, 500).map((event) => event.message), range(500).map((n) => `line ${n}`));
  for (const event of [events[0], events[1]])
    assert.deepEqual([event.timestamp, event.host, event['redis.key']], ['2014-05-26T09:41:13.201Z', 'web1', 'logstash:beaver']);
  const rest = events.slice(500);
  assert.equal(rest.length, 7);
  const messages = rest.map((event) => event.message);
  for (const message of ['[web1] [2014-05-26T09:41:13Z] as a string', '{broken', 'an empty message', '[1,2]', '{"message":"\\ud800"}', 'gelf'])
    assert.ok(messages.includes(message), message);
  const huge = rest.find((event) => event.truncated);
  assert.equal(huge.kind, 'urn:redis:unknown');
  assert.equal(huge.raw.length, 128 * 1024);
  assert.equal(rest.find((event) => event.message === 'gelf').severity, 'error');
  await until('the lists to be empty', async () =>
    await server.client.call('EXISTS', 'logstash:beaver', 'logstash:beaver:processing:time-tunnel') === 0);
  await daemon.stop();
});

test('redis: a daemon killed between storing and removing loses no element of a list', needs('redis', kRedis), async (t) => {
  const server = await redis(t);
  const proxy = await deafAfter(t, server.port, /LTRIM/);
  const options = (port) => `address: 'tcp://127.0.0.1:${port}', key: logs`;
  const first = await taker('redis', options(proxy.port)).start();
  for (const n of range(300)) await server.client.call('RPUSH', 'logs', beaver(`line ${n}`, n));
  await until('the first to be stored', async () => proxy.isDeaf && (await stored(first)).length > 0);
  await first.kill();
  const second = await taker('redis', options(server.port), first.dir).start();
  await until('the rest', async () => unique((await stored(second)).map((event) => event.n)).length === 300);
  await until('the lists to be empty', async () => await server.client.call('EXISTS', 'logs', 'logs:processing:time-tunnel') === 0);
  const numbers = (await stored(second)).map((event) => event.n);
  assert.deepEqual(unique(numbers), range(300));
  assert.ok(numbers.length > 300 && numbers.length <= 400, `${numbers.length}: what was not removed comes again, at most \`fetch\` of them`);
  await second.stop();
});

test('redis: a daemon killed between storing and XACK gets the entries again, under their ids', needs('redis', kRedis), async (t) => {
  const server = await redis(t);
  const proxy = await deafAfter(t, server.port, /XACK/);
  const options = (port, more = '') => `address: 'tcp://127.0.0.1:${port}', from: stream, key: log${more}`;
  for (const n of range(250)) await server.client.call('XADD', 'log', '*', 'event', JSON.stringify(numbered(1, n)[0]));
  const first = await taker('redis', options(proxy.port)).start();
  await until('the first to be stored', async () => proxy.isDeaf && (await stored(first)).length > 0);
  await first.kill();
  const second = await taker('redis', options(server.port), first.dir).start();
  await until('the rest', async () => unique((await stored(second)).map((event) => event.n)).length === 250);
  const pending = async () => (await server.client.call('XPENDING', 'log', 'time-tunnel'))[0];
  await until('all to be acknowledged', async () => await pending() === 0);
  const events = await stored(second);
  assert.ok(events.length > 250);
  assert.equal(new Set(events.map((event) => event['redis.id'])).size, 250);

  // What a reader that never came back had taken is taken over.
  await second.stop();
  for (const n of range(20)) await server.client.call('XADD', 'log', '*', 'message', `left ${n}`, 'n', 250 + n);
  await server.client.call('XREADGROUP', 'GROUP', 'time-tunnel', 'gone', 'COUNT', 20, 'STREAMS', 'log', '>');
  const third = await taker('redis', options(server.port, ', claim_after_seconds: 1'), first.dir).start();
  await until('what was left', async () => (await stored(third)).filter((event) => /^left/.test(event.message)).length === 20);
  await until('all to be acknowledged', async () => await pending() === 0);
  await third.stop();
});

test('redis: what is published while the entry listens is stored, over a restart of the server too', needs('redis', kRedis), async (t) => {
  const server = await redis(t);
  const daemon = await taker('redis', `address: 'tcp://127.0.0.1:${server.port}', from: channel, key: 'news.*'`).start();
  const listening = (client) => until('a listener', async () => await client.call('PUBLISH', 'news.x', 'are you there?') === 1);
  await listening(server.client);
  await server.client.call('PUBLISH', 'news.a', '{"message":"one"}');
  await until('the first', async () => (await stored(daemon)).some((event) => event.message === 'one' && event['redis.key'] === 'news.a'));
  await server.stop('SIGKILL');
  const again = await redis(t, { port: server.port, dir: server.dir });
  await listening(again.client);
  await again.client.call('PUBLISH', 'news.b', 'two');
  await until('the second', async () => (await stored(daemon)).some((event) => event.message === 'two'));
  await daemon.stop();
});

for (const name of ['redis', 'nats', 'kafka']) {
  test(`${name}: the plugin passes the check, and its package holds the hash of what is in it`, needs(name), async () => {
    const out = folder('packages');
    execFileSync(path.join(root, 'packaging/plugins.sh'), [bin, out],
      { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DPKG_DEB_COMPRESSOR_TYPE: 'gzip' } });
    const [deb] = fs.readdirSync(out).filter((file) => file.startsWith(`time-tunnel-plugin-${name}_`));
    execFileSync('dpkg-deb', ['-x', path.join(out, deb), path.join(out, name)]);
    const file = path.join(out, name, `usr/lib/time-tunnel/plugins/time-tunnel-${name}.so`);
    const checked = await run('vortex', ['plugin', 'check', file]);
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
    const hash = /sha256: ([0-9a-f]{64})/;
    const told = fs.readFileSync(path.join(out, name, `usr/share/doc/time-tunnel-plugin-${name}/plugin.yaml`), 'utf8');
    assert.equal(hash.exec(told)[1], hash.exec(checked.stdout)[1]);
    assert.match(told, new RegExp(`path: /usr/lib/time-tunnel/plugins/time-tunnel-${name}.so`));
  });
}

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

test('kafka: events are produced by key, in order, over a broker that was down', needs('kafka'), async (t) => {
  const cluster = await kafka(t, 'events');
  const daemon = await sender('kafka', { out: `brokers: ['${cluster.brokers}'], topic: events, key: '{{ event.host }}', reply_seconds: 5` }).start();
  await post(daemon, numbered(200, 0, { host: 'web1' }));
  await delivered(daemon, 'out', 200);
  await cluster.ask('down');
  await post(daemon, numbered(100, 200, { host: 'web1' }));
  await daemon.exitWhen('out', 'to wait', (exit) => /kafka/.test(exit.problem));
  await cluster.ask('up');
  await delivered(daemon, 'out', 300);
  const lines = (await cluster.ask('consume events 300')).map((line) => line.split(' '));
  assert.deepEqual(unique(lines.map((line) => JSON.parse(line.slice(3).join(' ')).n)), range(300));
  assert.ok(lines.every((line) => line[2] === 'web1'));
  await daemon.stop();
});

test('kafka: a daemon killed before its offsets are committed gets the messages again, under their offsets', needs('kafka'), async (t) => {
  const cluster = await kafka(t, 'events');
  for (const n of range(50)) await cluster.ask(`produce events - {"message":"m ${n}","n":${n}}`);
  await cluster.ask('produce events web1 {poison');
  const kOffsetCommit = 8, kRebalanceInProgress = 27;
  await cluster.ask(`error ${kOffsetCommit} ${kRebalanceInProgress} 1000`);
  // The mock lets a group that somebody left wait for its session's timeout.
  const options = `brokers: ['${cluster.brokers}'], topics: [events], properties: {session.timeout.ms: "5000"}`;
  const first = await taker('kafka', options).start();
  await until('some to be stored', async () => (await stored(first)).length > 0);
  await first.kill();
  await cluster.ask(`clear ${kOffsetCommit}`);
  const second = await taker('kafka', options, first.dir).start();
  await until('all of them', async () => unique((await stored(second)).map((event) => event['kafka.offset'])).length === 51);
  await cluster.ask('produce events - {"message":"the last","n":51}');
  const before = await until('the last', async () => {
    const got = await stored(second);
    return got.some((event) => event.message === 'the last') && got.length;
  });
  assert.ok(before > 52, `${before}: what was not committed comes again`);
  await second.stop();
  await second.start();
  await cluster.ask('produce events - {"message":"the very last","n":52}');
  const events = await until('the very last', async () => {
    const got = await stored(second);
    return got.some((event) => event.message === 'the very last') && got;
  });
  assert.deepEqual(unique(events.map((event) => event['kafka.offset'])), range(53));
  assert.equal(events.length, before + 1); // What was committed does not.
  const poison = events.find((event) => event['kafka.key'] === 'web1');
  assert.deepEqual([poison.message, poison.kind], ['{poison', 'urn:kafka:message']);
  await second.stop();
});
