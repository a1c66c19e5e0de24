// The conformance suite of the expression language through the command: `vortex eval --typed`.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';
import { run } from './harness.mjs';
import { casesOfFolder, casesOfPackage } from './conformance_cases.mjs';

/** One process for all lines: an object of answers by line. */
async function answers(tests, ...flags) {
  const input = tests.map((t) => JSON.stringify({ ...t, expect: undefined })).join('\n') + '\n';
  const { code, stdout, stderr } = await run('vortex', ['eval', '--typed', ...flags], process.env,
    undefined, input);
  assert.equal(code, 0, stderr);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines.length, tests.length);
  return lines.map((line) => JSON.parse(line));
}

/** Numbers by value, bytes by content, maps without order. */
function canonical({ type, value, base64 }) {
  if (type === 'list') return `list[${value.map(canonical).join()}]`;
  if (type === 'map') return `map{${value.map((pair) => pair.map(canonical).join(':')).sort().join()}}`;
  if (type === 'int' || type === 'uint') return `${type} ${BigInt(value)}`;
  if (type === 'double') return `double ${Object.is(value, -0) || value === '-0.0' ? '-0' : Number(value)}`;
  if (type === 'bytes') return `bytes ${base64 ?? Buffer.from(value ?? '').toString('base64')}`;
  return `${type} ${JSON.stringify(value)}`;
}

function problem({ expect }, found, checked) {
  if (expect.error) return found.error ? '' : 'a value where an error is expected';
  if (expect.deduced_type && checked.type !== expect.deduced_type) return 'another type is deduced';
  if (!expect.value) return '';
  if (found.error) return 'an error where a value is expected';
  return canonical(found) === canonical(expect.value) ? '' : 'another value';
}

async function conform(t, from, cases) {
  const tests = cases.map((c) => c.test);
  const found = await answers(tests.map((c) => ({ ...c, check_only: undefined })));
  const checked = await answers(tests, '--check-only');
  const counts = { core: [0, 0], ext: [0, 0] };
  const wrong = [];
  cases.forEach(({ group, suite, test: { section, name, expr, ...rest } }, i) => {
    const why = problem(rest, found[i], checked[i]);
    counts[group][0] += why ? 0 : 1;
    counts[group][1] += 1;
    if (why) wrong.push(`${suite}/${section}/${name}: ${why}\n  ${expr}\n  expected ` +
      `${JSON.stringify(rest.expect)}\n  found    ${JSON.stringify(found[i])} ${JSON.stringify(checked[i])}`);
  });
  t.diagnostic(`${from}: core ${counts.core.join(' of ')}, ext ${counts.ext.join(' of ')}`);
  assert.equal(wrong.length, 0, `${wrong.length} cases fail\n${wrong.slice(0, 20).join('\n')}`);
}

test('every case of the shared conformance data passes through vortex eval --typed', async (t) => {
  const cases = casesOfFolder();
  if (!cases) return t.skip('the shared conformance data is not here');
  await conform(t, 'shared data', cases);
});

test('every case in scope of cel-spec 0.25.1 passes through vortex eval --typed', async (t) => {
  const cases = await casesOfPackage();
  if (!cases) return t.skip('@bufbuild/cel-spec is not installed');
  await conform(t, '@bufbuild/cel-spec', cases);
});
