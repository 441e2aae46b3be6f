import type { FieldError } from "../../object/field-error.ts";
import { invalidField } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { getOwn } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, listIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { findFaults } from "../../validation/check.ts";
import { each, fields } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { pointHostname, pointIp } from "../load-balancer-points.ts";
import { loadBalancerAddresses, shortHosts } from "../service-cells.ts";
import { ingressRules, forgivenOf } from "./ingress-rules.ts";

/** The class of an ingress before spec.ingressClassName. */
const CLASS_ANNOTATION = "kubernetes.io/ingress.class";

/** What Ingresses do beyond the tables. */
export const ingress: KindBehaviour = {
  strategy: {
    validate: (object) => [...findFaults(ingressRules({}), object), ...classFaults(object)],
    validateUpdate: (object, old) => findFaults(ingressRules(forgivenOf(old)), object),
    warnings: (object, old) => (old === undefined ? classWarnings(object) : []),
  },
  subresources: { status: { validateUpdate: statusFaults } },
  cells: {
    Class: (object) => {
      const spec = objectIn(object, "spec");
      return isSet(spec, "ingressClassName") ? stringIn(spec, "ingressClassName") : "<none>";
    },
    Hosts: (object) => {
      const hosts = objectsIn(objectIn(object, "spec"), "rules").map((rule) => stringIn(rule, "host"));
      return shortHosts(hosts) || "*";
    },
    Address: (object) => loadBalancerAddresses(objectIn(objectIn(object, "status"), "loadBalancer")).join(","),
    Ports: (object) => (listIn(objectIn(object, "spec"), "tls").length > 0 ? "80, 443" : "80"),
  },
};

/** The old and the new way to name a class must agree on create. */
function classFaults(object: KubeObject): FieldError[] {
  const annotation = getOwn(object.metadata.annotations ?? {}, CLASS_ANNOTATION);
  const spec = objectIn(object, "spec");
  if (typeof annotation !== "string" || !isSet(spec, "ingressClassName") || annotation === stringIn(spec, "ingressClassName")) return [];
  const at = FieldPath.root.child("annotations", CLASS_ANNOTATION);
  return [invalidField(at, annotation, "must match `ingressClassName` when both are specified")];
}

function classWarnings(object: KubeObject): string[] {
  const old = Object.hasOwn(object.metadata.annotations ?? {}, CLASS_ANNOTATION);
  if (!old || isSet(objectIn(object, "spec"), "ingressClassName")) return [];
  return [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`];
}

function statusFaults(object: KubeObject, old: KubeObject): FieldError[] {
  const point = fields({ ip: pointIp(old), hostname: pointHostname });
  return findFaults(fields({ status: fields({ loadBalancer: fields({ ingress: each(point) }) }) }), object);
}
