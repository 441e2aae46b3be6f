import { trackUpdate, type WriteDoor } from "../apply/updater.ts";
import { UntrackableError } from "../apply/untrackable.ts";
import { stringifyJson } from "../codec/json-text.ts";
import { managerName } from "../apply/manager-name.ts";
import { copyJson } from "../object/json.ts";
import { groupVersion, type KubeObject } from "../object/kube-object.ts";
import { StatusError } from "../object/status.ts";
import type { ServedVersion } from "../resources/definition.ts";
import { prune } from "../schema/prune.ts";
import type { ObjectSchema } from "../schema/schema.ts";
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

/** Conversions by a webhook that telling the owners of one write may take: two objects in each version that owners speak. */
const MOST_CONVERSIONS = 100;

/** Telling owners apart takes an object in another version, which a webhook makes. */
class ConversionNeeded extends Error {
  readonly object: KubeObject;
  readonly apiVersion: string;
  readonly key: string;

  constructor(object: KubeObject, apiVersion: string, key: string) {
    super(`a conversion to ${apiVersion} is needed`);
    this.object = object;
    this.apiVersion = apiVersion;
    this.key = key;
  }
}

/**
 * Runs what converts between versions as it goes. Where a webhook converts, it is run again with each answer that it
 * asked for, so it changes nothing that it was given. Errors: those of `run`, StatusError of a conversion.
 */
export async function withConversions<T>(write: Write, door: WriteDoor, run: (door: WriteDoor) => T): Promise<T> {
  const { definition } = write.endpoint;
  const { forms } = definition;
  if (forms?.remote !== true || door.convert === undefined) return run(door);
  const known = new Map<string, KubeObject>();
  const convert: WriteDoor["convert"] = (object, apiVersion) => {
    const to = definition.served.find((version) => groupVersion(version.group, version.version) === apiVersion);
    if (to === undefined) return undefined;
    if (object.apiVersion === apiVersion) return { object, schema: to.schema };
    const key = `${apiVersion} ${stringifyJson(object)}`;
    const made = known.get(key);
    if (made === undefined) throw new ConversionNeeded(object, apiVersion, key);
    return inType(made, to.schema);
  };
  for (let asked = 0; asked < MOST_CONVERSIONS; asked++) {
    try {
      return run({ ...door, convert });
    } catch (error) {
      if (!(error instanceof ConversionNeeded)) throw error;
      const [made] = await forms.convert([copyJson(error.object)], error.apiVersion);
      known.set(error.key, made as KubeObject);
    }
  }
  throw new Error("telling the owners of an object takes too many conversions");
}

/** What a write makes of an object, with its owners told: the same object, or a copy where a webhook converts. */
export function withOwners(
  write: Write,
  live: KubeObject | undefined,
  updated: KubeObject,
  door: WriteDoor = doorOf(write),
): KubeObject | Promise<KubeObject> {
  if (door.convert !== undefined && write.endpoint.definition.forms?.remote === true) return withRemoteOwners(write, live, updated, door);
  trackUpdate({ door, live, updated, manager: writerOf(write), now: write.strategyContext.now });
  return updated;
}

async function withRemoteOwners(write: Write, live: KubeObject | undefined, updated: KubeObject, door: WriteDoor): Promise<KubeObject> {
  const request = { live, manager: writerOf(write), now: write.strategyContext.now };
  const { managedFields } = updated.metadata;
  try {
    return await withConversions(write, door, (converting) => {
      const own = copyJson(updated);
      if (managedFields !== undefined) own.metadata.managedFields = managedFields;
      trackUpdate({ ...request, door: converting, updated: own });
      return own;
    });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    // A write does not fail for its owners' sake; nobody knows them then.
    delete updated.metadata.managedFields;
    return updated;
  }
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

/** A converted object with its type. Errors: UntrackableError where it has members that the type does not know. */
function inType(object: KubeObject, schema: ObjectSchema): { readonly object: KubeObject; readonly schema: ObjectSchema } {
  const [unknown] = prune(copyJson(object), schema);
  if (unknown !== undefined) throw new UntrackableError(`.${unknown}: field not declared in schema`, true);
  return { object, schema };
}
