import { methodNotAllowed, methodNotSupported, notFound, unknownPath } from "../object/status.ts";
import { isTrue, type RequestInfo } from "../request/info.ts";
import type { ResourceDefinition, Verb } from "../resources/definition.ts";
import type { Definitions } from "../resources/definitions.ts";
import type { Endpoint } from "./endpoint.ts";

/** What an HTTP method means on a collection and on a single object. */
const COLLECTION_VERBS: Readonly<Record<string, Verb>> = { GET: "list", POST: "create", DELETE: "deletecollection" };
const OBJECT_VERBS: Readonly<Record<string, Verb>> = { GET: "get", PUT: "update", PATCH: "patch", DELETE: "delete" };
const ON_OBJECTS: readonly Verb[] = Object.values(OBJECT_VERBS);
/** Below an object a POST creates: a binding, an eviction, a token. */
const SUBRESOURCE_VERBS: Readonly<Record<string, Verb>> = { ...OBJECT_VERBS, POST: "create" };

export interface Resolved {
  readonly endpoint: Endpoint;
  readonly verb: Verb;
}

/**
 * Whether a path lies in a group that the server knows and, where all of the group's resources are custom ones, is one
 * of theirs: other paths of such a group do not exist at all, while those of built-in groups answer a Status.
 */
export function isResourcePath(definitions: Definitions, info: RequestInfo): boolean {
  if (!definitions.hasGroup(info.apiGroup, info.apiPrefix)) return false;
  const found = definitions.find(info.apiGroup, info.apiVersion, info.resource);
  if (found !== undefined && found.definition.custom !== true) return true;
  if (!definitions.isCustomGroup(info.apiGroup)) return true;
  return found !== undefined && !isMisplaced(definitions, info);
}

/**
 * Whether a path names a custom resource where its scope has none: a cluster-scoped one in a namespace, or an object of a
 * namespaced one outside of any. Who may do something there must not be asked, since the answer would be another's.
 */
export function isMisplaced(definitions: Definitions, info: RequestInfo): boolean {
  const found = definitions.find(info.apiGroup, info.apiVersion, info.resource);
  if (found?.definition.custom !== true) return false;
  const namespaced = info.namespace !== "";
  if (found.definition.scope === "Cluster") return namespaced;
  return !namespaced && !ACROSS_NAMESPACES.has(info.verb);
}

const READS: ReadonlySet<Verb> = new Set(["get", "list", "watch"]);

const ACROSS_NAMESPACES: ReadonlySet<string> = new Set(["list", "watch"]);

/** Whether what follows the subresource is a path of whatever is behind it. */
function isProxy({ subresources }: ResourceDefinition, parts: readonly string[]): boolean {
  return parts[2] === "proxy" && parts[1] !== "" && subresources.get("proxy")?.type === "connect";
}

/**
 * Finds what a resource request addresses. Errors: StatusError 404 for what does not exist (a namespaced path of a
 * cluster-scoped resource included), 405 for a method that it has not.
 */
export function resolve(definitions: Definitions, info: RequestInfo, method: string): Resolved {
  const found = definitions.find(info.apiGroup, info.apiVersion, info.resource);
  const { parts } = info;
  if (found === undefined) throw unknownPath();
  const { definition, served } = found;
  if (!isProxy(definition, parts) && (parts.length > 3 || parts.includes(""))) throw unknownPath();
  const isNamespaces = definition.plural === "namespaces" && definition.group === "";
  const namespaced = definition.scope === "Namespaced";
  if (!namespaced && info.namespace !== "" && !isNamespaces) throw unknownPath();
  const name = parts[1] ?? "";
  // An object of a namespaced resource is only found inside its namespace.
  if (namespaced && name !== "" && info.namespace === "") throw unknownPath();

  const { own } = served;
  const subresource = parts[2] === undefined ? undefined : (own ?? definition).subresources.get(parts[2]);
  if (parts[2] !== undefined && subresource === undefined) {
    throw definition.custom === true ? notFound({ group: served.group, plural: definition.plural }, name) : unknownPath();
  }
  const watches = info.verb === "watch";
  // A verb that stands in the path is the one that was authorized: nothing else may be done on it.
  if (info.verb === "proxy" || (watches && subresource !== undefined)) throw unknownPath();
  if (watches && method !== "GET") throw methodNotAllowed();
  const table = name === "" ? COLLECTION_VERBS : subresource === undefined ? OBJECT_VERBS : SUBRESOURCE_VERBS;
  const plain = Object.hasOwn(table, method) ? table[method] : undefined;
  const verb: Verb | undefined = watches ? "watch" : plain;
  const verbs = subresource?.verbs ?? definition.verbs;
  // A resource that is only ever created or listed has no paths for single objects.
  if (name !== "" && subresource === undefined && !ON_OBJECTS.some((one) => verbs.includes(one))) throw unknownPath();
  if (watches && isTrue(info.query.get("watch")) && verbs.includes("list") && !verbs.includes("watch")) {
    throw methodNotSupported({ group: served.group, plural: definition.plural }, "watch");
  }
  if (verb === undefined || !verbs.includes(verb)) {
    if (definition.custom !== true || verb === undefined) throw methodNotAllowed();
    const ref = { group: served.group, plural: definition.plural };
    const isGoing = verb === "create" && subresource === undefined;
    throw isGoing
      ? methodNotSupported(ref, verb, `${verb} not allowed while custom resource definition is terminating`)
      : methodNotSupported(ref, verb);
  }
  if (verb === "create" && name === "" && namespaced && info.namespace === "") throw methodNotAllowed();
  if (verb === "deletecollection" && namespaced && info.namespace === "") throw methodNotAllowed();
  // What differs in name alone is read as it is stored, and written by its own version's rules.
  const inOwn = own !== undefined && (own.forms?.remote === true || !READS.has(verb));
  return {
    verb,
    endpoint: {
      definition: inOwn ? own : definition,
      served: inOwn ? own.hub : served,
      namespace: namespaced ? info.namespace : "",
      name,
      subresource: subresource === undefined ? undefined : { name: parts[2] as string, definition: subresource },
      ref: { group: served.group, plural: definition.plural },
    },
  };
}
