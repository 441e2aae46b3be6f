import { subresourceKind } from "../resources/subresource-kind.ts";
import type { GroupVersionKind } from "../object/kube-object.ts";
import type { ResourceDefinition, ServedVersion, Subresource, Verb } from "../resources/definition.ts";
import { camelGroupVersion, capital, tagOf } from "./operation-name.ts";
import {
  content,
  META,
  OBJECT_TYPES,
  pathItem,
  reference,
  responses,
  STREAM_TYPES,
  TEXT,
  type Method,
  type Operation,
  type PathItem,
  type SchemaUse,
} from "./operation.ts";
import {
  ACTION_PARAMETERS,
  DELETE_COLLECTION_PARAMETERS,
  NAMESPACE,
  nameOf,
  PRETTY,
  STREAM_PARAMETERS,
  SUBPATH,
  type Parameter,
} from "./parameter.ts";

/** Custom resources have no types of their own for strategic merges. */
const CUSTOM_PATCH_TYPES: readonly string[] = [
  "application/apply-patch+yaml",
  "application/json-patch+json",
  "application/merge-patch+json",
];
const PATCH_TYPES: readonly string[] = [...CUSTOM_PATCH_TYPES, "application/strategic-merge-patch+json"];

/** Name of a kind's definition, and undefined where there is none. */
type DefinitionOf = (kind: GroupVersionKind) => string | undefined;

/** Everything that the paths of one resource in one group version share. */
interface Site {
  readonly definition: ResourceDefinition;
  readonly kind: GroupVersionKind;
  readonly use: (kind: GroupVersionKind) => SchemaUse;
  /** /apis/apps/v1 */
  readonly base: string;
  readonly tag: string;
  readonly camel: string;
  readonly namespaced: boolean;
  /** Of the path to one object. Operations of a path share the very same ones: that is how the path's own are found. */
  readonly objectParameters: readonly Parameter[];
}

/** The paths of a resource in one of its served versions, old watch paths included. */
export function resourcePaths(definition: ResourceDefinition, served: ServedVersion, definitionOf: DefinitionOf): Map<string, PathItem> {
  const { group, version, kind } = served;
  const namespaced = definition.scope === "Namespaced";
  const site: Site = {
    definition,
    kind: { group, version, kind },
    use: (one) => {
      const name = definitionOf(one);
      return name === undefined ? TEXT : reference(name);
    },
    base: group === "" ? `/api/${version}` : `/apis/${group}/${version}`,
    tag: tagOf(group, version),
    camel: camelGroupVersion(group, version),
    namespaced,
    objectParameters: namespaced ? [nameOf(kind), NAMESPACE, PRETTY] : [nameOf(kind), PRETTY],
  };
  const paths = new Map<string, PathItem>();
  const put = (path: string, operations: readonly (readonly [Method, Operation])[]): void => {
    if (operations.length > 0) paths.set(path, pathItem(operations));
  };
  const { plural, verbs } = definition;
  const collection = site.namespaced ? `/namespaces/{namespace}/${plural}` : `/${plural}`;
  put(site.base + collection, collectionOperations(site));
  put(`${site.base}${collection}/{name}`, objectOperations(site));
  if (site.namespaced && verbs.includes("list"))
    put(`${site.base}/${plural}`, [["get", listOperation(site, "ForAllNamespaces", [PRETTY])]]);
  if (verbs.includes("watch")) {
    if (site.namespaced) put(`${site.base}/watch/${plural}`, [["get", watchOperation(site, "watchlist", "", "ListForAllNamespaces", [])]]);
    const scope = site.namespaced ? "Namespaced" : "";
    put(`${site.base}/watch${collection}`, [["get", watchOperation(site, "watchlist", scope, "List", [])]]);
    put(`${site.base}/watch${collection}/{name}`, [["get", watchOperation(site, "watch", scope, "", [nameOf(kind)])]]);
  }
  for (const [name, subresource] of definition.subresources) {
    const path = `${site.base}${collection}/{name}/${name}`;
    put(path, subresourceOperations(site, served, name, subresource));
    if (subresource.type === "connect" && name === "proxy")
      put(`${path}/{path}`, connectOperations(site, name, subresource.verbs, subresourceKind(served, subresource), "WithPath"));
  }
  return paths;
}

function collectionOperations(site: Site): [Method, Operation][] {
  const { definition, kind, use } = site;
  const shared = site.namespaced ? [NAMESPACE, PRETTY] : [PRETTY];
  const operations: [Method, Operation][] = [];
  const verbs = new Set<Verb>(definition.verbs);
  if (verbs.has("list")) operations.push(["get", listOperation(site, "", shared)]);
  if (verbs.has("create")) operations.push(["post", createOperation(site, kind, "", shared)]);
  if (verbs.has("deletecollection")) {
    operations.push([
      "delete",
      {
        ...named(site, "delete", "", "deletecollection", `Delete the ${kind.kind} objects that are selected.`, kind, "Collection"),
        parameters: [...shared, ...DELETE_COLLECTION_PARAMETERS],
        requestBody: { content: content(["*/*"], reference(`${META}.DeleteOptions`)) },
        responses: responses([200], content(OBJECT_TYPES, use({ group: "", version: "v1", kind: "Status" }))),
      },
    ]);
  }
  return operations;
}

function listOperation(site: Site, suffix: string, shared: readonly Parameter[]): Operation {
  const { definition, kind, use } = site;
  const all = suffix !== "";
  const text = definition.verbs.includes("watch") ? `List or watch objects of kind ${kind.kind}.` : `List objects of kind ${kind.kind}.`;
  return {
    ...named(all ? { ...site, namespaced: false } : site, "list", suffix, "list", text, kind),
    parameters: [...shared, ...ACTION_PARAMETERS.list],
    responses: responses([200], content(STREAM_TYPES, use({ ...kind, kind: definition.listKind }))),
  };
}

function createOperation(site: Site, kind: GroupVersionKind, suffix: string, shared: readonly Parameter[]): Operation {
  return {
    ...named(
      site,
      "create",
      suffix,
      "post",
      suffix === "" ? `Create a ${kind.kind}.` : `Create ${suffix.toLowerCase()} of a ${site.kind.kind}.`,
      kind,
    ),
    parameters: [...shared, ...ACTION_PARAMETERS.create],
    requestBody: { content: content(["*/*"], site.use(kind)), required: true },
    responses: responses([200, 201, 202], content(OBJECT_TYPES, site.use(kind))),
  };
}

function objectOperations(site: Site): [Method, Operation][] {
  const { definition, kind, use } = site;
  const operations = documentOperations(site, kind, "", new Set(definition.verbs));
  if (definition.verbs.includes("delete")) {
    const gone = definition.strategy.returnDeletedObject ? use(kind) : use({ group: "", version: "v1", kind: "Status" });
    operations.push([
      "delete",
      {
        ...named(site, "delete", "", "delete", `Delete a ${kind.kind}.`, kind),
        parameters: [...site.objectParameters, ...ACTION_PARAMETERS.delete],
        requestBody: { content: content(["*/*"], reference(`${META}.DeleteOptions`)) },
        responses: responses([200, 202], content(OBJECT_TYPES, gone)),
      },
    ]);
  }
  return operations;
}

/** Reading, replacing and patching an object or what is seen of it through a subresource. */
function documentOperations(site: Site, kind: GroupVersionKind, suffix: string, verbs: ReadonlySet<Verb>): [Method, Operation][] {
  const part = suffix === "" ? `a ${site.kind.kind}` : `${suffix.toLowerCase()} of a ${site.kind.kind}`;
  const shared = site.objectParameters;
  const use = site.use(kind);
  const operations: [Method, Operation][] = [];
  if (verbs.has("get")) {
    operations.push([
      "get",
      {
        ...named(site, "read", suffix, "get", `Read ${part}.`, kind),
        parameters: shared,
        responses: responses([200], content(OBJECT_TYPES, use)),
      },
    ]);
  }
  if (verbs.has("update")) {
    operations.push([
      "put",
      {
        ...named(site, "replace", suffix, "put", `Replace ${part}.`, kind),
        parameters: [...shared, ...ACTION_PARAMETERS.update],
        requestBody: { content: content(["*/*"], use), required: true },
        responses: responses([200, 201], content(OBJECT_TYPES, use)),
      },
    ]);
  }
  if (verbs.has("patch")) {
    operations.push([
      "patch",
      {
        ...named(site, "patch", suffix, "patch", `Change ${part} by a patch.`, kind),
        parameters: [...shared, ...ACTION_PARAMETERS.patch],
        requestBody: {
          content: content(site.definition.custom === true ? CUSTOM_PATCH_TYPES : PATCH_TYPES, reference(`${META}.Patch`)),
          required: true,
        },
        responses: responses([200, 201], content(OBJECT_TYPES, use)),
      },
    ]);
  }
  return operations;
}

function subresourceOperations(site: Site, served: ServedVersion, name: string, subresource: Subresource): [Method, Operation][] {
  const kind = subresourceKind(served, subresource);
  switch (subresource.type) {
    case "object":
    case "scale":
      return documentOperations(site, kind, capital(name), new Set(subresource.verbs));
    case "action":
      return [["post", createOperation(site, kind, capital(name), site.objectParameters)]];
    case "connect":
      return name === "log" ? [["get", logOperation(site, kind)]] : connectOperations(site, name, subresource.verbs, kind, "");
  }
}

function logOperation(site: Site, kind: GroupVersionKind): Operation {
  return {
    ...named(site, "read", "Log", "get", `Read the log of a ${kind.kind}.`, kind),
    parameters: [...site.objectParameters.filter((parameter) => parameter !== PRETTY), ...(STREAM_PARAMETERS.get("log") ?? [])],
    responses: responses([200], content([...OBJECT_TYPES, "text/plain"], TEXT)),
  };
}

/** Methods of streams and proxies by the verbs that authorize them. */
const CONNECT_METHODS: readonly (readonly [Verb, readonly Method[]])[] = [
  ["get", ["get"]],
  ["create", ["post"]],
  ["update", ["put", "options", "head"]],
  ["patch", ["patch"]],
  ["delete", ["delete"]],
];

function connectOperations(
  site: Site,
  name: string,
  verbs: readonly Verb[],
  kind: GroupVersionKind,
  suffix: "" | "WithPath",
): [Method, Operation][] {
  const shared = [
    ...site.objectParameters.filter((parameter) => parameter !== PRETTY),
    ...(STREAM_PARAMETERS.get(kind.kind) ?? []),
    ...(suffix === "" ? [] : [SUBPATH]),
  ];
  return CONNECT_METHODS.filter(([verb]) => verbs.includes(verb)).flatMap(([, methods]) =>
    methods.map((method): [Method, Operation] => [
      method,
      {
        ...named(
          site,
          "connect",
          capital(name) + suffix,
          "connect",
          `Send ${method.toUpperCase()} requests to ${name} of a ${site.kind.kind}.`,
          kind,
          capital(method),
        ),
        parameters: shared,
        responses: responses([200], content(["*/*"], TEXT)),
      },
    ]),
  );
}

function watchOperation(site: Site, action: "watch" | "watchlist", scope: string, suffix: string, more: readonly Parameter[]): Operation {
  const { kind, camel, tag } = site;
  const namespace = scope === "Namespaced" ? [NAMESPACE] : [];
  return {
    "tags": [tag],
    "description": `Deprecated, list with the parameter watch instead: watch ${action === "watch" ? "one object" : "objects"} of kind ${kind.kind}.`,
    "operationId": `watch${camel}${scope}${kind.kind}${suffix}`,
    "parameters": [...more, ...namespace, PRETTY, ...ACTION_PARAMETERS.list],
    "responses": responses([200], content(STREAM_TYPES, reference(`${META}.WatchEvent`))),
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": kind,
  };
}

function named(site: Site, verb: string, suffix: string, action: string, description: string, kind: GroupVersionKind, middle = "") {
  const scope = site.namespaced ? "Namespaced" : "";
  return {
    "tags": [site.tag],
    description,
    "operationId": `${verb}${site.camel}${middle}${scope}${site.kind.kind}${suffix}`,
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": kind,
  };
}
