import type { WriteDoor } from "../apply/updater.ts";
import { managerName } from "../apply/manager-name.ts";
import { copyJson } from "../object/json.ts";
import { groupVersion, type KubeObject } from "../object/kube-object.ts";
import type { ServedVersion } from "../resources/definition.ts";
import { strategyOf } from "./endpoint.ts";
import type { Write } from "./write.ts";

/** The way by which a write reaches its object, as field ownership (KEP-555) sees it. */
export function doorOf({ registry, endpoint }: Write): WriteDoor {
  const { definition, served, subresource } = endpoint;
  const apiVersion = groupVersion(served.group, served.version);
  // Owners in another group's form of the object (of events) cannot be told in this one's: they own nothing any more.
  const versions = definition.served.filter((version) => version.group === served.group);
  return {
    apiVersion,
    kind: served.kind,
    schema: served.schema,
    subresource: subresource?.name ?? "",
    resetFields: strategyOf(endpoint).resetFields,
    cache: registry.fieldSets,
    convert: definition.served.length === 1 ? undefined : (object, wanted) => convert(versions, object, wanted),
  };
}

/** Who writes, for managedFields. */
export function writerOf({ context, options }: Write): string {
  const agent = context.request.headers["user-agent"];
  return managerName(options.fieldManager, typeof agent === "string" ? agent : undefined);
}

function convert(versions: readonly ServedVersion[], object: KubeObject, wanted: string) {
  const from = versions.find((version) => groupVersion(version.group, version.version) === object.apiVersion);
  const to = versions.find((version) => groupVersion(version.group, version.version) === wanted);
  if (from === undefined || to === undefined) return undefined;
  const hub = from.toHub === undefined ? copyJson(object) : from.toHub(copyJson(object));
  return { object: to.fromHub === undefined ? hub : to.fromHub(hub), schema: to.schema };
}
