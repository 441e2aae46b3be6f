import type { KubeObject } from "../object/kube-object.ts";
import { badRequest } from "../object/status.ts";
import type { ServedVersion } from "../resources/definition.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import { create } from "./create.ts";
import { bodyOf } from "./request-body.ts";
import { decodeBody, type BodyFormat, type BodyType } from "./decode-body.ts";
import type { Endpoint } from "./endpoint.ts";
import { wipeSystemMetadata } from "./metadata.ts";
import { withOwners } from "./ownership.ts";
import { dropRepeatedOwners } from "./repeated-owners.ts";
import { checkVersion } from "./version-text.ts";
import { warn, type Write } from "./write.ts";

/** Reads the body of a create or update in the endpoint's version. Errors: StatusError 400, 413, 415. */
export async function readObject(write: Write): Promise<KubeObject> {
  const { bytes, format } = await bodyOf(write.context.request);
  const object = decodeSent(write, bytes, format, bodyType(write.endpoint));
  dropRepeatedOwners(write, object, "");
  return object;
}

/** A body that was sent as an object of a type, told to the audit. Errors: StatusError 400. */
export function decodeSent(write: Write, body: Buffer, format: BodyFormat, type: BodyType): KubeObject {
  const { registry, context, options } = write;
  const object = decodeBody(body, format, type, registry, options.fieldValidation, (text) => warn(write, text));
  context.audit?.object(object);
  return object;
}

/** What the bodies of an endpoint are. */
export function bodyType({ definition, served }: Endpoint): BodyType {
  return {
    group: served.group,
    version: served.version,
    kind: served.kind,
    schema: served.schema,
    applyDefaults: served.applyDefaults,
    custom: definition.custom,
  };
}

/**
 * The object must lie where the URL says. An absent namespace is filled in. Errors: StatusError 400 in the original's
 * words.
 */
export function checkNamespace(object: KubeObject, { definition, namespace }: Endpoint): void {
  if (definition.scope === "Cluster") {
    delete object.metadata.namespace;
    return;
  }
  if (!object.metadata.namespace) object.metadata.namespace = namespace;
  else if (object.metadata.namespace !== namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
}

/** The same for its name, on doors whose URL names it. */
export function checkName(object: KubeObject, name: string): void {
  const given = object.metadata.name ?? "";
  if (given === "") throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (given !== name) throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
}

/**
 * A client's new object in its served form: owned by its writer (unless an apply has `tracked` that already), converted,
 * stored.
 */
export async function createObject(write: Write, object: KubeObject, owners: "untracked" | "tracked" = "untracked"): Promise<ObjectRecord> {
  wipeSystemMetadata(object);
  const owned = owners === "tracked" ? object : await withOwners(write, undefined, object);
  return create(write, toHub(owned, write.endpoint.served));
}

/**
 * The same for an object that was to be changed and is not there: which version of it was meant does not matter to what
 * is made in its place. Errors: also StatusError 500 for what is no version.
 */
export function createAbsent(write: Write, object: KubeObject, owners: "untracked" | "tracked"): Promise<ObjectRecord> {
  checkVersion(object.metadata);
  delete object.metadata.resourceVersion;
  return createObject(write, object, owners);
}

/** A served object in the stored form. The argument is handed over. */
export function toHub(object: KubeObject, served: ServedVersion): KubeObject {
  return served.toHub === undefined ? object : served.toHub(object);
}
