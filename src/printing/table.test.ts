import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { KubeObject } from "../object/kube-object.ts";
import type { Column } from "../resources/definition.ts";
import { listMetaJson, partialMetadataListFrame } from "./list-meta.ts";
import { metadataBytes, partialMetadata } from "./partial-metadata.ts";
import { includeObject, TABLE_FOOTER, tableHeader, TableRow } from "./table.ts";

const NOW = Date.parse("2026-01-01T00:01:00Z");
const column = (name: string, cell: Column["cell"]): Column => ({
  name,
  type: "string",
  format: "",
  description: `${name}.`,
  priority: 0,
  cell,
});
const seconds = (from: unknown, now: number): string => `${(now - Date.parse(String(from))) / 1000}s`;

const pod: KubeObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "a", creationTimestamp: "2026-01-01T00:00:00Z" },
  status: { phase: "Running", startTime: "2026-01-01T00:00:30Z" },
};
const bytes = Buffer.from(JSON.stringify(pod));
const phase = (object: KubeObject): string => (object["status"] as { phase: string }).phase;
const columns = [
  column("Name", (object) => object.metadata.name ?? ""),
  column("Age", (object, now) => seconds(object.metadata.creationTimestamp, now)),
  column("Up", (object, now) => seconds((object["status"] as { startTime: string }).startTime, now)),
  column("Phase", phase),
];

function write(row: TableRow, now: number, include: "None" | "Metadata" | "Object"): unknown {
  return JSON.parse(row.write(now, include, "v1", bytes).toString());
}

describe("a row", () => {
  test("shows ages of the time it is written at, and what does not age as it was", () => {
    const row = new TableRow(pod, { columns }, NOW);
    assert.deepEqual(write(row, NOW, "None"), { cells: ["a", "60s", "30s", "Running"], object: null });
    assert.deepEqual(write(row, NOW + 5000, "None"), { cells: ["a", "65s", "35s", "Running"], object: null });
  });

  test("evaluates only cells that age again", () => {
    let calls = 0;
    const row = new TableRow(pod, { columns: [column("Phase", (object) => (calls++, phase(object))), ...columns] }, NOW);
    const prepared = calls;
    row.write(NOW, "None", "v1", bytes);
    assert.equal(calls, prepared);
  });

  test("carries metadata, the object or nothing", () => {
    const row = new TableRow(pod, { columns: [] }, NOW);
    assert.deepEqual(write(row, NOW, "Metadata"), {
      cells: [],
      object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: pod.metadata },
    });
    assert.deepEqual(write(row, NOW, "Object"), { cells: [], object: pod });
    assert.match(row.write(NOW, "Metadata", "v1beta1", bytes).toString(), /meta\.k8s\.io\/v1beta1/);
  });

  test("has the conditions that the kind gives it", () => {
    const rules = { columns: [], rowConditions: () => [{ type: "Completed", status: "True", reason: "Succeeded" }] };
    assert.deepEqual(write(new TableRow(pod, rules, NOW), NOW, "None"), { cells: [], conditions: rules.rowConditions(), object: null });
  });
});

test("header, rows and footer make a Table; a watch tells the columns once", () => {
  const row = new TableRow(pod, { columns }, NOW).write(NOW, "None", "v1", bytes);
  const table = JSON.parse(
    Buffer.concat([
      tableHeader("v1", { resourceVersion: "7", continue: "c", remainingItemCount: 0 }, columns),
      row,
      TABLE_FOOTER,
    ]).toString(),
  );
  assert.deepEqual(table.metadata, { resourceVersion: "7", continue: "c", remainingItemCount: 0 });
  assert.deepEqual(table.columnDefinitions[0], { name: "Name", type: "string", format: "", description: "Name.", priority: 0 });
  assert.equal(table.rows.length, 1);
  assert.match(
    tableHeader("v1beta1", {}, undefined).toString(),
    /"apiVersion":"meta.k8s.io\/v1beta1","metadata":{},"columnDefinitions":null,"rows":\[$/,
  );
});

test("includeObject is one of three words or absent", () => {
  assert.equal(includeObject(null), "Metadata");
  assert.equal(includeObject(""), "Metadata");
  assert.equal(includeObject("None"), "None");
  assert.throws(() => includeObject("Sometimes"), {
    message: `Unable to convert to Table as requested: includeObject: Invalid value: "Sometimes": must be 'Metadata', 'Object', 'None', or empty`,
  });
});

describe("metadata", () => {
  test("is cut out of the object's bytes, whatever stands around it", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.json()), fc.dictionary(fc.string(), fc.json()), fc.string(), (before, metadata, after) => {
        const object = { "before": { "metadata": before, '"metadata":{': 1 }, "list": [{ metadata: 1 }], metadata, 'after\\"': after };
        assert.deepEqual(JSON.parse(metadataBytes(Buffer.from(JSON.stringify(object))).toString()), JSON.parse(JSON.stringify(metadata)));
      }),
    );
  });

  test("is empty where there is none, and whole where it comes last", () => {
    assert.equal(metadataBytes(Buffer.from('{"spec":{"metadata":{"a":1}}}')).toString(), "{}");
    assert.equal(metadataBytes(Buffer.from('{"spec":"metadata","metadata":null}')).toString(), "null");
    assert.equal(
      partialMetadata(Buffer.from('{"kind":"X","metadata":{"n":"}"}}'), "v1").toString(),
      '{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"n":"}"}}',
    );
  });

  test("of lists leaves out what is empty; an empty metadata list has null items", () => {
    assert.equal(listMetaJson({ resourceVersion: "1", continue: "" }), '{"resourceVersion":"1"}');
    const { header, footer } = partialMetadataListFrame("v1", { resourceVersion: "1" }, true);
    assert.deepEqual(JSON.parse(header.toString() + footer.toString()), {
      kind: "PartialObjectMetadataList",
      apiVersion: "meta.k8s.io/v1",
      metadata: { resourceVersion: "1" },
      items: null,
    });
  });
});
