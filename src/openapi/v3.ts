import { apiResourceList, servedRows } from "../discovery/api-resources.ts";
import { byGroupVersion, servedGroups, type DefinitionSource } from "../discovery/definition-source.ts";
import { groupVersion, type GroupVersionKind } from "../object/kube-object.ts";
import type { ReadonlyJsonObject } from "../object/json.ts";
import { components, referredDefinitions, type DefinitionParts } from "./components.ts";
import { customDefinitionName } from "./custom-schemas.ts";
import { capital, camelGroupVersion, tagOf } from "./operation-name.ts";
import { content, META, OBJECT_TYPES, pathItem, reference, responses, TEXT, type MediaTypes, type PathItem } from "./operation.ts";
import type { ResourceDefinition } from "../resources/definition.ts";
import { resourcePaths } from "./resource-paths.ts";

/** One OpenAPI v3 document. */
interface V3Document {
  readonly openapi: "3.0.0";
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: ReadonlyJsonObject;
}

/** What documents are made from. */
export interface OpenApiParts extends DefinitionParts {
  readonly definitions: DefinitionSource;
  /** "1.36" */
  readonly release: string;
}

/** One document that can be made; nothing is done before. */
export interface DocumentMaker {
  readonly make: () => V3Document;
  /** Text that differs wherever two documents of one build of this server would; undefined where only the content tells. */
  readonly inputs: () => string | undefined;
}

/** All documents by the path that the index lists them under ("apis/apps/v1"), in that order. */
export function v3Documents(parts: OpenApiParts): Map<string, DocumentMaker> {
  const makers = new Map<string, DocumentMaker>();
  const add = (key: string, paths: () => Map<string, PathItem>, own: string, inputs: () => string | undefined = () => ""): void => {
    makers.set(key, { make: () => document(parts, paths(), own), inputs });
  };
  const discovery = (key: string, tag: string, id: string, text: string, definition: string): void =>
    add(key, () => documentPath(`/${key}/`, tag, id, text, content(OBJECT_TYPES, reference(definition))), "");
  discovery("api", "core", "getCoreAPIVersions", "Get the versions of the core group.", `${META}.APIVersions`);
  discovery("apis", "apis", "getAPIVersions", "Get the groups.", `${META}.APIGroupList`);
  const definitions = byGroupVersion(parts.definitions);
  for (const [group, versions] of servedGroups(parts.definitions)) {
    if (group !== "") {
      discovery(`apis/${group}`, tagOf(group), `get${capital(tagOf(group))}APIGroup`, "Get the versions of the group.", `${META}.APIGroup`);
    }
    for (const version of versions) {
      const served = definitions.get(groupVersion(group, version)) ?? [];
      const key = group === "" ? `api/${version}` : `apis/${groupVersion(group, version)}`;
      add(
        key,
        () => groupVersionPaths(served, parts, key, group, version),
        groupVersion(group, version),
        () => groupVersionInputs(served, group, version),
      );
    }
  }
  add(
    "version",
    () =>
      documentPath(
        "/version/",
        "version",
        "getCodeVersion",
        "Get the version of the server.",
        content(["application/json"], reference("io.k8s.apimachinery.pkg.version.Info")),
      ),
    "",
  );
  add(
    ".well-known/openid-configuration",
    () =>
      documentPath(
        "/.well-known/openid-configuration/",
        "WellKnown",
        "getServiceAccountIssuerOpenIDConfiguration",
        "Get the OpenID configuration of the issuer of service account tokens.",
        content(["application/json"], TEXT),
      ),
    "",
  );
  add(
    "openid/v1/jwks",
    () =>
      documentPath(
        "/openid/v1/jwks/",
        "openid",
        "getServiceAccountIssuerOpenIDKeyset",
        "Get the public keys that verify service account tokens.",
        content(["application/jwk-set+json"], TEXT),
      ),
    "",
  );
  return new Map([...makers].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function groupVersionPaths(
  definitions: readonly ResourceDefinition[],
  { types }: OpenApiParts,
  key: string,
  group: string,
  version: string,
): Map<string, PathItem> {
  const paths = documentPath(
    `/${key}/`,
    tagOf(group, version),
    `get${camelGroupVersion(group, version)}APIResources`,
    "Get the resources of the group version.",
    content(OBJECT_TYPES, reference(`${META}.APIResourceList`)),
  );
  for (const definition of definitions) {
    const served = definition.served.find((one) => one.group === group && one.version === version);
    if (served === undefined) continue;
    const nameOf = (kind: GroupVersionKind): string | undefined => {
      if (kind.group !== group || definition.custom !== true) return types.definitionOf(kind);
      return customDefinitionName(kind.group, kind.version, kind.kind);
    };
    for (const [path, item] of resourcePaths(served.own ?? definition, served, nameOf)) paths.set(path, item);
  }
  return paths;
}

/** Types with a name are the tables', and the same in every process; custom resources bring their own. */
function groupVersionInputs(definitions: readonly ResourceDefinition[], group: string, version: string): string | undefined {
  const own: string[] = [];
  for (const { custom, served } of definitions) {
    if (custom === true) own.push(served.find((one) => one.version === version)?.source?.() ?? "");
    else if (served.some(({ schema }) => schema.name === undefined)) return undefined;
  }
  return [JSON.stringify(apiResourceList(servedRows(definitions, group, version), group, version)), ...own].join("\n");
}

function documentPath(path: string, tag: string, operationId: string, description: string, media: MediaTypes): Map<string, PathItem> {
  return new Map([[path, pathItem([["get", { tags: [tag], description, operationId, responses: responses([200], media) }]])]]);
}

const SECURITY = { BearerToken: { type: "apiKey", description: "A bearer token.", name: "authorization", in: "header" } };

function document(parts: OpenApiParts, paths: Map<string, PathItem>, own: string): V3Document {
  const sorted = Object.fromEntries([...paths].sort(([a], [b]) => (a < b ? -1 : 1)));
  const schemas = components(referredDefinitions(sorted), parts, own);
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: parts.release },
    paths: sorted,
    components: { ...(Object.keys(schemas).length === 0 ? {} : { schemas }), securitySchemes: SECURITY },
  };
}
