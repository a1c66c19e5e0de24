// Typed values as one text for comparison, and as the values of the peers.
// SPDX-License-Identifier: Apache-2.0

/** Numbers by value, bytes by content, maps without order, times as nanoseconds (also given so). */
export function canonical({ type, value, base64 }) {
  switch (type) {
    case 'list': return `[${value.map(canonical).join(', ')}]`;
    case 'map': return `{${value.map(([k, v]) => `${canonical(k)}: ${canonical(v)}`).sort().join(', ')}}`;
    case 'int': return `int ${BigInt(value)}`;
    case 'uint': return `uint ${BigInt(value)}`;
    case 'double': return `double ${Object.is(value, -0) || value === '-0.0' ? '-0' : Number(value)}`;
    case 'bytes': return `bytes ${base64 ?? Buffer.from(value ?? '').toString('base64')}`;
    case 'timestamp': return `timestamp ${typeof value === 'bigint' ? value : timestampNs(value)}`;
    case 'duration': return `duration ${typeof value === 'bigint' ? value : durationNs(value)}`;
    case 'optional_type': return value === null ? 'none' : `optional ${canonical(value)}`;
    default: return `${type} ${JSON.stringify(value)}`;
  }
}

export function timestampNs(text) {
  const [, whole, fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(text);
  return BigInt(Date.parse(`${whole}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

export function durationNs(text) {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?s$/.exec(text);
  const ns = BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
  return sign ? -ns : ns;
}
