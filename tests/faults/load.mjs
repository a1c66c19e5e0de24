// Senders over HTTP and TCP that go on through every fault, telling the oracle what they do.
// SPDX-License-Identifier: Apache-2.0
import net from 'node:net';
import { Random, pause } from './lab.mjs';

/** Loads a daemon until stopped. The daemon may die and come back at another port at any time. */
export class Load {
  #going = true; #streams = 0; #running;

  constructor(daemon, oracle, { http = 8, tcp = 0, batch = 10, everyMs = 40, where = '/api/v1/events' } = {}) {
    Object.assign(this, { daemon, oracle, batch, everyMs, where });
    this.refused = 0; // Answers other than 202
    this.lastAckMs = 0;
    this.sentAt = []; // n -> ms
    this.random = new Random(oracle.seed ^ 0x10ad);
    this.#running = [
      ...Array.from({ length: http }, () => this.#sendHttp()),
      ...Array.from({ length: tcp }, () => this.#sendTcp()),
    ];
  }

  async stop() {
    this.#going = false;
    await Promise.all(this.#running);
  }

  async #sendHttp() {
    while (this.#going) {
      const count = this.random.between(1, this.batch);
      const first = this.oracle.intend(count);
      const began = Date.now();
      for (let i = 0; i < count; i++) this.sentAt[first + i] = began;
      try {
        const answer = await this.daemon.post(this.where, this.oracle.events(first, count));
        const body = await answer.json();
        if (answer.status === 202) {
          this.oracle.acknowledged(first, count, Number(body.ids[0].split('-')[1]));
          this.lastAckMs = Date.now();
        } else {
          this.refused += 1;
          this.refusal = { status: answer.status, retryAfter: answer.headers.get('retry-after') };
        }
      } catch (error) {
        if (!(error instanceof TypeError) && !(error instanceof SyntaxError)) throw error;
      }
      await pause(Math.max(1, this.everyMs - (Date.now() - began)));
    }
  }

  /** Lines have no answer: a connection's number goes into the log instead. */
  async #sendTcp() {
    while (this.#going) {
      const address = this.daemon.streams[0];
      if (!address) { await pause(10); continue; }
      const [host, port] = address.split(':');
      const socket = net.connect(Number(port), host);
      let open = true;
      socket.on('error', () => {}).on('close', () => (open = false));
      const stream = ++this.#streams;
      while (this.#going && open) {
        const count = this.random.between(1, this.batch);
        const first = this.oracle.intend(count, stream);
        socket.write(this.oracle.events(first, count).map((e) => `${JSON.stringify(e)}\n`).join(''));
        await pause(this.everyMs);
      }
      await new Promise((done) => (open ? socket.end(done) : done()));
    }
  }
}
