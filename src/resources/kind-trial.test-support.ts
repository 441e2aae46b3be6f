import { fieldErrorText } from "../object/field-error-message.ts";
import { copyJson, type JsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import type { KindBehaviour, Strategy, StrategyContext } from "./definition.ts";

/** What strategies are told in tests. */
export const trialContext: StrategyContext = {
  now: "2026-01-01T00:00:00Z",
  user: { name: "someone", groups: [] },
  settings: { allowPrivileged: true, nodePortRange: { from: 30000, to: 32767 }, serviceCidrs: [], eventTtlSeconds: 3600 },
  dryRun: false,
};

/** A kind on its own, for tests: its objects as creates and updates make them, without server or tables. */
export interface KindTrial {
  created(object: JsonObject): KubeObject;
  /** Faults of a create, as texts. */
  faults(object: JsonObject): string[];
  /** Faults of what `change` makes of a copy of an object, through a door ("" is the object itself). */
  changeFaults(old: KubeObject, change: (object: JsonObject) => void, door?: string): string[];
}

/** A trial of a kind in a version. */
export function trialOf(behaviour: KindBehaviour, apiVersion: string, kind: string): KindTrial {
  const strategy: Partial<Strategy> = behaviour.strategy ?? {};
  const created = (object: JsonObject): KubeObject => {
    const own = copyJson(object);
    const metadata = { name: "x", namespace: "ns", uid: "u-1", ...(own["metadata"] as JsonObject | undefined) };
    const made = { apiVersion, kind, ...own, metadata } as unknown as KubeObject;
    behaviour.applyDefaults?.(made, apiVersion);
    strategy.prepareForCreate?.(made, trialContext);
    return made;
  };
  return {
    created,
    faults: (object) => (strategy.validate?.(created(object), trialContext) ?? []).map(fieldErrorText),
    changeFaults(old, change, door = "") {
      const through = door === "" ? strategy : (behaviour.subresources?.[door] ?? {});
      const object = copyJson(old) as KubeObject;
      change(object);
      behaviour.applyDefaults?.(object, apiVersion);
      through.prepareForUpdate?.(object, old, trialContext);
      return (through.validateUpdate?.(object, old, trialContext) ?? []).map(fieldErrorText);
    },
  };
}

/** The member of an object that is there in a test. */
export function at(object: unknown, ...path: readonly (string | number)[]): JsonObject {
  let value = object as JsonObject;
  for (const step of path) value = (value as Record<string | number, JsonObject>)[step] as JsonObject;
  return value;
}
