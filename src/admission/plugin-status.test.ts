import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_OPINION } from "../authorization/authorizer.ts";
import { admissionPlugins } from "../config/admission-plugins.ts";
import type { ClusterView } from "./cluster-view.ts";
import { builtPluginNames, makePlugins, type PluginParts } from "./plugins.ts";

test("the table of plugins says of each one that exists that it works, and runs them in its order", () => {
  const said = [...admissionPlugins].filter(([, plugin]) => plugin.status === "works").map(([name]) => name);
  assert.deepEqual(builtPluginNames, said);
});

test("every plugin is made under its own name", () => {
  const parts: PluginParts = {
    view: {} as ClusterView,
    random: () => Buffer.alloc(0),
    authorize: () => NO_OPINION,
    client: {} as PluginParts["client"],
    registry: () => {
      throw new Error("nothing is asked of the registry before a write comes");
    },
    clock: () => 0,
    configurations: new Map(),
  };
  const made = makePlugins(parts, () => true).map(({ name }) => name);
  assert.deepEqual(made, builtPluginNames);
  assert.deepEqual(
    makePlugins(parts, (name) => name === "Priority").map(({ name }) => name),
    ["Priority"],
  );
});
