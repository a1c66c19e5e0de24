// Differential fuzzing: vortex against two other implementations on generated expressions.
// SPDX-License-Identifier: Apache-2.0
import { makeCase, render, suits } from './generate.mjs';
import { known } from './known.mjs';
import { peers, Vortex } from './peers.mjs';
import { shrink } from './shrink.mjs';

const kBatch = 200;

const request = (expression, event, checked) => ({
  expr: render(expression), disable_check: !checked,
  bindings: { event: { type: 'map', value: Object.entries(event).map(([k, v]) => [{ type: 'string', value: k }, v]) } },
});

const agree = (a, b) => (a.error ? Boolean(b.error) : a.value === b.value);
/** What is refused before it runs although its types are right: constants that can never work. */
const kRefusedConstant = /regular expression|time zone/;

/** Each judge compares two outcomes: {name, applies(case), outcomes(vortex, cases) -> [[ours, theirs]]}. */
const judges = [
  ...Object.entries(peers).map(([name, evaluate]) => ({
    name,
    applies: ({ expression }) => suits(expression, name),
    async compare(vortex, cases) {
      const ours = await vortex.evaluate(cases.map((c) => request(c.expression, c.event, false)));
      return cases.map((c, i) => [ours[i], evaluate(render(c.expression), c.event)]);
    },
    // What a peer's checker refuses says nothing about values.
    same: (ours, theirs) => theirs.refused || agree(ours, theirs),
  })),
  {
    name: 'checker',
    applies: () => true,
    async compare(vortex, cases) {
      const both = await vortex.evaluate(cases.flatMap((c) =>
        [request(c.expression, c.event, true), request(c.expression, c.event, false)]));
      return cases.map((_, i) => [both[2 * i], both[2 * i + 1]]);
    },
    // Well-typed by construction: the checker has nothing to refuse, and changes no value.
    same: (checked, unchecked, { mistyped }) => agree(checked, unchecked) ||
      (checked.error && (mistyped || kRefusedConstant.test(checked.error))),
  },
];

/** The differences that one judge sees among the cases, each shrunk. */
async function differencesOf(judge, vortex, cases, counts) {
  const suitable = cases.filter(judge.applies);
  const outcomes = await judge.compare(vortex, suitable);
  counts[judge.name] = (counts[judge.name] ?? 0) + suitable.length;
  const found = [];
  for (const [i, c] of suitable.entries()) {
    if (judge.same(...outcomes[i], c)) continue;
    const least = await shrink(c.expression, c.event, judge.name !== 'checker', async (expressions) => {
      const tried = expressions.map((expression) => ({ ...c, expression }));
      const pairs = await judge.compare(vortex, tried);
      return pairs.map((pair) => !judge.same(...pair, c));
    });
    const [[ours, theirs]] = await judge.compare(vortex, [{ ...c, expression: least }]);
    found.push({ judge: judge.name, index: c.index, least: render(least), tree: least, whole: render(c.expression),
      event: c.event, ours, theirs });
  }
  return found;
}

/** The name of the rule that explains the difference, or nothing. */
function explanation({ judge, least, tree, event, ours, theirs }) {
  const text = least;
  const rule = known.find((r) => r.judge === judge && r.form.test(text) && (r.when?.(ours, theirs, text, event) ?? true));
  if (rule) return rule.name;
  // The other peer, which is the stricter one, has the same smallest expression as vortex has it.
  const outvoted = judge === 'cel-js' && suits(tree, 'bufbuild') && agree(ours, peers.bufbuild(text, event));
  return outvoted ? 'cel-js: outvoted by bufbuild' : undefined;
}

/**
 * Runs cases `begin`, `begin + 1`, ... of a seed until `count` or the deadline. Gives {expressions,
 * counts: {judge: n}, explained: {rule: n}, unexplained: [difference], slowestBatchMs}.
 */
export async function differential({ seed, begin = 0, count = Infinity, seconds = Infinity, progress = () => {},
  vortex = new Vortex() }) {
  const report = { expressions: 0, counts: {}, explained: {}, unexplained: [] };
  const end = Date.now() + seconds * 1000;
  while (report.expressions < count && Date.now() < end && report.unexplained.length < 400) {
    const cases = Array.from({ length: Math.min(kBatch, count - report.expressions) }, (_, i) => {
      const index = begin + report.expressions + i;
      return { index, ...makeCase(seed, index) };
    });
    for (const judge of judges) {
      for (const difference of await differencesOf(judge, vortex, cases, report.counts)) {
        const name = explanation(difference);
        if (name) report.explained[name] = (report.explained[name] ?? 0) + 1;
        else report.unexplained.push({ seed, ...difference });
      }
    }
    report.expressions += cases.length;
    progress(report);
  }
  vortex.close();
  return { ...report, slowestBatchMs: vortex.slowestBatchMs };
}

export function describe({ seed, index, judge, least, whole, event, ours, theirs }) {
  const show = (outcome) => (outcome.error ? `error: ${outcome.error}` : outcome.value);
  return `seed ${seed}, case ${index}, against ${judge}\n  ${least}\n  vortex: ${show(ours)}\n  ${judge}: ${show(theirs)}\n` +
    `  of ${whole}\n  event ${JSON.stringify(event)}`;
}
