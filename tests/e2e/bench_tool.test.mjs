// The benchmark tool without measuring: wrong input is one line, a report shows what was asked for.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folder } from './harness.mjs';

const tool = fileURLToPath(new URL('../../bench/run.py', import.meta.url));

function bench(words, env = {}) {
  const { FLUENT_BIT: _, ...clean } = process.env;
  const { status, stdout, stderr } =
    spawnSync('python3', [tool, ...words], { encoding: 'utf8', env: { ...clean, ...env } });
  return { status, stdout, stderr };
}

// As run.py writes them: of one case, in a run that was asked for that case alone or for all.
function results(name, more) {
  const file = path.join(folder(name), 'results.json');
  const about = { date: '2026-01-31', machine: '2 cores', seconds: 1, runs: 1, versions: {}, ...more };
  const run = {
    case: 'J1/nginx-lua', in_per_s: 1000, end_to_end_per_s: 900, cpu_s_per_million: 5, memory_mb: 9,
    lost: 0, doubled: 0, misrouted: 0, malformed: 0, request_ms: [0.1, 0.2, 0.3],
  };
  fs.writeFileSync(file, JSON.stringify({ about, results: [run] }));
  return file;
}

for (const [title, words, env, line] of [
  ['a case that is not there', ['--only', 'nosuch'], {}, /^bench: no case matches 'nosuch'; --list has the names$/],
  ['a broken expression', ['--only', '('], {}, /^bench: --only '\(' is no regular expression/],
  ['results that are not there', ['--report', '--results', '/nowhere/r.json'], {}, /^bench: --results .*: no such file/],
  ['a lock that cannot be', ['--only', 'search', '--vortex', tool, '--lock', '/nowhere/lock'], {}, /^bench: --lock /],
  ['another vortex that is not there', ['--vortex', '/nowhere'], {}, /^bench: --vortex names no program: \/nowhere$/],
  ['a Fluent Bit that is not there', ['--list'], { FLUENT_BIT: '/nowhere' }, /^bench: FLUENT_BIT names no program: \/nowhere$/],
  ['a case whose program nobody named', ['--only', 'J1/fluent', '--needs'], {}, /^bench: fluent-bit is not there: .*FLUENT_BIT=/],
]) {
  test(`bench: ${title} is one line and no success`, () => {
    const { status, stdout, stderr } = bench(words, env);
    assert.equal(status, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr.trimEnd(), line);
    assert.equal(stderr.trimEnd().split('\n').length, 1);
  });
}

test('bench: what a case needs is what is installed for it', () => {
  assert.equal(bench(['--only', 'search', '--needs']).stdout.trim(), '');
  assert.equal(bench(['--only', 'J1/node$', '--needs']).stdout.trim(), 'bench-node');
  assert.equal(bench(['--only', 'J4/', '--needs']).stdout.trim(), 'bench-rsyslog bench-syslog-ng');
});

test('bench: a report of some cases tells nothing of the others', () => {
  const file = results('bench-part', { part: true });
  for (const words of [['--only', 'J1/nginx-lua$'], []]) {
    const { status, stdout } = bench(['--report', '--results', file, ...words]);
    assert.equal(status, 0);
    assert.match(stdout, /J1\/nginx-lua \| 1,000/);
    assert.doesNotMatch(stdout, /not measured/i);
    assert.doesNotMatch(stdout, /J2/);
  }
  const other = bench(['--report', '--results', file, '--only', 'J2/']);
  assert.equal(other.status, 2);
  assert.match(other.stderr, /nothing of 'J2\/' was measured/);
});

test('bench: a report of everything names what is missing', () => {
  const { stdout } = bench(['--report', '--results', results('bench-all', {})]);
  assert.match(stdout, /Not measured: .*J2\/time-tunnel/);
});
