import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { ReadonlyJson } from "../../src/object/json.ts";

/** A directory of published facts about one release of Kubernetes, read by name. */
export interface Facts {
  /** The content of a JSON file. What it holds is the reader's claim; a wrong claim fails the generator, not a server. */
  read<T>(path: string): T;
  /** The bytes of any file. */
  bytes(path: string): Buffer;
  /** Names of the files in a folder, sorted. */
  list(folder: string): string[];
}

/** Facts in a directory on disk. */
export function factsIn(directory: string): Facts {
  return {
    read: <T>(path: string) => JSON.parse(readFileSync(join(directory, path), "utf8")) as T,
    bytes: (path) => readFileSync(join(directory, path)),
    list: (folder) => readdirSync(join(directory, folder)).sort(),
  };
}

/** One schema of an OpenAPI v3 document, as far as the tables need it. */
export interface OpenApiSchema {
  readonly "type"?: string;
  readonly "format"?: string;
  readonly "$ref"?: string;
  readonly "allOf"?: readonly OpenApiSchema[];
  readonly "items"?: OpenApiSchema;
  readonly "additionalProperties"?: OpenApiSchema;
  readonly "properties"?: Readonly<Record<string, OpenApiSchema>>;
  readonly "required"?: readonly string[];
  readonly "enum"?: readonly string[];
  readonly "default"?: ReadonlyJson;
  readonly "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: "atomic" | "granular";
  readonly "x-kubernetes-patch-strategy"?: string;
  readonly "x-kubernetes-patch-merge-key"?: string;
  readonly "x-kubernetes-unions"?: readonly {
    readonly "discriminator"?: string;
    readonly "fields-to-discriminateBy": Readonly<Record<string, string>>;
  }[];
  readonly "x-kubernetes-group-version-kind"?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

/** Every definition of the served group versions, by name. */
export function openApiDefinitions(facts: Facts): Map<string, OpenApiSchema> {
  const definitions = new Map<string, OpenApiSchema>();
  for (const file of facts.list("openapi/v3")) {
    const document = facts.read<{ components?: { schemas?: Record<string, OpenApiSchema> } }>(`openapi/v3/${file}`);
    for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
      const known = definitions.get(name);
      definitions.set(name, known === undefined ? schema : withKindsOf(schema, known));
    }
  }
  return definitions;
}

/** Types such as DeleteOptions are registered in every group: each document names only its own. */
function withKindsOf(schema: OpenApiSchema, other: OpenApiSchema): OpenApiSchema {
  const kinds = [...(other["x-kubernetes-group-version-kind"] ?? []), ...(schema["x-kubernetes-group-version-kind"] ?? [])];
  return kinds.length === 0 ? schema : { ...schema, "x-kubernetes-group-version-kind": kinds };
}

interface ProtoMessage {
  readonly fields: readonly {
    readonly name: string;
    readonly number: number;
    readonly type: string;
    readonly repeated?: boolean;
    readonly map?: { readonly key: string; readonly value: string };
  }[];
}

/** Protobuf messages and how their fields are called in JSON. */
export interface Proto {
  readonly messages: Readonly<Record<string, ProtoMessage>>;
  /** Message → proto field name → JSON name, where they differ. */
  readonly jsonNames: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Message → proto fields whose members lie in the parent's JSON. */
  readonly inlined: Readonly<Record<string, Readonly<Record<string, ReadonlyJson>>>>;
}

/** Reads the protobuf facts. */
export function protoFacts(facts: Facts): Proto {
  const names = facts.read<{ different: Proto["jsonNames"]; inlined: Proto["inlined"] }>("proto-json-names.json");
  return { messages: facts.read("proto.json"), jsonNames: names.different, inlined: names.inlined };
}

/** The protobuf message of an OpenAPI definition. */
export function messageName(definition: string): string {
  return definition.replace(/^io\.k8s\./, "k8s.io.").replaceAll("-", "_");
}

/** The OpenAPI definition of a protobuf message. */
export function definitionName(message: string): string {
  return message
    .replace(/^k8s\.io\./, "io.k8s.")
    .replaceAll("apiextensions_apiserver", "apiextensions-apiserver")
    .replaceAll("kube_aggregator", "kube-aggregator");
}

/** The part of a definition's name that tells it apart: core.v1.Pod, meta.v1.ObjectMeta, apiextensions.v1.JSON. */
export function shortName(definition: string): string {
  return definition
    .replace(/^io\.k8s\.api\./, "")
    .replace(/^io\.k8s\.(apimachinery|apiextensions-apiserver|kube-aggregator)\.pkg\.(apis\.)?/, "");
}
