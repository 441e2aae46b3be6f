import { copyJson, getOwn, isObject, setOwn, type JsonObject, type JsonValue, type ReadonlyJson } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";

/** Puts the stored values back at paths (`spec`, `metadata.labels`) that a door may not change. */
export function keepOld(paths: readonly string[] = []): (object: KubeObject, old: KubeObject) => void {
  return (object, old) => {
    for (const path of paths) {
      const names = path.split(".");
      const last = names.pop() as string;
      let target: JsonObject = object;
      let source: ReadonlyJson | undefined = old;
      for (const name of names) {
        const next: JsonValue | undefined = target[name];
        if (!isObject(next)) target[name] = {};
        target = target[name] as JsonObject;
        source = isObject(source) ? getOwn(source, name) : undefined;
      }
      const kept = isObject(source) ? getOwn(source, last) : undefined;
      if (kept === undefined) delete target[last];
      else setOwn(target, last, copyJson(kept) as JsonValue);
    }
  };
}

/** What the status doors of most kinds leave as it is. */
export const specAndMetadata: readonly string[] = [
  "metadata.annotations",
  "metadata.deletionTimestamp",
  "metadata.finalizers",
  "metadata.labels",
  "metadata.ownerReferences",
  "spec",
];
