// Programs in other languages as entry and exit: the examples of the documentation, and one that is killed.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, folder, objects, root, run, until } from './harness.mjs';

// The daemon starts nothing that others could change, so the examples are put where only we write.
function install(dir, name) {
  const file = path.join(dir, name);
  fs.copyFileSync(path.join(root, 'examples/plugins', name), file);
  fs.chmodSync(file, 0o700);
  return file;
}

const events = (file) => objects(file).map(({ message }) => message);

for (const name of ['deliver.py', 'deliver.mjs']) {
  test(`${name} delivers every event, also those of a life that was ended`, async () => {
    const dir = folder('plugin');
    const out = path.join(dir, 'out.ndjson');
    const daemon = await new Daemon(dir, `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  mine: {type: exec, command: [${install(dir, name)}], options: {path: ${out}}, retry: {base: 100ms}}
rules:
  - {name: all, to: mine}
`).start();
    const send = (from, count) =>
      daemon.post('/api/v1/events', Array.from({ length: count }, (_, i) => ({ message: `event ${from + i}` })));
    assert.equal((await send(0, 200)).status, 202);
    await until('the first events', () => events(out).length >= 200);
    const tried = await daemon.tictoc('exit', 'test', 'mine');
    assert.equal(tried.code, 0, tried.stdout + tried.stderr);
    assert.doesNotMatch(tried.stdout, /200/);
    const [{ id }] = await daemon.events();
    await until('the attempt', async () => /delivered .*, acknowledged/.test((await daemon.tictoc('why', id)).stdout));
    const all = fs.readdirSync(`/proc/${daemon.process.pid}/task`)
      .flatMap((task) => fs.readFileSync(`/proc/${daemon.process.pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean));
    assert.equal(all.length, 1);
    process.kill(Number(all[0]), 'SIGKILL');
    assert.equal((await send(200, 200)).status, 202);
    await until('all events', () => new Set(events(out)).size === 401); // With that of the test.
    await daemon.stop();
  });
}

test('collect.py brings a file as an event and removes it once that is stored', async () => {
  const dir = folder('plugin');
  const inbox = path.join(dir, 'inbox');
  fs.mkdirSync(inbox);
  const daemon = await new Daemon(dir, `
entries:
  files: {type: exec, command: [${install(dir, 'collect.py')}], options: {folder: ${inbox}}}
exits:
  archive: {type: file, path: ./archive.ndjson}
rules:
  - {name: all, to: archive}
`).start();
  fs.writeFileSync(path.join(inbox, 'report.pdf'), 'x');
  await until('the event', () => events(path.join(dir, 'archive.ndjson')).includes('report.pdf has come'));
  await until('the file to go', () => fs.readdirSync(inbox).length === 0);
  assert.equal((await daemon.events())[0].event.kind, 'urn:folder:file');
  await daemon.stop();
});

test('a program that dies again and again is shown with its last error', async () => {
  const dir = folder('plugin');
  const program = path.join(dir, 'dies.sh');
  fs.writeFileSync(program, '#!/bin/sh\nexit 7\n', { mode: 0o700 });
  const daemon = await new Daemon(dir, `
entries:
  dying: {type: exec, command: [${program}]}
exits:
  archive: {type: file, path: ./archive.ndjson}
rules:
  - {name: all, to: archive}
`).start();
  const entry = () => daemon.get('/api/v1/entries/dying');
  await until('a restart', async () => (await entry()).restarts > 1);
  assert.equal((await entry()).last_error, 'exit code 7');
  assert.match((await entry()).problem, /^its program ended \d+ times, last: exit code 7$/);
  assert.match(await (await fetch(`${daemon.url}/readyz`)).text(), /degraded: entry `dying`: its program ended/);
  for (const words of [['entry', 'ls'], ['entry', 'show', 'dying'], ['status']])
    assert.match((await daemon.tictoc(...words)).stdout, /exit code 7/, words.join(' '));
  await daemon.stop();
});

test('a program that crashes says why in its own words, without its secret', async () => {
  const dir = folder('plugin');
  const file = path.join(dir, 'broken.sh');
  fs.writeFileSync(file, '#!/bin/sh\nread hello\necho "KeyError: no account for hunter2222" >&2\nexit 1\n', { mode: 0o700 });
  fs.writeFileSync(path.join(dir, 'token'), 'hunter2222\n');
  const daemon = await new Daemon(dir, `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  mine: {type: exec, command: [${file}], secrets: {token: {file: ./token}}, retry: {base: 100ms}}
rules:
  - {name: all, to: mine}
`).start();
  await daemon.post('/api/v1/events', { message: 'one' });
  const problem = /exit code 1; its last line of log: KeyError: no account for \*\*\*/;
  await until('the problem', async () => problem.test((await daemon.tictoc('exit', 'ls', '--json')).stdout));
  const [{ id }] = await daemon.events();
  assert.match((await daemon.tictoc('why', id)).stdout, problem);
  assert.ok(daemon.lines.some((line) => line.includes('KeyError') && /exit"?[=:]"?mine/.test(line)));
  assert.ok(!daemon.lines.some((line) => line.includes('hunter2222')));
  await daemon.stop();
});

test('a program that others could change is refused by the check, with what to type', async () => {
  const dir = folder('plugin');
  const file = install(dir, 'deliver.py');
  fs.chmodSync(file, 0o777);
  const config = path.join(dir, 'vortex.yaml');
  fs.writeFileSync(config, `exits:
  mine:
    type: exec
    command: [${file}]
rules: [{name: all, to: mine}]
`);
  const wrong = await run('vortex', ['check', config]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stdout, /vortex.yaml:4:15: error: .*deliver.py can be changed by others \(mode 0777/);
  assert.ok(wrong.stdout.includes(`chmod go-w ${file}`));
  fs.rmSync(file);
  const missing = await run('vortex', ['check', config]);
  assert.equal(missing.code, 0);
  assert.match(missing.stdout, /warning: .*deliver.py: No such file/);
});

test('the examples describe themselves, and a program that does not may be used', async () => {
  const dir = folder('plugin');
  for (const name of ['deliver.py', 'deliver.mjs', 'deliver.sh', 'collect.py']) {
    const checked = await run('vortex', ['plugin', 'check', install(dir, name)]);
    assert.equal(checked.code, 0, checked.stderr);
    assert.match(checked.stdout, /fine; into the configuration/);
    if (name === 'deliver.py') assert.match(checked.stdout, /\n {4}options: {path: "[^"]+"}\n/);
  }
  const mute = path.join(dir, 'mute.sh');
  fs.writeFileSync(mute, '#!/bin/sh\nread hello\nexit 3\n', { mode: 0o700 });
  const checked = await run('vortex', ['plugin', 'check', mute]);
  assert.equal(checked.code, 0);
  assert.match(checked.stdout, /does not describe itself \(exit code 3\)\. It need not/);
  fs.chmodSync(mute, 0o600);
  assert.equal((await run('vortex', ['plugin', 'check', mute])).code, 1);
});

test('a reload starts a changed script anew, and leaves one that has not changed alone', async () => {
  const dir = folder('plugin');
  const file = path.join(dir, 'counted.sh');
  const script = (version) => {
    const next = `${file}.new`;
    fs.writeFileSync(next, `#!/bin/sh
read hello
echo ${version} >> ${dir}/starts
echo '{"op":"ready","window":1}'
n=0
while read line; do n=$((n + 1)); echo "{\\"op\\":\\"ack\\",\\"n\\":$n}"; done
`, { mode: 0o700 });
    fs.renameSync(next, file);
  };
  const starts = () => fs.readFileSync(path.join(dir, 'starts'), 'utf8').trim().split('\n').join(' ');
  script('one');
  const daemon = await new Daemon(dir, `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  mine: {type: exec, command: [${file}]}
rules:
  - {name: all, to: mine}
`).start();
  const deliver = async () => assert.equal((await daemon.tictoc('exit', 'test', 'mine')).code, 0);
  await deliver();
  await daemon.tictoc('reload');
  await deliver();
  assert.equal(starts(), 'one');
  script('two');
  await daemon.tictoc('reload');
  await deliver();
  assert.equal(starts(), 'one two');
  await daemon.stop();
});
