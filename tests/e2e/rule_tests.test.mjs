// vortex test as people and build servers run it: the shipped examples, a failing file, reports.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { bin, folder, root } from './harness.mjs';

const vortex = (args, options = {}) =>
  spawnSync(path.join(bin, 'vortex'), args, { cwd: root, encoding: 'utf8', ...options });
const examples = fs.readdirSync(path.join(root, 'examples')).filter((n) => n.endsWith('.yaml'));
const suites = examples.filter((n) => n.endsWith('.test.yaml')).map((n) => `examples/${n}`);

/** Fails unless the text is well-formed XML of elements, attributes and the five entities. */
function assertXml(text) {
  const open = [];
  const body = text.replace(/^<\?xml [^>]*\?>\n/, '');
  const token = /<(\/?)([a-z]+)((?: [a-z]+="[^"<&]*(?:&(?:amp|lt|gt|quot|#39);[^"<&]*)*")*)(\/?)>|([^<]+)/gy;
  for (let at = 0; at < body.length; at = token.lastIndex) {
    token.lastIndex = at;
    const found = token.exec(body);
    assert.ok(found, `not XML at ${at}: ${body.slice(at, at + 80)}`);
    const [, close, name, , single, characters] = found;
    if (characters !== undefined) {
      assert.doesNotMatch(characters, /&(?!(?:amp|lt|gt|quot|#39);)/);
      assert.doesNotMatch(characters, /[\x00-\x08\x0b-\x1f]/);
    } else if (close) assert.equal(open.pop(), name);
    else if (!single) open.push(name);
  }
  assert.deepEqual(open, []);
}

test('every shipped example has tests, and they pass without any secret', () => {
  for (const name of examples)
    if (!name.endsWith('.test.yaml'))
      assert.ok(suites.includes(`examples/${name.replace('.yaml', '.test.yaml')}`), name);
  const run = vortex(['test', ...suites], { env: { PATH: process.env.PATH } });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.match(run.stdout, /^\d+ tests, \d+ passed, 0 failed$/m);
});

test('the examples of docs/rules.md are tests that pass', () => {
  const run = spawnSync('tools/run_page_tests.py', [path.join(bin, 'vortex'), '15', 'docs/rules.md'],
    { cwd: root, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stdout + run.stderr);
});

test('a failing file ends with 1 and says what differs and why', () => {
  const golden = 'tests/golden/rehearse/exits_differ';
  const run = vortex(['test', `${golden}.yaml`]);
  assert.equal(run.status, 1);
  assert.equal(run.stdout.replace('tests/golden/rehearse/', ''),
    fs.readFileSync(path.join(root, `${golden}.txt`), 'utf8'));
  assert.equal(run.stderr, '');
});

test('the JUnit report is XML with a case for each test and each refused file', () => {
  const report = path.join(folder('junit'), 'report.xml');
  const run = vortex(['test', '--junit', report, suites[0], 'tests/golden/rehearse/exits_differ.yaml',
    'tests/golden/rehearse/mistakes.yaml']);
  assert.equal(run.status, 1);
  const xml = fs.readFileSync(report, 'utf8');
  assertXml(xml);
  const own = Number(/^(\d+) tests/m.exec(run.stdout)[1]);
  assert.equal(xml.match(/<testcase /g).length, own + 1);
  assert.equal(xml.match(/<failure /g).length, 1);
  assert.equal(xml.match(/<error /g).length, 1);
  assert.match(xml, /where event\.severity = &quot;error&quot;/);
});

test('--json is one object, --filter takes some tests, and a filter that takes none fails', () => {
  const file = 'tests/golden/rehearse/exits_differ.yaml';
  const json = JSON.parse(vortex(['test', '--json', file]).stdout);
  assert.equal(json.failed, 1);
  assert.equal(json.files[0].tests[0].differences[0].path, 'exits');
  assert.equal(vortex(['test', '--filter', 'archive', file]).status, 0);
  const none = vortex(['test', '--filter', 'nothing like it', file]);
  assert.equal(none.status, 1);
  assert.match(none.stderr, /no test has `nothing like it` in its name/);
});

const both = `exits: {out: {type: stdout}}
rules: [{name: all, to: out}]
tests:
  - {name: one, event: {message: x}, expect: {exits: [out]}}
`;

test('vortex check finds the mistakes of tests, and does not run them', () => {
  const file = path.join(folder('check'), 'both.yaml');
  fs.writeFileSync(file, both.replace('[out]}', '[outt]}'));
  const wrong = vortex(['check', file]);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stdout, /:4:\d+: error: unknown exit `outt`/);
  fs.writeFileSync(file, both.replace('[out]}', '[]}')); // Fails, and is no mistake.
  assert.equal(vortex(['check', file]).status, 0);
  assert.equal(vortex(['check', 'examples/noise.test.yaml']).status, 0);
  assert.equal(vortex(['check', 'examples/noise.yaml', 'examples/noise.test.yaml']).status, 0);
  const other = vortex(['check', 'examples/severity-tree.yaml', 'examples/noise.test.yaml']);
  assert.equal(other.status, 1);
  assert.match(other.stdout, /noise\.test\.yaml:\d+:\d+: error: unknown /);
});

test('an empty configuration is warned of', () => {
  const file = path.join(folder('empty'), 'vortex.yaml');
  fs.writeFileSync(file, '');
  const run = vortex(['check', file]);
  assert.match(run.stdout, /no event comes in or goes out/);
  assert.equal(vortex(['check', '--strict', file]).status, 1);
});

test('tests may come from standard input', () => {
  const run = vortex(['test', '-'], { input: both });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.match(run.stdout, /^stdin\n {2}ok {4}one\n1 test, 1 passed, 0 failed\n$/);
});

test('eval knows the names of a configuration, and the time it is told', () => {
  const config = ['-c', 'examples/alerts-office-hours.yaml'];
  const at = (time) => vortex(['eval', ...config, '--received', time, 'office']).stdout;
  assert.equal(at('2026-01-30T10:00:00Z'), 'true\n');
  assert.equal(at('2026-01-31T23:00:00Z'), 'false\n');
  assert.match(vortex(['eval', ...config, 'ofice']).stderr, /did you mean 'office'/);
  assert.match(vortex(['eval', '--received', 'noon', 'true']).stderr, /noon is no time/);
});

test('a request given to vortex why gets the way to decode it', () => {
  const run = vortex(['why', '-c', 'examples/gitlab-to-chat.yaml', '--entry', 'gitlab'],
    { input: '{"object_kind": "push"}' });
  assert.equal(run.status, 1);
  assert.match(run.stderr, /vortex decode gitlab < FILE \| vortex why --entry gitlab/);
});
