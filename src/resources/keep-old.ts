import { copyJson, getOwn, setOwn, structIn, type JsonObject, type JsonValue, type ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { objectIn } from "../object/read.ts";

/** Puts a member back to what it was in `old`, in place: a copy of it, or nothing. */
export function restore(object: JsonObject, old: ReadonlyJsonObject, name: string): void {
  const value = getOwn(old, name);
  if (value === undefined) delete object[name];
  else setOwn(object, name, copyJson(value) as JsonValue);
}

/** Puts the stored values back at paths (`spec`, `metadata.labels`) that a door may not change. */
export function keepOld(paths: readonly string[] = []): (object: KubeObject, old: KubeObject) => void {
  const steps = paths.map((path) => path.split("."));
  return (object, old) => {
    for (const names of steps) {
      let target: JsonObject = object;
      let source: ReadonlyJsonObject = old;
      for (const name of names.slice(0, -1)) {
        target = structIn(target, name);
        source = objectIn(source, name);
      }
      restore(target, source, names.at(-1) ?? "");
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
