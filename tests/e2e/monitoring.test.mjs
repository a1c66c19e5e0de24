// What packaging/ ships for Prometheus and Grafana: valid for promtool, and about metrics that exist.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { folder, root, run } from './harness.mjs';
import { absent, unpacked } from './services.mjs';

const rules = path.join(root, 'packaging/prometheus/alerts.yaml');
const dashboard = () => JSON.parse(fs.readFileSync(path.join(root, 'packaging/grafana/time-tunnel.json'), 'utf8'));
const kPromtool = unpacked('prometheus/usr/bin/promtool');
const skip = absent(kPromtool);

const promtool = (...args) => {
  const { status, stdout, stderr } = spawnSync(kPromtool, args, { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
};
/** Metric names of the page `vortex docs metrics`; a histogram has its series. */
const known = () => new Set(
  execFileSync(path.join(process.env.TT_BIN ?? path.join(root, 'build/release/bin'), 'vortex'), ['docs', 'metrics'],
    { encoding: 'utf8' })
    .split('\n').map((line) => /^\| `(tt_\w+)` \| (\w+) /.exec(line)).filter(Boolean)
    .flatMap(([, name, type]) => (type === 'histogram' ? ['_bucket', '_sum', '_count'].map((s) => name + s) : [name])));
const expressions = () => dashboard().panels.flatMap((panel) => (panel.targets ?? []).map((target) => target.expr));
const assertKnown = (text) => {
  const names = known();
  assert.ok(names.size > 30);
  const used = new Set(text.match(/\btt_\w+/g));
  assert.ok(used.size > 5);
  for (const name of used) assert.ok(names.has(name), `${name} is no metric of vortex`);
};

test('the alert rules are valid', { skip }, () => promtool('check', 'rules', rules));

test('each alert fires when it should and is silent otherwise', { skip }, () => {
  const text = fs.readFileSync(path.join(root, 'tests/packaging/alerts_test.yaml'), 'utf8');
  const file = path.join(folder('alerts'), 'test.yaml');
  fs.writeFileSync(file, text.replaceAll('{rules}', rules));
  promtool('test', 'rules', file);
  const alerts = [...fs.readFileSync(rules, 'utf8').matchAll(/^ {6}- alert: (\w+)/gm)].map(([, name]) => name);
  for (const name of alerts) assert.ok(text.includes(name), `${name} has no test`);
});

test('the alert rules name metrics that exist', () => assertKnown(fs.readFileSync(rules, 'utf8')));

test('the dashboard names metrics that exist, and its panels do not overlap', () => {
  assertKnown(expressions().join('\n'));
  const panels = dashboard().panels.filter((panel) => panel.type !== 'row');
  assert.ok(panels.length > 10);
  const cells = new Set();
  for (const { title, gridPos: { x, y, w, h } } of dashboard().panels)
    for (let column = x; column < x + w; column++)
      for (let line = y; line < y + h; line++) {
        assert.ok(column < 24 && !cells.has(`${column},${line}`), title);
        cells.add(`${column},${line}`);
      }
  assert.equal(new Set(dashboard().panels.map((panel) => panel.id)).size, dashboard().panels.length);
});

test('every expression of the dashboard is PromQL', { skip }, () => {
  const file = path.join(folder('dashboard'), 'rules.yaml');
  const one = (expr, i) => ({ record: `panel:${i}`, expr: expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$(job|instance)/g, '.*') });
  fs.writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules: expressions().map(one) }] }));
  promtool('check', 'rules', file);
});

test('the page of metrics is the one that vortex prints', async () => {
  const { stdout } = await run('vortex', ['docs', 'metrics']);
  assert.equal(stdout, fs.readFileSync(path.join(root, 'docs/reference/metrics.md'), 'utf8'));
});
