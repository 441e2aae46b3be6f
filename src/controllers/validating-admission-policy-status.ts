import { expressionWarnings } from "../admission/policies/type-check.ts";
import type { JsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { numberIn, objectIn } from "../object/read.ts";
import type { ResourceRef } from "../object/status.ts";
import { ignoringAbsence } from "../registry/ignoring-absence.ts";
import type { Definitions } from "../resources/definitions.ts";
import type { Controller } from "./controller.ts";

const POLICIES: ResourceRef = { group: "admissionregistration.k8s.io", plural: "validatingadmissionpolicies" };

/** Tells each new generation of a validating admission policy where its expressions do not fit the types of what it matches. */
export function validatingAdmissionPolicyStatus(definitions: Definitions): Controller {
  return {
    name: "validatingadmissionpolicy-status",
    watches: [{ resource: POLICIES, keys: (name) => [name] }],
    async reconcile(name, client) {
      const policy = await client.get(POLICIES, "", name);
      if (policy === undefined || isObserved(policy)) return;
      const expressions = expressionWarnings(objectIn(policy, "spec"), definitions).map((warning): JsonObject => ({ ...warning }));
      const typeChecking = expressions.length === 0 ? {} : { expressionWarnings: expressions };
      const change = (current: KubeObject): KubeObject | undefined =>
        current.metadata.generation === policy.metadata.generation ? observed(current, typeChecking) : undefined;
      await ignoringAbsence(client.update(POLICIES, "", name, change, "status"));
    },
  };
}

function isObserved(policy: KubeObject): boolean {
  return (policy.metadata.generation ?? 0) <= numberIn(objectIn(policy, "status"), "observedGeneration");
}

function observed(policy: KubeObject, typeChecking: JsonObject): KubeObject {
  const status: JsonObject = {
    ...(policy["status"] as JsonObject | undefined),
    observedGeneration: policy.metadata.generation ?? 0,
    typeChecking,
  };
  return { ...policy, status };
}
