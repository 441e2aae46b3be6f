import { ConfigurationError } from "../../../codec/configuration-file.ts";
import type { ReadonlyJsonObject } from "../../../object/json.ts";
import { objectsIn, stringIn, stringsIn } from "../../../object/read.ts";
import { scopeSelectors } from "./scopes.ts";
import type { ScopeSelector } from "./usage-rule.ts";

/** A resource that is used only where a quota speaks of it. */
export interface LimitedResource {
  readonly group: string;
  readonly plural: string;
  /** Parts of names of quota resources, as "requests.storage" or ".storageclass.storage.k8s.io/requests.storage". */
  readonly matchContains: readonly string[];
  readonly matchScopes: readonly ScopeSelector[];
}

/** Reads a ResourceQuotaConfiguration (apiserver.config.k8s.io/v1). Errors: ConfigurationError. */
export function readLimitedResources(document: ReadonlyJsonObject): LimitedResource[] {
  return objectsIn(document, "limitedResources").map((one, i) => {
    const plural = stringIn(one, "resource");
    if (plural === "") throw new ConfigurationError(`limitedResources[${i}].resource is missing`);
    return {
      group: stringIn(one, "apiGroup"),
      plural,
      matchContains: stringsIn(one, "matchContains"),
      matchScopes: scopeSelectors(objectsIn(one, "matchScopes")),
    };
  });
}
