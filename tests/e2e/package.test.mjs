// The Debian package: what is in it, that it works where it lands, and what its service exposes.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { bin, folder, root, until } from './harness.mjs';

const unit = path.join(root, 'packaging/systemd/time-tunnel.service');
const has = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const needs = (...programs) => {
  const missing = programs.filter((program) => !has(program));
  return missing.length ? { skip: `${missing.join(', ')} not installed` } : {};
};

let built;
/** Builds the package once; gives the file and the folder it was unpacked to. */
function build() {
  if (built) return built;
  const out = folder('package');
  execFileSync(path.join(root, 'packaging/build.sh'), [bin, out], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DPKG_DEB_COMPRESSOR_TYPE: 'gzip', DPKG_DEB_COMPRESSOR_LEVEL: '1' },
  });
  const deb = path.join(out, fs.readdirSync(out).find((name) => name.endsWith('.deb')));
  const target = path.join(out, 'target');
  execFileSync('dpkg-deb', ['-x', deb, target]);
  built = { deb, target };
  return built;
}

test('the service exposes at most 1.5 of 10', needs('systemd-analyze'), (t) => {
  const { status, stdout, stderr } = spawnSync('systemd-analyze',
    ['security', '--offline=true', '--threshold=15', '--no-pager', unit], { encoding: 'utf8' });
  if (/unrecognized option|Unknown/.test(stderr)) return t.skip('this systemd-analyze cannot look at a file');
  assert.equal(status, 0, stdout + stderr);
  const level = Number(/exposure level for time-tunnel.service: ([\d.]+)/.exec(stdout)[1]);
  t.diagnostic(`exposure ${level}`);
  assert.ok(level <= 1.5);
});

test('the unit restarts after a disk error and not after a mistake, without a core dump', () => {
  const text = fs.readFileSync(unit, 'utf8');
  for (const line of ['Restart=on-failure', 'RestartPreventExitStatus=1 2 78', 'LimitCORE=0',
    'StateDirectory=time-tunnel', 'ExecStart=/usr/bin/vortex run -c /etc/time-tunnel/vortex.yaml'])
    assert.ok(text.split('\n').includes(line), line);
  for (const key of ['MemoryMax', 'SystemCallFilter', 'StartLimitBurst', 'StartLimitIntervalSec'])
    assert.match(text, new RegExp(`^${key}=.`, 'm'));
});

test('the package holds programs, service, configuration, completion and documents',
  needs('dpkg-deb', 'dpkg-shlibdeps', 'strip'), () => {
    const { deb, target } = build();
    for (const file of ['usr/bin/vortex', 'usr/bin/tictoc', 'lib/systemd/system/time-tunnel.service',
      'etc/time-tunnel/vortex.yaml', 'usr/share/man/man1/vortex.1.gz', 'usr/share/man/man1/tictoc.1.gz',
      'usr/share/bash-completion/completions/vortex', 'usr/share/bash-completion/completions/tictoc',
      'usr/share/zsh/vendor-completions/_vortex', 'usr/share/fish/vendor_completions.d/tictoc.fish',
      'usr/share/doc/time-tunnel/copyright', 'usr/share/doc/time-tunnel/changelog.gz',
      'usr/share/doc/time-tunnel/docs/reference/configuration.md',
      'usr/share/doc/time-tunnel/examples/gitlab-to-chat.yaml'])
      assert.ok(fs.existsSync(path.join(target, file)), file);
    const field = (name) => execFileSync('dpkg-deb', ['-f', deb, name], { encoding: 'utf8' });
    assert.equal(`vortex ${field('Version').trim()}`,
      execFileSync(path.join(target, 'usr/bin/vortex'), ['--version'], { encoding: 'utf8' }).trim());
    assert.match(field('Depends'), /libssl3.*libstdc\+\+6.*adduser/);
    const conffiles = execFileSync('dpkg-deb', ['--ctrl-tarfile', deb], { maxBuffer: 1 << 24 });
    assert.match(execFileSync('tar', ['-xO', './conffiles'], { input: conffiles, encoding: 'utf8' }),
      /^\/etc\/time-tunnel\/vortex.yaml$/m);
    for (const script of ['postinst', 'prerm', 'postrm'])
      assert.equal(spawnSync('sh', ['-n', path.join(root, 'packaging/debian', script)]).status, 0, script);
  });

test('where it is unpacked the daemon likes its configuration and runs', needs('dpkg-deb', 'dpkg-shlibdeps'),
  async () => {
    const { target } = build();
    const vortex = path.join(target, 'usr/bin/vortex');
    const config = path.join(target, 'etc/time-tunnel/vortex.yaml');
    const { status, stdout } = spawnSync(vortex, ['check', '--strict', config], { encoding: 'utf8' });
    assert.equal(status, 0, stdout);
    const data = folder('installed');
    const own = path.join(data, 'vortex.yaml');
    fs.writeFileSync(own, fs.readFileSync(config, 'utf8').replaceAll('/var/lib/time-tunnel', data));
    const daemon = spawn(vortex, ['run', '-c', own, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const exited = new Promise((done) => daemon.on('exit', done));
    let log = '';
    daemon.stderr.on('data', (bytes) => (log += bytes));
    const [, address] = await until('the daemon to listen', () => /"address":"(?:tcp:\/\/)?([\d.:]+)"/.exec(log));
    const sent = spawnSync(path.join(target, 'usr/bin/tictoc'), ['send', 'hello', '--url', `http://${address}`],
      { encoding: 'utf8' });
    assert.equal(sent.status, 0, sent.stderr);
    await until('the archive', () => fs.existsSync(path.join(data, 'archive.ndjson'))
      && /hello/.test(fs.readFileSync(path.join(data, 'archive.ndjson'), 'utf8')));
    daemon.kill('SIGTERM');
    assert.equal(await exited, 0);
  });

/** The system calls of a set of systemd, nested sets included. */
function calls(set) {
  const all = new Set();
  for (const word of execFileSync('systemd-analyze', ['syscall-filter', set], { encoding: 'utf8' })
    .split('\n').slice(1).map((line) => line.trim()).filter((line) => line && !line.startsWith('#')))
    if (word.startsWith('@')) for (const one of calls(word)) all.add(one);
    else all.add(word);
  return all;
}

test('the daemon makes no system call that the unit forbids', needs('systemd-analyze', 'strace'), async (t) => {
  const [allowed, denied] = fs.readFileSync(unit, 'utf8').match(/^SystemCallFilter=.*/gm).map((line) =>
    line.replace(/^SystemCallFilter=~?/, '').split(' ').flatMap((set) => [...calls(set)]));
  const dir = folder('calls');
  fs.writeFileSync(path.join(dir, 'vortex.yaml'), `listen: 127.0.0.1:0
data: ./data
entries: {events: {type: http, path: /api/v1/events}}
exits: {archive: {type: file, path: ./a.ndjson}, hook: {type: webhook, url: 'http://localhost:9/'}}
rules: [{name: all, to: [archive, hook]}]
`);
  const trace = path.join(dir, 'trace');
  const daemon = spawn('strace', ['-f', '-qq', '-e', 'signal=none', '-o', trace, path.join(bin, 'vortex'), 'run', '-c',
    path.join(dir, 'vortex.yaml')], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const exited = new Promise((done) => daemon.on('exit', done));
  let log = '';
  daemon.stderr.on('data', (bytes) => (log += bytes));
  let gone = false;
  exited.then(() => (gone = true));
  const found = await until('the daemon to listen', () => gone || /"address":"(?:tcp:\/\/)?([\d.:]+)"/.exec(log));
  if (gone) return t.skip('strace may not trace here');
  await fetch(`http://${found[1]}/api/v1/events`, { method: 'POST', body: '{"message":"x"}',
    headers: { 'content-type': 'application/json' } });
  const pid = Number(/"pid":(\d+)/.exec(log)[1]);
  await until('the archive', () => fs.existsSync(path.join(dir, 'a.ndjson')));
  process.kill(pid, 'SIGTERM');
  await exited;
  const made = new Set([...fs.readFileSync(trace, 'utf8').matchAll(/^\d+ +(\w+)\(/gm)].map((match) => match[1]));
  made.delete('execve'); // The one that began it; systemd makes it before the filter counts.
  assert.ok(made.size > 30);
  assert.deepEqual([...made].filter((call) => !allowed.includes(call) || denied.includes(call)), []);
});
