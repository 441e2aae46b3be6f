import { isObject, type JsonObject, type ReadonlyJsonObject } from "../../object/json.ts";
import { objects, structAt } from "../../object/parts.ts";
import { isSet, objectIn, objectsIn } from "../../object/read.ts";
import { containerLists } from "./scope.ts";

/** Sources of a projected volume that are off by default at this level. */
const disabledProjections = ["clusterTrustBundle", "podCertificate"] as const;

/**
 * Takes members out of a spec that belong to features which are off by default at this level, in place; what the old
 * object uses may stay.
 */
export function dropDisabledPodFields(spec: JsonObject, old: ReadonlyJsonObject | undefined): void {
  if (spec["schedulingGroup"] !== undefined && !isSet(old ?? {}, "schedulingGroup")) delete spec["schedulingGroup"];
  if (usesStopSignal(spec) && !usesStopSignal(old ?? {})) {
    for (const list of containerLists) {
      for (const container of objects(spec[list])) {
        const lifecycle = container["lifecycle"];
        if (!isObject(lifecycle) || lifecycle["stopSignal"] === undefined) continue;
        delete lifecycle["stopSignal"];
        if (Object.keys(lifecycle).length === 0) delete container["lifecycle"];
      }
    }
  }
  for (const member of disabledProjections) {
    if (!usesProjection(spec, member) || usesProjection(old ?? {}, member)) continue;
    for (const volume of objects(spec["volumes"])) {
      for (const source of objects(structAt(volume, "projected")?.["sources"])) delete source[member];
    }
  }
}

function usesStopSignal(spec: ReadonlyJsonObject): boolean {
  return containerLists.some((list) => objectsIn(spec, list).some((container) => isSet(objectIn(container, "lifecycle"), "stopSignal")));
}

function usesProjection(spec: ReadonlyJsonObject, member: string): boolean {
  return objectsIn(spec, "volumes").some((volume) =>
    objectsIn(objectIn(volume, "projected"), "sources").some((source) => isSet(source, member)),
  );
}
