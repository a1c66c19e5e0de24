// Random choices that a seed replays.
// SPDX-License-Identifier: Apache-2.0

/** Mulberry32, mixed with the number of the case so that one case replays without those before. */
export class Random {
  constructor(seed, index) {
    this.state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0;
  }
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
  below(count) { return this.next() % count; }
  chance(share) { return this.next() / 2 ** 32 < share; }
  pick(list) { return list[this.below(list.length)]; }
  /** An element by its `weight`. */
  weighted(list) {
    let left = this.below(list.reduce((sum, element) => sum + element.weight, 0));
    return list.find((element) => (left -= element.weight) < 0);
  }
}
