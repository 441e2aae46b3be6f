import { isObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import type { KindBehaviour } from "../definition.ts";

/** Secrets of an account lie in its namespace: of a reference, only the name is kept. */
function keepSecretNames(object: KubeObject): void {
  const { secrets } = object;
  if (!Array.isArray(secrets)) return;
  object["secrets"] = secrets.map((reference) => (isObject(reference) && reference["name"] ? { name: reference["name"] } : {}));
}

const mountableOnly = "kubernetes.io/enforce-mountable-secrets";

/** What ServiceAccounts do beyond the tables. */
export const serviceAccount: KindBehaviour = {
  strategy: {
    prepareForCreate: keepSecretNames,
    prepareForUpdate: keepSecretNames,
    validate: () => [],
    validateUpdate: () => [],
    warnings: (object, old) => {
      const value = object.metadata.annotations?.[mountableOnly];
      if (value === undefined || (old !== undefined && old.metadata.annotations?.[mountableOnly] === value)) return [];
      return [
        `metadata.annotations[${mountableOnly}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
      ];
    },
  },
};
