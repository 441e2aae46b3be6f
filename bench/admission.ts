import { makePlugins, type PluginParts } from "../src/admission/plugins.ts";
import { NO_OPINION } from "../src/authorization/authorizer.ts";
import { isAdmissionPluginOn } from "../src/config/admission-plugins.ts";
import type { JsonObject } from "../src/object/json.ts";
import { systemClient, type SystemClient } from "../src/registry/system-client.ts";
import { testRegistry, type TestRegistry } from "../src/registry/test-registry.ts";
import { cpuSince } from "./cpu.ts";
import { created } from "./created.ts";
import { rounded, type Result } from "./result.ts";

/** Creates in one measurement, and how often both registries are measured in turn. */
const CREATES = 600;
const ROUNDS = 10;

const MAP: JsonObject = { apiVersion: "v1", kind: "ConfigMap", data: { "app.properties": "color=green\n".repeat(20), "mode": "fast" } };
const POD: JsonObject = {
  apiVersion: "v1",
  kind: "Pod",
  spec: {
    containers: ["web", "log"].map((name) => ({
      name,
      image: `registry.example.com/${name}:1.2.3`,
      env: Array.from({ length: 5 }, (_, i) => ({ name: `SETTING_${i}`, value: `value-${i}` })),
      ports: [{ containerPort: 8080 }],
      resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "1", memory: "128Mi" } },
      volumeMounts: [{ name: "scratch", mountPath: "/scratch" }],
    })),
    volumes: [{ name: "scratch", emptyDir: {} }],
  },
};

/** A registry with the plugins that are on by default, or with none. */
async function registryWith(on: boolean): Promise<TestRegistry> {
  // The plugins look at the registry that they guard.
  let client: SystemClient | undefined;
  const late = (): SystemClient => (client ??= systemClient(made.registry));
  const registry = (): TestRegistry["registry"] => made.registry;
  const parts: PluginParts = {
    view: { get: (...key) => late().get(...key), list: (...key) => late().list(...key) },
    random: (size) => Buffer.alloc(size, 7),
    authorize: () => NO_OPINION,
    client: { create: (...args) => late().create(...args), update: (...args) => late().update(...args) },
    registry,
    clock: Date.now,
    configurations: new Map(),
    resolveService: () => Promise.reject(new Error("no webhook is called here")),
  };
  const plugins = on ? makePlugins(parts, (name) => isAdmissionPluginOn(name, { enable: [], disable: [] })) : [];
  const made: TestRegistry = testRegistry({ plugins });
  await created(made.call("POST", "/api/v1/namespaces", { metadata: { name: "a" } }));
  await created(made.call("POST", "/api/v1/namespaces/a/serviceaccounts", { metadata: { name: "default" } }));
  return made;
}

/** Microseconds of CPU of one create. */
async function createsTake(registry: TestRegistry, plural: string, object: JsonObject, round: number): Promise<number> {
  const start = process.cpuUsage();
  for (let i = 0; i < CREATES; i++)
    await created(registry.call("POST", `/api/v1/namespaces/a/${plural}`, { ...object, metadata: { name: `n-${round}-${i}` } }));
  const used = cpuSince(start);
  for (let i = 0; i < CREATES; i++) await registry.call("DELETE", `/api/v1/namespaces/a/${plural}/n-${round}-${i}?gracePeriodSeconds=0`);
  return used / CREATES;
}

/** What the plugins that are on by default add to a create, in a namespace without quotas, ranges and levels. */
export async function benchAdmission(): Promise<readonly Result[]> {
  const [without, withAll] = [await registryWith(false), await registryWith(true)];
  const results: Result[] = [];
  for (const [plural, object, atMost] of [
    ["configmaps", MAP, 1.25],
    ["pods", POD, 1.4],
  ] as const) {
    let [bare, whole] = [Infinity, Infinity];
    for (let round = 0; round < ROUNDS; round++) {
      // Turn about, so that what else the machine does meets both alike; of each the best counts.
      bare = Math.min(bare, await createsTake(without, plural, object, round));
      whole = Math.min(whole, await createsTake(withAll, plural, object, round));
    }
    results.push({
      what: `create of ${plural} with default plugins, of one without`,
      measured: whole / bare,
      unit: "",
      aim: { atMost },
      detail: `${rounded(whole)} µs of CPU, without ${rounded(bare)}`,
    });
  }
  return results;
}
