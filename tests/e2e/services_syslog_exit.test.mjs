// rsyslog and syslog-ng take what our syslog exit sends, and write down how they understood it.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { certificate } from './certificates.mjs';
import { Daemon, folder, until } from './harness.mjs';
import { freePort } from './services.mjs';
import { assertHas, rsyslog, syslogNg, withoutRsyslog, withoutSyslogNg } from './syslogds.mjs';

// What our exits are told to send: one event like others, and one that would like to be several messages.
const kSent = [
  { timestamp: '2026-01-31T12:00:00.25Z', kind: 'urn:ci:pipeline:failed', message: 'web: pipeline failed',
    severity: 'critical', host: 'runner-1', service: 'ci', project: 'web', alert_key: 'web/main',
    alert_state: 'firing' },
  { timestamp: '2026-01-31T12:00:01Z', kind: 'urn:x:note', severity: 'warning', service: 's]"\\',
    project: '..\n "x"=1]', message: 'größe "] 7\r\nBcc: all@example.com\n\n.\n<0>1 - evil - - - -' },
];
const flat = (text) => text.replaceAll(/[\r\n]/g, ' ');

/** Where a peer listens. */
const places = async (dir) => ({ octets: await freePort(), lines: await freePort(),
  tls: await freePort(), udp: await freePort('udp'), unix: path.join(dir, 'log') });

/** An exit for each way there is, named after it, and the events of kSent delivered through all of them. */
async function sendBy(dir, ca, at) {
  const exits = { octets: `tcp://127.0.0.1:${at.octets}`, lines: `tcp://127.0.0.1:${at.lines}`,
    tls: `tls://127.0.0.1:${at.tls}`, udp: `udp://127.0.0.1:${at.udp}`, unix: `unix:${at.unix}` };
  const more = { lines: ', framing: lines', tls: `, tls: {ca: ${ca}}` };
  const exit = ([name, address]) =>
    `  ${name}: {type: syslog, address: "${address}", facility: local3${more[name] ?? ''}}`;
  const daemon = await new Daemon(dir, `
entries:
  events: {type: http, path: /api/v1/events}
exits:
${Object.entries(exits).map(exit).join('\n')}
rules:
  - {to: [${Object.keys(exits).join(', ')}]}
`).start();
  assert.equal((await daemon.post('/api/v1/events', kSent)).status, 202);
  return { daemon, names: Object.keys(exits) };
}

/** `file` has lines of JSON that a peer wrote: {input, severity, facility, time, host, app, msgid, text, sd}. */
async function assertWritten(file, { daemon, names }, understand = (line) => line) {
  const lines = await until('all lines', () => {
    const all = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
    return all.length >= names.length * kSent.length && all.map((line) => understand(JSON.parse(line)));
  });
  assert.equal(lines.length, names.length * kSent.length);
  const stored = await daemon.events();
  for (const name of names) {
    const got = lines.filter((line) => line.input === name);
    assert.equal(got.length, kSent.length, name);
    for (const [i, sent] of kSent.entries()) {
      const what = `${name} ${i}`;
      assertHas(got[i], { severity: i === 0 ? 'crit' : 'warning', facility: 'local3', app: sent.service,
        msgid: sent.kind, text: flat(sent.message) }, what);
      assert.ok(sent.host === undefined || got[i].host === sent.host, what);
      assert.equal(Date.parse(got[i].time), Date.parse(sent.timestamp), what);
      const { timestamp, message, ...fields } = sent;
      const data = Object.entries({ ...fields, id: stored[i].id }).map(([key, value]) => [key, flat(value)]);
      assert.deepEqual(got[i].sd, Object.fromEntries(data), what);
    }
  }
}

test('rsyslog takes what we send: octets, lines, TLS, UDP and unix', { skip: withoutRsyslog }, async (t) => {
  const dir = folder('to-rsyslog');
  const { ca, cert, key } = certificate(dir);
  const out = path.join(dir, 'out.ndjson');
  const at = await places(dir);
  const fields = { input: 'inputname', severity: 'syslogseverity-text', facility: 'syslogfacility-text',
    host: 'hostname', app: 'app-name', msgid: 'msgid', text: 'msg', sd: '$!rfc5424-sd' };
  const peer = await rsyslog(t, dir, `
global(defaultNetstreamDriverCAFile="${ca}" defaultNetstreamDriverCertFile="${cert}"
       defaultNetstreamDriverKeyFile="${key}")
module(load="imptcp") module(load="imudp") module(load="mmpstrucdata") module(load="imuxsock" sysSock.use="off")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
template(name="json" type="list" option.jsonf="on") {
${Object.entries(fields).map(([to, from]) => `  property(outname="${to}" name="${from}" format="jsonf")`).join('\n')}
  property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
}
input(type="imptcp" address="127.0.0.1" port="${at.octets}" name="octets")
input(type="imptcp" address="127.0.0.1" port="${at.lines}" name="lines")
input(type="imtcp" address="127.0.0.1" port="${at.tls}" name="tls")
input(type="imudp" address="127.0.0.1" port="${at.udp}" name="udp")
input(type="imuxsock" socket="${at.unix}" useSpecialParser="off" parseHostname="on" ignoreTimestamp="off")
action(type="mmpstrucdata")
action(type="omfile" file="${out}" template="json")
`, [{ tcp: at.octets }, { tcp: at.lines }, { tcp: at.tls }, { udp: at.udp }, at.unix]);
  const us = await sendBy(dir, ca, at);
  // It gives the name of its own to a unix socket, and keeps the mark that says that a text is UTF-8.
  await assertWritten(out, us, ({ input, text, sd, ...line }) => ({ ...line, input: input.replace('imuxsock', 'unix'),
    text: text.replace(/^\uFEFF/, ''), sd: JSON.parse(sd)['event@32473'] }));
  await us.daemon.stop();
  await peer.stop();
});

test('syslog-ng takes what we send: octets, lines, TLS, UDP and unix', { skip: withoutSyslogNg }, async (t) => {
  const dir = folder('to-syslog-ng');
  const { ca, cert, key } = certificate(dir);
  const out = path.join(dir, 'out.ndjson');
  const at = await places(dir);
  const from = (name, driver) => `source ${name} { ${driver} };`;
  const place = (name) => `ip("127.0.0.1") port(${at[name]})`;
  const peer = await syslogNg(t, dir, `
${from('octets', `syslog(${place('octets')} transport("tcp"));`)}
${from('lines', `network(${place('lines')} transport("tcp") flags(syslog-protocol));`)}
${from('tls', `syslog(${place('tls')} transport("tls")
       tls(cert-file("${cert}") key-file("${key}") peer-verify(optional-untrusted)));`)}
${from('udp', `syslog(${place('udp')} transport("udp"));`)}
${from('unix', `unix-dgram("${at.unix}" flags(syslog-protocol));`)}
destination out { file("${out}" template("$(format-json input=$SOURCE severity=$LEVEL facility=$FACILITY time=$ISODATE
  host=$HOST app=$PROGRAM msgid=$MSGID text=$MSG --rekey .SDATA.event@32473.* --replace-prefix .SDATA.event@32473=sd
  --key .SDATA.event@32473.*)\\n") frac-digits(3)); };
log { source(octets); source(lines); source(tls); source(udp); source(unix); destination(out); };
`, [{ tcp: at.octets }, { tcp: at.lines }, { tcp: at.tls }, { udp: at.udp }, at.unix]);
  const us = await sendBy(dir, ca, at);
  await assertWritten(out, us);
  await us.daemon.stop();
  await peer.stop();
});
