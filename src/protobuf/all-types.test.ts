import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { setOwn, type JsonObject, type JsonValue } from "../object/json.ts";
import { decode } from "../schema/decode.ts";
import { loadTypes } from "../schema/load.ts";
import type { AnySchema, ObjectSchema, Schema } from "../schema/schema.ts";
import { ProtobufReader } from "./read.ts";
import { ProtobufWriter } from "./write.ts";

const types = loadTypes(new URL("../../../data/kubernetes-v1.36", import.meta.url));
const reader = new ProtobufReader();
const writer = new ProtobufWriter();

/** Objects of a type, from a run of numbers: which members there are, and what is in them. */
class Maker {
  readonly #numbers: Iterator<number>;

  constructor(numbers: Iterator<number>) {
    this.#numbers = numbers;
  }

  object(schema: ObjectSchema, depth: number): JsonObject {
    const object: JsonObject = {};
    for (const { name, schema: member, proto } of schema.fields.values()) {
      if (proto === undefined || this.#below(2 + 2 * depth) > 1) continue;
      object[name] = this.#value(member, depth + 1);
    }
    return object;
  }

  #below(count: number): number {
    return (this.#numbers.next().value as number) % count;
  }

  #value(schema: Schema, depth: number): JsonValue {
    switch (schema.type) {
      case "object":
        return this.object(schema, depth);
      case "list":
        // An empty list that is not nil does not survive protobuf, here or there.
        return Array.from({ length: 1 + this.#below(2) }, () => this.#value(schema.items, depth + 1));
      case "map": {
        const map: JsonObject = {};
        for (let count = 1 + this.#below(2); count > 0; count--) setOwn(map, this.#text(), this.#value(schema.values, depth + 1));
        return map;
      }
      case "any":
        return this.#untyped(schema, depth);
      case "boolean":
        return this.#below(2) === 1;
      case "int32":
        return this.#below(2 ** 32) - 2 ** 31;
      case "int64":
        return ([0, 7, -1, 2 ** 40, 2n ** 62n, -(2n ** 63n)] as const)[this.#below(6)] ?? 0;
      case "number":
        return this.#below(1000) / 8;
      case "bytes":
        return Buffer.from(this.#text()).toString("base64");
      case "time":
        return `20${10 + this.#below(90)}-0${1 + this.#below(9)}-1${this.#below(10)}T0${this.#below(10)}:00:59Z`;
      case "microTime":
        return `2024-01-02T03:04:05.${String(this.#below(1_000_000)).padStart(6, "0")}Z`;
      case "duration":
        return ["0s", "1h0m0s", "1.5s"][this.#below(3)] ?? "0s";
      case "quantity":
        return ["0", "100m", "1Gi", "5"][this.#below(4)] ?? "0";
      case "intOrString":
        return this.#below(2) === 0 ? this.#below(70_000) : this.#text();
      case "string":
        return this.#text();
    }
  }

  #untyped({ any, alternative, of }: AnySchema, depth: number): JsonValue {
    if (any !== "jsonSchemaProps" || of?.type !== "object") return { "f:a": {}, [this.#text()]: [1, null, "x"] };
    if (depth > 12) return alternative === "boolean" ? true : [];
    if (this.#below(2) === 0) return this.object(of, depth + 3);
    if (alternative === "boolean") return this.#below(2) === 1;
    return alternative === "array" ? [this.object(of, depth + 3)] : [this.#text()];
  }

  #text(): string {
    return ["", "a", "ä€", "x".repeat(60), "\u{1f600}z", "__proto__", "long-enough-to-be-no-short-text-ü"][this.#below(7)] ?? "";
  }
}

for (const name of types.definitions) {
  const schema = types.schemaFor(name);
  if (![...schema.fields.values()].some(({ proto }) => proto !== undefined)) continue;
  if ([...schema.fields.values()].some(({ proto, name: member }) => proto === undefined && member !== "kind" && member !== "apiVersion"))
    continue;
  test(`${name} is after protobuf what it was before`, () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat({ max: 2 ** 31 })), (numbers) => {
        const made = decode(new Maker(numbers).object(schema, 0), schema);
        assert.ok(made.ok, made.ok ? "" : made.message);
        const again = decode(reader.read(writer.message(made.value, schema), schema), schema);
        assert.ok(again.ok, again.ok ? "" : again.message);
        assert.deepEqual(again.value, made.value);
        assert.deepEqual(again.strict, []);
      }),
      { numRuns: 8 },
    );
  });
}
