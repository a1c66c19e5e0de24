// Judges a run by the oracle's log and by what every exit has: nothing lost, nothing invented.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { until } from '../e2e/harness.mjs';
import { replay } from './lab.mjs';
import { event, readOracle } from './oracle.mjs';

const kShown = 5;

function none(list, what) {
  assert.equal(list.length, 0,
    `${list.length} ${what}, first: ${list.slice(0, kShown).map((x) => JSON.stringify(x)).join(' ')} (${replay()})`);
}

/** What one exit has, by number of the event: how often, and when it came first. */
function tally(seed, exit, sent) {
  const times = new Uint16Array(sent);
  const firstAt = new Float64Array(sent);
  const ids = [];
  const repeats = [], phantoms = [], changed = [], renamed = [], misrouted = [];
  for (const { event: got, at = 0, id = got.id } of exit.got) {
    const n = got.n;
    if (!Number.isInteger(n) || n < 0 || n >= sent) { phantoms.push(got.message); continue; }
    const original = event(seed, n);
    if (Object.keys(original).some((key) => got[key] !== original[key])) changed.push(got.message);
    if (exit.takes && !exit.takes(n)) misrouted.push(n);
    if (id !== undefined) {
      if (ids[n] !== undefined && ids[n] !== id) renamed.push([n, ids[n], id]);
      ids[n] = id;
    }
    if (times[n]++ === 0) firstAt[n] = at;
    else repeats.push({ n, at, ageOf: firstAt[n] });
  }
  none(phantoms, `events at ${exit.name} were never sent`);
  none(changed, `events at ${exit.name} are not what was sent`);
  none(misrouted, `events at ${exit.name} belong elsewhere`);
  none(renamed, `repeats at ${exit.name} have another id`);
  return { ...exit, times, ids, repeats };
}

/** An event's id ends with its seq. */
const seqOf = (id) => Number(id.split('-')[1]);

/** Of a connection the beginning is stored, without a hole: lines are taken in order. */
function checkStreams(streams, has) {
  for (const [stream, numbers] of streams) {
    const missing = numbers.findIndex((n) => !has(n));
    if (missing < 0) continue;
    none(numbers.slice(missing).filter(has), `lines of connection ${stream} came behind a lost one`);
  }
}

/**
 * Throws at the first broken promise. `exits` are {name, got, takes(n)?}; events of an exit that
 * carry an id must have the one that their sender was told.
 */
export function check({ oracle, exits }) {
  const { sent, seqs } = readOracle(oracle.file);
  const tallies = exits.map((exit) => tally(oracle.seed, exit, sent.count));
  const anywhere = (n) => tallies.some((exit) => exit.times[n] > 0);

  const seen = new Map();
  const shared = [];
  seqs.forEach((seq, n) => (seen.has(seq) ? shared.push([seq, seen.get(seq), n]) : seen.set(seq, n)));
  none(shared, 'seqs were given to two events');

  let acknowledged = 0;
  seqs.forEach(() => acknowledged++);
  for (const exit of tallies) {
    const lost = [], behind = [], renamed = [];
    for (let n = 0; n < sent.count; n++) {
      if (exit.takes && !exit.takes(n)) continue;
      if (exit.times[n] === 0) {
        if (seqs[n] !== undefined) lost.push(n);
        else if (anywhere(n)) behind.push(n);
      } else if (seqs[n] !== undefined && exit.ids[n] !== undefined && seqOf(exit.ids[n]) !== seqs[n]) {
        renamed.push([n, exit.ids[n], seqs[n]]);
      }
    }
    none(lost, `acknowledged events are missing at ${exit.name}`);
    none(behind, `events that another exit got are missing at ${exit.name}`);
    none(renamed, `events at ${exit.name} have another id than their sender was told`);
  }
  checkStreams(sent.streams, anywhere);
  return {
    sent: sent.count, acknowledged,
    repeats: Object.fromEntries(tallies.map((exit) => [exit.name, exit.repeats])),
  };
}

/** Waits until every exit is at the end of the tunnel, and the equation of conservation holds. */
export async function drained(daemon, deadlineMs = 60_000) {
  let last;
  try {
    await until('all exits to catch up', async () => {
      last = (await daemon.get('/api/v1/exits')).exits;
      return last.every((exit) => exit.behind === 0 && !(exit.pending > 0));
    }, deadlineMs);
  } catch (error) {
    throw new Error(`${error.message}: ${JSON.stringify(last)} (${replay()})`);
  }
  conserved(last);
  conserved(balances(await (await fetch(`${daemon.url}/metrics`)).text()));
  return last;
}

/** The same account from the text of /metrics, exit by exit. */
export function balances(metrics) {
  const exits = new Map();
  const line = /^tt_exit_(accepted_events_total|pending_events|events_total)\{([^}]*)\} (\S+)$/gm;
  for (const [, metric, labels, value] of metrics.matchAll(line)) {
    const { exit: name, result } = Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, k, v]) => [k, v]));
    if (!exits.has(name)) exits.set(name, { name, delivered: 0, filtered: 0, dead: 0 });
    exits.get(name)[result ?? metric.split('_')[0]] = Number(value);
  }
  return [...exits.values()];
}

/** accepted = delivered + filtered + suppressed + dead + pending (design.md 6.5). */
export function conserved(exits) {
  for (const exit of exits) {
    if (exit.accepted === undefined) continue;
    const { accepted, delivered, filtered, suppressed = 0, dead, pending } = exit;
    assert.equal(accepted, delivered + filtered + suppressed + dead + pending,
      `exit ${exit.name}: ${JSON.stringify(exit)} (${replay()})`);
  }
}
