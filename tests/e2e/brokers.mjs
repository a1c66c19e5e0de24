// Redis, NATS and a mock of Kafka as Debian's packages have them, and clients that know nothing of our plugins.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import readline from 'node:readline';
import { bin, folder } from './harness.mjs';
import { freePort, launch, libraries, unpacked } from './services.mjs';

export const kRedis = unpacked('redis/usr/bin/redis-server');
export const kNats = unpacked('nats/usr/sbin/nats-server');

/** The lines of a configuration that load a broker's plugin. */
export function plugin(name) {
  const file = fs.realpathSync(path.join(bin, `../plugins/time-tunnel-${name}.so`));
  const sha256 = createHash('sha256').update(fs.readFileSync(file)).digest('hex');
  return `plugins:\n  - {path: ${file}, sha256: ${sha256}}\n`;
}

/** A client of RESP in a few lines: `call` gives a reply, or throws its error; `pushed` what came unasked. */
export class Resp {
  static async connect(port) {
    const client = new Resp();
    client.socket = net.connect(port, '127.0.0.1');
    await new Promise((done, fail) => client.socket.once('connect', done).once('error', fail));
    client.socket.on('error', () => {});
    client.socket.on('close', () => client.waiting.splice(0).forEach((one) => one.fail(new Error('closed'))));
    client.socket.on('data', (bytes) => { client.bytes = Buffer.concat([client.bytes, bytes]); client.#read(); });
    return client;
  }
  bytes = Buffer.alloc(0);
  waiting = [];
  pushed = [];
  call(...args) {
    const parts = args.map((arg) => Buffer.from(String(arg)));
    const head = (mark, n) => Buffer.from(`${mark}${n}\r\n`);
    this.socket.write(Buffer.concat([head('*', parts.length),
      ...parts.flatMap((part) => [head('$', part.length), part, Buffer.from('\r\n')])]));
    return new Promise((done, fail) => this.waiting.push({ done, fail }));
  }
  close() { this.socket.destroy(); }
  #read() {
    for (;;) {
      const [value, end] = parse(this.bytes, 0);
      if (end < 0) return;
      this.bytes = this.bytes.subarray(end);
      const one = this.waiting.shift();
      if (!one) this.pushed.push(value);
      else if (value instanceof Error) one.fail(value);
      else one.done(value);
    }
  }
}

/** One value of RESP2 and where it ends; -1: it is not all there. */
function parse(bytes, at) {
  const line = bytes.indexOf('\r\n', at);
  if (line < 0) return [undefined, -1];
  const text = bytes.toString('utf8', at + 1, line), size = Number(text), next = line + 2;
  switch (String.fromCharCode(bytes[at])) {
    case '+': return [text, next];
    case '-': return [new Error(text), next];
    case ':': return [size, next];
    case '$': {
      if (size < 0) return [null, next];
      return bytes.length < next + size + 2 ? [undefined, -1] : [bytes.toString('utf8', next, next + size), next + size + 2];
    }
    default: {
      const list = [];
      let end = next;
      for (let i = 0; i < size; i++) {
        const [value, after] = parse(bytes, end);
        if (after < 0) return [undefined, -1];
        list.push(value);
        end = after;
      }
      return [size < 0 ? null : list, end];
    }
  }
}

/** A Redis that appends to a file; `port` and `dir` of one before continue it. Gives {port, dir, stop, client}. */
export async function redis(t, { port, dir, args = [] } = {}) {
  const at = port ?? await freePort(), where = dir ?? folder('redis');
  const env = { LD_LIBRARY_PATH: libraries(unpacked('redis')) };
  const service = await launch(t, kRedis, ['--port', at, '--bind', '127.0.0.1', '--dir', where, '--save', '', '--appendonly', 'yes',
    '--appendfsync', 'always', ...args], { dir: where, env, ready: async (listened) => {
    const probe = await Resp.connect(listened);
    const pong = await probe.call('PING').catch((error) => error.message);
    probe.close();
    return pong === 'PONG' || /^NOAUTH/.test(pong);
  } });
  const client = await Resp.connect(at);
  t.after(() => client.close());
  return { ...service, port: at, dir: where, client };
}

/** A NATS with JetStream; `config` is further text of its configuration. */
export async function nats(t, { port, dir, config = '' } = {}) {
  const at = port ?? await freePort(), where = dir ?? folder('nats');
  fs.writeFileSync(path.join(where, 'nats.conf'), config);
  const service = await launch(t, kNats, ['-c', 'nats.conf', '-a', '127.0.0.1', '-p', at, '-js', '-sd', where], { dir: where,
    ready: (listened) => new Promise((done) => {
      const socket = net.connect(listened, '127.0.0.1');
      socket.once('data', (hello) => { socket.destroy(); done(hello.toString().startsWith('INFO ')); });
      socket.once('error', () => done(false));
    }) });
  return { ...service, port: at, dir: where };
}

/** librdkafka's mock cluster with these topics. `ask` gives the lines of an answer. */
export async function kafka(t, ...topics) {
  const child = spawn(path.join(bin, 'kafka_mock'), topics, { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value;
  const brokers = await next();
  const ask = async (line) => {
    child.stdin.write(`${line}\n`);
    const got = [];
    for (;;) {
      const answer = await next();
      if (answer === undefined || answer.startsWith('failed')) throw new Error(`${line}: ${answer}`);
      if (answer === 'ok') return got;
      got.push(answer);
    }
  };
  return { brokers, ask };
}

/** Passes bytes on until what a client says matches `pattern`: from then on the client is not heard. */
export async function deafAfter(t, port, pattern) {
  const state = { isDeaf: false };
  const server = net.createServer((from) => {
    const to = net.connect(port, '127.0.0.1');
    to.pipe(from);
    from.on('data', (bytes) => {
      if (pattern.test(bytes.toString('latin1'))) state.isDeaf = true;
      if (!state.isDeaf) to.write(bytes);
    });
    for (const [one, other] of [[from, to], [to, from]]) one.on('error', () => {}).on('close', () => other.destroy());
  });
  await new Promise((r) => server.listen(0, '127.0.0.1', r));
  t.after(() => server.close());
  state.port = server.address().port;
  return state;
}
