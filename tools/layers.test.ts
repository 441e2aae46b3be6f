import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { checkLayers, faultOf, importsOf } from "./layers.ts";

test("every form of import is found", () => {
  const text = `import a, { type B } from "./a.ts";
import type { C } from "./c.ts";
import {
  d,
} from "./d.ts";
import "./e.ts";
export { f } from "./f.ts";
export * from "./g.ts";
const h = await import("./h.ts");
const text = 'from "./not.ts"';
`;
  assert.deepEqual(
    importsOf(text).map(({ from, typeOnly }) => (typeOnly ? `${from} type` : from)),
    ["./a.ts", "./c.ts type", "./d.ts", "./e.ts", "./f.ts", "./g.ts", "./h.ts"],
  );
});

test("a room imports lower rooms only", () => {
  assert.equal(faultOf("storage/lmdb.ts", "object/json.ts", false), undefined);
  assert.match(faultOf("object/json.ts", "storage/lmdb.ts", true) ?? "", /object is below storage/);
  assert.match(faultOf("object/json.ts", "main.ts", false) ?? "", /above all rooms/);
  assert.equal(faultOf("main.ts", "server/start.ts", false), undefined);
  assert.match(faultOf("attic/a.ts", "object/json.ts", false) ?? "", /attic has no place/);
});

test("types of a contract may be imported from below", () => {
  assert.equal(faultOf("registry/registry.ts", "admission/admission.ts", true), undefined);
  assert.match(faultOf("registry/registry.ts", "admission/admission.ts", false) ?? "", /registry is below admission/);
});

test("a part of a folder with a place of its own is judged by that place, not its folder's", () => {
  assert.equal(faultOf("cel/kubernetes/json.ts", "object/json.ts", false), undefined);
  assert.equal(faultOf("cel/kubernetes/json.ts", "cel/value.ts", false), undefined);
  assert.match(faultOf("cel/value.ts", "cel/kubernetes/json.ts", false) ?? "", /cel imports no other room/);
  assert.equal(faultOf("request/chain.ts", "authorization/authorizer.ts", false), undefined);
  assert.match(faultOf("request/info.ts", "authorization/authorizer.ts", true) ?? "", /request is below authorization/);
  assert.match(faultOf("request/info.ts", "request/chain.ts", true) ?? "", /request is below request\/chain.ts/);
});

test("a room that stands alone imports no other room, and a source nothing outside of src/", (t) => {
  const source = mkdtempSync(join(tmpdir(), "layers-"));
  t.after(() => rmSync(source, { recursive: true }));
  const files = {
    "cel/parse.ts": 'import { a } from "../object/json.ts";\nimport b from "yaml";\n',
    "cel/parse.test.ts": 'import { d } from "../../test/programs.ts";\n',
    "object/json.ts": 'import { c } from "../../test/programs.ts";\n',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(source, dirname(name)), { recursive: true });
    writeFileSync(join(source, name), text);
  }
  assert.deepEqual(checkLayers(source), [
    "cel/parse.ts imports object/json.ts, but cel imports no other room",
    "object/json.ts imports ../test/programs.ts, outside of src/",
  ]);
});
