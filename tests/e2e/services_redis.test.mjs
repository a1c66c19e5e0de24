// The plugin redis with a real server: what goes out is read back by others, what others bring is stored, and neither
// a server that restarts nor a daemon that is killed loses anything. Repetitions are told by name.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delivered, expectPackaged, needs, numbered, post, range, sender, stored, taker, unique } from './broker_daemons.mjs';
import { Resp, deafAfter, kRedis, redis } from './brokers.mjs';
import { until } from './harness.mjs';

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

test('redis: the plugin passes the check, and its package holds the hash of what is in it', needs('redis'), () => expectPackaged('redis'));
