// Who evaluates: vortex as one long process, and two implementations on npm.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import { celEnv, celUint, isCelError, isCelList, isCelMap, isCelType, isCelUint, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { create } from '@bufbuild/protobuf';
import { isReflectMessage } from '@bufbuild/protobuf/reflect';
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { Environment, Optional, TypeError as CheckError } from '@marcbachmann/cel-js';
import { bin } from '../harness.mjs';
import { canonical, durationNs, timestampNs } from './values.mjs';

const kSecond = 1_000_000_000n;

/** `vortex eval --typed`, one line an expression. */
export class Vortex {
  constructor() {
    this.process = spawn(path.join(bin, 'vortex'), ['eval', '--typed'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = readline.createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }
  /** Outcomes of requests {expr, bindings, ...}, in order. */
  async evaluate(requests) {
    const before = Date.now();
    this.process.stdin.write(requests.map((r) => `${JSON.stringify(r)}\n`).join(''));
    const outcomes = [];
    for (const request of requests) {
      const { value: line, done } = await this.lines.next();
      if (done) throw new Error(`vortex ended; one of the last requests:\n${JSON.stringify(request)}`);
      const found = JSON.parse(line);
      outcomes.push(found.error ? { error: found.error.message } : { value: canonical(found) });
    }
    this.slowestBatchMs = Math.max(this.slowestBatchMs ?? 0, Date.now() - before);
    return outcomes;
  }
  close() { this.process.stdin.end(); }
}

const kBufbuild = celEnv({ funcs: strings });

function toBufbuild({ type, value, base64 }) {
  switch (type) {
    case 'int': return BigInt(value);
    case 'uint': return celUint(BigInt(value));
    case 'bytes': return new Uint8Array(Buffer.from(base64, 'base64'));
    case 'list': return value.map(toBufbuild);
    case 'map': return new Map(value.map(([k, v]) => [toBufbuild(k), toBufbuild(v)]));
    case 'timestamp': case 'duration': {
      const ns = type === 'timestamp' ? timestampNs(value) : durationNs(value);
      const schema = type === 'timestamp' ? TimestampSchema : DurationSchema;
      let seconds = ns / kSecond, nanos = ns % kSecond;
      if (type === 'timestamp' && nanos < 0n) { seconds -= 1n; nanos += kSecond; }
      return create(schema, { seconds, nanos: Number(nanos) });
    }
    default: return value;
  }
}

function fromBufbuild(value) {
  switch (typeof value) {
    case 'boolean': return { type: 'bool', value };
    case 'bigint': return { type: 'int', value };
    case 'number': return { type: 'double', value };
    case 'string': return { type: 'string', value };
    default: break;
  }
  if (value === null) return { type: 'null', value };
  if (value instanceof Uint8Array) return { type: 'bytes', base64: Buffer.from(value).toString('base64') };
  if (isCelUint(value)) return { type: 'uint', value: value.value };
  if (isCelList(value)) return { type: 'list', value: [...value].map(fromBufbuild) };
  if (isCelMap(value)) return { type: 'map', value: [...value.entries()].map((pair) => pair.map(fromBufbuild)) };
  if (isCelType(value)) return { type: 'type', value: value.name };
  if (isReflectMessage(value)) {
    const ns = value.message.seconds * kSecond + BigInt(value.message.nanos);
    return { type: value.desc.typeName.endsWith('Timestamp') ? 'timestamp' : 'duration', value: ns };
  }
  throw new Error('a value of a kind that the harness does not know');
}

export function evaluateBufbuild(expr, event) {
  let result;
  try {
    const bound = new Map(Object.entries(event).map(([name, value]) => [name, toBufbuild(value)]));
    result = plan(kBufbuild, parse(expr))({ event: bound });
  } catch (error) {
    return { error: error.message };
  }
  return isCelError(result) ? { error: result.message } : { value: canonical(fromBufbuild(result)) };
}

const kCelJs = new Environment({
  unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false, enableOptionalTypes: true,
});
// Its classes are not exported; its own functions make them.
const makeUint = kCelJs.parse('uint(text)'), makeDuration = kCelJs.parse('duration(text)');
const kCelJsUint = makeUint({ text: '1' }).constructor, kCelJsDuration = makeDuration({ text: '1s' }).constructor;
const kCelJsType = kCelJs.evaluate('int').constructor;

function toCelJs({ type, value, base64 }) {
  switch (type) {
    case 'int': return BigInt(value);
    case 'uint': return makeUint({ text: String(value) });
    case 'bytes': return new Uint8Array(Buffer.from(base64, 'base64'));
    case 'list': return value.map(toCelJs);
    case 'map': return new Map(value.map(([k, v]) => [toCelJs(k), toCelJs(v)]));
    case 'timestamp': return new Date(value);
    case 'duration': return makeDuration({ text: value });
    default: return value;
  }
}

function fromCelJs(value) {
  switch (typeof value) {
    case 'boolean': return { type: 'bool', value };
    case 'bigint': return { type: 'int', value };
    case 'number': return { type: 'double', value };
    case 'string': return { type: 'string', value };
    default: break;
  }
  if (value === null) return { type: 'null', value };
  if (value instanceof Uint8Array) return { type: 'bytes', base64: Buffer.from(value).toString('base64') };
  if (value instanceof kCelJsUint) return { type: 'uint', value: value.value };
  if (Array.isArray(value)) return { type: 'list', value: value.map(fromCelJs) };
  if (value instanceof Map) return { type: 'map', value: [...value].map((pair) => pair.map(fromCelJs)) };
  if (value instanceof kCelJsType) return { type: 'type', value: value.name };
  if (value instanceof Date) return { type: 'timestamp', value: BigInt(value.getTime()) * 1_000_000n };
  if (value instanceof kCelJsDuration) {
    return { type: 'duration', value: value.seconds * kSecond + BigInt(value.nanos) };
  }
  if (value instanceof Optional) {
    return { type: 'optional_type', value: value.hasValue() ? fromCelJs(value.value()) : null };
  }
  return { type: 'map', value: Object.entries(value).map((pair) => pair.map(fromCelJs)) };
}

export function evaluateCelJs(expr, event) {
  const bound = new Map(Object.entries(event).map(([name, value]) => [name, toCelJs(value)]));
  try {
    return { value: canonical(fromCelJs(kCelJs.evaluate(expr, { event: bound }))) };
  } catch (error) {
    return { error: error.message.split('\n')[0], refused: error instanceof CheckError || !kCelJs.check(expr).valid };
  }
}

export const peers = { bufbuild: evaluateBufbuild, 'cel-js': evaluateCelJs };
