// Prometheus and Alertmanager as Debian ships them: alerts of theirs to us, and events of ours to them.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, folder, serve, until } from './harness.mjs';
import { absent, answers, launch, unpacked } from './services.mjs';

const kPrometheus = unpacked('prometheus/usr/bin/prometheus');
const kAlertmanager = unpacked('alertmanager/usr/bin/prometheus-alertmanager');
const kAmtool = unpacked('alertmanager/usr/bin/amtool');
const skip = absent(kPrometheus, kAlertmanager, kAmtool);
const timeout = 60_000;

// More than Prometheus puts into one request (256), and two whose names are hard to write.
const kHostile = ['we"ird, {lamp="x"} \\ Lämpchen 💡', 'two\nlines'];
const kLamps = [...Array.from({ length: 998 }, (_, i) => `lamp ${i}`), ...kHostile];
const kResendSec = 2; // Prometheus' own default is a minute.

/** Something to watch: a page of metrics with a line a lamp. */
async function lamps(t) {
  const escape = (text) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  const all = { isOn: true };
  const page = () => kLamps.map((lamp) => `lamp_on{lamp="${escape(lamp)}"} ${all.isOn ? 1 : 0}\n`).join('');
  const server = await serve(() => ({ body: page(), headers: { 'content-type': 'text/plain; version=0.0.4' } }));
  t.after(server.close);
  return Object.assign(all, { host: new URL(server.url).host });
}

/** A Prometheus that looks at the lamps and tells those in `targets`, a list of its `alertmanagers`. */
async function prometheus(t, watched, alertmanagers) {
  const dir = folder('prometheus');
  const rule = {
    alert: 'LampOut', expr: 'lamp_on == 0', labels: { severity: 'critical' },
    annotations: { summary: 'Lamp {{ $labels.lamp }} is out', runbook_url: 'https://example.org/lamps?a=1&b=2' },
  };
  const config = {
    global: { scrape_interval: '200ms', evaluation_interval: '200ms' },
    rule_files: ['rules.yml'],
    scrape_configs: [{ job_name: 'house', static_configs: [{ targets: [watched.host] }] }],
    alerting: { alertmanagers },
  };
  fs.writeFileSync(path.join(dir, 'rules.yml'), JSON.stringify({ groups: [{ name: 'house', rules: [rule] }] }));
  fs.writeFileSync(path.join(dir, 'prometheus.yml'), JSON.stringify(config));
  return launch(t, kPrometheus, ['--config.file=prometheus.yml', '--storage.tsdb.path=data', '--web.listen-address=127.0.0.1:0',
    '--web.external-url=http://prometheus.example.org/', '--web.route-prefix=/', `--rules.alert.resend-delay=${kResendSec}s`],
  { dir, ready: answers('/-/ready') });
}

/** An Alertmanager whose one receiver is a webhook. */
async function alertmanager(t, webhook) {
  const dir = folder('alertmanager');
  // Debian's reads its templates from where it is installed, which this is not: this copy looks around itself.
  const fixed = '/usr/share/prometheus/alertmanager';
  const program = path.join(dir, 'alertmanager');
  const bytes = fs.readFileSync(kAlertmanager);
  for (let at = 0; (at = bytes.indexOf(fixed, at)) >= 0;) bytes.write('.'.padEnd(fixed.length, '/'), at);
  fs.writeFileSync(program, bytes, { mode: 0o700 });
  for (const name of ['default.tmpl', 'email.tmpl']) fs.copyFileSync(unpacked(`alertmanager${fixed}/${name}`), path.join(dir, name));
  const route = { receiver: 'us', group_by: ['alertname'], group_wait: '100ms', group_interval: '1s', repeat_interval: '1s' };
  const config = { route, receivers: [{ name: 'us', webhook_configs: [{ url: webhook }] }] };
  fs.writeFileSync(path.join(dir, 'alertmanager.yml'), JSON.stringify(config));
  const service = await launch(t, program, ['--config.file=alertmanager.yml', '--storage.path=data', '--web.listen-address=127.0.0.1:0',
    '--web.external-url=http://alertmanager.example.org/', '--web.route-prefix=/', '--cluster.listen-address='],
  { dir, ready: answers('/-/ready') });
  fs.rmSync(program); // It runs on without its name.
  return service;
}

const ofState = (events, state) => events.filter((e) => e.event.alert_state === state);
const keys = (events) => events.map((e) => e.event.alert_key).sort();

/** Waits until so many more alerts were told to this entry than it stored. */
async function toldAgain(daemon, name, count) {
  const { repeats } = await daemon.entry(name);
  await until(`${count} alerts to be told again to ${name}`, async () => (await daemon.entry(name)).repeats >= repeats + count);
}

test('Prometheus tells us what fires and what is over, again and again, and each is stored once', { skip, timeout }, async (t) => {
  const watched = await lamps(t);
  const daemon = await new Daemon(folder('straight'), `
entries:
  prometheus: {type: prometheus, path: /prometheus, auth: {bearer: {env: PROMETHEUS_TOKEN}}}
exits:
  archive: {type: file, path: ./archive.ndjson}
rules:
  - {name: all, to: archive}
`, { PROMETHEUS_TOKEN: 'sesame' }).start();
  t.after(() => daemon.kill());
  const targets = path.join(folder('targets'), 'targets.json');
  const tellWhereWeAre = () => fs.writeFileSync(targets, JSON.stringify([{ targets: [new URL(daemon.url).host] }]));
  tellWhereWeAre();
  const us = { path_prefix: '/prometheus', authorization: { credentials: 'sesame' }, file_sd_configs: [{ files: [targets] }] };
  await prometheus(t, watched, [us]);

  watched.isOn = false;
  await until('all to fire', async () => (await daemon.events()).length >= kLamps.length);
  await toldAgain(daemon, 'prometheus', kLamps.length);
  // What fires is remembered by a daemon that had no time to say good-bye.
  await daemon.kill();
  await daemon.start();
  tellWhereWeAre();
  await until('all to be told after the restart', async () => (await daemon.entry('prometheus')).repeats >= kLamps.length);
  const fired = await daemon.events();
  assert.equal(fired.length, kLamps.length, 'one event an alert, however often it was told');

  watched.isOn = true;
  await until('all to be over', async () => ofState(await daemon.events(), 'resolved').length >= kLamps.length);
  await toldAgain(daemon, 'prometheus', kLamps.length);
  const events = await daemon.events();
  assert.equal(events.length, 2 * kLamps.length);
  assert.deepEqual(keys(ofState(events, 'resolved')), keys(fired));
  assert.equal(new Set(keys(fired)).size, kLamps.length);
  for (const lamp of kHostile) {
    const [first, last, ...more] = events.filter((e) => e.event['raw.labels.lamp'] === lamp).map((e) => e.event);
    assert.deepEqual(more, []);
    assert.equal(first.kind, 'urn:prometheus:alert:firing');
    assert.equal(last.kind, 'urn:prometheus:alert:resolved');
    assert.equal(first.message, `LampOut on ${watched.host}: Lamp ${lamp} is out`.split('\n')[0]);
    assert.equal(last.message, `Resolved: ${first.message}`);
    assert.deepEqual([first.severity, last.severity], ['critical', 'critical']);
    assert.ok(first.view_link.startsWith('http://prometheus.example.org/graph?g0.expr=lamp_on'), first.view_link);
    assert.equal(first.runbook_url, 'https://example.org/lamps?a=1&b=2');
    assert.ok(first.timestamp < last.timestamp);
  }
  const { unauthorised, rejected } = await daemon.entry('prometheus');
  assert.deepEqual({ unauthorised, rejected }, { unauthorised: 0, rejected: 0 });
  await daemon.stop();
});

test('through Alertmanager an alert has the same key as without, and repeated notifications are no news', { skip, timeout }, async (t) => {
  const watched = await lamps(t);
  const daemon = await new Daemon(folder('through'), `
entries:
  prometheus: {type: prometheus, path: /prometheus}
  alertmanager: {type: alertmanager, path: /hooks/alertmanager}
exits:
  archive: {type: file, path: ./archive.ndjson}
rules:
  - {name: all, to: archive}
`).start();
  t.after(() => daemon.kill());
  const between = await alertmanager(t, `${daemon.url}/hooks/alertmanager`);
  const to = (url, prefix) => ({ path_prefix: prefix, static_configs: [{ targets: [new URL(url).host] }] });
  await prometheus(t, watched, [to(daemon.url, '/prometheus'), to(between.url, '/')]);
  const stored = async (name) => daemon.events(`&where=${encodeURIComponent(`meta.entry == "${name}"`)}`);
  const all = async (name, state) => ofState(await stored(name), state).length >= kLamps.length;
  const both = (state) => until(`all alerts to come as ${state} both ways`,
    async () => await all('prometheus', state) && all('alertmanager', state));

  watched.isOn = false;
  await both('firing');
  await toldAgain(daemon, 'alertmanager', kLamps.length);
  watched.isOn = true;
  await both('resolved');
  const straight = await stored('prometheus'), through = await stored('alertmanager');
  assert.equal(through.length, 2 * kLamps.length);
  for (const state of ['firing', 'resolved']) assert.deepEqual(keys(ofState(through, state)), keys(ofState(straight, state)));
  for (const { event } of through) {
    assert.equal(event.kind, `urn:alertmanager:alert:${event.alert_state}`);
    assert.equal(event.severity, 'critical');
    assert.equal(event.receiver, 'us');
    assert.equal(event.group_key, '{}:{alertname="LampOut"}');
  }
  const silence = ofState(through, 'firing').find((e) => e.event['raw.labels.lamp'] === kHostile[0]).event.ack_link;
  assert.ok(silence.startsWith('http://alertmanager.example.org/#/silences/new?filter=%7B'), silence);
  await daemon.stop();
});

test('amtool finds an Alertmanager in us: it adds alerts, and is told plainly what is not here', { skip, timeout }, async (t) => {
  const daemon = await new Daemon(folder('amtool'), `
entries:
  prometheus: {type: prometheus, path: /prometheus}
exits:
  archive: {type: file, path: ./archive.ndjson}
rules:
  - {name: all, to: archive}
`).start();
  t.after(() => daemon.kill());
  const amtool = (...args) => new Promise((done) => {
    execFile(kAmtool, [`--alertmanager.url=${daemon.url}/prometheus`, ...args], { env: { HOME: daemon.dir } },
      (error, stdout, stderr) => done({ code: error ? error.code : 0, stdout, stderr }));
  });
  const good = async (...args) => {
    const { code, stdout, stderr } = await amtool(...args);
    assert.equal(code, 0, `amtool ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  const door = ['alertname=DoorOpen', 'severity=critical', 'instance=gate:80', 'say=a \\"b\\" \\\\ c'];
  await good('alert', 'add', ...door, '--annotation=summary=Somebody left it open');
  await good('alert', 'add', ...door, '--annotation=summary=Somebody left it open');
  const ago = (ms) => new Date(Date.now() - ms).toISOString();
  await good('alert', 'add', ...door, `--start=${ago(60_000)}`, `--end=${ago(1_000)}`);
  const events = (await daemon.events()).map((e) => e.event);
  assert.deepEqual(events.map((event) => event.kind), ['urn:prometheus:alert:firing', 'urn:prometheus:alert:resolved']);
  assert.equal(events[0].message, 'DoorOpen on gate:80: Somebody left it open');
  assert.equal(events[0].alert_key, events[1].alert_key);
  assert.equal(events[0]['raw.labels.say'], 'a "b" \\ c');

  assert.equal((await good('alert', 'query', '-o', 'json')).trim(), '[]');
  assert.equal((await good('silence', 'query', '-o', 'json')).trim(), '[]');
  assert.match(await good('config', 'show'), /time-tunnel, not an Alertmanager/);
  assert.match(await good('cluster', 'show'), /disabled/);
  const silence = await amtool('silence', 'add', 'alertname=DoorOpen', '--comment=x', '--author=x');
  assert.notEqual(silence.code, 0);
  assert.match(silence.stdout + silence.stderr, /time-tunnel keeps no silences; write a rule instead/);
  await daemon.stop();
});

test('events of ours fire in Alertmanager with their labels, and are over there when they are here', { skip, timeout }, async (t) => {
  const hosts = ['db1', 'h"o\\st', 'two\nlines', 'ünï 💡', '<b>&amp;{{ x }}</b>', '../..', '`; drop', 'x'.repeat(3_000)];
  const links = ['https://grafana.example.org/d/1?a=b&c=%20#panel', 'javascript:alert(1)', 'https://a.example/%zz', 'https://a.example#b',
    'http://[::1', 'https://a.example/ü', 'https://user@a.example/', 'https://a.example/a b'];
  const event = (i, state) => ({
    timestamp: new Date(Date.now() - 1_000).toISOString(), kind: `urn:app:disk:${state}`, severity: 'critical', host: hosts[i],
    message: `disk of ${hosts[i]} is full\nsecond line`, view_link: links[i], project: 'shop', region: 'eu',
    more: { 'weird-name!': 'x', '1st': 'y', __own: 'z', 'ä': 'ö' }, alert_key: `disk-${i}`, alert_state: state,
  });
  const each = (state) => hosts.map((_, i) => event(i, state));
  // Each of the two wants to know where the other is: what stands between them learns it later.
  let daemon;
  const webhook = await serve(async (request) => ({ status: (await daemon.post('/hooks/alertmanager', request.body)).status }));
  t.after(webhook.close);
  const there = await alertmanager(t, webhook.url);
  daemon = await new Daemon(folder('to-alertmanager'), `
entries:
  events: {type: http, path: /api/v1/events}
  alertmanager: {type: alertmanager, path: /hooks/alertmanager}
exits:
  alertmanager: {type: alertmanager, url: '${there.url}', label_fields: [region, 'more.*']}
rules:
  - {name: ours, when: 'meta.entry == "events"', to: alertmanager}
`).start();
  t.after(() => daemon.kill());

  assert.equal((await daemon.post('/api/v1/events', each('firing'))).status, 202);
  const alerts = async () => (await fetch(`${there.url}/api/v2/alerts`)).json();
  const firing = await until('all to fire there', async () => {
    const all = await alerts();
    return all.length >= hosts.length && all;
  });
  assert.equal(firing.length, hosts.length);
  const byKey = Object.fromEntries(firing.map((alert) => [alert.labels.alert_key, alert]));
  assert.deepEqual(byKey['disk-0'].labels, {
    alertname: 'urn:app:disk', severity: 'critical', instance: 'db1', project: 'shop', alert_key: 'disk-0', region: 'eu',
    weird_name_: 'x', _1st: 'y', __own: 'z', __: 'ö',
  });
  assert.deepEqual(byKey['disk-0'].annotations, { summary: 'disk of db1 is full', description: 'disk of db1 is full\nsecond line' });
  assert.equal(byKey['disk-0'].generatorURL, links[0]);
  for (const i of [1, 2, 3, 4]) assert.ok(!byKey[`disk-${i}`].generatorURL, links[i]);
  for (const [i, host] of hosts.entries()) {
    const alert = byKey[`disk-${i}`];
    assert.equal(alert.labels.instance, host.length > 1024 ? `${host.slice(0, 1023)}…` : host);
    assert.equal(alert.status.state, 'active');
    assert.ok(Date.parse(alert.endsAt) - Date.now() > 23 * 3600e3, `${alert.endsAt}: it fires until it is over here`);
  }

  const notified = (state) => until(`the notifications of what is ${state}`, async () => {
    const all = await daemon.events(`&where=${encodeURIComponent('meta.entry == "alertmanager"')}`);
    return ofState(all, state).length >= hosts.length && all;
  });
  // What is over before it was notified is never told as firing.
  await notified('firing');
  assert.equal((await daemon.post('/api/v1/events', each('resolved'))).status, 202);
  await until('all to be over there', async () => (await alerts()).length === 0);
  const told = await notified('resolved');
  assert.equal(told.length, 2 * hosts.length);
  const exit = await daemon.exit('alertmanager');
  assert.equal(exit.dead, 0);
  assert.equal(exit.delivered, 2 * hosts.length);
  await daemon.stop();
});
