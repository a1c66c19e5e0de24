// Plugins as their authors make them: the scaffold builds, passes the check, and the daemon works with it.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Daemon, bin, folder, objects, run, serve, until } from './harness.mjs';

const vortex = (...args) => run('vortex', args);
const fed = (stdin, ...args) => run('vortex', args, process.env, undefined, stdin);
// Those of tests/plugins.
const plugin = (name) => path.join(bin, '../plugins', `${name}.so`);
const hashOf = (file) => createHash('sha256').update(fs.readFileSync(file)).digest('hex');

// A new plugin, built with one command; gives what the check printed.
async function made(name, kind, language) {
  const dir = path.join(folder('plugin'), name);
  const written = await vortex('plugin', 'new', name, `--${kind}`, '--language', language, dir);
  assert.equal(written.code, 0, written.stderr);
  const program = path.join(bin, 'vortex');
  const checked = execFileSync('make', ['-C', dir, 'check', `VORTEX=${program}`], { encoding: 'utf8' });
  const file = path.join(dir, `${name}${language === 'python' ? '.py' : '.so'}`);
  const sha256 = /sha256: ([0-9a-f]{64})/.exec(checked)?.[1];
  return { dir, file, sha256, checked };
}

const listed = ({ file, sha256 }) => `plugins:\n  - {path: ${file}, sha256: ${sha256}}\n`;
const messages = (file) => objects(file).map(({ message }) => message);

test('a scaffold in C delivers by itself, and events wait for what it needs', async () => {
  const scaffold = await made('cfile', 'exit', 'c');
  const dir = folder('daemon');
  const out = path.join(dir, 'later', 'out.ndjson');
  const daemon = await new Daemon(dir, `
${listed(scaffold)}
entries:
  events: {type: http, path: /api/v1/events}
exits:
  mine: {type: cfile, path: ${out}, retry: {base: 100ms}}
rules:
  - {name: all, to: mine}
`).start();
  await daemon.post('/api/v1/events', Array.from({ length: 500 }, (_, i) => ({ message: `event ${i}` })));
  fs.mkdirSync(path.dirname(out));
  await until('all events', () => messages(out).length === 500);
  assert.equal(messages(out)[499], 'event 499');
  await daemon.stop();
});

test('a scaffold in C++ encodes and the daemon sends, with the secret in the header only', async () => {
  const scaffold = await made('cpost', 'exit', 'c++');
  const server = await serve(() => ({ status: 200, body: '{}' }));
  const dir = folder('daemon');
  const daemon = await new Daemon(dir, `
${listed(scaffold)}
entries:
  events: {type: http, path: /api/v1/events}
exits:
  mine:
    type: cpost
    url: ${server.url}/
    token: {file: ./token}
    text: '{{ event.host }}: {{ event.message }}'
    allow_networks: [127.0.0.0/8]
rules:
  - {name: all, to: mine}
`);
  fs.writeFileSync(path.join(dir, 'token'), 'hunter2222\n');
  await daemon.start();
  await daemon.post('/api/v1/events', { message: 'disk full', host: 'web' });
  await until('the request', () => server.requests.length === 1);
  assert.equal(server.requests[0].headers.authorization, 'Bearer hunter2222');
  assert.equal(JSON.parse(server.requests[0].body).text, 'web: disk full');
  await daemon.stop();
  await server.close();
});

test('entries of plugins decode what comes, and bring events by themselves', async () => {
  const [decodes, runs] = [await made('ctake', 'entry', 'c++'), await made('cbeat', 'entry', 'c')];
  const dir = folder('daemon');
  const daemon = await new Daemon(dir, `
plugins:
  - {path: ${decodes.file}, sha256: ${decodes.sha256}}
  - {path: ${runs.file}, sha256: ${runs.sha256}}
entries:
  hook: {type: ctake, path: /hooks/mine}
  beat: {type: cbeat}
exits:
  archive: {type: file, path: ./archive.ndjson}
rules:
  - {name: all, to: archive}
`).start();
  const out = path.join(dir, 'archive.ndjson');
  assert.equal((await daemon.post('/hooks/mine', { any: 'body' })).status, 200);
  await until('both', () => messages(out).includes('{"any":"body"}') && messages(out).includes('beat 1'));
  await daemon.stop();
});

test('`encode` and `decode` take the types of plugins that a configuration lists', async () => {
  const [posts, takes] = [await made('tpost', 'exit', 'c++'), await made('ttake', 'entry', 'c++')];
  const config = path.join(folder('plugin'), 'vortex.yaml');
  fs.writeFileSync(config, listed(posts) + `  - {path: ${takes.file}, sha256: ${takes.sha256}}\n`);
  const events = '{"message":"disk full","host":"web"}\n';
  const options = ['-o', 'url=https://example.com/a', '-o', 'token=hunter2222', '-o', 'text={{ event.host }}'];
  const encoded = await fed(events, 'encode', 'tpost', '-c', config, ...options);
  const request = JSON.parse(encoded.stdout);
  assert.equal(request.url, 'https://example.com/a');
  assert.equal(request.headers.Authorization, 'Bearer ***');
  assert.equal(JSON.parse(request.body).text, 'web');
  assert.equal(encoded.code, 0);
  const decoded = await fed('disk full', 'decode', '-c', config, 'ttake', '--header', 'User-Agent: me');
  const { kind, message, agent } = JSON.parse(decoded.stdout);
  assert.deepEqual([kind, message, agent], ['urn:ttake:event', 'disk full', 'me']);
  assert.match((await fed('', 'decode', 'ttake', '-c', config)).stderr, /400: the body is empty/);
  const unknown = await fed(events, 'encode', 'tpost');
  assert.match(unknown.stderr, /no exit portal `tpost`; there are: .* slack .* need `-c FILE`/);
  assert.equal(unknown.code, 2);
  assert.match((await fed(events, 'encode', 'tpots', '-c', config)).stderr, /did you mean `tpost`\?; there are: [^;]* tpost\n$/);
  // What is wrong with the configuration is told where it keeps the type away, and only there.
  fs.writeFileSync(config, listed({ file: posts.file, sha256: hashOf(takes.file) }));
  assert.match((await fed(events, 'encode', 'tpost', '-c', config)).stderr, /its SHA-256 is .*no exit portal `tpost`/s);
  assert.equal((await fed('{}', 'decode', 'hook', '-c', config)).stderr, '');
});

test('`encode` and `decode` say what a plugin has not for them', async () => {
  const config = path.join(folder('plugin'), 'vortex.yaml');
  fs.writeFileSync(config, listed({ file: plugin('odd'), sha256: hashOf(plugin('odd')) }));
  const told = async (...args) => {
    const { code, stdout, stderr } = await fed('{"message":"m"}\n', ...args, '-c', config);
    assert.equal(stdout, '');
    return [code, stderr];
  };
  const [delivers, runs] = [await told('encode', 'odd_deliver'), await told('decode', 'odd_run')];
  assert.match(delivers[1], /delivers by itself.*vortex plugin check --deliver \/.*\/odd\.so.*tictoc exit test/);
  assert.match(runs[1], /brings its events by itself.*tictoc tail/);
  assert.deepEqual([delivers[0], runs[0]], [2, 2]);
  const encode = (mode, ...more) => told('encode', 'odd_encode', '-o', `mode=${mode}`, ...more);
  assert.deepEqual(await encode('wait'), [1, 'vortex: event 0: not yet\n']);
  assert.match((await encode('refuse'))[1], /event 0: the plugin odd refuses its configuration/);
  assert.match((await encode('encode', '-o', 'token={env: TT_NOPE}'))[1], /event 0: the secret `token`, from env TT_NOPE, has no text/);
  assert.match((await encode('encode', '-o', 'count=77'))[1], /error: `count`: /);
});

test('a scaffold for the tree is a folder with its README, its golden requests and its test', async () => {
  const tree = folder('tree');
  const elsewhere = await vortex('plugin', 'new', 'myexit', '--exit', '--language', 'in-tree', tree);
  assert.match(elsewhere.stderr, /is not the source tree of time-tunnel/);
  fs.mkdirSync(path.join(tree, 'src/portals'), { recursive: true });
  fs.mkdirSync(path.join(tree, 'docs'));
  fs.writeFileSync(path.join(tree, 'docs/layers.txt'), '');
  assert.equal((await vortex('plugin', 'new', 'myexit', '--exit', '--language', 'in-tree', tree)).code, 0);
  const portal = path.join(tree, 'src/portals/exit/myexit');
  assert.deepEqual(fs.readdirSync(portal, { recursive: true }).sort(), ['README.md', 'golden', 'golden/default.txt', 'myexit.cc']);
  assert.match(fs.readFileSync(path.join(portal, 'myexit.cc'), 'utf8'), /namespace tt::portals::exit::myexit {/);
  assert.deepEqual(fs.readdirSync(path.join(tree, 'tests/portals/exit')), ['myexit_test.cc']);
  const again = await vortex('plugin', 'new', 'myexit', '--exit', '--language', 'in-tree', tree);
  assert.match(again.stderr, /exists already; nothing was written/);
});

for (const kind of ['exit', 'entry']) {
  test(`a scaffold in Python describes itself: ${kind}`, async () => {
    assert.match((await made('pmine', kind, 'python')).checked, /type: exec/);
  });
}

test('what is wrong with a call of `plugin new` is told', async () => {
  const dir = path.join(folder('plugin'), 'mine');
  const told = async (...args) => (await vortex('plugin', 'new', ...args)).stderr;
  assert.match(await told('mine', '--exit'), /DIR is required/);
  assert.match(await told('mine', dir), /--exit or --entry is required/);
  assert.match(await told('mine', '--exit', '--language', 'fortran', dir), /fortran not in \{c\+\+,c,python,in-tree\}/);
  assert.match(await told('slack', '--exit', dir), /an exit portal `slack` is built in/);
  assert.ok(!fs.existsSync(dir));
});

test('what is wrong with a plugin is told, with a way out', async () => {
  const dir = folder('plugin');
  const config = async (text) => {
    fs.writeFileSync(path.join(dir, 'vortex.yaml'), text);
    return (await vortex('check', path.join(dir, 'vortex.yaml'))).stdout;
  };
  const file = plugin('odd'), hash = hashOf(file);
  assert.match(await config(`plugins: [{path: ${file}, sha256: ${'0'.repeat(64)}}]\n`), new RegExp(`SHA-256 is ${hash}`));
  const exit = (options) => config(`plugins: [{path: ${file}, sha256: ${hash}}]
exits:
  mine:
    type: odd_deliver
${options}
rules: [{name: all, to: mine}]
`);
  assert.match(await exit('    mode: deliver\n    count: 77'), /vortex.yaml:6:12: error: `count`/);
  assert.match(await exit('    mode: refuse'), /refuses its configuration: I do not want/);
  assert.match(await exit('    mode: deliver'), /fine/);
  assert.match((await vortex('plugin', 'check', plugin('liar11'))).stdout, /crashed/);
  const left = await vortex('plugin', 'check', plugin('liar14'));
  assert.match(left.stdout, /it ended the process \(exit code 0\)\n.*not fit for use/);
  assert.equal(left.code, 1);
  assert.match((await vortex('plugin', 'check', plugin('liar10'))).stdout, /tt_plugin_v2/);
  const all = (await vortex('plugin', 'list', '-c', path.join(dir, 'vortex.yaml'))).stdout;
  assert.match(all, /exit +slack +built in/);
  assert.match(all, /exit +odd_deliver +odd 1\.2\.3/);
});

test('a plugin that hangs holds its own exit only', async () => {
  const file = plugin('odd'), hash = hashOf(file);
  const dir = folder('daemon');
  const gate = path.join(dir, 'gate');
  fs.writeFileSync(gate, 'closed');
  const daemon = await new Daemon(dir, `
plugins: [{path: ${file}, sha256: ${hash}}]
entries:
  events: {type: http, path: /api/v1/events}
exits:
  stuck: {type: odd_deliver, mode: hang, gate: ${gate}, timeout: 1s, retry: {base: 100ms}}
  archive: {type: file, path: ./archive.ndjson}
rules:
  - {name: all, to: [stuck, archive]}
`).start();
  await daemon.post('/api/v1/events', { message: 'one' });
  await until('the other exit', () => messages(path.join(dir, 'archive.ndjson')).length === 1);
  await until('a word about it', () => daemon.lines.some((line) => line.includes('has not returned from deliver()')));
  await daemon.post('/api/v1/events', { message: 'two' });
  await until('the other exit again', () => messages(path.join(dir, 'archive.ndjson')).length === 2);
  await daemon.stop();
});
