import type { KubeObject } from "../../object/kube-object.ts";
import { pathSegmentName } from "../../object/names.ts";
import { findFaults } from "../../validation/check.ts";
import { labelSelector } from "../../validation/labels.ts";
import { optional, required } from "../../validation/presence.ts";
import { each, fields } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { policyRule } from "./policy-rules.ts";

const roleRules = fields({ rules: each(policyRule(true)) });

const clusterRoleRules = fields({
  rules: each(policyRule(false)),
  aggregationRule: optional(
    fields({
      clusterRoleSelectors: required(each(labelSelector()), "at least one clusterRoleSelector required if aggregationRule is non-nil"),
    }),
  ),
});

const createdAt = { "Created At": (object: KubeObject): string => object.metadata.creationTimestamp ?? "<unknown>" };

/** What Roles do beyond the tables. */
export const role: KindBehaviour = {
  strategy: {
    nameRule: pathSegmentName,
    validate: (object) => findFaults(roleRules, object),
    validateUpdate: (object) => findFaults(roleRules, object),
  },
  cells: createdAt,
};

/** What ClusterRoles do beyond the tables. */
export const clusterRole: KindBehaviour = {
  strategy: {
    nameRule: pathSegmentName,
    validate: (object) => findFaults(clusterRoleRules, object),
    validateUpdate: (object) => findFaults(clusterRoleRules, object),
  },
  cells: createdAt,
};
