// logger(1), rsyslog and syslog-ng send to our syslog entry, over every transport that they have.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { certificate } from './certificates.mjs';
import { Daemon, folder, until } from './harness.mjs';
import { freePort } from './services.mjs';
import { assertHas, logger, rsyslog, syslogNg, withoutRsyslog, withoutSyslogNg } from './syslogds.mjs';

const kHost = os.hostname();

/** A daemon with an entry for each transport, named after it. */
async function receiver(name, options = '') {
  const dir = folder(name);
  const { ca, cert, key } = certificate(dir);
  const socket = path.join(dir, 'log.sock');
  const listen = ['udp', 'tcp', 'tls'].map((scheme) => [scheme, `${scheme}://127.0.0.1:0`]);
  const entries = [...listen, ['unix', `unix:${socket}`]]
    .map(([entry, address]) => `  ${entry}: {type: syslog, listen: "${address}"${options}}`);
  const daemon = await new Daemon(dir, `tls: {cert: ${cert}, key: ${key}}\nentries:\n${entries.join('\n')}\n`).start();
  await until('all addresses', () => daemon.streams.length === entries.length);
  const port = (scheme) => Number(daemon.streams.find((one) => one.startsWith(scheme)).split(':').at(-1));
  return {
    daemon, dir, ca, socket, udp: port('udp://'), tcp: port('127.0.0.1:'), tls: port('tls://'),
    /** The events of an entry, once there are `count`. */
    async events(entry, count) {
      const where = `&where=${encodeURIComponent(`meta.entry == "${entry}"`)}`;
      const got = await until(`${count} events at ${entry}`, async () => {
        const events = await daemon.events(where);
        return events.length >= count && events;
      });
      assert.equal(got.length, count, entry);
      return got.map((one) => one.event);
    },
  };
}

const kWords = { emerg: 'emergency', alert: 'alert', crit: 'critical', err: 'error', warning: 'warning',
  notice: 'notice', info: 'info', debug: 'debug' };

test('logger over UDP: every severity, and structured data', async () => {
  const us = await receiver('logger-udp');
  const before = Date.now();
  const to = ['--udp', '-n', '127.0.0.1', '-P', us.udp, '--rfc5424', '-t', 'backupd'];
  for (const word of Object.keys(kWords)) logger([...to, '-p', `local3.${word}`, `it is ${word}`]);
  logger([...to, '-p', 'daemon.err', '--msgid', 'BK01', '--id=4711', '--sd-id', 'origin@32473',
    '--sd-param', 'ip="10.0.0.1"', '--sd-param', 'name="a\\"b\\]\\\\"', 'backup failed: größe 97 %']);
  const events = await us.events('udp', 9);
  for (const [i, [word, severity]] of Object.entries(kWords).entries())
    assertHas(events[i], { kind: 'urn:syslog:backupd', severity, message: `it is ${word}`, facility: 'local3',
      host: kHost, service: 'backupd', procid: undefined, msgid: undefined }, word);
  assertHas(events[8], { severity: 'error', message: 'backup failed: größe 97 %', facility: 'daemon', procid: '4711',
    msgid: 'BK01', 'sd.origin@32473.ip': '10.0.0.1', 'sd.origin@32473.name': 'a"b]\\', 'sd.timeQuality.tzKnown': '1',
    source: `urn:syslog:${kHost}:backupd` }, 'with structured data');
  for (const { timestamp } of events)
    assert.ok(Date.parse(timestamp) >= before && Date.parse(timestamp) <= Date.now(), timestamp);
  await us.daemon.stop();
});

test('logger over TCP: counted octets and lines, old and new form', async () => {
  const us = await receiver('logger-tcp', ', timezone: "+02:00"');
  const before = Math.floor(Date.now() / 1000) * 1000;
  const texts = ['first', '21 <13>1 looks like a frame', `größe ${'x'.repeat(20_000)} end`];
  const to = ['--tcp', '-n', '127.0.0.1', '-P', us.tcp, '-t', 'job', '-p', 'cron.warning', '--size', '30000'];
  const old = { stdin: texts.join('\n'), zone: 'XXX-2' };
  logger([...to, '--rfc5424', '--octet-count'], { stdin: texts.join('\n') });
  logger([...to, '--rfc5424'], { stdin: texts.join('\n') });
  logger([...to, '--rfc3164', '--octet-count'], old);
  logger([...to, '--rfc3164'], old);
  const events = await us.events('tcp', 12);
  for (const [i, event] of events.entries()) {
    assertHas(event, { kind: 'urn:syslog:job', severity: 'warning', facility: 'cron', service: 'job',
      host: i < 6 ? kHost : kHost.split('.')[0], message: texts[i % 3] }, `message ${i}`);
    assert.ok(Date.parse(event.timestamp) >= before && Date.parse(event.timestamp) <= Date.now(), event.timestamp);
  }
  await us.daemon.stop();
});

test('logger over a unix socket: what local programs write, without a host, and both forms', async () => {
  const us = await receiver('logger-unix');
  const to = ['--socket', us.socket, '-t', 'app', '--id=12', '-p', 'user.notice'];
  logger([...to, 'the usual form']);
  logger([...to, '--rfc3164', 'the old form']);
  logger([...to, '--rfc5424', '--msgid', 'M1', 'the new form']);
  const events = await us.events('unix', 3);
  for (const [i, form] of ['usual', 'old', 'new'].entries())
    assertHas(events[i], { kind: 'urn:syslog:app', severity: 'notice', message: `the ${form} form`, service: 'app',
      procid: '12', host: i === 0 ? undefined : kHost, msgid: i === 2 ? 'M1' : undefined }, form);
  await us.daemon.stop();
});

test('what the kernel dropped while nobody read is counted', async () => {
  const us = await receiver('logger-lost');
  const socket = dgram.createSocket('udp4');
  const send = (text) => new Promise((done) => socket.send(text, us.udp, '127.0.0.1', done));
  const metric = async (name) => {
    const page = await (await fetch(`${us.daemon.url}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(page)[1]);
  };
  us.daemon.process.kill('SIGSTOP');
  let sent = 0, lost = 0;
  for (; sent < 2_000; ++sent) await send(`<13>Oct 11 22:14:15 web-7 flood: ${sent} ${'x'.repeat(8_000)}`);
  us.daemon.process.kill('SIGCONT');
  // The count of losses travels on the datagrams that come after them.
  await until('each datagram to be received or lost', async () => {
    await send('<13>Oct 11 22:14:15 web-7 flood: after');
    sent += 1;
    lost = await metric('tt_stream_datagrams_lost_total');
    return lost > 0 && lost + (await metric('tt_stream_datagrams_total')) === sent;
  });
  socket.close();
  await us.events('udp', sent - lost);
  await us.daemon.stop();
});

// What logger sends to a relay, and what must come out of it at our entries.
const kRelayed = [
  { args: ['--rfc5424', '--octet-count', '-p', 'daemon.err', '-t', 'backupd', '--id=4711', '--msgid', 'BK01',
    '--sd-id', 'origin@32473', '--sd-param', 'ip="10.0.0.1"', '--sd-param', 'name="a\\"b\\]"', 'backup failed: 3 files'],
  is: { kind: 'urn:syslog:backupd', severity: 'error', facility: 'daemon', host: kHost, service: 'backupd',
    procid: '4711', message: 'backup failed: 3 files' },
  isNew: { msgid: 'BK01', 'sd.origin@32473.ip': '10.0.0.1', 'sd.origin@32473.name': 'a"b]' } },
  { args: ['--rfc5424', '--octet-count', '-p', 'local7.info', '-t', 'shop', '--id=12', 'größe "97 %" bleibt'],
    is: { kind: 'urn:syslog:shop', severity: 'info', facility: 'local7', host: kHost, service: 'shop',
      message: 'größe "97 %" bleibt' }, isNew: { msgid: undefined } },
];

function feed(port) {
  for (const { args } of kRelayed) logger(['--tcp', '-n', '127.0.0.1', '-P', port, ...args]);
}

async function assertRelayed(us, newForm, oldForm) {
  for (const entry of [...newForm, ...oldForm]) {
    const events = await us.events(entry, kRelayed.length);
    for (const [i, { is, isNew }] of kRelayed.entries())
      assertHas(events[i], newForm.includes(entry) ? { ...is, ...isNew } : is, `${entry} ${i}`);
  }
}

test('rsyslog forwards to us: TCP and TLS, the old form over UDP', { skip: withoutRsyslog }, async (t) => {
  const us = await receiver('from-rsyslog');
  const port = await freePort();
  const forward = (to, more) => `action(type="omfwd" target="127.0.0.1" port="${to}" ${more})`;
  const octets = 'protocol="tcp" tcp_framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format"';
  const relay = await rsyslog(t, us.dir, `
global(defaultNetstreamDriverCAFile="${us.ca}")
module(load="imptcp")
input(type="imptcp" address="127.0.0.1" port="${port}")
${forward(us.tcp, octets)}
${forward(us.tls, `${octets} streamDriver="ossl" streamDriverMode="1" streamDriverAuthMode="x509/name" ` +
    'streamDriverPermittedPeers="localhost"')}
${forward(us.udp, 'protocol="udp" template="RSYSLOG_TraditionalForwardFormat"')}
`, [{ tcp: port }]);
  feed(port);
  await assertRelayed(us, ['tcp', 'tls'], ['udp']);
  await relay.stop();
  await us.daemon.stop();
});

test('syslog-ng forwards to us: TCP and TLS, the old form over UDP and unix', { skip: withoutSyslogNg }, async (t) => {
  const us = await receiver('from-syslog-ng');
  const port = await freePort();
  const relay = await syslogNg(t, us.dir, `
source in { syslog(ip("127.0.0.1") port(${port}) transport("tcp")); };
destination tcp { syslog("127.0.0.1" port(${us.tcp}) transport("tcp")); };
destination tls { syslog("127.0.0.1" port(${us.tls}) transport("tls")
                         tls(ca-file("${us.ca}") peer-verify(required-trusted))); };
destination udp { network("127.0.0.1" port(${us.udp}) transport("udp")); };
destination unix { unix-stream("${us.socket}"); };
log { source(in); destination(tcp); destination(tls); destination(udp); destination(unix); };
`, [{ tcp: port }]);
  feed(port);
  await assertRelayed(us, ['tcp', 'tls'], ['udp', 'unix']);
  await relay.stop();
  await us.daemon.stop();
});
