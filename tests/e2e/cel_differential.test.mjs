// A short run of differential fuzzing; `make fuzz` runs as long as one likes.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';

const kSeed = 20260131;
const kExpressions = 10_000;

test('generated expressions mean the same here and in two other implementations', async (t) => {
  let harness;
  try {
    harness = await import('./differential/differential.mjs');
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return t.skip(`an npm package is not installed: ${error.message}`);
  }
  const report = await harness.differential({ seed: kSeed, count: kExpressions });
  t.diagnostic(`${report.expressions} expressions; compared ${JSON.stringify(report.counts)}`);
  t.diagnostic(`known differences ${JSON.stringify(report.explained)}`);
  assert.deepEqual(report.unexplained.map(harness.describe), []);
});
