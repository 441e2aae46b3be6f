import { duplicateField, invalidField, notSupportedField, requiredField } from "../../object/field-error.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsSubdomain } from "../../object/names.ts";
import { structAt } from "../../object/parts.ts";
import { asList, asString, isSet, objectIn, stringIn } from "../../object/read.ts";
import { findFaults, type Check } from "../../validation/check.ts";
import { optional, required } from "../../validation/presence.ts";
import { text } from "../../validation/scalars.ts";
import { selectorText } from "../../validation/selector-shown.ts";
import { all, fields } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { defaultMatchResources, matchResources, paramRef } from "./match-rules.ts";
import { mutableOperations } from "./operation-rules.ts";
import { staticNameWarnings } from "./static-names.ts";

const ACTIONS = ["Audit", "Deny", "Warn"];
const DENY_AND_WARN =
  "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)";

/** What a binding does with a failed validation. */
const validationActions: Check = (value, at, faults) => {
  const actions = asList(value).map(asString);
  const seen = new Set<string>();
  actions.forEach((action, i) => {
    if (!ACTIONS.includes(action)) faults.push(notSupportedField(at.index(i), action, ACTIONS));
    if (seen.has(action)) faults.push(duplicateField(at.index(i), action));
    seen.add(action);
  });
  if (seen.has("Deny") && seen.has("Warn")) faults.push(invalidField(at, actions, DENY_AND_WARN));
  if (seen.size === 0) faults.push(requiredField(at, "at least one validation action is required"));
};

/** A kind of binding, with the rules of its spec that are its own. */
function binding(own: Readonly<Record<string, Check>>): KindBehaviour {
  const rules = fields({
    spec: fields({
      policyName: required(text((name) => dnsSubdomain(name))),
      paramRef: optional(paramRef),
      matchResources: optional(matchResources),
      ...own,
    }),
  });
  return {
    applyDefaults: (object) => {
      const resources = structAt(object, "spec", "matchResources");
      if (resources !== undefined) defaultMatchResources(resources);
    },
    strategy: {
      validate: (object) => findFaults(rules, object),
      validateUpdate: (object) => findFaults(rules, object),
      warnings: staticNameWarnings,
    },
    cells: {
      PolicyName: (object) => stringIn(objectIn(object, "spec"), "policyName"),
      ParamRef: paramRefCell,
    },
  };
}

function paramRefCell(object: KubeObject): string {
  const spec = objectIn(object, "spec");
  if (!isSet(spec, "paramRef")) return "<unset>";
  const ref = objectIn(spec, "paramRef");
  const name = stringIn(ref, "name");
  // The scope of the parameter's kind isn't known here: without a namespace it may be any.
  if (name !== "") return `${stringIn(ref, "namespace") || "*"}/${name}`;
  return isSet(ref, "selector") ? selectorText(objectIn(ref, "selector")) : "<unset>";
}

/** What ValidatingAdmissionPolicyBindings do beyond the tables. */
export const validatingAdmissionPolicyBinding: KindBehaviour = binding({ validationActions });
/** What MutatingAdmissionPolicyBindings do beyond the tables. */
export const mutatingAdmissionPolicyBinding: KindBehaviour = binding({
  matchResources: all(optional(matchResources), fields({ resourceRules: mutableOperations })),
});
