// Starts the real daemon in a folder of its own, and real HTTP servers for it to talk to.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const bin = process.env.TT_BIN ?? path.join(root, 'build/release/bin');
export const shared = path.join(root, '../shared/data');
const kLivenessMs = 30_000; // Only tells a hang.

const programs = new Set();
/** A program that ends with the tests of its file at the latest: one that failed stops nothing. */
export function endsWithTests(child) {
  programs.add(child);
  child.on('exit', () => programs.delete(child));
  return child;
}
// Nor does it close its sockets, and its file would wait for them for ever.
if (process.env.NODE_TEST_CONTEXT)
  after(() => {
    for (const child of programs) child.kill('SIGKILL');
    setTimeout(() => process.exit(), 1_000).unref();
  });

/** The JSON objects of a file that somebody may be writing: a line without an end is not there yet. */
export function objects(file) {
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  return text.split('\n').slice(0, -1).map((line) => JSON.parse(line));
}

/** Calls `check` until it gives something truthy; fails after the liveness deadline. */
export async function until(what, check, deadlineMs = kLivenessMs) {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const got = await check();
    if (got) return got;
    if (Date.now() > end) throw new Error(`gave up waiting for: ${what}`);
    await new Promise((r) => setTimeout(r, 10));
  }
}

/** The smallest configuration that stores and delivers: every event into `archive.ndjson` beside it. */
export const kArchiveConfig = `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  archive: {type: file, path: ./archive.ndjson}
rules:
  - {name: all, to: archive}
`;

export function folder(name) {
  return fs.mkdtempSync(path.join(os.tmpdir(), `tt-${name}-`));
}

/** A running vortex. `config` is YAML without data, which lies in `data` below `dir`; without `listen:` it
 *  listens on a free port of loopback. Other addresses that it listens at are `streams`.
 *  Without `self:` in it the daemon writes no events about itself: other stories are simpler then. */
export class Daemon {
  constructor(dir, config, env = {}, data = './data') {
    this.dir = dir;
    this.data = data;
    this.file = path.join(dir, 'vortex.yaml');
    this.env = { ...process.env, ...env };
    this.lines = [];
    this.streams = [];
    this.write(config);
  }
  write(config) {
    const self = /^self:/m.test(config) ? '' : 'self: false\n';
    const listen = /^listen:/m.test(config) ? '' : 'listen: 127.0.0.1:0\n';
    fs.writeFileSync(this.file, `${listen}data: ${this.data}\n${self}${config}`);
  }
  async start() {
    this.url = undefined;
    this.streams = [];
    this.spawnedAt = performance.now();
    this.process = endsWithTests(spawn(path.join(bin, 'vortex'), ['run', '-c', this.file], {
      cwd: this.dir, env: this.env, stdio: ['ignore', 'inherit', 'pipe'],
    }));
    this.exited = new Promise((done) => this.process.on('exit', (code, signal) => done({ code, signal })));
    let partial = '';
    this.process.stderr.on('data', (bytes) => {
      const lines = (partial + bytes).split('\n');
      partial = lines.pop();
      for (const line of lines) this.#take(line);
    });
    let gone = null;
    this.exited.then((how) => (gone = how));
    await until('the daemon to listen', () => {
      if (gone) throw new Error(`the daemon ended (${JSON.stringify(gone)}):\n${this.lines.join('\n')}`);
      return this.url;
    });
    return this;
  }
  #take(line) {
    this.lines.push(line);
    if (this.lines.length > 5000) this.lines.shift();
    let entry;
    try { entry = JSON.parse(line); } catch { return; }
    const address = entry.address;
    if (!address) return;
    if (!this.url) this.readyMs = Math.round(performance.now() - this.spawnedAt);
    if (!this.url) this.url = `http://${address.replace(/^tcp:\/\//, '')}`;
    else this.streams.push(address.replace(/^tcp:\/\//, ''));
  }
  post(where, body, headers = {}) {
    return fetch(this.url + where, {
      method: 'POST', body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  }
  async get(where) {
    const answer = await fetch(this.url + where);
    if (!answer.ok) throw new Error(`${where}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
  async events(query = '') {
    return (await this.get(`/api/v1/events?order=asc&limit=10000${query}`)).events;
  }
  exit(name) { return this.get(`/api/v1/exits/${name}`); }
  /** This exit as soon as `check(exit)` holds. */
  exitWhen(name, what, check) {
    return until(`${name} ${what}`, async () => {
      const exit = await this.exit(name);
      return check(exit) && exit;
    });
  }
  entry(name) { return this.get(`/api/v1/entries/${name}`); }
  kill() { this.process?.kill('SIGKILL'); return this.exited; }
  stop() { this.process.kill('SIGTERM'); return this.exited; }
  /** Runs tictoc against this daemon; resolves to {code, stdout, stderr}. */
  tictoc(...args) { return run('tictoc', args, { ...this.env, TICTOC_URL: this.url }, this.dir); }
}

/** Runs one of our programs to its end. */
export function run(program, args, env = process.env, cwd = root, stdin = '') {
  return new Promise((done) => {
    const child = spawn(path.join(bin, program), args, { cwd, env, stdio: 'pipe' });
    let stdout = '', stderr = '';
    child.stdout.on('data', (b) => (stdout += b));
    child.stderr.on('data', (b) => (stderr += b));
    child.on('exit', (code) => done({ code, stdout, stderr }));
    child.stdin.on('error', () => {}); // Whoever does not read it may have ended before.
    child.stdin.end(stdin);
  });
}

/** An HTTP server on a free port. `answer(request, body)` gives {status, body, headers, hang}. */
export async function serve(answer) {
  const requests = [];
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (p) => parts.push(p));
    request.on('end', async () => {
      const body = Buffer.concat(parts).toString();
      const seen = { method: request.method, url: request.url, headers: request.headers, body };
      requests.push(seen);
      const how = (await answer(seen, requests.length)) ?? {};
      if (how.reset) return request.socket.destroy();
      if (how.hang) return undefined;
      response.writeHead(how.status ?? 200, how.headers ?? {});
      return response.end(how.body ?? '');
    });
  });
  await new Promise((r) => server.listen(0, '127.0.0.1', r));
  return {
    requests, url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((r) => { server.closeAllConnections(); server.close(r); }),
  };
}
