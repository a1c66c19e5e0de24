// The conformance cases of the expression language: from the shared data, or from cel-spec's package.
// SPDX-License-Identifier: Apache-2.0
import fs from 'node:fs';
import path from 'node:path';
import { shared } from './harness.mjs';

const kFolder = path.join(shared, '01-cel/open');
/** A testing aid for optimisers, no part of the language. */
const kNotCounted = new Set(['block_ext']);
/** Whole suites that exist for protobuf messages; single cases are told by kNeedsProtobuf. */
const kProtobufSuites =
  new Set(['dynamic', 'enums', 'proto2', 'proto2_ext', 'proto3', 'wrappers', 'unknowns']);
const kNeedsProtobuf = /TestAllTypes|cel\.expr\.conformance|google\.protobuf\.(?!Timestamp|Duration)/;

/** Gives [{group: 'core' or 'ext', suite, test}], or null when the folder is not there. */
export function casesOfFolder() {
  if (!fs.existsSync(kFolder)) return null;
  const cases = [];
  for (const group of ['core', 'ext']) {
    for (const file of fs.readdirSync(path.join(kFolder, group)).sort()) {
      const suite = path.basename(file, '.json');
      if (kNotCounted.has(suite)) continue;
      const { tests } = JSON.parse(fs.readFileSync(path.join(kFolder, group, file), 'utf8'));
      cases.push(...tests.map((test) => ({ group, suite, test })));
    }
  }
  return cases;
}

/** The same from `@bufbuild/cel-spec`, or null when it is not installed. */
export async function casesOfPackage() {
  let tests;
  try {
    ({ tests } = await import('@bufbuild/cel-spec/testdata/conformance.js'));
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
  const cases = [];
  for (const { name: suite, suites: sections = [] } of tests.suites) {
    if (kNotCounted.has(suite) || kProtobufSuites.has(suite)) continue;
    const group = suite.endsWith('_ext') || ['macros2', 'optionals'].includes(suite) ? 'ext' : 'core';
    for (const section of sections) {
      for (const { original } of section.tests) {
        if (kNeedsProtobuf.test(JSON.stringify(original))) continue;
        cases.push({ group, suite, test: convert(original, section.name) });
      }
    }
  }
  return cases;
}

/** A SimpleTest of cel-spec in protobuf's JSON to the shape of the shared data. */
function convert(original, section) {
  const test = { name: original.name, section, expr: original.expr };
  if (original.container) test.container = original.container;
  if (original.disableCheck) test.disable_check = true;
  if (original.disableMacros) test.disable_macros = true;
  if (original.checkOnly) test.check_only = true;
  if (original.typeEnv) test.type_env = original.typeEnv.map(declaration);
  if (original.bindings) {
    test.bindings = Object.fromEntries(
      Object.entries(original.bindings).map(([name, bound]) => [name, value(bound.value)]));
  }
  test.expect = expectation(original);
  return test;
}

function expectation({ evalError, typedResult, value: given }) {
  if (evalError) return { error: (evalError.errors ?? []).map((e) => e.message) };
  const expect = {};
  if (typedResult?.deducedType) expect.deduced_type = type(typedResult.deducedType);
  if (typedResult?.result) expect.value = value(typedResult.result);
  if (given) expect.value = value(given);
  // Where upstream says nothing, true is meant.
  if (!given && !typedResult) expect.value = { type: 'bool', value: true };
  return expect;
}

function declaration(given) {
  if (given.ident) return { name: given.name, type: type(given.ident.type) };
  return {
    name: given.name,
    function: given.function.overloads.map((overload) => ({
      overload_id: overload.overloadId, params: (overload.params ?? []).map(type),
      result: type(overload.resultType), member: overload.isInstanceFunction ?? false,
    })),
  };
}

const kPrimitives = {
  BOOL: 'bool', INT64: 'int', UINT64: 'uint', DOUBLE: 'double', STRING: 'string', BYTES: 'bytes',
};

function type(given) {
  if ('primitive' in given) return kPrimitives[given.primitive];
  if ('wrapper' in given) return `wrapper(${kPrimitives[given.wrapper]})`;
  if ('dyn' in given) return 'dyn';
  if ('null' in given) return 'null_type';
  if ('listType' in given) return `list(${type(given.listType.elemType)})`;
  if ('mapType' in given) return `map(${type(given.mapType.keyType)}, ${type(given.mapType.valueType)})`;
  if ('wellKnown' in given) return given.wellKnown.toLowerCase();
  if ('typeParam' in given) return given.typeParam;
  if ('messageType' in given) return given.messageType.replace(/^google\.protobuf\./, '').toLowerCase();
  if ('type' in given) return `type(${type(given.type)})`;
  const { name, parameterTypes = [] } = given.abstractType;
  return `${name}(${parameterTypes.map(type).join(', ')})`;
}

function value(given) {
  const [[kind, v]] = Object.entries(given);
  switch (kind) {
    case 'nullValue': return { type: 'null', value: null };
    case 'boolValue': return { type: 'bool', value: v };
    case 'int64Value': return { type: 'int', value: v };
    case 'uint64Value': return { type: 'uint', value: v };
    case 'doubleValue': return { type: 'double', value: Object.is(v, -0) ? '-0.0' : v };
    case 'stringValue': return { type: 'string', value: v };
    case 'bytesValue': return { type: 'bytes', base64: v };
    case 'typeValue': return { type: 'type', value: v };
    case 'listValue': return { type: 'list', value: (v.values ?? []).map(value) };
    case 'mapValue':
      return { type: 'map', value: (v.entries ?? []).map((e) => [value(e.key), value(e.value)]) };
    case 'objectValue':
      return { type: v['@type'].endsWith('Timestamp') ? 'timestamp' : 'duration', value: v.value };
    default: throw new Error(`no such value: ${kind}`);
  }
}
