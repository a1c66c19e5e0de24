// rsyslog, syslog-ng and logger(1) as peers of a test, each in the test's own folder.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { absent, launch, libraries, unpacked } from './services.mjs';

/** A program that tools/deps.sh unpacks unless it is installed: its path, and the folder it lies below. */
function find(name, program) {
  const at = (below) => ({ file: path.join(below, 'usr/sbin', program), below });
  const installed = at('/');
  return fs.existsSync(installed.file) ? installed : { ...at(unpacked(name)), isUnpacked: true };
}

const rsyslogd = find('rsyslog', 'rsyslogd');
const syslogNgd = find('syslog-ng', 'syslog-ng');
export const withoutRsyslog = absent(rsyslogd.file);
export const withoutSyslogNg = absent(syslogNgd.file);

/** Whether a program listens there; asks the kernel, so that the program sees nothing of it. */
function isListening(place) {
  if (typeof place === 'string') return fs.existsSync(place);
  const [kind, port] = Object.entries(place)[0];
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 `;
  return fs.readFileSync(`/proc/net/${kind}`, 'utf8').includes(local);
}

/** Until it listens at all `places`: paths of sockets, `{tcp: port}` and `{udp: port}`. */
const start = (t, { file }, args, { dir, env, places }) =>
  launch(t, file, args, { dir, env, ready: async () => places.every(isListening) });

/** rsyslogd with these modules, inputs and actions. */
export function rsyslog(t, dir, config, places) {
  const file = path.join(dir, 'rsyslog.conf');
  fs.writeFileSync(file, `global(workDirectory="${dir}" maxMessageSize="64k" preserveFQDN="on")\n${config}`);
  const lib = libraries(rsyslogd.below);
  const env = rsyslogd.isUnpacked ? { LD_LIBRARY_PATH: lib } : {};
  const args = ['-n', '-f', file, '-i', path.join(dir, 'rsyslog.pid'), '-M', path.join(lib, 'rsyslog')];
  return start(t, rsyslogd, args, { dir, env, places });
}

/** syslog-ng with these sources, destinations and paths between them. */
export function syslogNg(t, dir, config, places) {
  const file = path.join(dir, 'syslog-ng.conf');
  fs.writeFileSync(file, '@version: 3.38\noptions { use-dns(no); dns-cache(no); keep-hostname(yes); stats-freq(0); ' +
    `time-reopen(1); log-msg-size(65536); };\n${config}`);
  const args = ['-F', '--no-caps', '-f', file];
  for (const [option, name] of [['-p', 'pid'], ['-c', 'ctl'], ['-R', 'persist']])
    args.push(option, path.join(dir, `syslog-ng.${name}`));
  if (!syslogNgd.isUnpacked) return start(t, syslogNgd, args, { dir, places });
  // It looks for its modules where it would be installed.
  const own = path.join(syslogNgd.below, 'usr/lib/syslog-ng');
  args.push('--module-path', path.join(own, fs.readdirSync(own).find((name) => /^\d/.test(name))));
  return start(t, syslogNgd, args, { dir, env: { LD_LIBRARY_PATH: `${libraries(syslogNgd.below)}:${own}` }, places });
}

/** Runs logger(1) to its end. */
export function logger(args, { stdin = '', zone = 'UTC' } = {}) {
  const { status, stderr } = spawnSync('logger', args,
    { input: stdin, env: { ...process.env, TZ: zone }, encoding: 'utf8' });
  if (status !== 0 || stderr) throw new Error(`logger ${args.join(' ')}: ${status} ${stderr}`);
}

/** `undefined` in `expected` means that the field is not there. */
export function assertHas(event, expected, what) {
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(event[name], value, `${what}: ${name}`);
}
