// InfluxDB and Graphite's carbon as Debian ships them: what we wrote is what they give back.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, folder, until } from './harness.mjs';
import { absent, answers, freePort, kPython, launch, pythonModule, unpacked } from './services.mjs';

const kInfluxd = unpacked('influxdb/usr/bin/influxd');
const kCarbon = unpacked('carbon/usr/bin/carbon-cache');
const timeout = 60_000;

const delivered = (daemon, name, count) => daemon.exitWhen(name, `to deliver ${count}`, (exit) => exit.delivered >= count);

// What would end a tag, a string, a line or a name, were it not escaped.
const kHostile = [
  'plain', 'comma, space = equals', 'a "quoted" word', 'back\\slash', 'doubled\\\\, twice',
  'before a comma\\, equals\\= space\\ quote\\"', 'at the end\\', 'at the end\\\\', '\\', '"', '",x="y', '# no comment',
  'one\nevents,host=evil message="two" 1', 'carriage\r\nreturn', '1i', 'true', "'single'", '{{ event.host }}',
  'ünï 💡 \u202e', ' spaces around ', '\ttabs\t', '\u0001\u0007\u001b[31m', '=', ',', '..',
];

/** An InfluxDB with one administrator; gives {url, query}. */
async function influxdb(t) {
  const dir = folder('influxdb');
  fs.writeFileSync(path.join(dir, 'influxdb.conf'), `
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "${dir}/meta"
[data]
  dir = "${dir}/data"
  wal-dir = "${dir}/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:0"
  auth-enabled = true
`);
  const service = await launch(t, kInfluxd, ['run', '-config', 'influxdb.conf'], { dir, ready: answers('/ping') });
  const authorization = `Basic ${Buffer.from('root:sesame').toString('base64')}`;
  /** Rows of the first result, as objects. */
  const query = async (q) => {
    const body = new URLSearchParams({ q });
    const answer = await fetch(`${service.url}/query?db=events`, { method: 'POST', headers: { authorization }, body });
    const { error, results } = await answer.json();
    assert.equal(error ?? results[0].error, undefined, q);
    return (results[0].series ?? []).flatMap(({ columns, values = [] }) =>
      values.map((row) => Object.fromEntries(row.map((value, i) => [columns[i], value]))));
  };
  await query("CREATE USER root WITH PASSWORD 'sesame' WITH ALL PRIVILEGES");
  return { ...service, query };
}

test('InfluxDB gives back each event: tags, fields, times, whatever its text holds', { skip: absent(kInfluxd), timeout }, async (t) => {
  const { url, query } = await influxdb(t);
  const auth = 'auth: {basic: {user: root, password: {env: INFLUXDB_PASSWORD}}}';
  const more = "fields: {seconds: '{{ event.duration }}', ok: '{{ event.ok }}', source: '{{ event.source }}', status: null}";
  const daemon = await new Daemon(folder('to-influxdb'), `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  history: {type: influxdb, url: '${url}', database: events, ${auth}, tags: {env: prod, source: ''}, ${more}}
  by-project: {type: influxdb, url: '${url}', database: events, ${auth}, measurement: '{{ event.project }}'}
rules:
  - {name: history, to: history}
  - {name: by project, when: 'has(event.project)', to: by-project}
`, { INFLUXDB_PASSWORD: 'sesame' }).start();
  t.after(() => daemon.kill());
  const base = { kind: 'urn:app:job:done', severity: 'notice', service: 'jobs' };
  const events = [
    { ...base, message: 'whole', timestamp: '2026-03-01T10:00:00.123456789Z', duration: 3, ok: true, host: 'web1',
      source: 'urn:app', status: 'done', view_link: 'https://app.example.org/1?a=b', actor: 'ann', alert_key: 'k', alert_state: 'firing' },
    { ...base, message: 'half', timestamp: '2026-03-01T10:00:01Z', duration: 3.5, ok: false },
    // A hundred of one moment and one set of tags stay a hundred.
    ...Array.from({ length: 100 }, (_, i) => ({ ...base, message: `tick ${i}`, host: 'same', timestamp: '2026-03-01T10:00:02Z' })),
    ...kHostile.map((text) => ({ ...base, message: text, host: text, source: text, timestamp: '2026-03-01T10:00:03Z' })),
  ];
  assert.equal((await daemon.post('/api/v1/events', events)).status, 202);
  const held = await daemon.exitWhen('history', 'to wait', (exit) => exit.state === 'waiting');
  assert.match(held.problem, /database not found/);
  await query('CREATE DATABASE events');
  await delivered(daemon, 'history', events.length);

  const points = await query('SELECT * FROM events');
  assert.equal(points.length, events.length);
  assert.deepEqual(new Set(points.map((point) => point.id)), new Set((await daemon.events()).map((e) => e.id)));
  const [whole] = await query("SELECT * FROM events WHERE message = 'whole'");
  assert.deepEqual({ ...whole, id: '' }, {
    ...base, time: '2026-03-01T10:00:00.123456789Z', id: '', message: 'whole', seconds: 3, ok: true, source: 'urn:app', env: 'prod',
    host: 'web1', view_link: 'https://app.example.org/1?a=b', actor: 'ann', alert_key: 'k', alert_state: 'firing',
  });
  const [half] = await query("SELECT * FROM events WHERE message = 'half'");
  assert.deepEqual([half.seconds, half.ok, half.host], [3.5, false, null]);
  const tags = (await query('SHOW TAG KEYS FROM events')).map((row) => row.tagKey);
  assert.deepEqual(tags.sort(), ['env', 'host', 'kind', 'service', 'severity']);

  const byMoment = (moment) => points.filter((point) => point.time.startsWith(moment));
  assert.equal(byMoment('2026-03-01T10:00:02').length, 100);
  // A control character cannot stand in a tag, nor a backslash end it; in a string line breaks become `\r` and `\n`.
  const asTag = (text) => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').replace(/\\+$/, '');
  const asString = (text) => text.replace(/\r/g, '\\r').replace(/\n/g, '\\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, ' ');
  const got = Object.fromEntries(byMoment('2026-03-01T10:00:03').map((point) => [point.message, point]));
  assert.equal(Object.keys(got).length, kHostile.length);
  for (const text of kHostile) {
    const point = got[asString(text)];
    assert.ok(point, `${JSON.stringify(text)} came back as none of ${JSON.stringify(Object.keys(got))}`);
    assert.equal(point.source, asString(text));
    assert.equal(point.host, asTag(text).trim() === '' ? null : asTag(text), `the tag of ${JSON.stringify(text)}`);
  }

  // InfluxDB reads the name of a measurement twice, so that a backslash goes; without one a `#` would begin a comment.
  const asName = (text) => asTag(text).replace(/\\([,"= ])/g, '$1').replace(/^#/, '\\#');
  const names = kHostile.filter((text) => asTag(text).trim() !== '');
  assert.equal((await daemon.post('/api/v1/events', names.map((project) => ({ message: 'm', project })))).status, 202);
  await delivered(daemon, 'by-project', names.length);
  const measurements = (await query('SHOW MEASUREMENTS')).map((row) => row.name);
  assert.deepEqual(measurements.sort(), ['events', ...names.map(asName)].filter((name, i, all) => all.indexOf(name) === i).sort());
  assert.equal((await daemon.exit('history')).dead + (await daemon.exit('by-project')).dead, 0);
  await daemon.stop();
});

test('a point that InfluxDB refuses takes no other with it', { skip: absent(kInfluxd), timeout }, async (t) => {
  const { url, query } = await influxdb(t);
  await query('CREATE DATABASE events');
  const password = path.join(folder('password'), 'password');
  fs.writeFileSync(password, 'guess');
  const daemon = await new Daemon(folder('influxdb-refuses'), `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  history:
    type: influxdb
    url: ${url}
    database: events
    auth: {basic: {user: root, password: {file: ${password}}}}
    fields: {n: '{{ event.n }}'}
rules:
  - {name: all, to: history}
`).start();
  t.after(() => daemon.kill());
  const send = async (events) => assert.equal((await daemon.post('/api/v1/events', events)).status, 202);
  await send([{ message: 'a number comes first', n: 0 }]);
  const held = await daemon.exitWhen('history', 'to wait', (exit) => exit.state === 'waiting');
  assert.match(held.problem, /401/);
  fs.writeFileSync(password, 'sesame');
  assert.equal((await daemon.post('/api/v1/reload', '')).status, 200);
  await delivered(daemon, 'history', 1);

  await send([...Array(20).keys()].map((n) => ({ message: `event ${n}`, n: n === 7 ? 'seven' : n + 0.5 })));
  await daemon.exitWhen('history', 'to deliver or refuse all', ({ delivered: good, dead }) => good + dead === 1 + 20);
  const { letters } = await daemon.get('/api/v1/dead/history');
  assert.deepEqual(letters.map((letter) => letter.event.message), ['event 7']);
  const { answer } = await daemon.get(`/api/v1/dead/history/${letters[0].number}`);
  assert.match(answer, /field type conflict/);
  const stored = await query('SELECT n, message FROM events');
  const good = [...Array(20).keys()].filter((n) => n !== 7).map((n) => n + 0.5);
  assert.deepEqual(stored.map((row) => row.n).sort((a, b) => a - b), [0, ...good]);
  await daemon.stop();
});

/** A carbon-cache on this port, TCP and UDP, that keeps each second for an hour. */
async function carbon(t, dir, port) {
  const conf = path.join(dir, 'conf');
  fs.mkdirSync(conf, { recursive: true });
  fs.writeFileSync(path.join(conf, 'carbon.conf'), `
[cache]
STORAGE_DIR = ${dir}
LOCAL_DATA_DIR = ${dir}/whisper
WHITELISTS_DIR = ${dir}/lists
CONF_DIR = ${conf}
LOG_DIR = ${dir}
PID_DIR = ${dir}
USER =
MAX_UPDATES_PER_SECOND = inf
MAX_CREATES_PER_MINUTE = inf
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = ${port}
ENABLE_UDP_LISTENER = True
UDP_RECEIVER_INTERFACE = 127.0.0.1
UDP_RECEIVER_PORT = ${port}
PICKLE_RECEIVER_PORT = 0
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = 0
`);
  fs.writeFileSync(path.join(conf, 'storage-schemas.conf'), '[all]\npattern = .*\nretentions = 1s:1h\n');
  // `start` would go to the background without --nodaemon.
  return launch(t, kCarbon, [`--config=${conf}/carbon.conf`, `--pidfile=${dir}/carbon.pid`, '--nodaemon', 'start'],
    { dir, env: { PYTHONPATH: unpacked('carbon/usr/lib/python3/dist-packages') }, ready: async (one) => one === port });
}

/** {second: value} of a metric, as Graphite's own library reads it; {} when there is none. */
function whisper(dir, metric) {
  const file = path.join(dir, 'whisper', `${metric.replaceAll('.', '/')}.wsp`);
  if (!fs.existsSync(file)) return {};
  const program = `
import json, sys, time, whisper
(start, end, step), values = whisper.fetch(sys.argv[1], time.time() - 3590)
print(json.dumps({start + i * step: value for i, value in enumerate(values) if value is not None}))`;
  return JSON.parse(execFileSync(kPython, ['-c', program, file], { encoding: 'utf8' }));
}

test('carbon keeps each event in the file of its metric, and nothing climbs out of the folder',
  { skip: absent(kCarbon, pythonModule('whisper.py')), timeout }, async (t) => {
    const dir = folder('carbon');
    const port = await freePort();
    const first = await carbon(t, dir, port);
    const daemon = await new Daemon(folder('to-carbon'), `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  counts: {type: graphite, address: 'tcp://127.0.0.1:${port}', retry: {base: 50ms, cap: 200ms}}
  durations: {type: graphite, address: 'udp://127.0.0.1:${port}', path: 'durations.{{ event.project }}', value: '{{ event.duration }}'}
rules:
  - {name: counts, to: counts}
  - {name: durations, when: 'has(event.duration)', to: durations}
`).start();
    t.after(() => daemon.kill());
    const begin = Math.floor(Date.now() / 1000) - 600;
    const at = (second) => new Date((begin + second) * 1000).toISOString();
    const send = async (events) => assert.equal((await daemon.post('/api/v1/events', events)).status, 202);
    const seconds = (metric) => Object.fromEntries(Object.entries(whisper(dir, metric)).map(([second, value]) => [second - begin, value]));
    const has = (metric, wanted) => until(`${metric} to be ${JSON.stringify(wanted)}`, () => {
      try { assert.deepEqual(seconds(metric), wanted); return true; } catch { return false; }
    });

    await send(Array.from({ length: 60 }, (_, i) => ({ message: 'm', kind: 'urn:gitlab:pipeline:failed', timestamp: at(i) })));
    await has('events.gitlab.pipeline.failed', Object.fromEntries(Array.from({ length: 60 }, (_, i) => [i, 1])));
    await send([12.5, -3e-3, 1e21].map((duration, i) => ({ message: 'm', kind: 'x', project: 'shop', duration, timestamp: at(i) })));
    await has('durations.shop', { 0: 12.5, 1: -0.003, 2: 1e21 });

    const x = 'x'.repeat(200);
    // Text, and what it becomes as a part of a name, and where its dots may part it.
    const hostile = [
      ['../../../climbs', '_________climbs', '_._._climbs'], ['.hidden', '_hidden', 'hidden'],
      ['a b\ndurations.forged 1 1', 'a_b_durations_forged_1_1', 'a_b_durations.forged_1_1'],
      ['semi;tag=value', 'semi_tag_value', 'semi_tag_value'], ['sl/ash', 'sl_ash', 'sl_ash'], ['ünï', '__n__', '__n__'],
      ['{a,*}', '_a___', '_a___'], [`${x}xxx`, x, x], ['-n', '-n', '-n'],
    ];
    const counts = hostile.map(([, part]) => `events.app.${part}`), durations = hostile.map(([, , parts]) => `durations.${parts}`);
    await send(hostile.map(([text], i) => ({ message: 'm', kind: `urn:app:${text}`, project: text, duration: 7, timestamp: at(i) })));
    for (const i of hostile.keys()) {
      await has(counts[i], { [i]: 1 });
      await has(durations[i], { [i]: 7 });
    }

    // While carbon is away events wait.
    await first.stop();
    await send([{ message: 'm', kind: 'urn:app:meanwhile', timestamp: at(30) }]);
    await daemon.exitWhen('counts', 'to fail', (exit) => exit.retries > 0);
    await carbon(t, dir, port);
    await has('events.app.meanwhile', { 30: 1 });
    const files = fs.readdirSync(path.join(dir, 'whisper'), { recursive: true }).filter((name) => name.endsWith('.wsp'))
      .map((name) => name.slice(0, -4).replaceAll('/', '.')).filter((name) => !name.startsWith('carbon.'));
    const all = [...counts, ...durations, 'events.gitlab.pipeline.failed', 'events.x', 'durations.shop', 'events.app.meanwhile'];
    assert.deepEqual(files.sort(), all.sort());
    assert.deepEqual(fs.readdirSync(dir).filter((name) => !/\.(log|pid)$/.test(name)).sort(), ['conf', 'whisper']);
    assert.equal((await daemon.exit('counts')).dead + (await daemon.exit('durations')).dead, 0);
    await daemon.stop();
  });
