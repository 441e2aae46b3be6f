import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldErrorText } from "../../object/field-error-message.ts";
import { FieldPath } from "../../object/field-path.ts";
import type { JsonObject } from "../../object/json.ts";
import { schemaFaults } from "./validate-schema.ts";

const S = FieldPath.root.child("s");
const faultsOf = (schema: JsonObject): string[] => schemaFaults({ type: "object", ...schema }, S).map(fieldErrorText);
/** Faults of a property "a", told from where it lies. */
const faultsIn = (a: JsonObject): string[] => faultsOf({ properties: { a } }).map((text) => text.replace("s.properties[a].", ""));
const text = { type: "string" };
const uncorrelatable = "oldSelf cannot be used on the uncorrelatable portion of the schema within s.properties[a]";

test("faults of what a schema says of types and values", () => {
  const intOrString = [{ type: "integer" }, text];
  const rows: readonly [JsonObject, readonly string[]][] = [
    [
      { type: "null" },
      [
        'type: Unsupported value: "null": supported values: "array", "boolean", "integer", "number", "object", "string"',
        "type: Forbidden: type cannot be set to null, use nullable as an alternative",
      ],
    ],
    [{ type: "object", properties: { b: text }, additionalProperties: true }, []],
    [
      { type: "object", properties: { b: text }, additionalProperties: false },
      ["additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive"],
    ],
    [
      { "type": "object", "x-kubernetes-int-or-string": true, "x-kubernetes-preserve-unknown-fields": true },
      ["x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true"],
    ],
    [{ "x-kubernetes-int-or-string": true, "anyOf": intOrString }, []],
    [{ "x-kubernetes-int-or-string": true, "allOf": [{ anyOf: intOrString }, { pattern: "^a" }] }, []],
    [
      { "x-kubernetes-int-or-string": true, "allOf": [{ pattern: "^a" }, { anyOf: intOrString }] },
      [0, 1].map((i) => `allOf[1].anyOf[${i}].type: Forbidden: must be empty to be structural`),
    ],
    [
      { type: "string", not: { pattern: "(" } },
      ['not.pattern: Invalid value: "(": must be a valid regular expression, but isn\'t: error parsing regexp: missing closing ): `(`'],
    ],
    [
      { type: "string", anyOf: [{ "x-kubernetes-validations": [{ rule: "true" }] }] },
      ["anyOf[0].x-kubernetes-validations: Forbidden: must be empty to be structural"],
    ],
    // Only the root's junctors must name what is there.
    [{ type: "object", anyOf: [{ properties: { b: { minLength: 1 } } }] }, []],
    [
      { type: "object", anyOf: [{ properties: { metadata: {} } }] },
      ["anyOf[0].properties[metadata]: Forbidden: must not be specified in a nested context"],
    ],
  ];
  for (const [schema, wanted] of rows) assert.deepEqual(faultsIn(schema), wanted, JSON.stringify(schema));
});

test("what keeps a schema from being structural comes first, in the order of the texts", () => {
  assert.deepEqual(
    faultsOf({ anyOf: [{ properties: { b: {} } }], properties: { c: { "type": "bogus", "x-kubernetes-list-type": "set" }, a: {} } }),
    [
      "s.properties[a].type: Required value: must not be empty for specified object fields",
      "s.properties[b]: Required value: because it is defined in s.anyOf[0].properties[b]",
      's.properties[c].type: Unsupported value: "bogus": supported values: "array", "boolean", "integer", "number", "object", "string"',
      's.properties[c].type: Invalid value: "bogus": must be array if x-kubernetes-list-type is specified',
    ],
  );
});

test("metadata may be restricted by name alone, and has no defaults", () => {
  const anythingElse = "must not specify anything other than name and generateName, but metadata is implicitly specified";
  const metadata = (more: JsonObject): string[] => faultsOf({ properties: { metadata: { type: "object", ...more } } });
  assert.deepEqual(metadata({ properties: { name: { type: "string", maxLength: 9 } } }), []);
  assert.deepEqual(metadata({ description: "d" }), [`s.properties[metadata]: Forbidden: ${anythingElse}`]);
  assert.deepEqual(metadata({ properties: { name: { type: "string", default: "a" } } }), [
    "s.properties[metadata].properties[name].default: Forbidden: must not be set in top-level metadata",
  ]);
  const embedded = {
    "type": "object",
    "x-kubernetes-embedded-resource": true,
    "properties": { metadata: { type: "object", properties: { labels: { type: "object" } } } },
  };
  assert.deepEqual(faultsIn(embedded), []);
});

test("faults of how lists are merged", () => {
  const set = (items: JsonObject): JsonObject => ({ "type": "array", "x-kubernetes-list-type": "set", items });
  const map = (items: JsonObject, keys = ["k"]): JsonObject => ({
    "type": "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": keys,
    "items": { type: "object", properties: { k: text }, required: ["k"], ...items },
  });
  const atomic = "must be atomic as item of a list with x-kubernetes-list-type=set";
  const rows: readonly [JsonObject, readonly string[]][] = [
    [set({ type: "array", items: text }), []],
    [
      set({ "type": "array", "items": text, "x-kubernetes-list-type": "set" }),
      [`items.x-kubernetes-list-type: Invalid value: "set": ${atomic}`],
    ],
    [set({ "type": "object", "x-kubernetes-map-type": "granular" }), [`items.x-kubernetes-map-type: Invalid value: null: ${atomic}`]],
    [set({ type: "string", nullable: true }), ["items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is set"]],
    [map({ nullable: true }), ["items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is map"]],
    [
      map({ properties: { k: { type: "array", items: text } } }),
      ['items.properties[k].type: Invalid value: "object": must be a scalar type if parent array\'s x-kubernetes-list-type is map'],
    ],
    [
      { "type": "string", "x-kubernetes-list-type": "x" },
      [
        'type: Invalid value: "string": must be array if x-kubernetes-list-type is specified',
        'x-kubernetes-list-type: Unsupported value: "x": supported values: "atomic", "set", "map"',
      ],
    ],
  ];
  for (const [schema, wanted] of rows) assert.deepEqual(faultsIn(schema), wanted, JSON.stringify(schema));
});

test("defaults are what their schemas say, in objects that are embedded too", () => {
  assert.deepEqual(faultsIn({ type: "object", properties: { b: text }, default: { c: 1 } }), [
    'default: Invalid value: {"c":1}: must not have unknown fields',
  ]);
  const embedded = { "type": "object", "x-kubernetes-embedded-resource": true, "properties": { b: text } };
  assert.deepEqual(faultsIn({ ...embedded, default: { apiVersion: "v1", kind: "A", metadata: { name: "a" } } }), []);
  assert.deepEqual(faultsIn({ ...embedded, default: { apiVersion: "a/b/c", kind: 5, metadata: { name: "a/b" } } }), [
    'default.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
    "default.kind: Invalid value: 5: must be a string",
    "default.metadata.name: Invalid value: \"a/b\": may not contain '/'",
  ]);
  const kind = { type: "string", default: "" };
  assert.deepEqual(faultsIn({ ...embedded, properties: { kind } }), [
    'properties[kind].default: Invalid value: "": must result in valid metadata: kind: Required value',
  ]);
});

test("defaults break no rules of their schemas, and are their own past", () => {
  const ruled = (...rules: string[]): JsonObject => ({ "x-kubernetes-validations": rules.map((rule) => ({ rule })) });
  const properties = { b: { ...text, ...ruled("self != 'x'") } };
  assert.deepEqual(faultsIn({ type: "object", properties, ...ruled("self.b == 'y'", "self == oldSelf"), default: { b: "x" } }), [
    "default: Invalid value: failed rule: self.b == 'y'",
    "default.b: Invalid value: \"x\": failed rule: self != 'x'",
  ]);
  assert.deepEqual(faultsIn({ type: "object", properties, ...ruled("self == oldSelf"), default: { b: "y" } }), []);
});

test("faults of rules", () => {
  const ruled = (schema: JsonObject, ...rules: JsonObject[]): JsonObject => ({ ...schema, "x-kubernetes-validations": rules });
  const list = (more: JsonObject): JsonObject => ({ type: "array", maxItems: 3, items: ruled(text, { rule: "self == oldSelf" }), ...more });
  const at = "x-kubernetes-validations[0]";
  const rows: readonly [JsonObject, readonly string[]][] = [
    [
      ruled(text, { rule: " ", messageExpression: " ", reason: "X", fieldPath: " " }),
      [
        `${at}.rule: Required value: rule is not specified`,
        `${at}.messageExpression: Required value: messageExpression must be non-empty if specified`,
        `${at}.reason: Unsupported value: "X": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"`,
        `${at}.fieldPath: Invalid value: " ": must be non-empty if specified`,
        `${at}.fieldPath: Invalid value: " ": must be a valid path`,
      ],
    ],
    [ruled(text, { rule: "true", message: "a\r" }), []],
    [ruled(text, { rule: "true", message: "a\nb" }), [`${at}.message: Invalid value: "a\\nb": must not contain line breaks`]],
    [ruled(text, { rule: "\ntrue" }), []],
    [ruled(text, { rule: "true ||\ntrue" }), [`${at}.message: Required value: message must be specified if rule contains line breaks`]],
    [ruled({ type: "object", properties: { "b.c": text } }, { rule: "true", fieldPath: "['b.c']" }), []],
    [
      ruled({ type: "object", properties: { b: text } }, { rule: "true", fieldPath: "['b'" }),
      [`${at}.fieldPath: Invalid value: "['b'": must be a valid path`],
    ],
    [list({}), [`items.${at}.rule: Invalid value: "self == oldSelf": ${uncorrelatable}`]],
    [list({ "x-kubernetes-list-type": "set" }), [`items.${at}.rule: Invalid value: "self == oldSelf": ${uncorrelatable}`]],
    [
      { "type": "object", "x-kubernetes-map-type": "atomic", "properties": { b: ruled(text, { rule: "self == oldSelf" }) } },
      [`properties[b].${at}.rule: Invalid value: "self == oldSelf": ${uncorrelatable}`],
    ],
    // What is at fault itself, or holds something that is, has its expressions looked at only once it is right.
    [
      ruled({ type: "object", properties: { b: { type: "bogus" } } }, { rule: "self.x" }),
      ['properties[b].type: Unsupported value: "bogus": supported values: "array", "boolean", "integer", "number", "object", "string"'],
    ],
  ];
  for (const [schema, wanted] of rows) assert.deepEqual(faultsIn(schema), wanted, JSON.stringify(schema));
  const keyed = {
    "type": "object",
    "properties": { k: text },
    "required": ["k"],
    "x-kubernetes-validations": [{ rule: "self == oldSelf" }],
  };
  assert.deepEqual(
    faultsIn({
      "type": "array",
      "maxItems": 3,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["k"],
      "items": keyed,
    }).filter((one) => one.includes("oldSelf")),
    [],
  );
});

test("rules and their messages may cost so much, each and together", () => {
  const items = { type: "string", maxLength: 40 };
  const dear = "self.all(a, self.exists_one(b, b == a))";
  const rules = (maxItems: number, count: number): string[] =>
    faultsIn({ "type": "array", maxItems, items, "x-kubernetes-validations": Array.from({ length: count }, () => ({ rule: dear })) });
  assert.match(
    rules(780, 1)[0] ?? "",
    /rule: Forbidden: estimated rule cost exceeds budget by factor of 1\.\d{6}x \(try simplifying the rule, or/,
  );
  const together = rules(550, 20);
  assert.equal(together.length, 5);
  assert.match(
    together[0] ?? "",
    /^x-kubernetes-validations\[0\]\.rule: Forbidden: contributed to estimated rule cost total exceeding cost limit/,
  );
  assert.match(together[4] ?? "", /^s: Forbidden: x-kubernetes-validations estimated rule cost total .* factor of 1\.\d{6}x/);
  const message = { rule: "true", messageExpression: `${dear} ? 'a' : 'b'` };
  const [fault = ""] = faultsIn({ "type": "array", items, "x-kubernetes-validations": [message] });
  assert.match(fault, /messageExpression: Forbidden: estimated messageExpression cost exceeds budget by factor of more than 100x/);
});

test("integers beyond 2^53 are numbers like others", () => {
  const n = 9_007_199_254_740_993n;
  assert.deepEqual(faultsIn({ type: "integer", maximum: n, default: n, enum: [n, 1] }), []);
});
