import type { GroupVersionKind } from "../object/kube-object.ts";
import type { Parameter } from "./parameter.ts";

/** A schema where it is used: a reference to a definition, or a bare string. */
export type SchemaUse = { readonly $ref: string } | { readonly type: "string" };

/** What a body is, by its media type. */
export interface MediaTypes {
  readonly [mediaType: string]: { readonly schema: SchemaUse };
}

/** One answer of an operation. */
interface Response {
  readonly description: string;
  readonly content?: MediaTypes;
}

/** An operation of a path, in the form of OpenAPI v3. */
export interface Operation {
  readonly "tags": readonly string[];
  readonly "description": string;
  readonly "operationId": string;
  readonly "parameters"?: readonly Parameter[];
  readonly "requestBody"?: { readonly content: MediaTypes; readonly required?: true };
  readonly "responses": Readonly<Record<string, Response>>;
  readonly "x-kubernetes-action"?: string;
  readonly "x-kubernetes-group-version-kind"?: GroupVersionKind;
}

/** HTTP methods that a path item holds. */
export type Method = "get" | "put" | "post" | "delete" | "options" | "head" | "patch";

/** A path: its operations by method, and parameters that all of them have. */
export type PathItem = { readonly [method in Method]?: Operation } & { readonly parameters?: readonly Parameter[] };

/** Where definitions of the API's machinery are named. */
export const META = "io.k8s.apimachinery.pkg.apis.meta.v1";

/** What a reference to a definition begins with. */
export const REF_PREFIX = "#/components/schemas/";
/** A bare text. */
export const TEXT: SchemaUse = { type: "string" };

/** A reference to a definition. */
export function reference(definition: string): SchemaUse {
  return { $ref: REF_PREFIX + definition };
}

/** Media types of objects. */
export const OBJECT_TYPES: readonly string[] = ["application/json", "application/vnd.kubernetes.protobuf", "application/yaml"];
/** Media types of lists, which may be watched. */
export const STREAM_TYPES: readonly string[] = [
  "application/json",
  "application/json;stream=watch",
  "application/vnd.kubernetes.protobuf",
  "application/vnd.kubernetes.protobuf;stream=watch",
  "application/yaml",
];

/** The same schema under each media type. */
export function content(mediaTypes: readonly string[], schema: SchemaUse): MediaTypes {
  return Object.fromEntries(mediaTypes.map((type) => [type, { schema }]));
}

const STATUS_TEXT: Readonly<Record<string, string>> = { 200: "OK", 201: "Created", 202: "Accepted" };

/** Answers with these codes and this content; 401 is always one. */
export function responses(codes: readonly number[], media: MediaTypes): Readonly<Record<string, Response>> {
  const given = codes.map((code): [string, Response] => [String(code), { description: STATUS_TEXT[code] as string, content: media }]);
  return Object.fromEntries([...given, ["401", { description: "Unauthorized" }]]);
}

/** A path item: parameters that all its operations have are the path's; both are sorted by name. */
export function pathItem(operations: readonly (readonly [Method, Operation])[]): PathItem {
  const lists = operations.map(([, operation]) => operation.parameters ?? []);
  const common = (lists[0] ?? []).filter((parameter) => lists.every((list) => list.includes(parameter)));
  const item = Object.fromEntries(
    operations.map(([method, { parameters = [], ...rest }]) => {
      const own = parameters.filter((parameter) => !common.includes(parameter)).sort(byName);
      return [method, own.length === 0 ? rest : { ...rest, parameters: own }];
    }),
  );
  return common.length === 0 ? item : { ...item, parameters: [...common].sort(byName) };
}

function byName(a: Parameter, b: Parameter): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.in < b.in ? -1 : 1;
}
