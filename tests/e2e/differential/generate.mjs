// Makes a random flat event and a random expression over it.
// SPDX-License-Identifier: Apache-2.0
import { kTypes, rules } from './grammar.mjs';
import { kTexts, makeLiteral } from './literals.mjs';
import { Random } from './random.mjs';

/** A flat event: what each field holds when nothing is wrong with it. */
const kFields = {
  kind: 'string', severity: 'string', message: 'string', project: 'string', count: 'int', offset: 'int',
  serial: 'uint', load: 'double', ratio: 'double', open: 'bool', received: 'timestamp', took: 'duration',
  payload: 'bytes', nothing: 'null', tags: 'list(string)', ports: 'list(int)', loads: 'list(double)',
  flags: 'list(bool)', labels: 'map(string, string)', counts: 'map(string, int)', names: 'map(int, string)',
};
const kDepthMax = 5;

const kPlain = {
  int: ['0', '1', '-1', '42', '9223372036854775807', '9007199254740993'],
  uint: ['0', '7', '18446744073709551615'], double: [0, 0.5, -1.5, 1e21, 99.9, 3],
  timestamp: ['2026-01-31T12:00:00Z', '1970-01-01T00:00:00Z', '2024-02-29T23:59:59.999Z'],
  duration: ['0s', '90s', '1.5s', '-3600s'],
};

/** A typed value, as `vortex eval --typed` reads it. */
function makeValue(random, type) {
  const list = /^list\((\w+)\)$/.exec(type);
  if (list) return { type: 'list', value: Array.from({ length: random.below(4) }, () => makeValue(random, list[1])) };
  const map = /^map\((\w+), (\w+)\)$/.exec(type);
  if (map) {
    const pairs = new Map();
    for (let i = random.below(4); i > 0; --i) {
      const key = makeValue(random, map[1]);
      pairs.set(key.value, [key, makeValue(random, map[2])]);
    }
    return { type: 'map', value: [...pairs.values()] };
  }
  switch (type) {
    case 'bool': return { type, value: random.chance(0.5) };
    case 'string': return { type, value: random.pick(kTexts.string) };
    case 'bytes': return { type, base64: Buffer.from(random.pick(kTexts.string)).toString('base64') };
    case 'null': return { type, value: null };
    default: return { type, value: random.pick(kPlain[type]) };
  }
}

class Generator {
  constructor(random) {
    this.random = random;
    this.scope = [];
    this.mistyped = false;
    this.event = {};
    for (const [name, type] of Object.entries(kFields)) {
      if (random.chance(0.93)) this.event[name] = makeValue(random, type);
    }
    // One expression in eight may mistake types; the others would type-check if `event` had them.
    this.careless = random.chance(0.12);
  }

  expression(type, depth) {
    if (this.careless && this.random.chance(0.06)) {
      this.mistyped = true;
      type = this.random.pick(kTypes);
    }
    if (depth <= 0 || this.random.chance(0.12)) return this.leaf(type, depth);
    const possible = rules[type];
    return possible ? this.apply(type, this.random.weighted(possible), depth) : this.leaf(type, depth);
  }

  apply(type, { template, parts, operator, binds, peers }, depth) {
    const node = { type, text: template, operator, peers, bare: operator && this.random.chance(0.08), children: [] };
    // Without its parentheses an operator may take parts of other types than it was made for.
    this.mistyped ||= node.bare;
    // Mostly names of their own, sometimes one that hides an outer variable.
    if (template.includes('$')) node.variable = this.random.chance(0.15) ? 'x' : `v${depth}`;
    parts.forEach((part, i) => {
      if (binds[i]) this.scope.push({ name: node.variable, type: binds[i] });
      node.children.push(this.expression(part, depth - 1));
      if (binds[i]) this.scope.pop();
    });
    return node;
  }

  leaf(type, depth) {
    const visible = this.scope.filter(({ name, type: t }, i) =>
      t === type && this.scope.findLastIndex((other) => other.name === name) === i);
    if (visible.length > 0 && this.random.chance(0.6)) {
      return { type, text: this.random.pick(visible).name, children: [], bound: true };
    }
    const fields = Object.keys(kFields).filter((name) => kFields[name] === type);
    if (fields.length > 0 && this.random.chance(0.5)) return this.field(this.random.pick(fields), type);
    const literal = makeLiteral(this.random, type);
    if (literal) return literal;
    if (type === 'dyn') return this.field(this.random.pick(Object.keys(kFields)), type);
    // Lists, maps and optionals: the least that makes one.
    return this.apply(type, this.random.pick(rules[type].filter((r) => r.parts.length < 3 &&
      !r.parts.includes(type) && !r.template.includes('$'))), Math.min(depth, 1) - 1);
  }

  field(name, type) {
    const way = this.random.below(10);
    if (type === 'bool' && way < 3) return { type, text: `has(event.${name})`, children: [] };
    return { type, text: way < 8 ? `event.${name}` : `event["${name}"]`, children: [], field: name };
  }
}

/** {expression, event, mistyped}; the same for the same seed and index. */
export function makeCase(seed, index) {
  const random = new Random(seed, index);
  const generator = new Generator(random);
  const type = random.chance(0.6) ? 'bool' : random.pick(kTypes);
  const expression = generator.expression(type, 1 + random.below(kDepthMax));
  return { expression, event: generator.event, mistyped: generator.mistyped };
}

export function render(node) {
  const text = node.text.replace(/#(\d)|\$/g, (_, part) => (part ? renderPart(node.children[part]) : node.variable));
  return text;
}

function renderPart(node) {
  return node.operator && !node.bare ? `(${render(node)})` : render(node);
}

/** Whether every part of the expression is something that the peer has. */
export function suits(node, peer) {
  return (!node.peers || node.peers.includes(peer)) && !(node.fine && peer === 'cel-js') &&
    node.children.every((child) => suits(child, peer));
}
