import type { ReadonlyJson, ReadonlyJsonObject } from "../../src/object/json.ts";
import type { Facts } from "./facts.ts";

interface MetricsFacts {
  readonly flags: readonly { readonly name: string; readonly type: string; readonly default: string; readonly noOptDefVal?: string }[];
  readonly featureGates: readonly { readonly name: string; readonly stage: string; readonly default: boolean }[];
}

/** kube-apiserver's flags: name, type, default, and the value of a flag that is given without one. */
export function flagsTable(facts: Facts): Record<string, unknown> {
  return Object.fromEntries(
    facts
      .read<MetricsFacts>("metrics.json")
      .flags.map((flag) => [
        flag.name,
        { type: flag.type, default: flag.default, ...(flag.noOptDefVal !== undefined && { bare: flag.noOptDefVal }) },
      ]),
  );
}

/** Feature gates: stage and whether they are on. */
export function featureGatesTable(facts: Facts): Record<string, unknown> {
  return Object.fromEntries(
    facts.read<MetricsFacts>("metrics.json").featureGates.map((gate) => [gate.name, { stage: gate.stage, default: gate.default }]),
  );
}

/** Flow schemas and priority levels that a server creates, without what it found out about them. */
export function flowControlTable(facts: Facts): Record<string, unknown> {
  const defaults = facts.read<Record<string, readonly ReadonlyJsonObject[]>>("apf-defaults.json");
  const bare = (object: ReadonlyJsonObject): ReadonlyJson => ({
    name: object["name"] ?? "",
    ...(object["annotations"] !== undefined && { annotations: object["annotations"] }),
    spec: object["spec"] ?? {},
  });
  return {
    flowSchemas: (defaults["flowschemas"] ?? []).map(bare),
    priorityLevelConfigurations: (defaults["prioritylevelconfigurations"] ?? []).map(bare),
  };
}
