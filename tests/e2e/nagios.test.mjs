// tictoc nagios: what Nagios and Icinga 2 put into the environment of a notification command becomes an event.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { bin, Daemon, folder, kArchiveConfig as config, run, shared } from './harness.mjs';

const kNobody = 'http://127.0.0.1:9'; // discard: nothing listens there.
const kNames = path.join(shared, '07-wire/open/nagios-macro-names.json');
// Without the data a macro is whatever the stories say.
const names = fs.existsSync(kNames) ? new Set(JSON.parse(fs.readFileSync(kNames, 'utf8'))) : null;
const isMacro = (name) => names === null || names.has(name);

/** The environment of a notification command: all macros, as with enable_environment_macros=1. */
function environment(macros, prefix = 'NAGIOS_') {
  const env = { PATH: process.env.PATH, HOME: folder('nagios') };
  for (const name of names ?? []) if (name !== 'name') env[prefix + name] = '';
  for (const name of Object.keys(macros)) assert.ok(isMacro(name), `${name} is a macro of Nagios`);
  for (const [name, value] of Object.entries(macros)) env[prefix + name] = value;
  return env;
}
const host = { HOSTNAME: 'web1', HOSTALIAS: 'the shop', HOSTADDRESS: '192.0.2.7', HOSTSTATE: 'UP', TIMET: '1767225600' };
const service = { ...host, SERVICEDESC: 'HTTP', SERVICESTATE: 'CRITICAL', SERVICEOUTPUT: 'connection refused' };

async function event(macros, args = [], prefix) {
  const { code, stdout, stderr } = await run('tictoc', ['nagios', '--print', ...args], environment(macros, prefix), '/');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

test('a problem of a service, its acknowledgement and its end are one alert', async () => {
  const problem = await event({ ...service, NOTIFICATIONTYPE: 'PROBLEM', SERVICEATTEMPT: '3',
    SERVICENOTESURL: 'https://wiki.example.com/runbooks/web server', SERVICEACTIONURL: 'https://nagios.example.com/ack?web1',
    CONTACTEMAIL: 'ann@example.com', TOTALHOSTSUP: '12' });
  assert.deepEqual(problem, {
    message: 'HTTP on web1 is CRITICAL: connection refused', kind: 'urn:nagios:service:problem', severity: 'critical',
    source: 'urn:nagios:web1:HTTP', view_link: 'https://wiki.example.com/runbooks/web%20server',
    ack_link: 'https://nagios.example.com/ack?web1', timestamp: '2026-01-01T00:00:00Z', host: 'web1', service: 'HTTP',
    status: 'CRITICAL', alert_key: 'web1/HTTP', alert_state: 'firing',
    'raw.HOSTALIAS': 'the shop', 'raw.HOSTADDRESS': '192.0.2.7', 'raw.SERVICEATTEMPT': '3',
  });
  const seen = await event({ ...service, NOTIFICATIONTYPE: 'ACKNOWLEDGEMENT', NOTIFICATIONAUTHOR: 'ann',
    NOTIFICATIONCOMMENT: 'I am on it' });
  assert.deepEqual([seen.message, seen.alert_key, seen.alert_state, seen.severity, seen.actor],
    ['ann acknowledged HTTP on web1 (CRITICAL): I am on it', 'web1/HTTP', 'acknowledged', 'critical', 'ann']);
  const over = await event({ ...service, NOTIFICATIONTYPE: 'RECOVERY', SERVICESTATE: 'OK', LASTSERVICESTATE: 'CRITICAL',
    SERVICEOUTPUT: 'HTTP OK: 0.01 s' });
  assert.deepEqual([over.message, over.kind, over.alert_key, over.alert_state, over.severity],
    ['HTTP on web1 is OK: HTTP OK: 0.01 s', 'urn:nagios:service:recovery', 'web1/HTTP', 'resolved', 'critical']);
});

test('hosts have keys of their own, and each kind of notification a sentence', async () => {
  const of = async (macros) => {
    const { message, kind, severity, alert_state, alert_key } = await event({ ...host, ...macros });
    return [message, kind, severity, alert_state ?? '', alert_key];
  };
  const rows = [
    [{ NOTIFICATIONTYPE: 'PROBLEM', HOSTSTATE: 'DOWN', HOSTOUTPUT: 'PING CRITICAL - 100% loss' },
      ['web1 is DOWN: PING CRITICAL - 100% loss', 'urn:nagios:host:problem', 'critical', 'firing', 'web1']],
    [{ NOTIFICATIONTYPE: 'PROBLEM', HOSTSTATE: 'UNREACHABLE' },
      ['web1 is UNREACHABLE', 'urn:nagios:host:problem', 'error', 'firing', 'web1']],
    [{ NOTIFICATIONTYPE: 'RECOVERY', LASTHOSTSTATE: 'UNREACHABLE' },
      ['web1 is UP', 'urn:nagios:host:recovery', 'error', 'resolved', 'web1']],
    [{ NOTIFICATIONTYPE: 'RECOVERY' }, ['web1 is UP', 'urn:nagios:host:recovery', 'critical', 'resolved', 'web1']],
    [{ NOTIFICATIONTYPE: 'ACKNOWLEDGEMENT', HOSTSTATE: 'DOWN', HOSTACKAUTHOR: 'bob', HOSTACKCOMMENT: 'disk' },
      ['bob acknowledged web1 (DOWN): disk', 'urn:nagios:host:acknowledgement', 'critical', 'acknowledged', 'web1']],
    [{ NOTIFICATIONTYPE: 'FLAPPINGSTART' }, ['web1 is flapping (UP)', 'urn:nagios:host:flappingstart', 'warning', '', 'web1']],
    [{ NOTIFICATIONTYPE: 'FLAPPINGSTOP' }, ['web1 has stopped flapping (UP)', 'urn:nagios:host:flappingstop', 'notice', '', 'web1']],
    [{ NOTIFICATIONTYPE: 'FLAPPINGDISABLED' },
      ['flap detection of web1 is off', 'urn:nagios:host:flappingdisabled', 'notice', '', 'web1']],
    [{ NOTIFICATIONTYPE: 'DOWNTIMESTART', NOTIFICATIONAUTHOR: 'ann', NOTIFICATIONCOMMENT: 'new disk' },
      ['downtime of web1 begins: new disk', 'urn:nagios:host:downtimestart', 'info', '', 'web1']],
    [{ NOTIFICATIONTYPE: 'DOWNTIMEEND' }, ['downtime of web1 ends', 'urn:nagios:host:downtimeend', 'info', '', 'web1']],
    [{ NOTIFICATIONTYPE: 'DOWNTIMEREMOVED' },
      ['downtime of web1 was cancelled', 'urn:nagios:host:downtimecancelled', 'info', '', 'web1']],
    [{ NOTIFICATIONTYPE: 'CUSTOM', NOTIFICATIONAUTHOR: 'ann', NOTIFICATIONCOMMENT: 'reboot at noon' },
      ['ann on web1 (UP): reboot at noon', 'urn:nagios:host:custom', 'notice', '', 'web1']],
    [{ NOTIFICATIONTYPE: 'SOMETHING NEW' }, ['something new: web1 (UP)', 'urn:nagios:host:something-new', 'notice', '', 'web1']],
  ];
  for (const [macros, expected] of rows) assert.deepEqual(await of(macros), expected);
  for (const [state, severity] of [['WARNING', 'warning'], ['UNKNOWN', 'error'], ['CRITICAL', 'critical']])
    assert.equal((await event({ ...service, NOTIFICATIONTYPE: 'PROBLEM', SERVICESTATE: state })).severity, severity);
});

test('macros may be given, and the environment may be that of Icinga', async () => {
  const given = await event({}, ['-m', 'NOTIFICATIONTYPE=PROBLEM', '-m', 'HOSTNAME=db1', '-m', 'HOSTSTATE=DOWN',
    '-m', 'HOSTOUTPUT=no = answer', '-m', 'HOSTNOTESURL=$HOSTNOTESURL$', '-m', '_HOSTROOM=4.2', '-m', 'HOSTADDRESS=192.0.2.9']);
  assert.deepEqual([given.message, given['raw._HOSTROOM'], given['raw.HOSTADDRESS']],
    ['db1 is DOWN: no = answer', '4.2', '192.0.2.9']);
  for (const name of ['view_link', 'raw.HOSTNAME', 'raw.HOSTNOTESURL']) assert.ok(!(name in given), name);
  const icinga = await event({ ...service, NOTIFICATIONTYPE: 'Problem' }, [], 'ICINGA_');
  assert.equal(icinga.message, 'HTTP on web1 is CRITICAL: connection refused');
});

test('output that means harm, or is no UTF-8, stays text', async () => {
  const nasty = '"}, {"message":"x"}\\n$(reboot) <!channel> \u0007';
  const made = await event({ ...service, NOTIFICATIONTYPE: 'PROBLEM', SERVICEOUTPUT: nasty, SERVICENOTESURL: 'javascript:alert(1)' });
  assert.equal(made.message, `HTTP on web1 is CRITICAL: ${nasty}`);
  assert.ok(!('view_link' in made));
  // Environments of node are UTF-8: Latin-1 comes through a shell.
  const { stdout } = await new Promise((done) => execFile('sh', ['-c',
    `NAGIOS_HOSTNAME=web1 NAGIOS_NOTIFICATIONTYPE=PROBLEM NAGIOS_HOSTSTATE=DOWN NAGIOS_HOSTOUTPUT="$(printf 'gest\\366rt')" \
     exec "$0" nagios --print`, path.join(bin, 'tictoc')], (error, out) => done({ stdout: out })));
  assert.equal(JSON.parse(stdout).message, 'web1 is DOWN: gest\ufffdrt');
});

test('without the macros it says what to do', async () => {
  for (const macros of [{}, { NOTIFICATIONTYPE: 'PROBLEM' }, { HOSTNAME: 'web1' }]) {
    const { code, stderr } = await run('tictoc', ['nagios'], environment(macros));
    assert.equal(code, 2);
    assert.match(stderr, /(NOTIFICATIONTYPE|HOSTNAME) is not set; in nagios\.cfg say enable_environment_macros=1/);
  }
  assert.equal((await run('tictoc', ['nagios', '-m', 'nonsense'], environment({}))).code, 2);
  const unexpanded = ['nagios', '-m', 'NOTIFICATIONTYPE=PROBLEM', '-m', 'HOSTNAME=$HOSTNAME$'];
  assert.match((await run('tictoc', unexpanded, environment({}))).stderr, /HOSTNAME was not expanded: /);
});

test('notifications of the time the daemon was away arrive later, in order, with the time of then', async () => {
  const spool = path.join(folder('nagios-spool'), 'spool');
  const notify = (url, macros) =>
    run('tictoc', ['nagios', '--url', url, `--spool=${spool}`], environment({ ...service, ...macros }), '/');
  const first = await notify(kNobody, { NOTIFICATIONTYPE: 'PROBLEM' });
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /^spooled: 1 event/);
  const daemon = await new Daemon(folder('nagios-daemon'), config).start();
  const second = await notify(daemon.url, { NOTIFICATIONTYPE: 'RECOVERY', SERVICESTATE: 'OK', TIMET: '1767225660' });
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stderr, /1 spooled event was sent first/);
  assert.deepEqual((await daemon.events()).map(({ event: e }) => [e.alert_key, e.alert_state, e.timestamp]), [
    ['web1/HTTP', 'firing', '2026-01-01T00:00:00Z'], ['web1/HTTP', 'resolved', '2026-01-01T00:01:00Z']]);
  await daemon.stop();
});

test('the help has the definitions to paste', async () => {
  const { code, stdout } = await run('tictoc', ['nagios', '--help']);
  assert.equal(code, 0);
  for (const text of ['command_line  /usr/bin/tictoc nagios', 'object NotificationCommand "tictoc-host"',
    'enable_environment_macros=1']) assert.ok(stdout.includes(text), text);
  for (const [, name] of stdout.matchAll(/NAGIOS_([A-Z]+) = /g)) assert.ok(isMacro(name), name);
});
