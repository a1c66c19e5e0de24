// Daemons with one broker as exit or entry, and what the tests of all brokers ask of them.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { plugin } from './brokers.mjs';
import { Daemon, bin, folder, root, run } from './harness.mjs';
import { absent } from './services.mjs';

const timeout = 120_000;
export const needs = (name, ...files) => ({
  timeout, skip: absent(...files) || (fs.existsSync(path.join(bin, `../plugins/time-tunnel-${name}.so`)) ? false : 'not built: ninja plugins'),
});
export const numbered = (count, from = 0, more = {}) =>
  Array.from({ length: count }, (_, i) => ({ message: `event ${from + i}`, kind: 'urn:test:n', n: from + i, ...more }));
export const range = (count) => Array.from({ length: count }, (_, i) => i);
export const unique = (list) => [...new Set(list)].sort((a, b) => a - b);
export const post = async (daemon, events) => assert.equal((await daemon.post('/api/v1/events', events)).status, 202);
export const delivered = (daemon, name, count) => daemon.exitWhen(name, `delivered ${count}`, (exit) => exit.delivered >= count);
export const stored = async (daemon) => (await daemon.events()).map(({ event }) => event);

/** A daemon with these exits, each of which gets every event. */
export function sender(name, exits, env = {}) {
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
export const taker = (name, options, dir = folder(name)) => new Daemon(dir, `${plugin(name)}
entries:
  in: {type: ${name}, ${options}}
exits:
  archive: {type: file, path: ./archive.ndjson}
rules:
  - {name: all, to: archive}
`);

/** The plugin passes the check, and its package holds the hash of what is in it. */
export async function expectPackaged(name) {
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
}
