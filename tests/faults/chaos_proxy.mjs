// Stands between an exit and its receiver and does what bad networks and bad receivers do, by a seed.
// SPDX-License-Identifier: Apache-2.0
import http from 'node:http';
import { Random, pause } from './lab.mjs';

const kTrickleMs = 1_000;
const kBytesPerSec = 64 << 10;

/** Sends the request on; gives the receiver's {status, headers, body}. */
function forward(target, { request, body }) {
  return new Promise((done, fail) => {
    const onward = http.request(target + request.url, { method: request.method, headers: request.headers }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part)).on('error', fail);
      answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
    });
    onward.on('error', fail).end(body);
  });
}

function relay(response, { status, headers, body }) {
  response.writeHead(status, headers);
  response.end(body);
}

/** An answer written slowly, `bytes` at a time; ends early when the other side has gone. */
async function drip(response, text, bytes, everyMs) {
  for (let at = 0; at < text.length && !response.destroyed; at += bytes) {
    response.socket?.write(text.slice(at, at + bytes));
    await pause(everyMs);
  }
  response.socket?.end();
}

const kWhole = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}';

/** What can go wrong, one function a fault: (exchange, proxy). Those that forward say so first. */
export const faults = {
  async none(exchange, proxy) { relay(exchange.response, await forward(proxy.target, exchange)); },
  // The receiver gets it:
  async latency(exchange, proxy) {
    await pause(proxy.random.below(proxy.latencyMs));
    relay(exchange.response, await forward(proxy.target, exchange));
  },
  async dropResponse(exchange, proxy) {
    await forward(proxy.target, exchange);
    exchange.response.socket?.destroy();
  },
  async sliced(exchange, proxy) {
    await forward(proxy.target, exchange);
    await drip(exchange.response, kWhole, 1, 1);
  },
  async blackHole(exchange, proxy) {
    await forward(proxy.target, exchange);
    exchange.response.socket?.write(kWhole.slice(0, 1 + proxy.random.below(kWhole.length - 2)));
  },
  async neverEnds(exchange, proxy) {
    const { response } = exchange;
    await forward(proxy.target, exchange);
    response.writeHead(200);
    const chunk = 'x'.repeat(16 << 10);
    while (!response.destroyed) {
      if (!response.writableNeedDrain) response.write(chunk);
      await pause(1);
    }
  },
  async slow(exchange, proxy) {
    await pause((exchange.body.length * 1000) / kBytesPerSec);
    relay(exchange.response, await forward(proxy.target, exchange));
  },
  // The receiver does not get it:
  async burst({ response }) { relay(response, { status: 503, headers: { 'retry-after': '0' }, body: '' }); },
  async reset({ response }) { response.socket?.resetAndDestroy(); },
  async garbage({ response }, proxy) {
    response.socket?.end(Buffer.from(Array.from({ length: 200 }, () => proxy.random.below(256))));
  },
  // The sender waits; these hold until it gives up:
  async hang() {},
  async trickle({ response }) { await drip(response, kWhole, 1, kTrickleMs); },
  async halfOpen({ response }) { response.socket?.pause(); },
};

/** `plan(random)` names the fault of each request; it may be replaced at any time. */
export async function chaosProxy(target, seed, plan = () => 'none') {
  const proxy = { target, plan, random: new Random(seed ^ 0xc4a05), latencyMs: 50, counts: {} };
  const server = http.createServer((request, response) => {
    const parts = [];
    response.on('error', () => {});
    request.on('error', () => {}).on('data', (part) => parts.push(part));
    request.on('end', () => {
      const fault = proxy.plan(proxy.random);
      proxy.counts[fault] = (proxy.counts[fault] ?? 0) + 1;
      faults[fault]({ request, response, body: Buffer.concat(parts) }, proxy)
        .catch(() => response.socket?.destroy()); // The receiver has gone: so has the answer.
    });
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  proxy.url = `http://127.0.0.1:${server.address().port}`;
  proxy.close = () => new Promise((done) => { server.closeAllConnections(); server.close(done); });
  return proxy;
}
