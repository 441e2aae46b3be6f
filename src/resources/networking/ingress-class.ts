import { getOwn } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsLabel } from "../../object/names.ts";
import { forbiddenField, requiredField } from "../../object/field-error.ts";
import { structAt } from "../../object/parts.ts";
import { asString, isSet, objectIn, stringIn } from "../../object/read.ts";
import { immutable, changes } from "../../validation/changes.ts";
import { findChangeFaults, findFaults } from "../../validation/check.ts";
import { domainPath } from "../../validation/domain-path.ts";
import { optional, present } from "../../validation/presence.ts";
import { maxBytes, oneOf, text } from "../../validation/scalars.ts";
import { all, fields, struct } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { typedReference } from "./typed-reference.ts";

const CLUSTER = "Cluster";
const NAMESPACE = "Namespace";

/** Parameters of a namespace name it; those of the cluster cannot. */
const namespaceByScope = struct((parameters, at, faults, context) => {
  const place = at.child("namespace");
  const scope = stringIn(parameters, "scope");
  if (scope === NAMESPACE) {
    if (isSet(parameters, "namespace")) text(dnsLabel)(getOwn(parameters, "namespace"), place, faults, context);
    else faults.push(requiredField(place, "`parameters.scope` is set to 'Namespace'"));
  } else if (scope === CLUSTER && isSet(parameters, "namespace")) {
    faults.push(forbiddenField(place, "`parameters.scope` is set to 'Cluster'"));
  }
});

const rules = fields({
  spec: fields({
    controller: all(maxBytes(250), domainPath),
    parameters: optional(all(typedReference, fields({ scope: present(oneOf(CLUSTER, NAMESPACE)) }), namespaceByScope)),
  }),
});

const updateRules = changes({ spec: changes({ controller: immutable("field is immutable", asString) }) });

/** What IngressClasses do beyond the tables. */
export const ingressClass: KindBehaviour = {
  applyDefaults(object) {
    const parameters = structAt(object, "spec", "parameters");
    if (parameters !== undefined) parameters["scope"] ??= CLUSTER;
  },
  strategy: {
    validate: (object) => findFaults(rules, object),
    validateUpdate: (object, old) => [...findChangeFaults(updateRules, object, old), ...findFaults(rules, object)],
  },
  cells: {
    Controller: (object) => stringIn(objectIn(object, "spec"), "controller"),
    Parameters: parametersCell,
  },
};

function parametersCell(object: KubeObject): string {
  const spec = objectIn(object, "spec");
  if (!isSet(spec, "parameters")) return "<none>";
  const parameters = objectIn(spec, "parameters");
  const group = stringIn(parameters, "apiGroup");
  return `${stringIn(parameters, "kind")}${group === "" ? "" : `.${group}`}/${stringIn(parameters, "name")}`;
}
