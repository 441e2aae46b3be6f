import { parentEntries, scaleEntries } from "../apply/scale-owners.ts";
import type { WriteDoor } from "../apply/updater.ts";
import { copyJson } from "../object/json.ts";
import { quoteText } from "../object/quote.ts";
import { groupVersion, type KubeObject, type ManagedFieldsEntry } from "../object/kube-object.ts";
import { badRequest, conflict, internalError, invalid, methodNotAllowed } from "../object/status.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import type { ServedVersion, Verb } from "../resources/definition.ts";
import { subdomainNames } from "../resources/name-rules.ts";
import { specAt } from "../resources/spec-and-status.ts";
import { SCALE } from "../resources/subresource-kind.ts";
import { validateObjectMeta, type MetaRules } from "../validation/object-meta.ts";
import { nonNegative } from "../validation/scalars.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import { valueAnswer, type Call } from "./encode-answer.ts";
import type { BodyType } from "./decode-body.ts";
import { get } from "./get.ts";
import { mutate } from "./mutate.ts";
import { checkName, checkNamespace, decodeSent, toHub } from "./object-body.ts";
import { withOwners } from "./ownership.ts";
import { readPatch, type PatchChange } from "./patch.ts";
import type { PatchType } from "../request/negotiation.ts";
import { servedObject } from "./representation.ts";
import { numberAt, scaleOfParent, setAt, wantsReplicas, type ScaleDefinition } from "./scale-object.ts";
import { bodyOf } from "./request-body.ts";
import { scaleTable } from "./table-answer.ts";
import { update } from "./update.ts";
import { writeOptions } from "./write-options.ts";
import { writeTo, type Write } from "./write.ts";
import type { RequestContext } from "../request/context.ts";

/**
 * The scale of an object: its replicas, read and written as autoscaling/v1 Scale. Writes change the parent, with its
 * generation and its owners. Errors: as get, update and patch.
 */
export async function serveScale(
  call: Call & { readonly context: RequestContext },
  definition: ScaleDefinition,
  verb: Verb,
  patchType: PatchType | undefined,
): Promise<ApiAnswer> {
  const { registry, endpoint, context, query } = call;
  if (verb === "get") return scaleAnswer(call, readableScale(await get(registry, endpoint, query), call, definition));
  if (verb !== "update" && verb !== "patch") throw methodNotAllowed();
  const write = writeTo(
    registry,
    endpoint,
    context,
    writeOptions(query, verb === "patch" ? "PatchOptions" : "UpdateOptions", patchType === "apply"),
  );
  const change =
    patchType === undefined
      ? await readScale(write)
      : patchedScale(write, await readPatch(write, patchType, scaleDoor(write), scaleBody(write)));
  const { record } = await update(write, {
    name: endpoint.name,
    fromStored: patchType !== undefined,
    shown: (object) => scaleOfParent(fromHub(object, endpoint.served), definition),
    change: (stored) => scaled(write, stored, change, call, definition),
  });
  return scaleAnswer(call, scaleOf(record, call, definition));
}

/** The scale of what says how many replicas it wants, which custom resources need not. Errors: StatusError 500. */
function readableScale(record: ObjectRecord, call: Call, definition: ScaleDefinition): KubeObject {
  const { served, definition: kind } = call.endpoint;
  if (kind.custom === true && !wantsReplicas(servedObject(record, served), definition)) {
    throw internalError(`${replicasField(definition)} does not exist`);
  }
  return scaleOf(record, call, definition);
}

function scaleAnswer(call: Call, scale: KubeObject): ApiAnswer {
  delete scale.metadata.managedFields;
  return call.accept.transform?.kind === "Table" ? scaleTable(call, scale) : valueAnswer(call, scale, 200);
}

/** A PUT: the Scale as it was sent, with its owners. */
async function readScale(write: Write): Promise<PatchChange> {
  const { context, endpoint } = write;
  const { bytes, format } = await bodyOf(context.request);
  const sent = decodeSent(write, bytes, format, scaleBody(write));
  checkNamespace(sent, endpoint);
  checkName(sent, endpoint.name);
  return async (live) => withOwners(write, live, copyJson(sent), scaleDoor(write));
}

function fromHub(object: KubeObject, served: ServedVersion): KubeObject {
  return served.fromHub === undefined ? object : served.fromHub(copyJson(object));
}

/** The parent with the replicas of its changed scale. */
async function scaled(
  write: Write,
  stored: ObjectRecord,
  change: PatchChange,
  call: Call,
  definition: ScaleDefinition,
): Promise<KubeObject> {
  const { registry, endpoint } = write;
  const parent = copyJson(servedObject(stored, endpoint.served));
  const apiVersion = groupVersion(endpoint.served.group, endpoint.served.version);
  const paths = { [apiVersion]: definition.specReplicas };
  const live = scaleOf(stored, call, definition);
  const isCustom = endpoint.definition.custom === true;
  if (isCustom && !wantsReplicas(parent, definition)) setAt(live, "spec.replicas", UNSET_REPLICAS);
  setOwners(live, scaleEntries(parent.metadata.managedFields, paths, registry.fieldSets));
  const scale = await change(live);
  checkName(scale, endpoint.name);
  await mutate(write, "UPDATE", endpoint.name, scale, live);
  const replicas = numberAt(scale, "spec.replicas");
  if (isCustom && replicas === UNSET_REPLICAS) {
    throw badRequest(`${replicasField(definition)} cannot be empty`);
  }
  // A custom resource is checked as a whole, with what its scale is made of.
  if (!isCustom) {
    const faults = validateObjectMeta(scale, scaleMeta);
    nonNegative(replicas, specAt.child("replicas"), faults, undefined);
    if (faults.length > 0) throw invalid(SCALE, endpoint.name, faults);
  }
  setAt(parent, definition.specReplicas, replicas);
  setOwners(parent, parentEntries(parent.metadata.managedFields, scale.metadata.managedFields, apiVersion, paths, registry.fieldSets));
  if (scale.metadata.resourceVersion) parent.metadata.resourceVersion = scale.metadata.resourceVersion;
  else if (!isCustom) delete parent.metadata.resourceVersion;
  if (scale.metadata.uid) parent.metadata.uid = scale.metadata.uid;
  return toHub(parent, endpoint.served);
}

/** What the scale of a custom resource that wants no number of replicas shows to patches, which must set one. */
const UNSET_REPLICAS = -2_147_483_648;

function replicasField({ specReplicas }: ScaleDefinition): string {
  return `the spec replicas field ${quoteText(`.${specReplicas}`)}`;
}

/** The metadata of a Scale is checked as any object's. */
const scaleMeta: MetaRules = { namespaced: true, nameRule: subdomainNames, qualifiedFinalizers: true };

/** A patch: what it makes of the Scale, which must stay that of the same object. */
function patchedScale({ endpoint }: Write, patch: PatchChange): PatchChange {
  return async (live) => {
    const scale = await patch(live);
    const { uid = "" } = scale.metadata;
    const found = live?.metadata.uid ?? "";
    if (uid === "" || uid === found || endpoint.definition.custom === true) return scale;
    const detail = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${found}`;
    throw conflict({ ...endpoint.ref, plural: `${endpoint.ref.plural}/scale` }, endpoint.name, detail);
  };
}

/** Without owners there is no list. */
function setOwners({ metadata }: KubeObject, entries: ManagedFieldsEntry[]): void {
  if (entries.length > 0) metadata.managedFields = entries;
  else delete metadata.managedFields;
}

function scaleOf(record: ObjectRecord, { endpoint }: Call, definition: ScaleDefinition): KubeObject {
  return scaleOfParent(servedObject(record, endpoint.served), definition);
}

function scaleBody({ registry }: Write): BodyType {
  const schema = registry.types.schemaForKind(SCALE);
  if (schema === undefined) throw new Error("the tables have no type for autoscaling/v1 Scale");
  return { ...SCALE, schema };
}

/** The owners of a Scale are told in its one version. */
function scaleDoor(write: Write): WriteDoor {
  return {
    apiVersion: groupVersion(SCALE.group, SCALE.version),
    kind: SCALE.kind,
    schema: scaleBody(write).schema,
    subresource: "scale",
    cache: write.registry.fieldSets,
  };
}
