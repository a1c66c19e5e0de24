// Receivers that keep everything they were given, in memory that no fault reaches.
// SPDX-License-Identifier: Apache-2.0
import fs from 'node:fs';
import { serve } from '../e2e/harness.mjs';

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
  return { got, url: server.url, close: server.close };
}

/** What a file exit has written. A last line without its end is not yet delivered. */
export function fileSink(file) {
  return {
    get got() {
      if (!fs.existsSync(file)) return [];
      const text = fs.readFileSync(file, 'utf8');
      return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter(Boolean)
        .map((line) => ({ event: JSON.parse(line) }));
    },
  };
}
