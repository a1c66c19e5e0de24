// Makes an expression that shows a difference as small as it gets.
// SPDX-License-Identifier: Apache-2.0
import { render } from './generate.mjs';
import { kSimplest } from './literals.mjs';

function* subtrees(node) {
  for (const child of node.children) {
    yield child;
    yield* subtrees(child);
  }
}

const replaced = (node, name, value) => (node.bound && node.text === name ? value : { ...node,
  // The first part stands outside of what the node binds.
  children: node.children.map((child, i) => (i > 0 && node.variable === name ? child : replaced(child, name, value))) });

/** A `cel.bind` with its value written where its variable stood: not every peer has the macro. */
function* inlined(node) {
  if (!node.text.startsWith('cel.bind(')) return;
  const [value, body] = node.children;
  if (freeNames(value).length === 0) yield replaced(body, node.variable, value);
}

/** What a macro over a list asks of one element, without the macro: of another type, so for the whole only. */
function* ofOneElement(node) {
  if (!node.variable) return;
  const [range, ...bodies] = node.children;
  for (const body of bodies) {
    const variable = [body, ...subtrees(body)].find((part) => part.bound && part.text === node.variable);
    for (const element of variable ? subtrees(range) : []) {
      if (element.type === variable.type && freeNames(element).length === 0) yield replaced(body, node.variable, element);
    }
  }
}

/** Every expression that is `node` with one part replaced by something simpler. */
function* simpler(node, root = true) {
  if (root) yield* subtrees(node);
  if (root) yield* ofOneElement(node);
  for (const part of subtrees(node)) {
    if (part.type === node.type && !root) yield part;
  }
  for (const text of kSimplest[node.type] ?? []) {
    if (node.text !== text) yield { type: node.type, text, children: [] };
  }
  if (node.bare) yield { ...node, bare: false };
  yield* inlined(node);
  for (const [i, child] of node.children.entries()) {
    for (const made of simpler(child, false)) yield { ...node, children: node.children.map((one, at) => (at === i ? made : one)) };
  }
}

/** Names that no macro around them binds; an expression with any is no expression. */
function freeNames(node) {
  const names = node.children.flatMap((child, i) =>
    freeNames(child).filter((name) => i === 0 || name !== node.variable));
  return node.bound ? [...names, node.text] : names;
}

/** The text of a value, so that a field can be replaced by what it holds. */
function literalOf({ type, value, base64 }) {
  switch (type) {
    case 'string': return JSON.stringify(value);
    case 'bytes': return `b${JSON.stringify(Buffer.from(base64, 'base64').toString())}`;
    case 'uint': return `${value}u`;
    case 'double': return Number.isInteger(value) ? `${value}.0`.replace('e+21.0', 'e21') : String(value);
    case 'timestamp': case 'duration': return `${type}("${value}")`;
    case 'list': return `[${value.map(literalOf).join(', ')}]`;
    case 'map': return `{${value.map((pair) => pair.map(literalOf).join(': ')).join(', ')}}`;
    default: return String(value);
  }
}

function withoutFields(node, event) {
  if (node.field && event[node.field]) {
    return { type: node.type, text: literalOf(event[node.field]), operator: true, children: [] };
  }
  return { ...node, children: node.children.map((child) => withoutFields(child, event)) };
}

/**
 * `differs(expressions)` tells for each whether it still shows the difference. With `with_values` a
 * field may become what it holds, which also gives it a type.
 */
export async function shrink(expression, event, with_values, differs) {
  let best = expression;
  const inlined = withoutFields(best, event);
  if (with_values && (await differs([inlined]))[0]) best = inlined;
  for (;;) {
    const size = render(best).length;
    // A parenthesis more is allowed, once: bare parts are looked at in full.
    const candidates = [...new Map([...simpler(best)].filter((made) => freeNames(made).length === 0).map((made) => [render(made), made])).values()]
      .filter((made) => render(made).length < size || (render(made).length === size && render(made) < render(best)))
      .sort((a, b) => render(a).length - render(b).length).slice(0, 300);
    let found = null;
    for (let i = 0; i < candidates.length && !found; i += 25) {
      const group = candidates.slice(i, i + 25);
      const verdicts = await differs(group);
      found = group[verdicts.indexOf(true)] ?? null;
    }
    if (!found) return best;
    best = found;
  }
}
