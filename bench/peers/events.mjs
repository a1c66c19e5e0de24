// What a team writes itself: events over HTTP, three filters, files or a webhook on the other side.
// SPDX-License-Identifier: Apache-2.0
//
// Environment: PORT; FILTERS (letters, "ABC" or "*"); WORKERS (processes);
//   OUT (folder of the files) or HOOK_PORT, with BATCHED=1 for arrays of what has gathered;
//   SYNC=1: the answer waits for fdatasync, one for all requests that came meanwhile;
//   FLUSH_MS: how long events gather before a write; 0: until the loop turns.
import cluster from 'node:cluster';
import fs from 'node:fs';
import http from 'node:http';

const { env } = process;
const workers = Number(env.WORKERS ?? 1);
const flushMs = Number(env.FLUSH_MS ?? 10);
const gatherMax = 1000;
const wants = {
  A: (event) => event.severity === 'critical',
  B: (event) => event.kind.startsWith('urn:tt:disk:'),
  C: (event) => event.severity !== 'info' && event.source.startsWith('db-'),
  '*': () => true,
};

// Files that are written behind the answers, or synced before them.
class Files {
  constructor(letters, synced) {
    this.synced = synced;
    this.busy = 0;
    this.timer = null;
    this.waiting = [];
    const id = cluster.worker?.id ?? '';
    this.files = [...letters].map((letter) => ({
      wants: wants[letter],
      fd: fs.openSync(`${env.OUT}/${letter === '*' ? 'all' : letter}${id}.ndjson`, 'a'),
      lines: [],
    }));
  }

  take(event) {
    let line;
    for (const file of this.files) {
      if (file.wants(event)) file.lines.push((line ??= JSON.stringify(event)));
    }
  }

  finish(response) {
    if (this.synced) {
      this.waiting.push(response);
    } else {
      response.writeHead(204).end();
    }
    if (this.busy === 0 && this.files[0].lines.length > gatherMax) this.flush();
    else this.arm();
  }

  arm() {
    if (this.timer || this.busy > 0) return;
    this.timer = flushMs > 0 ? setTimeout(() => this.flush(), flushMs)
      : setImmediate(() => this.flush());
  }

  flush() {
    if (flushMs > 0) clearTimeout(this.timer); else clearImmediate(this.timer);
    this.timer = null;
    const answered = this.waiting;
    this.waiting = [];
    this.busy = 1;
    const done = () => {
      if (--this.busy > 0) return;
      for (const response of answered) response.writeHead(204).end();
      if (this.waiting.length > 0 || this.files.some((file) => file.lines.length > 0)) this.arm();
    };
    for (const file of this.files) {
      if (file.lines.length === 0) continue;
      const text = `${file.lines.join('\n')}\n`;
      file.lines = [];
      ++this.busy;
      fs.write(file.fd, text, () => (this.synced ? fs.fdatasync(file.fd, done) : done()));
    }
    done();
  }
}

// A webhook: a request an event, or arrays of what came since the last one.
class Hook {
  constructor(letters, batched) {
    this.wants = wants[letters];
    this.batched = batched;
    this.gathered = [];
    this.timer = null;
    this.agent = new http.Agent({ keepAlive: true, maxSockets: batched ? 4 : 16 });
  }

  take(event) {
    if (!this.wants(event)) return;
    if (this.batched) this.gathered.push(JSON.stringify(event));
    else this.post(JSON.stringify(event));
  }

  finish(response) {
    response.writeHead(204).end();
    if (!this.timer && this.gathered.length > 0) {
      this.timer = flushMs > 0 ? setTimeout(() => this.flush(), flushMs)
        : setImmediate(() => this.flush());
    }
  }

  flush() {
    this.timer = null;
    const body = `[${this.gathered.join(',')}]`;
    this.gathered = [];
    this.post(body);
  }

  post(body) {
    http.request({
      host: '127.0.0.1', port: env.HOOK_PORT, path: '/events', method: 'POST', agent: this.agent,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    }, (answer) => answer.resume()).end(body);
  }
}

function serve() {
  const target = env.HOOK_PORT ? new Hook(env.FILTERS, env.BATCHED === '1')
    : new Files(env.FILTERS, env.SYNC === '1');
  http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      let body;
      try {
        body = JSON.parse(parts.length === 1 ? parts[0] : Buffer.concat(parts));
      } catch {
        response.writeHead(400).end();
        return;
      }
      for (const event of Array.isArray(body) ? body : [body]) target.take(event);
      target.finish(response);
    });
  }).listen({ port: Number(env.PORT), host: '127.0.0.1', backlog: 512 });
}

if (workers > 1 && cluster.isPrimary) {
  for (let i = 0; i < workers; ++i) cluster.fork();
} else {
  serve();
}
