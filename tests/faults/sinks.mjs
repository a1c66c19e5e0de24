// Receivers that keep everything they were given, in memory that no fault reaches.
// SPDX-License-Identifier: Apache-2.0
import fs from 'node:fs';
import { serve } from '../e2e/harness.mjs';

const kLookEveryMs = 20; // Between what was written and what is known to be.

/** An HTTP receiver of events, one a request or an array. Each becomes {event, at} in `got`. */
export async function httpSink() {
  const got = [];
  const server = await serve((request) => {
    const at = Date.now();
    const body = JSON.parse(request.body);
    // The id of a batch names its events; one event alone has its own there.
    if (Array.isArray(body)) for (const event of body) got.push({ event, at });
    else got.push({ event: body, at, id: request.headers['webhook-id'] });
    return { status: 204 };
  });
  server.requests.push = () => 0; // `got` is the record; the requests themselves would only add up.
  return { got, url: server.url, clear: () => (got.length = 0), close: server.close };
}

/** What a file exit has written; a last line without its end is not yet delivered. */
export class FileSink {
  #sizes = []; // {size, at}, as the file grew
  #timer;

  constructor(file) { this.file = file; }
  /** Notes from now on when it grew: what `got` says of times is as exact as that. */
  watch() {
    this.#timer = setInterval(() => this.#look(), kLookEveryMs).unref();
    return this;
  }

  get got() {
    if (!fs.existsSync(this.file)) return [];
    this.#look();
    const bytes = fs.readFileSync(this.file);
    const got = [];
    let look = 0;
    for (let begin = 0, end; (end = bytes.indexOf(10, begin)) >= 0; begin = end + 1) {
      while (look + 1 < this.#sizes.length && this.#sizes[look].size <= end) look++;
      got.push({ event: JSON.parse(bytes.toString('utf8', begin, end)), at: this.#sizes[look].at });
    }
    return got;
  }

  clear() {
    fs.rmSync(this.file, { force: true });
    this.#sizes = [];
  }
  close() { clearInterval(this.#timer); }

  #look() {
    const size = fs.statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
    const last = this.#sizes.at(-1);
    if (last?.size === size) return;
    this.#sizes.push({ size, at: Date.now() });
  }
}
