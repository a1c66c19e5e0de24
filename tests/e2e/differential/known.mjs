// Known differences: whose they are, why, and what the specification says. Each names one narrow
// form of the smallest expression that shows it; whatever else differs is a failure.
// SPDX-License-Identifier: Apache-2.0
import { durationNs } from './values.mjs';

const textOf = (outcome) => /^string "(.*)"$/s.exec(outcome.value ?? '')?.[1];
/** The text between the marks that every generated format() puts around its clause. */
const formatted = (outcome) => /^<(.*)>$/s.exec(textOf(outcome) ?? '')?.[1];
const sameDuration = (a, b) => /^-?\d+(\.\d+)?s$/.test(a) && /^-?\d+(\.\d+)?s$/.test(b) && durationNs(a) === durationNs(b);
/** Texts of numbers as the numbers that they are. */
const numbersRead = (value = '') => value.replace(/"<?(-?\d[\d.e+-]*)>?"/g, (_, digits) => String(Number(digits)));
/** Texts of numbers with the same exponent that differ by one in their last digit. */
const oneDigitApart = (a = '', b = '') => {
  const [[digits, exponent], [others, power]] = [a, b].map((text) => text.replace('.', '').split('e'));
  return /^-?\d+$/.test(digits) && /^-?\d+$/.test(others) && a.indexOf('.') === b.indexOf('.') &&
    Number(exponent ?? 0) === Number(power ?? 0) && Math.abs(Number(BigInt(digits) - BigInt(others))) === 1;
};
const refusedByUs = (ours, theirs) => Boolean(ours.error && !theirs.error);
/** We refuse a text that is no number, in whatever expression it came up; the peer made one of it. */
const isNoNumber = (ours, theirs) => !theirs.error &&
  /^cannot read "(?![+-]?\d+(\.\d+)?(e\d+)?")[^"]*" as (int|uint|double)$/.test(ours.error);
const kAstral = /[\u{10000}-\u{10ffff}]/u;
/** Whether the expression holds, gives or reads a text with characters that UTF-16 writes as two units. */
const hasAstral = (ours, expression, event) => kAstral.test(expression + ours.value) ||
  Object.entries(event).some(([name, value]) => new RegExp(`\\b${name}\\b`).test(expression) && kAstral.test(JSON.stringify(value)));

/**
 * `form`: of the smallest expression; `when(ours, theirs, expression, event)`: of the outcomes; `why`: whose
 * the difference is and what says so. langdef: doc/langdef.md of cel-spec.
 */
export const known = [
  {
    name: 'bufbuild: timestamp(int) in milliseconds', judge: 'bufbuild', form: /timestamp\((?!")/,
    why: 'langdef, timestamp(int): seconds since the epoch; the peer takes milliseconds',
  },
  {
    name: 'bufbuild: 17 digits in format', judge: 'bufbuild', form: /"<%(\.2f|e|s)>"\.format\(\[/,
    when: (ours, theirs) => numbersRead(ours.value) === numbersRead(theirs.value),
    why: 'ext/strings: %f writes the exact decimal value; the peer pads its shortest digits with zeros',
  },
  {
    name: 'bufbuild: broken positions', judge: 'bufbuild', form: /\[.+\]/s,
    when: (ours, theirs) => !ours.error && theirs.error === 'unsupported input undefined',
    why: 'langdef: [7][0.5] is an error, which `false &&` absorbs; the peer gets undefined of JavaScript and throws it past the logic',
  },
  {
    name: 'bufbuild: halves in format', judge: 'bufbuild', form: /"<%(\.2f|e)>"\.format\(\[/,
    when: (ours, theirs) => oneDigitApart(formatted(ours), formatted(theirs)),
    why: 'ext/strings: %f and %e round the exact value, halves to even; the peer its shortest digits, halves away from zero',
  },
  {
    name: 'bufbuild: digits of doubles in lists', judge: 'bufbuild', form: /"<%s>"\.format\(\[/,
    when: (ours, theirs) => /^\[.*\]$/s.test(formatted(ours)) &&
      formatted(ours).replace(/\d[\d.e+-]*/g, Number) === formatted(theirs)?.replace(/\d[\d.e+-]*/g, Number),
    why: 'ext/strings leaves the form open; both texts read back as the same doubles',
  },
  {
    name: 'bufbuild: zeros behind durations', judge: 'bufbuild', form: /^(string\(.*\)|"<%s>"\.format\(\[.*\]\))$/s,
    when: (ours, theirs) => sameDuration(formatted(ours) ?? textOf(ours), formatted(theirs) ?? textOf(theirs)),
    why: 'the peer writes 3, 6 or 9 digits, as JSON of protobuf does; cel-go and its tests the fewest',
  },
  {
    name: 'bufbuild: lenient numbers', judge: 'bufbuild', form: /(int|uint|double)\(/, when: isNoNumber,
    why: 'langdef: a text that is no number is an error; the peer reads blanks, hexadecimal, NaN as JavaScript does',
  },
  {
    name: 'bufbuild: dates that do not exist', judge: 'bufbuild', form: /^timestamp\(\(?"2026-02-30T00:00:00Z"\)?\)$/,
    when: refusedByUs, why: 'RFC 3339 has no 30 February; the peer makes it 2 March',
  },
  {
    name: 'bufbuild: years below 100', judge: 'bufbuild', form: /^timestamp\("0001-01-01T00:00:00Z"\)\.get\w+\(.*\)$/,
    why: 'the Date of JavaScript takes year 1 for 1901',
  },
  {
    name: 'bufbuild: the last nanoseconds of a second', judge: 'bufbuild', form: /^(?=.*("\dns|"\dus|9Z"|000000001s")).*\.get\w+\(.*\)$/s,
    when: (ours, theirs) => /^int /.test(ours.value) && /^int /.test(theirs.value),
    why: 'the peer rounds to the next millisecond before it takes the part',
  },
  {
    name: 'bufbuild: `in` of a map with other keys', judge: 'bufbuild', form: / in \(?\{/,
    when: (ours, theirs) => !ours.error && /overload for '@in' applied to '\(.*, map\)'/.test(theirs.error),
    why: 'langdef: `in` of a map tells whether the key is there; one of a type that keys cannot have is not',
  },
  {
    name: 'bufbuild: UTF-16', judge: 'bufbuild', form: /./s,
    when: (ours, _, expression, event) => hasAstral(ours, expression, event),
    why: 'langdef: texts are sequences of Unicode code points; the peer counts UTF-16 units',
  },
  {
    name: 'bufbuild: search from the end', judge: 'bufbuild', form: /^.*\.(indexOf|lastIndexOf)\(.*, .*\)$/s,
    when: (ours, theirs) => !ours.error && /^index (\d+) out of bounds \[0, \1\)/.test(theirs.error),
    why: 'ext/strings: the offset may be the length; the peer refuses it',
  },
  {
    name: 'bufbuild: durations without a number', judge: 'bufbuild', form: /^duration\(\(?"[^\d"]*"\)?\)$/,
    when: refusedByUs, why: 'a duration has at least one number with a unit; the peer takes it for 0',
  },
  {
    name: 'bufbuild: great uints divided', judge: 'bufbuild', form: / [/%] /,
    when: (ours, theirs) => /^uint /.test(ours.value) && /overflow/.test(theirs.error),
    why: 'langdef: uints reach 2^64 - 1; the peer checks the range of int',
  },
  {
    name: 'bufbuild: doubles as keys', judge: 'bufbuild', form: /\{.*\}/s,
    when: (ours, theirs) => /type double cannot be a key/.test(ours.error) && !theirs.error,
    why: 'langdef: keys are bool, int, uint or string; the peer makes ints of whole doubles',
  },
  {
    name: 'bufbuild: a sign before a uint', judge: 'bufbuild', form: /-\(?\d+u/,
    when: (ours, theirs) => !ours.error && /^<input>/.test(theirs.error),
    why: 'langdef: an operator that uint does not have, so an error of the evaluation; the peer cannot parse it',
  },
  {
    name: 'bufbuild: keys of two types', judge: 'bufbuild', form: /\{.*\}/s,
    when: (ours, theirs) => /^the key \d+ is there twice/.test(ours.error) && !theirs.error,
    why: 'langdef: 0 and 0u are equal, so they are one key',
  },
  {
    name: 'cel-js: keys become texts', judge: 'cel-js', form: /\{.*\}/s,
    when: (ours, theirs) => (ours.value ?? '').replace(/\b(?:int|uint|bool) (\w+): /g, 'string "$1": ') === theirs.value,
    why: 'langdef: keys keep their type; the peer has objects of JavaScript',
  },
  {
    name: 'bufbuild: format of ints', judge: 'bufbuild', form: /^"<%(\.2f|e)>"\.format\(\[.*\]\)$/s,
    when: (ours, theirs) => !ours.error && /can only be used on doubles/.test(theirs.error),
    why: 'the suite has "%e".format([2]); the peer takes doubles only',
  },
  {
    name: 'bufbuild: replacing the empty text', judge: 'bufbuild', form: /\.replace\((\(?""\)?|x|v\d), /,
    why: 'the empty text stands before each character and at the end, as cel-go has it; the peer replaces from the start, again and again',
  },
  {
    name: 'bufbuild: replacing -1 times', judge: 'bufbuild', form: /\.replace\(.*, \(?-1\)?\)/s,
    why: 'ext/strings: a negative limit replaces all; the peer replaces none',
  },
  {
    name: 'bufbuild: keys that hold null', judge: 'bufbuild', form: /^(?=.*\b(null|nothing)\b).*(has\(\{.*\}\.\w+\)| in )/s,
    when: (ours, theirs) => /^bool /.test(ours.value) && /^bool /.test(theirs.value),
    why: 'langdef: has() and `in` of a map tell whether the key is there, whatever it holds',
  },
  {
    name: 'bufbuild: bools as positions', judge: 'bufbuild', form: /\[.+\]/s,
    when: (ours, theirs) => /^no overload of '\[\]' for \(list, bool\)/.test(ours.error) && !theirs.error,
    why: 'langdef: a position in a list is a number',
  },
  {
    name: 'cel-js: optional index of anything', judge: 'cel-js', form: /\[\?/,
    when: (ours, theirs) => /^no overload of '\[\?\]' for/.test(ours.error) && !theirs.error,
    why: 'the optional index takes lists by number and maps by key, as the plain one does; the peer says none to all',
  },
  {
    name: 'cel-js: optional positions of other number types', judge: 'cel-js', form: /\[\?\(?(\d+u|\d+\.\d|event\.|uint\(|dyn\()/,
    when: (ours, theirs) => /^optional /.test(ours.value) && theirs.value === 'none',
    why: 'the suite takes 0u and 0.0 for positions ([7, 8][dyn(0u)]), so the optional index does; the peer says none',
  },
  {
    name: 'cel-js: macros over anything', judge: 'cel-js', form: /\.(map|filter|all|exists|exists_one)\(/,
    when: (ours, theirs) => /expected a list or a map to go through/.test(ours.error) && !theirs.error,
    why: 'langdef: the range of a macro is a list or a map; the peer takes other values for empty ones',
  },
  {
    name: 'cel-js: parts of negative durations', judge: 'cel-js', form: /\.get(Seconds|Minutes|Hours)\(\)/,
    when: (ours, theirs) => /^int (-\d+|0)$/.test(ours.value) && `int ${BigInt(ours.value.slice(4)) - 1n}` === theirs.value,
    why: 'the seconds of protobuf.Duration are cut towards zero, -1.5s has -1, as cel-go has it; the peer rounds down',
  },
  {
    name: 'cel-js: milliseconds of durations', judge: 'cel-js', form: /\.getMilliseconds\(\)$/,
    when: (ours, theirs) => /^int /.test(ours.value) && /^int /.test(theirs.value),
    why: 'the suite has the part below a second; the peer gives the whole duration in milliseconds',
  },
  ...['bufbuild', 'cel-js'].map((judge) => ({
    name: `${judge}: great ints as doubles`, judge, form: / (==|!=|<|<=|>|>=|in) /,
    when: (ours, theirs, expression) => /\d{16,}/.test(expression) && /^bool /.test(ours.value) && /^bool /.test(theirs.value),
    why: 'the suite compares ints with doubles as doubles (9223372036854775807 >= 9223372036854775808.0); the peer exactly',
  })),
  {
    name: 'bufbuild: the rest of a split', judge: 'bufbuild', form: /\.split\(.*, .*\)$/s,
    when: (ours, theirs) => !ours.error && !theirs.error,
    why: 'ext/strings: the last part holds the rest of the text; the peer drops it',
  },
  {
    name: 'bufbuild: days in a time zone', judge: 'bufbuild', form: /\.get(Date|DayOf\w+|Month|FullYear)\(".*"\)$/,
    when: (ours, theirs) => /^int /.test(ours.value) && /^int /.test(theirs.value),
    why: 'langdef: DayOfMonth and DayOfYear count from 0 with a zone too; before 1970 the peer rounds to the next day',
  },
  {
    name: 'bufbuild: ints as durations', judge: 'bufbuild', form: /^(duration|int)\(.*\)$/s,
    when: (ours, theirs) => /^no overload of '(duration' for \(int\)|int' for \(google.protobuf.Duration\))/.test(ours.error) &&
      !theirs.error,
    why: 'langdef has no such conversions; the peer takes seconds, cel-go nanoseconds',
  },
  {
    name: 'bufbuild: two signs', judge: 'bufbuild', form: /-\(?-|!\(?!/,
    when: (ours, theirs) => /^no overload of '[-!]' for|^integer overflow/.test(ours.error) && !theirs.error,
    why: 'langdef: both signs are operators, which not every type has; the parser of the peer strikes out pairs',
  },
  ...['bufbuild', 'cel-js'].map((judge) => ({
    name: `${judge}: the least int modulo -1`, judge, form: / % /,
    when: (ours, theirs) => ours.error === 'integer overflow' && theirs.value === 'int 0',
    why: 'langdef: an overflow is an error; cel-go has one here, since the quotient overflows',
  })),
  ...['bufbuild', 'cel-js'].map((judge) => ({
    name: `${judge}: digits of doubles`, judge, form: /string\(/,
    when: (ours, theirs) => numbersRead(ours.value) === numbersRead(theirs.value),
    why: 'langdef leaves the form open; both texts read back as the same double',
  })),
  {
    name: 'cel-js: UTF-16', judge: 'cel-js', form: /./s,
    when: (ours, _, expression, event) => hasAstral(ours, expression, event),
    why: 'langdef: texts are sequences of Unicode code points; the peer counts UTF-16 units, and cuts bytes to 8 bits',
  },
  {
    name: 'cel-js: search from the end', judge: 'cel-js', form: /^.*\.(indexOf|lastIndexOf)\(.*, .*\)$/s,
    when: (ours, theirs) => !ours.error && /fromIndex out of range/.test(theirs.error),
    why: 'ext/strings: the offset may be the length; the peer refuses it',
  },
  {
    name: 'cel-js: lenient numbers', judge: 'cel-js', form: /(int|uint|double)\(/, when: isNoNumber,
    why: 'langdef: a text that is no number is an error; the peer reads an empty one as 0',
  },
  {
    name: 'cel-js: keys', judge: 'cel-js', form: /\{.*\}/s,
    when: (ours, theirs) => /cannot be a key|is there twice/.test(ours.error) && !theirs.error,
    why: 'langdef: keys are bool, int, uint or string, each once; the peer makes texts of them and keeps the last',
  },
  {
    name: 'checker: parts of nothing', judge: 'checker', form: /\[\]|\{\}|optional\.none\(\)/,
    when: (checked) => /^found .*, expected /.test(checked.error),
    why: 'the type inside of [], {} and optional.none() is unknown; the first overload that takes it decides, as in cel-go',
  },
  {
    name: 'cel-js: durations as texts', judge: 'cel-js', form: /string\(/,
    when: (ours, theirs) => /^string "-?\d+(\.\d+)?s"$/.test(ours.value) && /'string\(google\.protobuf\.Duration\)'/.test(theirs.error),
    why: 'langdef has string(duration), as in string(duration("1h")) == "3600s"; the peer lacks it',
  },
  {
    name: 'cel-js: lists as keys', judge: 'cel-js', form: /^\(?\[.*\]\)? in \(?\{/s,
    when: (ours, theirs) => ours.value === 'bool false' && theirs.value === 'bool true',
    why: 'langdef: a list is no key, so it is in no map; the peer looks for its text',
  },
  {
    name: 'cel-js: bind is eager', judge: 'cel-js', form: /cel\.bind\(\w+, /,
    when: (ours, theirs) => !ours.error && Boolean(theirs.error),
    why: 'ext/bindings: an error of a variable that is not used is no error; the peer evaluates first',
  },
];
