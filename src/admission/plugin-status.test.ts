import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_OPINION } from "../authorization/authorizer.ts";
import { admissionPlugins } from "../config/admission-plugins.ts";
import type { ClusterView } from "./cluster-view.ts";
import { builtPluginNames, makePlugins, type PluginParts } from "./plugins.ts";

const PARTS: PluginParts = {
  view: {} as ClusterView,
  random: () => Buffer.alloc(0),
  authorize: () => NO_OPINION,
  client: {} as PluginParts["client"],
  registry: () => {
    throw new Error("nothing is asked of the registry before a write comes");
  },
  clock: () => 0,
  configurations: new Map(),
  resolveService: () => Promise.reject(new Error("no service is called before a write comes")),
};

test("the table of plugins says of each one that exists that it works, and runs them in its order", () => {
  const said = [...admissionPlugins].filter(([, plugin]) => plugin.status === "works").map(([name]) => name);
  assert.deepEqual(builtPluginNames, said);
});

test("functions of the embedding program stand between the webhooks and the quota", () => {
  const own = [{ name: "own" }];
  const made = makePlugins(PARTS, (name) => ["ValidatingAdmissionPolicy", "ResourceQuota"].includes(name), own).map(({ name }) => name);
  assert.deepEqual(made, ["ValidatingAdmissionPolicy", "own", "ResourceQuota"]);
});

test("every plugin is made under its own name", () => {
  // These two do nothing without being told what.
  const told = new Set(["ImagePolicyWebhook", "EventRateLimit"]);
  for (const name of told) assert.throws(() => makePlugins(PARTS, (other) => other === name), { name: "StartupError" });
  const made = makePlugins(PARTS, (name) => !told.has(name)).map(({ name }) => name);
  assert.deepEqual(
    made,
    builtPluginNames.filter((name) => !told.has(name)),
  );
  assert.deepEqual(
    makePlugins(PARTS, (name) => name === "Priority").map(({ name }) => name),
    ["Priority"],
  );
});
