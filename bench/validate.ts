import { dataDirectory } from "../src/config/data-files.ts";
import type { JsonObject } from "../src/object/json.ts";
import type { KubeObject } from "../src/object/kube-object.ts";
import { behaviours } from "../src/resources/behaviours.ts";
import { builtinDefinitions } from "../src/resources/builtin.ts";
import type { StrategyContext } from "../src/resources/definition.ts";
import { Definitions } from "../src/resources/definitions.ts";
import { loadResourceTables } from "../src/resources/tables.ts";
import { loadTypes } from "../src/schema/load.ts";
import { validateObjectMeta } from "../src/validation/object-meta.ts";
import { cpuMicroseconds } from "./cpu.ts";
import { objects } from "./objects.ts";
import { rounded, type Result } from "./result.ts";

const context: StrategyContext = {
  now: "2026-01-01T00:00:00Z",
  user: { name: "bench", groups: [] },
  settings: { allowPrivileged: false, nodePortRange: { from: 30000, to: 32767 }, serviceCidrs: ["10.0.0.0/24"], eventTtlSeconds: 3600 },
  dryRun: false,
  apiVersion: "v1",
};

/** Filling in the defaults of a 3 KB pod and checking it, as a create does. */
export async function benchValidate(): Promise<readonly Result[]> {
  const data = dataDirectory();
  const types = loadTypes(data);
  const definitions = new Definitions(builtinDefinitions({ types, tables: loadResourceTables(data), behaviours, eventTtlSeconds: 3600 }));
  const definition = definitions.ofResource("", "pods");
  const [served] = definition?.served ?? [];
  if (definition === undefined || served === undefined) throw new Error("there are no pods");
  const { strategy } = definition;
  const rules = { namespaced: true, nameRule: strategy.nameRule, qualifiedFinalizers: true, revalidates: true };
  const text = JSON.stringify(threeContainers());
  const check = (): KubeObject => {
    const pod = JSON.parse(text) as KubeObject;
    served.applyDefaults?.(pod);
    strategy.prepareForCreate?.(pod, context);
    const faults = [...validateObjectMeta(pod, rules), ...(strategy.validate?.(pod, context) ?? [])];
    if (faults.length > 0) throw new Error(`the pod is not valid: ${JSON.stringify(faults)}`);
    return pod;
  };
  const size = JSON.stringify(check()).length;
  const parse = cpuMicroseconds(() => void JSON.parse(text));
  const all = cpuMicroseconds(() => void check());
  return [
    {
      what: `defaulting and validation of a ${size}-byte pod`,
      measured: all - parse,
      unit: "µs",
      aim: { atMost: 100 },
      detail: `parsing it takes ${rounded(parse)}`,
    },
  ];
}

/** The pod of the other measurements with so many containers that it has 3 KB without its managedFields. */
function threeContainers(): JsonObject {
  const pod = objects.pod("shop") as JsonObject & { metadata: JsonObject; spec: { containers: JsonObject[] } };
  const [container] = pod.spec.containers;
  const containers = ["web", "proxy", "agent", "logs"].map((name, index) => ({
    ...container,
    name,
    ports: [{ name: `p${index}`, containerPort: 8080 + index }],
  }));
  return {
    ...pod,
    metadata: { ...pod.metadata, namespace: "default", uid: "00000000-0000-4000-8000-000000000000" },
    spec: { ...pod.spec, containers },
  };
}
