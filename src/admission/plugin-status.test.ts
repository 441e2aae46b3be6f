import assert from "node:assert/strict";
import { test } from "node:test";
import { admissionPlugins } from "../config/admission-plugins.ts";
import type { ClusterView } from "./cluster-view.ts";
import { defaultPlugins } from "./plugins.ts";

test("the table of plugins says of each one that exists that it works, and runs them in its order", () => {
  const view = {} as ClusterView;
  const built = defaultPlugins({ view, random: () => Buffer.alloc(0) }).map(({ name }) => name);
  const said = [...admissionPlugins].filter(([, plugin]) => plugin.status === "works").map(([name]) => name);
  assert.deepEqual(built, said);
  for (const name of built) assert.equal(admissionPlugins.get(name)?.onByDefault, true, name);
});
