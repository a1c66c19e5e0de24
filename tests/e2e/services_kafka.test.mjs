// The plugin kafka with the mock of librdkafka: what goes out is read back, what others bring is stored, and neither
// a broker that is down nor a daemon that is killed loses anything. Repetitions are told by name.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delivered, expectPackaged, needs, numbered, post, range, sender, stored, taker, unique } from './broker_daemons.mjs';
import { kafka } from './brokers.mjs';
import { until } from './harness.mjs';

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

test('kafka: the plugin passes the check, and its package holds the hash of what is in it', needs('kafka'), () => expectPackaged('kafka'));
