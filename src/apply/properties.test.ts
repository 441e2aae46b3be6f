import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { copyJson, isObject } from "../object/json.ts";
import type { JsonObject, JsonValue, ReadonlyJson } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import type { ListSchema, Schema } from "../schema/schema.ts";
import { compareObjects } from "./compare.ts";
import { FieldSetCache } from "./field-set-cache.ts";
import { FieldSet } from "./field-set.ts";
import { decodeFieldsV1, encodeFieldsV1 } from "./fields-v1.ts";
import { configuredFields } from "./from-object.ts";
import { itemElement } from "./list-items.ts";
import { mergeApplied } from "./merge.ts";
import { fieldElement, keyElement, valueElement } from "./path-element.ts";
import { presentFields } from "./present-fields.ts";
import { neverOwned } from "./stripped-fields.ts";
import { field, kind, list, map, scalar, struct } from "./test-schemas.ts";
import { applyConfiguration, trackUpdate } from "./updater.ts";
import type { WriteDoor } from "./updater.ts";
import { resetSet } from "./door.ts";
import { recordUpdate } from "./record-update.ts";
import { createdFields } from "./created-fields.ts";
import { encodeOwners, type Owners } from "./managed-fields.ts";

const runs = { numRuns: 200 };
const now = "2026-01-01T00:00:00Z";
const names = ["a", "b", "c"] as const;

// Sets over few elements, so that two of them overlap.
const element = fc.oneof(
  fc.constantFrom(...names, "x/y", "<").map(fieldElement),
  fc.constantFrom(1, 10, "b", true).map(valueElement),
  fc.constantFrom("p", "q").map((value) => keyElement(["name", "port"], [value, 80])),
);
const fieldSet = fc.array(fc.array(element, { minLength: 1, maxLength: 4 }), { maxLength: 12 }).map((paths) => FieldSet.fromPaths(paths));

function isWellFormed(set: FieldSet): boolean {
  return [...set.nodes.values()].every(
    (node) =>
      (node.member || node.children !== undefined) &&
      (node.children === undefined || (!node.children.isEmpty && isWellFormed(node.children))),
  );
}

describe("field sets", () => {
  it("obey the laws of sets", () => {
    fc.assert(
      fc.property(fieldSet, fieldSet, fieldSet, (a, b, c) => {
        assert.ok(a.union(b).equals(b.union(a)));
        assert.ok(a.intersection(b).equals(b.intersection(a)));
        assert.ok(
          a
            .union(b)
            .union(c)
            .equals(a.union(b.union(c))),
        );
        assert.ok(
          a
            .intersection(b)
            .intersection(c)
            .equals(a.intersection(b.intersection(c))),
        );
        assert.ok(a.intersection(b.union(c)).equals(a.intersection(b).union(a.intersection(c))));
        assert.ok(a.difference(b).union(a.intersection(b)).equals(a));
        assert.ok(a.difference(b).intersection(b).isEmpty);
        assert.ok(a.union(a).equals(a) && a.intersection(a).equals(a) && a.difference(a).isEmpty);
        assert.equal(a.union(b).size, a.size + b.size - a.intersection(b).size);
        for (const set of [a.union(b), a.intersection(b), a.difference(b), a.recursiveDifference(b), a.leaves()])
          assert.ok(isWellFormed(set));
      }),
      runs,
    );
  });

  it("hold exactly the paths that they list", () => {
    fc.assert(
      fc.property(fieldSet, fieldSet, (a, b) => {
        assert.ok(FieldSet.fromPaths(a.paths()).equals(a));
        for (const path of a.paths()) {
          assert.ok(a.has(path));
          assert.equal(a.difference(b).has(path), !b.has(path));
          const above = path.some((_, i) => b.has(path.slice(0, i + 1)));
          assert.equal(a.recursiveDifference(b).has(path), !above);
        }
      }),
      runs,
    );
  });

  it("come back from FieldsV1, through JSON text, as they went", () => {
    fc.assert(
      fc.property(fieldSet, (set) => {
        const tree = encodeFieldsV1(set);
        const back = decodeFieldsV1(JSON.parse(JSON.stringify(tree)));
        assert.ok(back.equals(set));
        assert.equal(JSON.stringify(encodeFieldsV1(back)), JSON.stringify(tree));
      }),
      runs,
    );
  });
});

// Types of every shape, nested a few levels.
const { schema: anySchema } = fc.letrec<{ schema: Schema; item: Schema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom<Schema>(scalar("string"), scalar("int64"), { type: "any", any: "json" }),
    fc.dictionary(fc.constantFrom(...names), tie("schema"), { minKeys: 1 }).chain((fields) =>
      fc.boolean().map((atomic) =>
        struct(
          Object.entries(fields).map(([name, schema]) => field(name, schema)),
          atomic ? { atomic } : {},
        ),
      ),
    ),
    fc.tuple(tie("schema"), fc.boolean()).map(([values, atomic]) => map(values, atomic ? { atomic } : {})),
    fc.constant(list(scalar("string"), "set")),
    tie("schema").map((items) => list(items, "atomic")),
    tie("item").map((items) => list(items, "map", ["k"])),
  ),
  item: fc
    .dictionary(fc.constantFrom(...names), tie("schema"), { minKeys: 1 })
    .map((fields) =>
      struct([field("k", scalar("string"), { default: "d" }), ...Object.entries(fields).map(([name, schema]) => field(name, schema))]),
    ),
}));

function valueOf(schema: Schema): fc.Arbitrary<JsonValue> {
  switch (schema.type) {
    // Maps and lists that are owned by their parts are never empty here: an empty one that takes the place of parts which
    // the same manager owned leaves null behind, or nothing, and comes back with the next apply.
    case "object":
      return fc
        .record(Object.fromEntries([...schema.fields.values()].map(({ name, schema: type }) => [name, valueOf(type)])), {
          requiredKeys: [],
        })
        .map((members) => members)
        .filter((members) => schema.atomic === true || Object.keys(members).length > 0);
    case "map":
      return fc
        .dictionary(fc.constantFrom(...names), valueOf(schema.values), { minKeys: schema.atomic === true ? 0 : 1 })
        .map((members) => members as JsonObject);
    case "list":
      if (schema.listType === "atomic") return fc.array(valueOf(schema.items), { maxLength: 3 });
      return fc.uniqueArray(valueOf(schema.items), { minLength: 1, maxLength: 4, selector: identityIn(schema) });
    case "any":
      return fc.oneof(fc.constantFrom(1, "x"), fc.constantFrom<JsonValue>({ p: 1 }, { p: { q: "1" } }, ["x"]));
    default:
      return schema.type === "string" ? fc.constantFrom(...names) : fc.integer({ min: 0, max: 3 });
  }
}

function identityIn(schema: ListSchema): (item: JsonValue) => string {
  return (item) => {
    const found = itemElement(schema, item);
    return "error" in found ? found.error : found.element;
  };
}

/** A kind with a field of any type, and several values of it. */
function kindWithValues(count: number): fc.Arbitrary<{ door: WriteDoor; objects: JsonObject[] }> {
  return anySchema.chain((schema) => {
    const door: WriteDoor = {
      apiVersion: "v1",
      kind: "K",
      schema: kind([field("tag", scalar("string")), field("spec", schema)]),
      subresource: "",
      cache: new FieldSetCache(),
    };
    const value = fc.option(valueOf(schema), { nil: undefined });
    // Always with an owned field: nobody is told of an object without owners.
    const named = value.map((spec): JsonObject => ({
      apiVersion: "v1",
      kind: "K",
      metadata: { name: "n" },
      tag: "t",
      ...(spec === undefined ? {} : { spec }),
    }));
    return fc.array(named, { minLength: count, maxLength: count }).map((objects) => ({ door, objects }));
  });
}

function applied(door: WriteDoor, live: KubeObject | undefined, config: JsonObject, manager: string, force = true): KubeObject {
  return frozen(copyJson(applyConfiguration({ door, live, applied: copyJson(config), manager, force, now }).object));
}

function replaced(door: WriteDoor, live: KubeObject | undefined, next: JsonObject, manager: string): KubeObject {
  const updated = { ...copyJson(next) } as KubeObject;
  trackUpdate({ door, live, updated, manager, now });
  return frozen(copyJson(updated));
}

/** Stored objects are never changed. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

function ownerSets(object: KubeObject): Map<string, FieldSet> {
  return new Map(
    (object.metadata.managedFields ?? []).map((entry) => [`${entry.manager}/${entry.operation}`, decodeFieldsV1(entry.fieldsV1)]),
  );
}

function withoutOwners(object: KubeObject): KubeObject {
  const copy = copyJson(object);
  delete copy.metadata.managedFields;
  return copy;
}

/** Without maps that an update emptied and nulls that an apply left behind: they are there and nobody wrote them. */
function withoutEmpty<T extends JsonValue>(value: T): T;
function withoutEmpty(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item) => withoutEmpty(item));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).map(([name, member]): [string, JsonValue] => [name, withoutEmpty(member ?? null)]);
  return Object.fromEntries(kept.filter(([, member]) => member !== null && !(isObject(member) && Object.keys(member).length === 0)));
}

function mentioned(object: JsonObject, schema: Schema): FieldSet {
  return configuredFields(object, schema).set.difference(neverOwned);
}

function present(object: ReadonlyJson, schema: Schema): FieldSet {
  return presentFields(object, schema) ?? FieldSet.empty;
}

describe("owners", () => {
  it("see no change in an apply that is sent twice", () => {
    fc.assert(
      fc.property(kindWithValues(3), ({ door, objects: [created, other, config] }) => {
        let live = applied(door, undefined, created as JsonObject, "one");
        live = applied(door, live, other as JsonObject, "two");
        live = applied(door, live, config as JsonObject, "one");
        const again = applyConfiguration({
          door,
          live,
          applied: copyJson(config as JsonObject),
          manager: "one",
          force: false,
          now: "2027-01-01T00:00:00Z",
        });
        assert.equal(again.changed, false);
        assert.deepEqual(again.object, live);
      }),
      runs,
    );
  });

  it("of new objects own what comparing with nothing tells, in the same order", () => {
    fc.assert(
      fc.property(kindWithValues(1), fieldSet, ({ door: plain, objects: [created] }, hidden) => {
        const door: WriteDoor = { ...plain, resetFields: { v1: { "f:spec": encodeFieldsV1(hidden) } } };
        const object = created as KubeObject;
        const owners: Owners = new Map();
        recordUpdate(door, owners, undefined, object, "one", now);
        const compared = encodeOwners(owners, door.cache)[0]?.fieldsV1;
        const direct = createdFields(object, door.schema, resetSet(door, "v1"));
        assert.equal(JSON.stringify(direct), JSON.stringify(compared));
      }),
      runs,
    );
  });

  it("of disjoint fields never conflict", () => {
    const side = (name: string, value: JsonValue): JsonObject => ({ apiVersion: "v1", kind: "K", metadata: { name: "n" }, [name]: value });
    const sides = fc
      .tuple(anySchema, anySchema)
      .chain(([left, right]) => fc.tuple(fc.constant({ left, right }), valueOf(left), valueOf(left), valueOf(right)));
    fc.assert(
      fc.property(sides, ([{ left, right }, first, second, third]) => {
        const door: WriteDoor = {
          apiVersion: "v1",
          kind: "K",
          schema: kind([field("left", left), field("right", right)]),
          subresource: "",
          cache: new FieldSetCache(),
        };
        let live = applied(door, undefined, side("left", first), "one", false);
        live = applied(door, live, side("right", third), "two", false);
        live = applied(door, live, side("left", second), "one", false);
        assert.deepEqual(mentioned({ right: live["right"] }, door.schema).difference(mentioned({ right: third }, door.schema)).size, 0);
      }),
      runs,
    );
  });

  it("together own all that is there, and nothing that is not", () => {
    fc.assert(
      fc.property(kindWithValues(4), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), ({ door, objects }, updates) => {
        let live: KubeObject | undefined;
        objects.forEach((next, i) => {
          live = updates[i] === true ? replaced(door, live, next, `m${i % 2}`) : applied(door, live, next, `m${i % 2}`);
          let owned = FieldSet.empty;
          for (const set of ownerSets(live).values()) owned = owned.union(set);
          const content = withoutOwners(live);
          assert.deepEqual([...mentioned(withoutEmpty(content), door.schema).leaves().difference(owned).paths()], []);
          assert.deepEqual([...owned.difference(present(content, door.schema)).paths()], []);
        });
      }),
      runs,
    );
  });

  it("keep their fields and values when another lets go of its own", () => {
    fc.assert(
      fc.property(kindWithValues(2), ({ door, objects: [first, second] }) => {
        const one = applied(door, undefined, first as JsonObject, "one");
        const both = applied(door, one, second as JsonObject, "two");
        const after = applied(door, both, { apiVersion: "v1", kind: "K", metadata: { name: "n" } }, "one");
        const set = ownerSets(both).get("two/Apply") ?? FieldSet.empty;
        assert.ok((ownerSets(after).get("two/Apply") ?? FieldSet.empty).equals(set));
        const { removed, modified } = compareObjects(withoutOwners(both), withoutOwners(after), door.schema);
        assert.ok(removed.union(modified).intersection(set).isEmpty);
      }),
      runs,
    );
  });
});

describe("merging", () => {
  it("takes over every field of the configuration and keeps all others", () => {
    fc.assert(
      fc.property(kindWithValues(2), ({ door, objects: [live, config] }) => {
        const merged = mergeApplied(live, config, door.schema);
        assert.ok(isObject(merged));
        const set = mentioned(config as JsonObject, door.schema);
        assert.deepEqual([...set.difference(present(merged, door.schema)).paths()], []);
        const { added, modified, removed } = compareObjects(config as JsonObject, merged, door.schema);
        assert.ok(modified.union(removed).intersection(set.leaves()).isEmpty);
        assert.deepEqual([...added.difference(present(live as JsonObject, door.schema)).paths()], []);
        assert.ok(
          compareObjects(live as JsonObject, merged, door.schema)
            .removed.leaves()
            .intersection(set).isEmpty,
        );
      }),
      runs,
    );
  });

  it("gives a comparison that leads from one object to the other", () => {
    fc.assert(
      fc.property(kindWithValues(2), ({ door, objects: [before, after] }) => {
        const { added, modified, removed } = compareObjects(before as JsonObject, after as JsonObject, door.schema);
        const left = present(before as JsonObject, door.schema);
        const right = present(after as JsonObject, door.schema);
        assert.deepEqual([...removed.difference(left).paths()], []);
        assert.deepEqual([...added.difference(right).paths()], []);
        assert.ok(removed.intersection(right).isEmpty);
        assert.ok(added.intersection(left).isEmpty);
        assert.ok(left.difference(removed).union(added).equals(right));
        assert.deepEqual([...modified.difference(left.intersection(right)).paths()], []);
      }),
      runs,
    );
  });
});
