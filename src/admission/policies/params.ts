import { copyJson, isObject, type ReadonlyJsonObject } from "../../object/json.ts";
import { parseGroupVersion, type KubeObject } from "../../object/kube-object.ts";
import { labelSelectorFromObject, matchesLabels } from "../../object/label-selector.ts";
import { isSet, objectIn, stringIn } from "../../object/read.ts";
import { collectionPrefix, objectKey } from "../../registry/endpoint.ts";
import type { Registry } from "../../registry/registry.ts";
import type { ServedResource } from "../../resources/definitions.ts";
import type { ServedVersion } from "../../resources/definition.ts";
import { prefixEnd } from "../../storage/key-order.ts";

/** A policy or binding that is not configured so that it could be applied; `message` is what clients see. */
export class PolicyConfigurationError extends Error {}

/** Finds the resource of a policy's paramKind; undefined where it has none. Errors: PolicyConfigurationError. */
export function paramResource(registry: Registry, spec: ReadonlyJsonObject): ServedResource | undefined {
  if (!isSet(spec, "paramKind")) return undefined;
  const paramKind = objectIn(spec, "paramKind");
  const kind = stringIn(paramKind, "kind");
  const { group, version } = parseGroupVersion(stringIn(paramKind, "apiVersion")) ?? { group: "", version: "" };
  const found = registry.definitions.findKind(group, kind, version);
  if (found?.definition.keyPrefix === undefined)
    throw new PolicyConfigurationError(`failed to find resource referenced by paramKind: '${group}/${version}, Kind=${kind}'`);
  return found;
}

/**
 * The parameters that a binding means for a request in a namespace: a list of one "nothing" where the policy takes none or
 * the binding gives none, an empty list where there are none and that is all right. Errors: PolicyConfigurationError.
 */
export async function collectParams(
  registry: Registry,
  resource: ServedResource | undefined,
  bindingSpec: ReadonlyJsonObject,
  requestNamespace: string,
): Promise<readonly (KubeObject | undefined)[]> {
  if (resource === undefined || !isSet(bindingSpec, "paramRef")) return [undefined];
  const paramRef = objectIn(bindingSpec, "paramRef");
  const namespace = paramNamespace(resource, stringIn(paramRef, "namespace"), requestNamespace);
  const found = await find(registry, resource, namespace, paramRef);
  if (found.length === 0 && stringIn(paramRef, "parameterNotFoundAction") === "Deny")
    throw new PolicyConfigurationError("no params found for policy binding with `Deny` parameterNotFoundAction");
  return found;
}

function paramNamespace({ definition }: ServedResource, given: string, requestNamespace: string): string {
  if (definition.scope === "Cluster") {
    if (given !== "") throw new PolicyConfigurationError("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
    return "";
  }
  const namespace = given || requestNamespace;
  if (namespace === "")
    throw new PolicyConfigurationError("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
  return namespace;
}

async function find(
  registry: Registry,
  { definition, served }: ServedResource,
  namespace: string,
  paramRef: ReadonlyJsonObject,
): Promise<KubeObject[]> {
  const cache = await registry.caches.current(served.own?.forms?.remote === true ? served.own : definition);
  const name = stringIn(paramRef, "name");
  if (name !== "") {
    const record = cache.get(objectKey(definition, namespace, name));
    return record === undefined ? [] : [shown(record.object(), served)];
  }
  const selected = paramRef["selector"];
  if (!isObject(selected)) throw new PolicyConfigurationError("one of name or selector must be provided");
  const selector = labelSelectorFromObject(selected);
  const objects: KubeObject[] = [];
  const prefix = collectionPrefix(definition, namespace);
  cache.walk(prefix, prefixEnd(prefix), (record) => {
    const object = record.object();
    if (matchesLabels(selector, object.metadata.labels)) objects.push(shown(object, served));
  });
  return objects;
}

function shown(object: KubeObject, served: ServedVersion): KubeObject {
  return served.fromHub === undefined ? object : served.fromHub(copyJson(object));
}
