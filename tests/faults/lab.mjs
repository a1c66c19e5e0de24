// What every fault test shares: one seed a run, the scale of the run, and lines of figures.
// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** Decides everything that a run leaves to chance. The machine's own timing it cannot replay. */
export const seed = Number(process.env.TT_SEED ?? Date.now() % 2 ** 31);

const factor = Number(process.env.TT_TORTURE ?? 1);

/** How often a fault is tried: `gate` in `make test`, up to `long` under `make torture`. */
export function scaled(gate, long) {
  return Math.min(Math.round(gate * factor), Math.max(gate, long));
}

/** Numbers from a seed (mulberry32): quick, the same everywhere, good enough to choose faults. */
export class Random {
  constructor(from) { this.state = from >>> 0; }
  unit() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let x = this.state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }
  below(end) { return Math.floor(this.unit() * end); }
  between(first, last) { return first + this.below(last - first + 1); }
  chance(probability) { return this.unit() < probability; }
  of(list) { return list[this.below(list.length)]; }
}

/** A line of figures for the reader of the log; figures are reported, not asserted. */
export function report(text) { console.log(`# ${text}`); }

export const replay = () => `TT_SEED=${seed}`;

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export function percentile(values, share) {
  if (values.length === 0) return NaN;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Compiles NAME.c of this folder, as a program or as a library to be preloaded; gives its path. */
export function compile(name, ...flags) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `tt-${name}-`));
  const target = path.join(folder, name);
  execFileSync('cc', ['-O2', '-Wall', '-Werror', ...flags, '-o', target, path.join(here, `${name}.c`)],
    { stdio: ['ignore', 'inherit', 'inherit'] });
  return target;
}
