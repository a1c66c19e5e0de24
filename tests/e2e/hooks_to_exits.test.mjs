// GitLab hooks in; HipChat, Slack, Jenkins and signed webhooks out, with failures mixed in.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { Daemon, folder, serve, shared, until } from './harness.mjs';

const payloads = path.join(shared, '02-gitlab/open');
const skip = fs.existsSync(payloads) ? false : 'the shared GitLab payloads are not here';
const kSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

function hooks() {
  return JSON.parse(fs.readFileSync(path.join(payloads, '_headers.json'), 'utf8')).map((one) => ({
    file: one.file, event: one['X-Gitlab-Event'], body: fs.readFileSync(path.join(payloads, one.file), 'utf8'),
  }));
}

/** Every third request fails in another way before the real answer. */
function unreliable(answer) {
  let n = 0;
  return (request) => {
    n += 1;
    if (n % 9 === 3) return { status: 500, body: 'down' };
    if (n % 9 === 6) return { status: 429, headers: { 'retry-after': '1' } };
    if (n % 9 === 8) return { reset: true };
    return answer(request);
  };
}

// https://www.hipchat.com/docs/apiv2/method/send_room_notification
function hipchat(good) {
  return unreliable((request) => {
    assert.equal(request.method, 'POST');
    assert.equal(request.url, '/v2/room/ops%20room/notification');
    assert.equal(request.headers.authorization, 'Bearer hipchat-token');
    const body = JSON.parse(request.body);
    assert.ok(body.message.length >= 1 && [...body.message].length <= 10000);
    assert.ok(['yellow', 'green', 'red', 'purple', 'gray', 'random'].includes(body.color));
    assert.ok(['html', 'text'].includes(body.message_format));
    good.push(body.message);
    return { status: 204 };
  });
}

// https://api.slack.com/messaging/webhooks
function slack(good) {
  return unreliable((request) => {
    assert.equal(request.url, '/services/T1/B1/secret');
    assert.match(request.headers['content-type'], /^application\/json/);
    const body = JSON.parse(request.body);
    const text = body.text ?? body.attachments?.[0]?.text ?? body.attachments?.[0]?.fallback;
    assert.ok(text && text.length <= 40000);
    assert.doesNotMatch(JSON.stringify(body), /<!(channel|here|everyone)/);
    good.push(JSON.stringify(body));
    return { status: 200, body: 'ok' };
  });
}

// https://www.jenkins.io/doc/book/using/remote-access-api/
function jenkins(good) {
  return unreliable((request) => {
    const url = new URL(request.url, 'http://jenkins');
    assert.equal(url.pathname, '/job/web/job/deploy/buildWithParameters');
    assert.equal(request.headers.authorization, `Basic ${Buffer.from('bot:jenkins-token').toString('base64')}`);
    good.push(request.body || url.search);
    return { status: 201, headers: { location: `http://jenkins/queue/item/${good.length}/` } };
  });
}

// https://www.standardwebhooks.com: verified by the reference library.
function signed(good) {
  const webhook = new Webhook(kSecret);
  return unreliable((request) => {
    const event = webhook.verify(request.body, request.headers);
    good.push({ id: request.headers['webhook-id'], message: event.message });
    return { status: 200 };
  });
}

test('hooks of all kinds arrive at every exit, in order, through failures', { skip, timeout: 300_000 }, async () => {
  const rooms = [], posts = [], builds = [], deliveries = [];
  const servers = {
    hipchat: await serve(hipchat(rooms)), slack: await serve(slack(posts)),
    jenkins: await serve(jenkins(builds)), signed: await serve(signed(deliveries)),
    hanging: await serve(() => ({ hang: true })),
  };
  const retry = 'retry: {base: 10ms, cap: 100ms}';
  const daemon = await new Daemon(folder('hooks'), `
entries:
  gitlab: {type: gitlab, path: /hooks/gitlab, token: {env: GITLAB_TOKEN}}
exits:
  room: {type: hipchat, url: "${servers.hipchat.url}", room: ops room, token: {env: HIPCHAT_TOKEN}, ${retry}}
  chat: {type: slack, url: {env: SLACK_URL}, ${retry}}
  deploy: {type: jenkins, url: "${servers.jenkins.url}", job: web/deploy, user: bot, token: {env: JENKINS_TOKEN}, params: {KIND: '{{ event.kind }}'}, ${retry}}
  partner: {type: webhook, url: "${servers.signed.url}/in", signing_secret: {env: SIGNING}, ${retry}}
  dead: {type: webhook, url: "${servers.hanging.url}/in", timeout: 1s}
rules:
  - {name: everything, to: [room, chat, partner, dead]}
  - {name: pushes build, when: 'event.kind.startsWith("urn:gitlab:push") || event.kind.startsWith("urn:gitlab:tag_push")', to: deploy}
`, { GITLAB_TOKEN: 'sesame', HIPCHAT_TOKEN: 'hipchat-token', JENKINS_TOKEN: 'jenkins-token', SIGNING: kSecret,
    SLACK_URL: `${servers.slack.url}/services/T1/B1/secret` }).start();

  const wrong = await daemon.post('/hooks/gitlab', '{}', { 'x-gitlab-token': 'guess', 'x-gitlab-event': 'Push Hook' });
  assert.equal(wrong.status, 401);
  const all = hooks();
  for (const [i, hook] of all.entries()) {
    const headers = { 'x-gitlab-event': hook.event, 'x-gitlab-token': 'sesame', 'idempotency-key': `hook-${i}` };
    const answer = await daemon.post('/hooks/gitlab', hook.body, headers);
    assert.ok(answer.ok, `${hook.file}: ${answer.status}`);
    // GitLab repeats a hook with the same key when our answer was lost.
    if (i % 10 === 0) assert.ok((await daemon.post('/hooks/gitlab', hook.body, headers)).ok);
  }
  const stored = await daemon.events();
  assert.equal(stored.length, all.length, 'exactly one event a hook');
  const pushes = stored.filter((e) => /^urn:gitlab:(tag_)?push/.test(e.event.kind)).length;
  await until('all exits but the dead one to be done', () =>
    rooms.length >= all.length && posts.length >= all.length && deliveries.length >= all.length && builds.length >= pushes,
    120_000);

  const order = deliveries.map((d) => Number(d.id.split('-')[1]));
  const first = order.filter((seq, i) => order.indexOf(seq) === i);
  assert.deepEqual(first, [...first].sort((a, b) => a - b), 'deliveries keep the order of the tunnel');
  assert.deepEqual(new Set(first), new Set(stored.map((e) => Number(e.id.split('-')[1]))));
  const exits = Object.fromEntries((await daemon.get('/api/v1/exits')).exits.map((e) => [e.name, e]));
  assert.equal(exits.dead.delivered, 0);
  assert.equal(exits.partner.dead + exits.room.dead + exits.chat.dead + exits.deploy.dead, 0);
  const { stdout, stderr } = await daemon.tictoc('exit', 'ls');
  for (const secret of ['sesame', 'hipchat-token', 'jenkins-token', '/services/T1/B1/secret', kSecret.slice(6)])
    assert.ok(!(stdout + stderr + daemon.lines.join('\n')).includes(secret), 'no secret in logs or tables');
  await daemon.stop();
  for (const server of Object.values(servers)) await server.close();
});

test('what an exit refuses becomes a dead letter that can be retried', async () => {
  let mended = false;
  const server = await serve((request) => {
    const event = JSON.parse(request.body);
    return event.message === 'poison' && !mended ? { status: 422, body: 'I do not like it' } : { status: 200 };
  });
  const daemon = await new Daemon(folder('dead'), `
entries:
  events: {type: http, path: /api/v1/events}
exits:
  hook: {type: webhook, url: "${server.url}/in"}
rules:
  - {to: hook}
`).start();
  await daemon.post('/api/v1/events', [{ message: 'one' }, { message: 'poison' }, { message: 'two' }]);
  const dead = await until('the dead letter', async () => (await daemon.get('/api/v1/dead/hook')).letters[0]);
  assert.equal(dead.reason, 'rejected');
  assert.equal(dead.status, 422);
  assert.equal(dead.event.message, 'poison');
  const whole = await daemon.get(`/api/v1/dead/hook/${dead.number}`);
  assert.match(whole.answer, /do not like/);
  assert.match(whole.request, /poison/);
  await until('the others to arrive', () => server.requests.some((r) => r.body.includes('two')));

  mended = true;
  const retried = await daemon.tictoc('dead', 'retry', 'hook');
  assert.equal(retried.code, 0, retried.stderr);
  assert.deepEqual((await daemon.get('/api/v1/dead/hook')).letters, []);
  const ids = server.requests.filter((r) => r.body.includes('poison')).map((r) => r.headers['webhook-id'] ?? 'same');
  assert.equal(new Set(ids).size, 1, 'the retry carries the same id');
  await daemon.stop();
  await server.close();
});
