// A short run of differential fuzzing; `make fuzz` runs as long as one likes.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';

const kSeed = 20260131;
const kExpressions = 10_000;

/** The harness, or null after saying that a package is missing. */
async function load(t) {
  try {
    const { differential, describe } = await import('./differential/differential.mjs');
    const { Vortex } = await import('./differential/peers.mjs');
    return { differential, describe, Vortex };
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    t.skip(`an npm package is not installed: ${error.message}`);
    return null;
  }
}

test('generated expressions mean the same here and in two other implementations', async (t) => {
  const harness = await load(t);
  if (!harness) return;
  const report = await harness.differential({ seed: kSeed, count: kExpressions });
  t.diagnostic(`${report.expressions} expressions; compared ${JSON.stringify(report.counts)}`);
  t.diagnostic(`known differences ${JSON.stringify(report.explained)}`);
  assert.deepEqual(report.unexplained.map(harness.describe), []);
});

test('one wrong operator is found, and shrunk to the operator', async (t) => {
  const harness = await load(t);
  if (!harness) return;
  const vortex = new harness.Vortex();
  const evaluate = vortex.evaluate.bind(vortex);
  // As if `-` of whole numbers were `+`.
  vortex.evaluate = (requests) => evaluate(requests.map((request) =>
    ({ ...request, expr: request.expr.replace(/(\w+) - (\d+)\b(?![.eu])/g, '$1 + $2') })));
  const { unexplained } = await harness.differential({ seed: kSeed, count: 2000, vortex });
  const least = unexplained.map((difference) => difference.least);
  assert.ok(least.includes('0 - 1'), `found ${JSON.stringify(least)}`);
});
