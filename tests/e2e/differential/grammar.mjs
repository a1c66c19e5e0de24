// The typed grammar: what makes a value of a type, from values of which types.
// SPDX-License-Identifier: Apache-2.0

export const kScalars = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'];
const kElements = ['int', 'string', 'double', 'bool'];
const kMaps = [['string', 'int'], ['string', 'string'], ['int', 'string']];
export const kLists = kElements.map((element) => `list(${element})`);
export const kMapTypes = kMaps.map(([key, value]) => `map(${key}, ${value})`);
export const kTypes = [...kScalars, ...kLists, ...kMapTypes, 'null', 'type', 'dyn'];

/** By result type: {template, parts, weight, operator, binds, peers}. `#0` is a part, `$` a variable. */
export const rules = {};
/**
 * `binds`: {part: type of the variable that it sees}. `operator`: needs parentheses as a part.
 * `peers`: who has it; both when missing.
 */
function rule(result, template, parts, { weight = 4, operator = false, binds = {}, peers } = {}) {
  (rules[result] ??= []).push({ template, parts, weight, operator, binds, peers });
}
const operator = (result, template, parts, weight = 4) => rule(result, template, parts, { operator: true, weight });
/** Only this peer has the function, or all of its overloads. */
const kOnlyBufbuild = { peers: ['bufbuild'] };
const kOnlyCelJs = { peers: ['cel-js'] };

for (const type of kTypes) {
  operator(type, '#0 ? #1 : #2', ['bool', type, type], 3);
  operator('bool', '#0 == #1', [type, type], 2);
  operator('bool', '#0 != #1', [type, type], 1);
  if (type !== 'dyn') rule('dyn', 'dyn(#0)', [type], { weight: 1 });
  rule(type, 'cel.bind($, #0, #1)', ['int', type], { weight: 1, binds: { 1: 'int' }, ...kOnlyCelJs });
  rule(type, 'cel.bind($, #0, #1)', ['string', type], { weight: 1, binds: { 1: 'string' }, ...kOnlyCelJs });
}
for (const type of [...kScalars, 'list(int)', 'map(string, int)', 'null']) rule('type', 'type(#0)', [type], { weight: 1 });
operator('bool', '#0 && #1', ['bool', 'bool'], 12);
operator('bool', '#0 || #1', ['bool', 'bool'], 12);
operator('bool', '#0 && #1 || #2', ['bool', 'bool', 'bool'], 4);
operator('bool', '!#0', ['bool'], 6);
for (const order of ['<', '<=', '>', '>=']) {
  for (const type of kScalars) {
    rule('bool', `#0 ${order} #1`, [type, type],
      { operator: true, weight: 1, ...(type === 'bytes' && kOnlyBufbuild) });
  }
  for (const left of ['int', 'uint', 'double']) {
    for (const right of ['int', 'uint', 'double']) {
      if (left !== right) operator('bool', `#0 ${order} #1`, [left, right], 1);
    }
  }
}
for (const sign of ['+', '-', '*', '/', '%']) {
  for (const type of ['int', 'uint', 'double']) {
    if (sign !== '%' || type !== 'double') operator(type, `#0 ${sign} #1`, [type, type], 8);
  }
}
operator('int', '-#0', ['int']);
operator('double', '-#0', ['double']);
for (const type of ['string', 'bytes', ...kLists]) operator(type, '#0 + #1', [type, type]);
operator('timestamp', '#0 + #1', ['timestamp', 'duration']);
rule('timestamp', '#0 + #1', ['duration', 'timestamp'], { operator: true, ...kOnlyBufbuild });
operator('timestamp', '#0 - #1', ['timestamp', 'duration']);
operator('duration', '#0 + #1', ['duration', 'duration']);
operator('duration', '#0 - #1', ['duration', 'duration']);
operator('duration', '#0 - #1', ['timestamp', 'timestamp']);

for (const element of kElements) {
  const list = `list(${element})`;
  operator('bool', '#0 in #1', [element, list]);
  rule('int', 'size(#0)', [list], { weight: 1 });
  rule(list, '[]', [], { weight: 2 });
  rule(list, '[#0]', [element], { weight: 6 });
  rule(list, '[#0, #1]', [element, element], { weight: 8 });
  rule(list, '[#0, #1, #2]', [element, element, element]);
  rule(element, '#0[#1]', [list, 'small']);
  rule(list, '#0.filter($, #1)', [list, 'bool'], { weight: 6, binds: { 1: element } });
  for (const macro of ['all', 'exists', 'exists_one']) {
    rule('bool', `#0.${macro}($, #1)`, [list, 'bool'], { binds: { 1: element } });
  }
  for (const made of kElements) {
    rule(`list(${made})`, '#0.map($, #1)', [list, made], { weight: 2, binds: { 1: element } });
    rule(`list(${made})`, '#0.map($, #1, #2)', [list, 'bool', made], { weight: 1, binds: { 1: element, 2: element } });
  }
}
for (const [key, value] of kMaps) {
  const map = `map(${key}, ${value})`;
  operator('bool', '#0 in #1', [key, map]);
  rule('int', '#0.size()', [map], { weight: 1 });
  rule(map, '{}', [], { weight: 1 });
  // The other peer makes texts of these keys.
  const peers = key === 'int' ? kOnlyBufbuild : {};
  rule(map, '{#0: #1}', [key, value], { weight: 8, ...peers });
  rule(map, '{#0: #1, #2: #3}', [key, value, key, value], { weight: 6, ...peers });
  rule(value, '#0[#1]', [map, key]);
  for (const macro of ['all', 'exists', 'exists_one']) {
    rule('bool', `#0.${macro}($, #1)`, [map, 'bool'], { weight: 2, binds: { 1: key } });
  }
}
rule('bool', 'has({"a": #0}.a)', ['int'], { weight: 1, ...kOnlyBufbuild });
rule('bool', 'has({"a": #0}.b)', ['int'], { weight: 1, ...kOnlyBufbuild });

for (const [result, ...sources] of [
  ['int', 'int', 'uint', 'double', 'int_text', 'timestamp'], ['uint', 'int', 'uint', 'double', 'int_text'],
  ['double', 'int', 'uint', 'double', 'double_text'], ['bool', 'bool', 'bool_text'],
  ['string', 'bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'],
  ['bytes', 'bytes', 'string'], ['timestamp', 'timestamp', 'time_text', 'int'],
  ['duration', 'duration', 'duration_text']]) {
  for (const source of sources) {
    const lacks = `${result}(${source})` === 'int(uint)' || [result, source].some((type) =>
      ['timestamp', 'duration'].includes(type));
    rule(result, `${result}(#0)`, [source], { weight: 2, ...(lacks && kOnlyBufbuild) });
  }
}

rule('int', 'size(#0)', ['string']);
rule('int', '#0.size()', ['bytes'], { weight: 2 });
rule('int', '#0.size()', ['string']);
for (const test of ['startsWith', 'endsWith', 'contains']) rule('bool', `#0.${test}(#1)`, ['string', 'string']);
rule('bool', '#0.matches(#1)', ['string', 'pattern']);
rule('int', '#0.indexOf(#1)', ['string', 'string']);
rule('int', '#0.indexOf(#1, #2)', ['string', 'string', 'small'], { weight: 2 });
rule('int', '#0.lastIndexOf(#1)', ['string', 'string'], { weight: 2 });
rule('int', '#0.lastIndexOf(#1, #2)', ['string', 'string', 'small'], { weight: 1 });
rule('string', '#0.substring(#1)', ['string', 'small']);
rule('string', '#0.substring(#1)', ['string', 'int'], { weight: 1 });
rule('string', '#0.substring(#1, #2)', ['string', 'small', 'small']);
rule('string', '#0.lowerAscii()', ['string']);
rule('string', '#0.upperAscii()', ['string']);
rule('string', '#0.trim()', ['string']);
rule('string', '#0.join()', ['list(string)'], { weight: 2 });
rule('string', '#0.join(#1)', ['list(string)', 'string']);
rule('list(string)', '#0.split(#1)', ['string', 'string']);
rule('list(string)', '#0.split(#1, #2)', ['string', 'string', 'small'], { weight: 2 });
rule('string', '#0.charAt(#1)', ['string', 'small'], kOnlyBufbuild);
rule('string', '#0.replace(#1, #2)', ['string', 'string', 'string'], kOnlyBufbuild);
// With an empty text and a great count that peer never ends, so counts are small.
rule('string', '#0.replace(#1, #2, #3)', ['string', 'string', 'string', 'small'], { weight: 2, ...kOnlyBufbuild });
rule('string', 'strings.quote(#0)', ['string'], { weight: 2, ...kOnlyBufbuild });
for (const [clause, type] of [['%s', 'string'], ['%s', 'int'], ['%d', 'int'], ['%d', 'uint'], ['%.2f', 'double'],
  ['%s', 'bool'], ['%x', 'int'], ['%X', 'string'], ['%b', 'int'], ['%o', 'uint'], ['%s', 'list(int)'], ['%e', 'double'],
  ['%s', 'duration'], ['%s', 'timestamp'], ['%s', 'double']]) {
  rule('string', `"<${clause}>".format([#0])`, [type], { weight: 1, ...kOnlyBufbuild });
}

for (const part of ['FullYear', 'Month', 'Date', 'DayOfMonth', 'DayOfWeek', 'DayOfYear', 'Hours', 'Minutes', 'Seconds',
  'Milliseconds']) {
  rule('int', `#0.get${part}()`, ['timestamp'], { weight: 1 });
  rule('int', `#0.get${part}(#1)`, ['timestamp', 'zone'], { weight: 1 });
}
for (const part of ['Hours', 'Minutes', 'Seconds', 'Milliseconds']) rule('int', `#0.get${part}()`, ['duration'], { weight: 1 });

for (const type of ['int', 'string']) {
  const optional = `optional(${type})`;
  rule(optional, 'optional.of(#0)', [type], kOnlyCelJs);
  rule(optional, 'optional.none()', [], { weight: 2, ...kOnlyCelJs });
  rule(optional, '#0[?#1]', [`list(${type})`, 'int'], kOnlyCelJs);
  rule(optional, '#0[?#1]', [`map(string, ${type})`, 'string'], kOnlyCelJs);
  rule(optional, '#0.or(#1)', [optional, optional], kOnlyCelJs);
  rule(type, '#0.orValue(#1)', [optional, type], { weight: 1, ...kOnlyCelJs });
  rule(type, '#0.value()', [optional], { weight: 1, ...kOnlyCelJs });
  rule('bool', '#0.hasValue()', [optional], { weight: 1, ...kOnlyCelJs });
}
