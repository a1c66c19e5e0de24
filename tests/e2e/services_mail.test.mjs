// A mail server that is not ours, aiosmtpd, and Python's own reader of mail: what arrives, and what does not.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { certificate } from './certificates.mjs';
import { Daemon, folder, root, until } from './harness.mjs';
import { absent, kPython, launch, pythonModule } from './services.mjs';

const skip = absent(kPython, pythonModule('aiosmtpd'));
const timeout = 60_000;

/** An SMTP server; `mails` and `logins` are what it was given so far. */
async function mailServer(t, ...args) {
  const service = await launch(t, kPython, [path.join(root, 'tests/e2e/mail_server.py'), ...args],
    { dir: folder('mail-server'), ready: async () => true });
  const told = (kind) => service.log().split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line)).filter((one) => one.kind === kind);
  return { ...service, url: `smtp://127.0.0.1:${service.port}`, mails: () => told('mail'), logins: () => told('login') };
}

const config = (exits) => `
entries:
  events: {type: http, path: /api/v1/events}
exits:
${Object.entries(exits).map(([name, options]) => `  ${name}: {type: email, from: alerts@example.com, ${options}}\n`).join('')}
rules:
  - {name: all, to: [${Object.keys(exits).join(', ')}]}
`;

test('a mail is what a mail program shows, whatever the event holds', { skip, timeout }, async (t) => {
  const server = await mailServer(t);
  const daemon = await new Daemon(folder('mails'), config({
    ops: `server: '${server.url}', start_tls: never, to: [ops@example.com, boss@example.com]`,
  })).start();
  t.after(() => daemon.kill());
  const events = [
    { message: 'web: pipeline failed', severity: 'error', project: 'web', alert_key: 'web/main', alert_state: 'firing' },
    { message: 'web: pipeline is well again', severity: 'info', project: 'web', alert_key: 'web/main', alert_state: 'resolved' },
    { message: 'another', alert_key: 'other' }, { message: 'no alert' },
    { message: 'Größe von „münchen“ ist 97 % 💡 und das ist viel zu lang für eine einzige Zeile der Kopfzeilen einer Mail' },
    { message: 'x'.repeat(5_000) }, { message: 'word '.repeat(60) }, { message: '=?utf-8?q?Bcc=3A?= looks encoded' },
    { message: 'Disk\r\nBcc: evil@example.com\r\n\r\nfalse body\r\n.\r\nMAIL FROM:<evil@example.com>', severity: 'x\nCc: evil@example.com' },
    { message: `far${' '.repeat(200)}away` },
    { message: '.', project: '.\r\n.\r\n' }, { message: '\u0001\u001b[31m\u202e red' },
  ];
  assert.equal((await daemon.post('/api/v1/events', events)).status, 202);
  const mails = await until('all mails', () => server.mails().length >= events.length && server.mails());
  assert.equal(mails.length, events.length);
  const stored = await daemon.events();
  const kThread = ['In-Reply-To', 'References'];
  for (const [i, mail] of mails.entries()) {
    const { event, id } = stored[i];
    assert.equal(mail.sender, 'alerts@example.com');
    assert.deepEqual(mail.receivers, ['ops@example.com', 'boss@example.com']);
    const names = ['From', 'To', 'Subject', 'Date', 'Message-ID', ...(event.alert_key ? kThread : []), 'Auto-Submitted',
      'MIME-Version', 'Content-Type', 'Content-Transfer-Encoding'];
    assert.deepEqual(mail.names, names, event.message);
    assert.deepEqual(mail.defects, [], event.message);
    assert.equal(mail.headers['Message-ID'], `<${id}@example.com>`);
    assert.ok(Math.abs(mail.seconds - Date.parse(stored[i].received) / 1000) <= 1, mail.headers.Date);
    assert.ok(mail.is_ascii && mail.longest <= 78, `${mail.longest}: ${event.message}`);
    assert.ok(!mail.has_blank_line, event.message);
    assert.doesNotMatch(mail.text, /(^|[^\r])\n|\r(?!\n)/, 'a line of a mail ends in CRLF (RFC 2045, 6.8)');
    assert.ok(mail.text.startsWith(events[i].message.replace(/\r?\n/g, '\r\n')), mail.text);
  }
  const subjects = mails.map((mail) => mail.headers.Subject);
  assert.equal(subjects[0], '[error] web: pipeline failed');
  assert.equal(subjects[4], events[4].message);
  assert.equal(subjects[5], `${'x'.repeat(199)}…`);
  assert.equal(subjects[6].slice(0, 190), 'word '.repeat(38));
  assert.equal(subjects[7], events[7].message);
  assert.match(subjects[8], /Bcc: evil@example.com +false body/);
  const [fires, ends, other] = mails.map((mail) => mail.headers.References);
  assert.equal(fires, ends);
  assert.notEqual(fires, other);
  assert.equal(mails[0].headers['In-Reply-To'], fires);
  await daemon.stop();
});

test('over STARTTLS with a login: the password goes to nobody else', { skip, timeout }, async (t) => {
  const { ca, cert, key } = certificate(folder('certificate'));
  const [open, closed] = [await mailServer(t), await mailServer(t, cert, key, 'alerts', 'sesame')];
  const password = path.join(folder('password'), 'password');
  fs.writeFileSync(password, 'guess');
  const to = 'to: ops@example.com';
  const daemon = await new Daemon(folder('tls-mails'), config({
    wrong: `server: '${closed.url}', ${to}, tls: {ca: ${ca}}, auth: {basic: {user: alerts, password: {file: ${password}}}}`,
    stranger: `server: '${closed.url}', ${to}, auth: {basic: {user: alerts, password: {env: MAIL_PASSWORD}}}`,
    bare: `server: '${open.url}', ${to}, auth: {basic: {user: alerts, password: {env: MAIL_PASSWORD}}}`,
    right: `server: '${closed.url}', ${to}, tls: {ca: ${ca}}, auth: {basic: {user: alerts, password: {env: MAIL_PASSWORD}}}`,
  }), { MAIL_PASSWORD: 'sesame' }).start();
  t.after(() => daemon.kill());
  assert.equal((await daemon.post('/api/v1/events', { message: 'one' })).status, 202);
  const [mail] = await until('the mail', () => closed.mails().length > 0 && closed.mails());
  assert.deepEqual([mail.tls, mail.user, mail.headers.Subject], [true, 'alerts', 'one']);

  assert.match((await daemon.exitWhen('wrong', 'to wait', (exit) => exit.state === 'waiting')).problem, /535/);
  const stranger = await daemon.exitWhen('stranger', 'to fail', (exit) => exit.problem);
  assert.match(stranger.problem, /certificate/i);
  const bare = await daemon.exitWhen('bare', 'to fail', (exit) => exit.problem);
  assert.match(bare.problem, /tls|ssl/i);
  assert.deepEqual(open.mails(), []);
  assert.equal(closed.mails().length, 1);
  // One login of `right`; those of `wrong` failed; nobody else came so far.
  assert.equal(closed.logins().filter((login) => login.is_right).length, 1);
  assert.ok(closed.logins().every((login) => login.tls));

  fs.writeFileSync(password, 'sesame');
  assert.equal((await daemon.post('/api/v1/reload', '')).status, 200);
  await until('what waited for a password', () => closed.mails().length === 2);
  await daemon.exitWhen('wrong', 'to have delivered', (exit) => exit.delivered === 1);
  const { stdout, stderr } = await daemon.tictoc('exit', 'ls');
  assert.ok(!(stdout + stderr + daemon.lines.join('\n')).includes('sesame'), 'no secret in logs or tables');
  await daemon.stop();
});

test('a mailbox that is busy gets its mail later, one that is not there keeps it, a mail that is refused is a dead letter', { skip, timeout }, async (t) => {
  const server = await mailServer(t);
  const daemon = await new Daemon(folder('refused-mails'), config({
    busy: `server: '${server.url}', start_tls: if-offered, to: busy@example.com, retry: {base: 20ms, cap: 50ms}`,
    refused: `server: '${server.url}', start_tls: if-offered, to: refused@example.com`,
  })).start();
  t.after(() => daemon.kill());
  assert.equal((await daemon.post('/api/v1/events', [{ message: 'one' }, { message: 'spam' }, { message: 'two' }])).status, 202);
  await until('both mails', () => server.mails().length === 2);
  assert.deepEqual(server.mails().map((mail) => mail.headers.Subject), ['one', 'two']);
  assert.ok((await daemon.exit('busy')).retries > 0);
  const [{ event, reason, status, error }] = await until('the letter', async () => {
    const all = (await daemon.get('/api/v1/dead/busy')).letters;
    return all.length === 1 && all;
  });
  assert.deepEqual([event.message, reason, status], ['spam', 'rejected', 554]);
  assert.match(error, /it looks like spam/);
  const refused = await daemon.exitWhen('refused', 'to wait', (exit) => exit.state === 'waiting');
  assert.match(refused.problem, /550 5\.1\.1 no such mailbox here/);
  assert.deepEqual([refused.pending, refused.dead], [3, 0]);
  await daemon.stop();
});
