import { fieldErrorText } from "../object/field-error-message.ts";
import { equalJson, type ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { dnsSubdomain, isUnqualifiedFinalizer, maskTrailingHyphen } from "../object/names.ts";
import { quoteText } from "../object/quote.ts";
import type { Strategy } from "../resources/definition.ts";
import { restore } from "../resources/keep-old.ts";
import { customFaults } from "./custom-faults.ts";
import { scaleFaults } from "./scale-faults.ts";

/** What the strategies of a custom resource are made from. */
interface CustomStrategySource {
  /** The schema of the version by whose rules objects are written; asked when it is needed. */
  readonly openapi: () => ReadonlyJsonObject;
  /** Whether the status has a door of its own. */
  readonly hasStatus: boolean;
  /** The definition's subresources.scale, where it has one. */
  readonly scale: ReadonlyJsonObject | undefined;
  /** Of all versions, "stable.example.com/v1". */
  readonly apiVersions: readonly string[];
}

/** How custom objects change through their own door and through that of their status. */
export interface CustomStrategies {
  readonly main: Strategy;
  /** Undefined: the status has no door of its own. */
  readonly status: Strategy | undefined;
}

/** The strategies of a custom resource (concepts/extend-kubernetes, CustomResourceDefinition: status subresource). */
export function customStrategies({ openapi, hasStatus, scale, apiVersions }: CustomStrategySource): CustomStrategies {
  const faults = customFaults(openapi);
  const faultsThrough = (door: "main" | "status", object: KubeObject, old: KubeObject | undefined) =>
    faults.of(object, old, scaleFaults(object, scale, door), door);
  const shared = {
    nameRule: (name: string, prefix: boolean) => dnsSubdomain(prefix ? maskTrailingHyphen(name) : name),
    allowCreateOnUpdate: false,
    allowUnconditionalUpdate: false,
    defaultGarbageCollection: "background",
    returnDeletedObject: false,
    generationOnCreate: true,
    validate: (object: KubeObject) => faultsThrough("main", object, undefined),
    validateUpdate: (object: KubeObject, old: KubeObject) => faultsThrough("main", object, old),
    warnings: (object: KubeObject, old: KubeObject | undefined) => [
      ...faults.unchanged(object).map(fieldErrorText),
      ...finalizerWarnings(object, old),
    ],
  } as const satisfies Strategy;
  const main: Strategy = {
    ...shared,
    generationChanged: (object, old) => !equalJson(contentOf(object, hasStatus), contentOf(old, hasStatus)),
    ...(hasStatus
      ? {
          prepareForCreate: (object) => void delete object["status"],
          prepareForUpdate: (object, old) => restore(object, old, "status"),
          resetFields: resetFields(apiVersions, ["f:status"]),
        }
      : {}),
  };
  if (!hasStatus) return { main, status: undefined };
  const status: Strategy = {
    ...shared,
    validateUpdate: (object, old) => faultsThrough("status", object, old),
    prepareForUpdate: keepAllButStatus,
    resetFields: resetFields(apiVersions, ["f:spec", "f:metadata"]),
  };
  return { main, status };
}

/** Through the status' door nothing else changes but who owns what. */
function keepAllButStatus(object: KubeObject, old: KubeObject): void {
  const { managedFields, resourceVersion } = object.metadata;
  for (const name of new Set([...Object.keys(object), ...Object.keys(old)])) if (name !== "status") restore(object, old, name);
  if (managedFields === undefined) delete object.metadata.managedFields;
  else object.metadata.managedFields = managedFields;
  if (resourceVersion !== undefined) object.metadata.resourceVersion = resourceVersion;
}

/** What raises the generation: everything but metadata and, where it has a door of its own, the status. */
function contentOf(object: KubeObject, hasStatus: boolean): ReadonlyJsonObject {
  const { metadata: _, ...content } = object;
  if (hasStatus) delete content["status"];
  return content;
}

/** The trees are the same in all versions. */
function resetFields(apiVersions: readonly string[], members: readonly string[]): Readonly<Record<string, ReadonlyJsonObject>> {
  const tree = Object.fromEntries(members.map((member) => [member, {}]));
  return Object.fromEntries(apiVersions.map((apiVersion) => [apiVersion, tree]));
}

/** Finalizers without a domain, which built-in kinds refuse. Told where they are new. */
function finalizerWarnings({ metadata }: KubeObject, old: KubeObject | undefined): string[] {
  const known = old?.metadata.finalizers ?? [];
  return (metadata.finalizers ?? [])
    .filter((finalizer) => isUnqualifiedFinalizer(finalizer) && !known.includes(finalizer))
    .map(
      (finalizer) =>
        `metadata.finalizers: ${quoteText(finalizer)}: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers`,
    );
}
