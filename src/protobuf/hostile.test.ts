import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readSamples } from "../../test/samples.ts";
import { stringifyJson } from "../codec/json-text.ts";
import type { JsonObject } from "../object/json.ts";
import { parseGroupVersion } from "../object/kube-object.ts";
import { decode } from "../schema/decode.ts";
import { loadTypes } from "../schema/load.ts";
import type { ObjectSchema } from "../schema/schema.ts";
import { openEnvelope } from "./envelope.ts";
import { ProtobufReader } from "./read.ts";
import { ProtobufError, WireReader } from "./wire-reader.ts";
import { lengthTag, WireWriter } from "./wire-writer.ts";

const types = loadTypes(new URL("../../../data/kubernetes-v1.36", import.meta.url));
const reader = new ProtobufReader();

interface Sample {
  readonly name: string;
  readonly raw: Buffer;
  readonly schema: ObjectSchema;
  readonly object: JsonObject;
}

const samples = readSamples().kinds.map(({ name, protobuf }): Sample => {
  const { apiVersion, kind, raw } = openEnvelope(Buffer.from(protobuf, "base64"));
  const version = parseGroupVersion(apiVersion) ?? assert.fail(name);
  const schema = types.schemaForKind({ ...version, kind }) ?? assert.fail(name);
  return { name, raw, schema, object: reader.read(raw, schema) };
});
const anySample = fc.constantFrom(...samples);
const pod = samples.find(({ name }) => name === "core.v1.Pod") ?? assert.fail();

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(" ", ""), "hex");
}

/** The fields of a message, tag included. */
function fieldsOf(raw: Buffer): { readonly number: number; readonly bytes: Buffer }[] {
  const fields: { number: number; bytes: Buffer }[] = [];
  const wire = new WireReader(raw);
  while (!wire.done) {
    const start = wire.at;
    const tag = wire.tag();
    wire.skip(tag & 7);
    fields.push({ number: tag >>> 3, bytes: raw.subarray(start, wire.at) });
  }
  return fields;
}

/** A field that no type has, in every wire type there is: groups, one in the other, hold the rest. */
const UNKNOWN = hex("f8ff03 ffffffffffffffffff01 f9ff03 0011223344556677 faff03 03616263 fdff03 00112233");
const GROUPS = Buffer.concat([hex("fbff03 0b"), UNKNOWN, hex("0c fcff03")]);

/** Reads, or says that it cannot: never anything else. */
function readOrRefuse(raw: Buffer, schema: ObjectSchema): void {
  let value: JsonObject;
  try {
    value = reader.read(raw, schema);
  } catch (error) {
    assert.ok(error instanceof ProtobufError, String(error));
    return;
  }
  const decoded = decode(value, schema);
  if (decoded.ok) stringifyJson(decoded.value);
}

test("fields that nobody knows are passed over wherever they stand, whatever their wire type", () => {
  for (const { name, raw, schema, object } of samples) {
    const fields = fieldsOf(raw).flatMap(({ bytes }) => [UNKNOWN, bytes, GROUPS]);
    assert.deepEqual(reader.read(Buffer.concat(fields), schema), object, name);
  }
});

test("fields may come in any order", () => {
  for (const { name, raw, schema, object } of samples) {
    const fields = fieldsOf(raw).sort((a, b) => b.number - a.number);
    assert.deepEqual(reader.read(Buffer.concat(fields.map(({ bytes }) => bytes)), schema), object, name);
  }
});

test("numbers of a list may come packed or one by one, and in parts", () => {
  // PodSpec {securityContext = 14 {supplementalGroups = 4}}.
  const groups = (bytes: string) => {
    const inner = hex(bytes);
    const context = Buffer.concat([Buffer.from([14 * 8 + 2, inner.length]), inner]);
    const spec = Buffer.concat([Buffer.from([2 * 8 + 2, context.length]), context]);
    const { spec: read } = reader.read(spec, pod.schema) as { spec: { securityContext: JsonObject } };
    return read.securityContext["supplementalGroups"];
  };
  assert.deepEqual(groups("2001 20e807"), [1, 1000]);
  assert.deepEqual(groups("2203 01e807"), [1, 1000]);
  assert.deepEqual(groups("2001 2203 02e807 2003"), [1, 2, 1000, 3]);
  assert.throws(() => groups("2203 01e887"), ProtobufError);
});

test("a message that ends anywhere is read or refused", () => {
  for (let length = 0; length < pod.raw.length; length++) readOrRefuse(pod.raw.subarray(0, length), pod.schema);
  for (const { raw, schema } of samples)
    for (let i = 1; i < 40; i++) readOrRefuse(raw.subarray(0, Math.floor((raw.length * i) / 40)), schema);
});

test("a message with other bytes in it is read or refused", () => {
  const change = fc.record({ at: fc.nat({ max: 20_000 }), byte: fc.nat({ max: 255 }) });
  fc.assert(
    fc.property(anySample, fc.array(change, { minLength: 1, maxLength: 5 }), ({ raw, schema }, changes) => {
      const changed = Buffer.from(raw);
      for (const { at, byte } of changes) changed[at % changed.length] = byte;
      readOrRefuse(changed, schema);
    }),
    { numRuns: 1500 },
  );
});

test("messages and JSON within one another are followed so far and no further", () => {
  const nested = (depth: number, number: number): Buffer => {
    const out = new WireWriter();
    for (let i = 0; i < depth; i++) out.head(lengthTag(number), 0);
    return out.finish();
  };
  const props = types.schemaFor("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");
  assert.ok(reader.read(nested(50, 28), props)["not"]);
  assert.throws(() => reader.read(nested(100_000, 28), props), /nested too deeply/);
  // An unknown field is not looked into, however deep it is.
  assert.deepEqual(reader.read(nested(100_000, 200), props), {});
  const revision = types.schemaFor("io.k8s.api.apps.v1.ControllerRevision");
  const data = (text: string): Buffer => {
    const out = new WireWriter();
    out.textField(lengthTag(1), text);
    out.head(lengthTag(2), 0);
    return out.finish();
  };
  assert.deepEqual(reader.read(data('{"a":[1]}'), revision)["data"], { a: [1] });
  assert.throws(() => reader.read(data("[".repeat(100_000)), revision), ProtobufError);
  assert.throws(() => reader.read(data(`${"[".repeat(100_000)}${"]".repeat(100_000)}`), revision), ProtobufError);
  assert.throws(() => reader.read(data('{"a":'), revision), ProtobufError);
});

test("numbers, tags and times out of range are refused", () => {
  for (const [bytes, why] of [
    ["00", /illegal tag 0/],
    ["07", /illegal tag 0/],
    ["fcff03", /unexpected end of group/],
    ["fbff03", /unexpected EOF/],
    ["ffff03", /illegal wireType 7/],
    ["ffffffffff7f00", /illegal tag/],
    ["0affffffffffffffffff01", /too large/],
    ["0affffffff0f", /unexpected EOF/],
    ["08", /wire type 0/],
    // metadata {generation = 7: eleven bytes}, {creationTimestamp = 8 {seconds = 1}}.
    ["0a0c 38ffffffffffffffffffff01", /longer than ten bytes/],
    ["0a0e 420c 08ffffffffffffffff7f1000", /a time is out of range/],
  ] as const) {
    assert.throws(
      () => reader.read(hex(bytes), pod.schema),
      (error) => error instanceof ProtobufError && why.test(error.message),
      bytes,
    );
  }
});
