import type { FieldError } from "../../object/field-error.ts";
import { invalidField } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { parseIpSloppy } from "../../object/ip.ts";
import { getOwn } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsSubdomain } from "../../object/names.ts";
import { isSet, listIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { legacyIp, unlessBefore } from "../../validation/addresses.ts";
import { findFaults } from "../../validation/check.ts";
import { filled } from "../../validation/presence.ts";
import { all, each, fields, struct } from "../../validation/structure.ts";
import { text } from "../../validation/scalars.ts";
import type { KindBehaviour, Strategy } from "../definition.ts";
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
  subresources: { status: statusDoor() },
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

function statusDoor(): Partial<Strategy> {
  const hostname = struct((ingressPoint, at, faults) => {
    const host = stringIn(ingressPoint, "hostname");
    if (parseIpSloppy(host) !== undefined) faults.push(invalidField(at.child("hostname"), host, "must be a DNS name, not an IP address"));
  });
  const points = (object: KubeObject) => objectsIn(objectIn(objectIn(object, "status"), "loadBalancer"), "ingress");
  return {
    validateUpdate(object, old) {
      const ip = unlessBefore(
        points(old).map((one) => stringIn(one, "ip")),
        legacyIp,
      );
      const point = all(fields({ ip: filled(ip), hostname: filled(text(dnsSubdomain)) }), hostname);
      return findFaults(fields({ status: fields({ loadBalancer: fields({ ingress: each(point) }) }) }), object);
    },
  };
}
