// Literals of every type: the edges where implementations differ, and some plain ones.
// SPDX-License-Identifier: Apache-2.0

const kInts = ['0', '1', '2', '3', '7', '10', '42', '63', '64', '100', '1000', '86400', '2147483648',
  '9007199254740991', '9007199254740992', '9007199254740993', '9223372036854775807', '0x1F'];
const kUints = ['0u', '1u', '2u', '7u', '42u', '63u', '4294967296u', '9007199254740993u',
  '9223372036854775808u', '18446744073709551615u', '0xFFu'];
const kDoubles = ['0.0', '1.0', '1.5', '2.5', '0.1', '3.14', '1e3', '1e21', '1e-7', '1e308', '5e-324',
  '9007199254740992.0', '9223372036854775807.0', '18446744073709551616.0', '0.5', '123456789.125'];
const kStrings = ['', 'a', 'b', 'abc', 'ABC', 'aXbXc', 'critical', 'warning', 'urn:mon:cpu', 'urn:mon:',
  'urn:gitlab:pipeline:failed', '1', '-1', '007', '1.5', '1e3', 'true', 'x y', ' pad ', 'a.b.c', 'a,b,,c',
  '\n', '\t"q"\\', "it's", 'é', 'Ωmega', 'straße', '日本', '😀', 'e\u0301', '9223372036854775808', '0x10'];
const kPatterns = ['a', '^urn:', '.*', '[a-c]+', 'X|Y', '^$', '\\d+', 'b$', '(a)(b)?c', 'a{2,3}', '\\bmon\\b',
  '[', '(?i)abc', '\\pL', '^.{3}$'];
/** Whole milliseconds: one of the peers keeps no more. */
const kTimes = ['1970-01-01T00:00:00Z', '2026-01-31T12:00:00Z', '2024-02-29T23:59:59.999Z',
  '2026-03-29T01:30:00+01:00', '1969-12-31T23:59:59.5Z', '2000-01-01T00:00:00-08:00',
  '2026-12-31T23:30:00Z', '1900-01-01T00:00:00Z'];
const kFarTimes = ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z', '2026-01-31T12:00:00.123456789Z'];
const kDurations = ['0s', '1s', '1h30m', '90m', '1.5s', '-1s', '1h', '250ms', '24h', '-1h30m'];
const kFineDurations = ['1ns', '1.000000001s', '3us', '-0.5s', '9223372036s'];
const kZones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', '+02:00', '-08:30', 'Nowhere/City'];

function quoted(text) {
  const escapes = { '\n': '\\n', '\t': '\\t', '"': '\\"', '\\': '\\\\' };
  return `"${text.replace(/[\n\t"\\]/g, (c) => escapes[c])}"`;
}

const literal = (type, text, more = {}) => ({ type, text, children: [], ...more });
const negative = (random) => random.chance(0.2);

/** The kinds of texts that functions read; of `string` for everything else. */
export const kTexts = {
  string: kStrings, pattern: kPatterns, zone: kZones, int_text: ['1', '-1', '+7', '007', '1.5', '', 'x',
    '9223372036854775808', '-9223372036854775808', ' 1', '0x10', '1_000'],
  double_text: ['1.5', '-0', '1e3', 'NaN', 'Infinity', '', 'x', ' 1', '.5', '5.'],
  bool_text: ['true', 'false', 'True', 'TRUE', 't', '1', 'f', '0', 'yes', '', 'tRuE'],
  time_text: [...kTimes, ...kFarTimes, '2026-01-31', '2026-02-30T00:00:00Z', 'now', '10000-01-01T00:00:00Z'],
  duration_text: [...kDurations, ...kFineDurations, '1', 's', '1d', '-', '+5s', '.5h', '1h-1m'],
};

export function makeLiteral(random, type) {
  if (kTexts[type]) return literal(type, quoted(random.pick(kTexts[type])));
  switch (type) {
    case 'bool': return literal(type, random.pick(['true', 'false']));
    case 'int': return negative(random)
      ? literal(type, random.chance(0.2) ? '-9223372036854775808' : `-${random.pick(kInts)}`, { operator: true })
      : literal(type, random.pick(kInts));
    case 'small': return random.chance(0.1)
      ? literal(type, '-1', { operator: true }) : literal(type, random.pick(['0', '1', '2', '3', '5', '100']));
    case 'uint': return literal(type, random.pick(kUints));
    case 'double': return negative(random)
      ? literal(type, `-${random.pick(kDoubles)}`, { operator: true }) : literal(type, random.pick(kDoubles));
    case 'bytes': return literal(type, `b${quoted(random.pick(kStrings))}`);
    case 'timestamp': return random.chance(0.15)
      ? literal(type, `timestamp("${random.pick(kFarTimes)}")`, { fine: true })
      : literal(type, `timestamp("${random.pick(kTimes)}")`);
    case 'duration': return random.chance(0.15)
      ? literal(type, `duration("${random.pick(kFineDurations)}")`, { fine: true })
      : literal(type, `duration("${random.pick(kDurations)}")`);
    case 'null': return literal(type, 'null');
    case 'type': return literal(type, random.pick(['int', 'uint', 'double', 'string', 'bool', 'bytes', 'list',
      'map', 'type', 'null_type']));
    default: return null;
  }
}

/** What shrinking tries first. */
export const kSimplest = {
  bool: ['true', 'false'], int: ['0', '1'], small: ['0', '1'], uint: ['0u', '1u'], double: ['0.0', '1.0'], string: ['""', '"a"'],
  bytes: ['b""'], timestamp: ['timestamp("1970-01-01T00:00:00Z")'], duration: ['duration("0s")'],
  null: ['null'], type: ['int'], dyn: ['dyn(0)'],
};
