// Client certificates in both directions: entries that let only some in, and exits that show their own.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import https from 'node:https';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { Authority } from './certificates.mjs';
import { Daemon, folder, kArchiveConfig, until } from './harness.mjs';

const dir = folder('mtls');
const servers = new Authority(dir, 'servers'), clients = new Authority(dir, 'clients');
const strangers = new Authority(folder('mtls-strangers'), 'clients'); // Of the same name.
const server = servers.sign('server', ['subjectAltName=DNS:localhost,IP:127.0.0.1']);
const agent = clients.sign('agent', ['subjectAltName=DNS:agent.example.com']);
const ours = { ca: fs.readFileSync(servers.file) };
const files = ({ cert, key }) => ({ cert: fs.readFileSync(cert), key: fs.readFileSync(key) });

let daemon, secure, stream;
before(async () => {
  daemon = await new Daemon(folder('mtls-daemon'), `
listen: [127.0.0.1:0, tls://127.0.0.1:0]
tls: {cert: ${server.cert}, key: ${server.key}, client_ca: ${clients.file}}
entries:
  events: {type: http, path: /api/v1/events}
  agents: {type: http, path: /agents, auth: {mtls: {san: ['DNS:agent.example.com', 'URI:spiffe://example/agent']}}}
  either: {type: http, path: /either, auth: [{mtls: {san: ['DNS:agent.example.com']}}, {bearer: sesame-open}]}
  lines: {type: lines, listen: tls://127.0.0.1:0, auth: {mtls: {san: ['DNS:agent.example.com']}}}
`).start();
  [secure, stream] = await until('all to listen', () =>
    daemon.streams.length >= 2 && daemon.streams.map((one) => Number(one.split(':').at(-1))));
});
after(() => daemon.stop());

/** The status, or the code of what went wrong with TLS. */
const post = (where, own = {}, headers = {}) => new Promise((done) => {
  const request = https.request({ host: '127.0.0.1', port: secure, path: where, method: 'POST', agent: false, ...ours, ...own,
    headers: { 'content-type': 'application/json', ...headers } }, (answer) => {
    answer.resume().on('end', () => done(answer.statusCode));
  });
  request.on('error', (error) => done(error.code ?? String(error)));
  request.end('{"message":"m"}');
});
const counted = async (entry) => (await daemon.get(`/api/v1/entries/${entry}`));

test('a certificate with a name that is asked for is let in', async () => {
  for (const name of ['DNS:agent.example.com', 'URI:spiffe://example/agent', 'DNS:other.example.com,DNS:agent.example.com']) {
    const made = clients.sign('named', [`subjectAltName=${name}`]);
    assert.equal(await post('/agents', files(made)), 202, name);
  }
  assert.equal((await counted('agents')).accepted, 3);
});

test('other names, names elsewhere, and no certificate get 401', async () => {
  const rows = {
    'another name': ['subjectAltName=DNS:other.example.com'],
    'a name that begins alike': ['subjectAltName=DNS:agent.example.com.evil.example'],
    'a name below': ['subjectAltName=DNS:x.agent.example.com'],
    'a wildcard': ['subjectAltName=DNS:*.example.com'],
    'the name as another type': ['subjectAltName=URI:agent.example.com,email:agent.example.com'],
    'no names at all': [],
  };
  for (const [what, extensions] of Object.entries(rows))
    assert.equal(await post('/agents', files(clients.sign('agent.example.com', extensions))), 401, what);
  assert.equal(await post('/agents'), 401, 'no certificate');
  const plain = await daemon.post('/agents', { message: 'm' });
  assert.equal(plain.status, 401, 'without TLS there is no certificate');
  assert.equal((await counted('agents')).unauthorised, 8);
});

test('certificates that are not worth their names end the connection', async () => {
  const before = (await counted('agents')).accepted;
  const name = 'subjectAltName=DNS:agent.example.com';
  const rows = {
    'expired': clients.sign('expired', [name], -1),
    'of another authority': strangers.sign('stranger', [name]),
    'made for servers': clients.sign('serving', [name, 'extendedKeyUsage=serverAuth']),
    'signed by a client': (() => {
      const agents = Object.assign(Object.create(Authority.prototype), { dir, file: agent.cert, key: agent.key });
      const forged = agents.sign('forged', [name]);
      fs.appendFileSync(forged.cert, fs.readFileSync(agent.cert)); // The whole chain is shown.
      return forged;
    })(),
  };
  for (const [what, made] of Object.entries(rows)) {
    for (const where of ['/agents', '/either', '/api/v1/events']) {
      const how = await post(where, files(made), { authorization: 'Bearer sesame-open' });
      assert.equal(typeof how, 'string', `${what} at ${where}: ${how}`);
    }
  }
  assert.equal((await counted('agents')).accepted, before);
});

test('of several ways any will do', async () => {
  assert.equal(await post('/either', files(agent)), 202);
  assert.equal(await post('/either', {}, { authorization: 'Bearer sesame-open' }), 202);
  const other = files(clients.sign('other', ['subjectAltName=DNS:other.example.com']));
  assert.equal(await post('/either', other, { authorization: 'Bearer sesame-open' }), 202);
  assert.equal(await post('/either', other), 401);
  assert.equal(await post('/either', other, { authorization: 'Bearer wrong' }), 401);
});

test('streams ask for certificates too', async () => {
  const send = (own, text) => new Promise((done) => {
    const socket = tls.connect({ host: '127.0.0.1', port: stream, ...ours, ...own }, () => socket.end(`${text}\n`));
    socket.on('error', () => {}).on('close', done).resume();
  });
  await send(files(clients.sign('other-stream', ['subjectAltName=DNS:other.example.com'])), '{"message":"other"}');
  await send({}, '{"message":"nobody"}');
  await send(files(strangers.sign('stranger-stream', ['subjectAltName=DNS:agent.example.com'])), '{"message":"stranger"}');
  await send(files(agent), '{"message":"agent"}');
  const stored = await until('the line', async () => {
    const found = (await daemon.events()).filter((one) => one.entry === 'lines');
    return found.length > 0 && found;
  });
  assert.deepEqual(stored.map((one) => one.event.message), ['agent']);
});

/** A server that lets in only who shows a certificate of ours; keeps names and bodies. */
async function demanding(files_of_server) {
  const seen = [];
  const listener = https.createServer({ ...files(files_of_server), ca: fs.readFileSync(clients.file), requestCert: true,
    rejectUnauthorized: true }, (request, response) => {
    seen.push(request.socket.getPeerCertificate().subjectaltname);
    request.resume().on('end', () => response.end());
  });
  await new Promise((r) => listener.listen(0, '127.0.0.1', r));
  const url = `https://127.0.0.1:${listener.address().port}/`;
  return { url, seen, close: () => { listener.closeAllConnections(); listener.close(); } };
}

test('an exit shows its certificate, and checks that of the other side', async () => {
  const there = await demanding(server);
  const elsewhere = await demanding(servers.sign('elsewhere', ['subjectAltName=DNS:elsewhere.example.com']));
  const own = `cert: ${agent.cert}, key: ${agent.key}`;
  const quick = 'retry: {base: 10ms, cap: 20ms}';
  const sender = await new Daemon(folder('mtls-exit'), `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  good: {type: webhook, url: '${there.url}', tls: {ca: ${servers.file}, ${own}}}
  without: {type: webhook, url: '${there.url}', tls: {ca: ${servers.file}}, ${quick}}
  distrusting: {type: webhook, url: '${there.url}', tls: {${own}}, ${quick}}
  other-name: {type: webhook, url: '${elsewhere.url}', tls: {ca: ${servers.file}, ${own}}, ${quick}}
rules:
  - {name: all, to: [good, without, distrusting, other-name]}
`).start();
  assert.equal((await sender.post('/api/v1/events', { message: 'm' })).status, 202);
  const exit = (name) => sender.get(`/api/v1/exits/${name}`);
  await until('the delivery', async () => (await exit('good')).delivered === 1);
  assert.deepEqual(there.seen, ['DNS:agent.example.com']);
  for (const [name, why] of [['without', /certificate|alert|handshake|tls|ssl/i], ['distrusting', /certificate/i],
    ['other-name', /certificate|name/i]]) {
    const shown = await until(`the problem of ${name}`, async () => {
      const status = await exit(name);
      return why.test(status.problem ?? '') && status;
    });
    assert.equal(shown.delivered, 0, name);
    assert.equal(shown.pending, 1, `${name} keeps the event`);
  }
  assert.equal(there.seen.length, 1);
  assert.equal(elsewhere.seen.length, 0);
  await sender.stop();
  there.close();
  elsewhere.close();
});

test('an exit over a socket shows its certificate too', async () => {
  const lines = [];
  const listener = tls.createServer({ ...files(server), ca: fs.readFileSync(clients.file), requestCert: true,
    rejectUnauthorized: true }, (socket) => {
    const who = socket.getPeerCertificate().subjectaltname;
    socket.on('data', (bytes) => lines.push(`${who} ${bytes}`)).on('error', () => {});
  });
  listener.on('tlsClientError', () => {});
  await new Promise((r) => listener.listen(0, '127.0.0.1', r));
  const sender = await new Daemon(folder('mtls-socket'), kArchiveConfig.replace(
    /archive: \{.*\}/, `archive: {type: syslog, address: 'tls://127.0.0.1:${listener.address().port}',
    tls: {ca: ${servers.file}, cert: ${agent.cert}, key: ${agent.key}}}`)).start();
  assert.equal((await sender.post('/api/v1/events', { message: 'over tls' })).status, 202);
  await until('the line', () => lines.join('').includes('over tls'));
  assert.match(lines[0], /^DNS:agent\.example\.com /);
  await sender.stop();
  listener.close();
});
