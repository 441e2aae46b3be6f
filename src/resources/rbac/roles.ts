import { invalidField } from "../../object/field-error.ts";
import { pathSegmentName } from "../../object/names.ts";
import { findFaults, type Check } from "../../validation/check.ts";
import { labelSelector } from "../../validation/labels.ts";
import { optional, required } from "../../validation/presence.ts";
import { each, fields } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { policyRule } from "./policy-rules.ts";

const selector = labelSelector();

/** A selector that cannot be used is told of twice: what is wrong in it, and that it is. */
const aggregated: Check = (value, at, faults, context) => {
  const before = faults.length;
  selector(value, at, faults, context);
  if (faults.length > before) faults.push(invalidField(at, null, "invalid label selector."));
};

const roleRules = fields({ rules: each(policyRule(true)) });

const clusterRoleRules = fields({
  rules: each(policyRule(false)),
  aggregationRule: optional(
    fields({
      clusterRoleSelectors: required(each(aggregated), "at least one clusterRoleSelector required if aggregationRule is non-nil"),
    }),
  ),
});

/** What Roles do beyond the tables. */
export const role: KindBehaviour = {
  strategy: {
    nameRule: pathSegmentName,
    validate: (object) => findFaults(roleRules, object),
    validateUpdate: (object) => findFaults(roleRules, object),
  },
};

/** What ClusterRoles do beyond the tables. */
export const clusterRole: KindBehaviour = {
  strategy: {
    nameRule: pathSegmentName,
    validate: (object) => findFaults(clusterRoleRules, object),
    validateUpdate: (object) => findFaults(clusterRoleRules, object),
  },
};
