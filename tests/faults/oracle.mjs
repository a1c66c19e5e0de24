// The oracle numbers events, writes down what it sends and what was acknowledged, and is never killed.
// SPDX-License-Identifier: Apache-2.0
//
// Its log lies in a folder of its own, outside of what a fault hits, one JSON object a line:
//   {"intend": first, "count": n, "stream": s}   before the events first .. first+n-1 are sent
//   {"ack": first, "count": n, "seq": q}         after their 2xx, which named the ids q .. q+n-1
// The checker reads this file, not the oracle's memory.
import fs from 'node:fs';
import path from 'node:path';
import { Random } from './lab.mjs';

const kSyncEveryMs = 100;
const kFatShare = 0.01; // Some events are large, so that segments fill and change.

export class Oracle {
  #fd; #next = 0; #dirty = false; #timer;

  constructor(folder, seed) {
    fs.mkdirSync(folder, { recursive: true });
    this.seed = seed;
    this.file = path.join(folder, 'oracle.ndjson');
    this.#fd = fs.openSync(this.file, 'a');
    this.#timer = setInterval(() => this.#sync(), kSyncEveryMs).unref();
  }

  /** Takes `count` numbers and says so in the log; gives the first. */
  intend(count, stream = undefined) {
    const first = this.#next;
    this.#next += count;
    this.#write({ intend: first, count, stream });
    return first;
  }
  acknowledged(first, count, seq) { this.#write({ ack: first, count, seq }); }

  event(n) { return event(this.seed, n); }
  events(first, count) { return Array.from({ length: count }, (_, i) => this.event(first + i)); }

  close() {
    clearInterval(this.#timer);
    fs.fdatasyncSync(this.#fd);
    fs.closeSync(this.#fd);
  }

  #write(entry) {
    fs.writeSync(this.#fd, `${JSON.stringify(entry)}\n`);
    this.#dirty = true;
  }
  #sync() {
    if (!this.#dirty) return;
    this.#dirty = false;
    fs.fdatasync(this.#fd, () => {}); // The last one, in close(), tells.
  }
}

/** Event number n of a run: every byte follows from the seed, so any copy of it can be judged. */
export function event(seed, n) {
  const random = new Random(seed ^ Math.imul(n + 1, 0x9e3779b1));
  const words = random.chance(kFatShare) ? random.between(2_000, 12_000) : random.below(60);
  const word = (random.below(2 ** 31) + 2 ** 31).toString(16);
  return { message: `event ${n} of ${seed}`, kind: `urn:fault:${n % 3}`, n, pad: word.repeat(words) };
}

/** Reads an oracle's log: what was sent, what was acknowledged and as which seq. */
export function readOracle(file) {
  const sent = { count: 0, streams: new Map() };
  const seqs = []; // n -> seq, where acknowledged
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    if (!line) continue;
    const entry = JSON.parse(line);
    if (entry.intend !== undefined) {
      sent.count = Math.max(sent.count, entry.intend + entry.count);
      if (entry.stream !== undefined) {
        if (!sent.streams.has(entry.stream)) sent.streams.set(entry.stream, []);
        for (let i = 0; i < entry.count; i++) sent.streams.get(entry.stream).push(entry.intend + i);
      }
    } else {
      for (let i = 0; i < entry.count; i++) seqs[entry.ack + i] = entry.seq + i;
    }
  }
  return { sent, seqs };
}
