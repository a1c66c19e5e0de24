// The checker sees what it is there for: each kind of broken promise, made by hand, is found.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folder } from '../e2e/harness.mjs';
import { balances, check, conserved } from './checker.mjs';
import { Oracle, event, readOracle } from './oracle.mjs';

const kSeed = 7;

/** Four events, of which the first three were acknowledged as seqs 10 to 12, and a line each of two connections. */
function run() {
  const oracle = new Oracle(folder('oracle'), kSeed);
  oracle.acknowledged(oracle.intend(3), 3, 10);
  oracle.intend(1);
  oracle.intend(3, 'a connection');
  oracle.close();
  return oracle;
}
const have = (...numbers) => numbers.map((n) => ({ event: event(kSeed, n), at: 1_000 + n }));
const judge = (...exits) => check({ oracle: run(), exits: exits.map((got, i) => ({ name: `exit-${i}`, got })) });

test('what arrived whole, with or without what was not acknowledged, passes', () => {
  const { sent, acknowledged, repeats } = judge(have(0, 1, 2), have(2, 1, 0, 1));
  assert.deepEqual([sent, acknowledged], [7, 3]);
  assert.deepEqual(repeats, { 'exit-0': [], 'exit-1': [{ n: 1, at: 1_001, ageOf: 1_001 }] });
  judge(have(0, 1, 2, 3, 4, 5));
});

test('an acknowledged event that is missing is found', () => {
  assert.throws(() => judge(have(0, 2)), /1 acknowledged events are missing at exit-0, first: 1/);
});

test('an event that one exit got and another did not is found, though nobody was told of it', () => {
  assert.throws(() => judge(have(0, 1, 2, 3), have(0, 1, 2)), /another exit got are missing at exit-1, first: 3/);
});

test('an event that nobody sent is found', () => {
  assert.throws(() => judge(have(0, 1, 2, 7)), /were never sent/);
});

test('an event that was changed on its way is found', () => {
  const got = have(0, 1, 2);
  got[1].event.pad += 'x';
  assert.throws(() => judge(got), /are not what was sent/);
});

test('another id than the sender was told, and another id on a repeat, are found', () => {
  const named = (n, seq) => ({ event: { ...event(kSeed, n), id: `0011-${seq}` }, at: 1 });
  judge([named(0, 10), named(1, 11), named(2, 12)]);
  assert.throws(() => judge([named(0, 10), named(1, 12), named(2, 12)]), /another id than their sender was told/);
  assert.throws(() => judge([named(3, 13), named(3, 14), ...have(0, 1, 2)]), /repeats at exit-0 have another id/);
});

test('one seq for two events is found', () => {
  const oracle = new Oracle(folder('oracle'), kSeed);
  oracle.acknowledged(oracle.intend(2), 2, 10);
  oracle.acknowledged(oracle.intend(1), 1, 11);
  oracle.close();
  assert.throws(() => check({ oracle, exits: [] }), /1 seqs were given to two events/);
});

test('a line that comes behind a lost one of its connection is found', () => {
  assert.throws(() => judge(have(0, 1, 2, 4, 6)), /came behind a lost one/);
});

test('an event at an exit whose rule does not name it is found', () => {
  const exit = { name: 'odd', got: have(0, 1), takes: (n) => n % 2 === 1 };
  assert.throws(() => check({ oracle: run(), exits: [exit] }), /belong elsewhere, first: 0/);
});

test('an equation of conservation that does not hold is found', () => {
  const exit = { name: 'x', accepted: 10, delivered: 5, filtered: 2, suppressed: 0, dead: 1, pending: 2 };
  conserved([exit]);
  assert.throws(() => conserved([{ ...exit, pending: 1 }]), /exit x/);
});

test('the account is read from the metrics too', () => {
  const [exit] = balances(`# HELP tt_exit_events_total Events
tt_exit_accepted_events_total{exit="x"} 10
tt_exit_events_total{exit="x",result="delivered"} 6
tt_exit_events_total{exit="x",result="dead"} 1
tt_exit_pending_events{exit="x"} 3
`);
  assert.deepEqual(exit, { name: 'x', accepted: 10, delivered: 6, filtered: 0, dead: 1, pending: 3 });
});

test('the oracle writes down what it does, in order', () => {
  const { sent, seqs } = readOracle(run().file);
  assert.equal(sent.count, 7);
  assert.deepEqual([...sent.streams.values()], [[4, 5, 6]]);
  assert.deepEqual(seqs, [10, 11, 12]);
});
