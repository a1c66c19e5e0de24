// Runs differential fuzzing for some seconds: node main.mjs [--seconds N] [--seed N] [--case N]
// SPDX-License-Identifier: Apache-2.0
import { parseArgs } from 'node:util';
import { describe, differential } from './differential.mjs';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    case: { type: 'string' },
  },
});
const begun = Date.now();
let told = begun, shown = 0;
const tally = (report) => `${report.expressions} expressions in ${Math.round((Date.now() - begun) / 1000)} s, ` +
  `${Object.values(report.explained).reduce((a, b) => a + b, 0)} explained, ${report.unexplained.length} unexplained`;

const report = await differential({
  seed: Number(options.seed), seconds: Number(options.seconds),
  ...(options.case && { begin: Number(options.case), count: 1 }),
  progress(so_far) {
    for (const found of so_far.unexplained.slice(shown)) console.log(describe(found));
    shown = so_far.unexplained.length;
    if (Date.now() - told < 10_000) return;
    told = Date.now();
    console.log(`seed ${options.seed}: ${tally(so_far)}`);
  },
});
console.log(`seed ${options.seed}: ${tally(report)}`);
console.log(JSON.stringify({ compared: report.counts, explained: report.explained, slowestBatchMs: report.slowestBatchMs }));
process.exitCode = report.unexplained.length > 0 ? 1 : 0;
