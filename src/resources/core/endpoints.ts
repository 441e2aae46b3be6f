import { requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { equalJson, getOwn } from "../../object/json.ts";
import { hostPort } from "../../object/ip.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsLabel, dnsSubdomain, qualifiedNameRules } from "../../object/names.ts";
import { objects } from "../../object/parts.ts";
import { asList, asObject, numberIn, objectsIn, stringIn } from "../../object/read.ts";
import { warnOfAddress } from "../../validation/address-warnings.ts";
import { legacyIp } from "../../validation/addresses.ts";
import type { Check } from "../../validation/check.ts";
import { filled, optional, required } from "../../validation/presence.ts";
import { port, text } from "../../validation/scalars.ts";
import { all, each, fields, struct } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { protocol } from "../pod-spec/ports.ts";
import { ordinaryAddress } from "./special-addresses.ts";

const subsetsAt = FieldPath.root.child("subsets");

const address: Check = all(
  fields({ ip: legacyIp, hostname: filled(text(dnsLabel)), nodeName: optional(text(dnsSubdomain)) }),
  fields({ ip: ordinaryAddress }),
);

const portRules: Check = fields({
  port,
  protocol: required(protocol),
  appProtocol: optional(text(qualifiedNameRules)),
});

/** One port needs no name; several are told apart by theirs. */
const ports: Check = (value, at, faults, context) => {
  const list = asList(value);
  const name = list.length > 1 ? required(text(dnsLabel)) : filled(text(dnsLabel));
  list.forEach((item, i) => {
    name(getOwn(asObject(item), "name"), at.index(i).child("name"), faults, context);
    portRules(item, at.index(i), faults, context);
  });
};

const subsets: Check = each(
  all(
    struct((subset, at, faults) => {
      if (objectsIn(subset, "addresses").length > 0 || objectsIn(subset, "notReadyAddresses").length > 0) return;
      faults.push(requiredField(at, "must specify `addresses` or `notReadyAddresses`"));
    }),
    fields({ addresses: each(address), notReadyAddresses: each(address), ports }),
  ),
);

function validate(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  subsets(object["subsets"], subsetsAt, faults, undefined);
  return faults;
}

/** Says who writes endpoints; those of the controller are made of addresses that are in order. */
const managedBy = "endpoints.kubernetes.io/managed-by";

function warnings(object: KubeObject): string[] {
  const found: string[] = [];
  if (object.metadata.labels?.[managedBy] === "endpoint-controller") return found;
  objectsIn(object, "subsets").forEach((subset, i) => {
    for (const list of ["addresses", "notReadyAddresses"]) {
      objectsIn(subset, list).forEach((item, j) =>
        warnOfAddress(stringIn(item, "ip"), subsetsAt.index(i).child(list).index(j).child("ip"), found),
      );
    }
  });
  return found;
}

/** How many endpoints a cell shows before it only counts. */
const SHOWN = 3;

function endpointsCell(object: KubeObject): string {
  const shown: string[] = [];
  let count = 0;
  const listed = objectsIn(object, "subsets");
  if (listed.length === 0) return "<none>";
  for (const subset of listed) {
    const ports = objectsIn(subset, "ports");
    const addresses = objectsIn(subset, "addresses").map((item) => stringIn(item, "ip"));
    // Without ports an address stands for itself.
    for (const port of ports.length === 0 ? [undefined] : ports) {
      count += addresses.length;
      for (const ip of addresses.slice(0, SHOWN - shown.length)) shown.push(port === undefined ? ip : hostPort(ip, numberIn(port, "port")));
    }
  }
  if (count > SHOWN) return `${shown.join(",")} + ${count - SHOWN} more...`;
  return shown.join(",");
}

/** What Endpoints do beyond the tables. */
export const endpoints: KindBehaviour = {
  applyDefaults(object) {
    for (const subset of objects(object["subsets"])) {
      for (const port of objects(subset["ports"])) if (!port["protocol"]) port["protocol"] = "TCP";
    }
  },
  strategy: {
    validate,
    // What was stored before a rule was made may stay as it is.
    validateUpdate: (object, old) => (equalJson(object["subsets"], old["subsets"]) ? [] : validate(object)),
    warnings,
  },
  cells: { Endpoints: endpointsCell },
  versions: { v1: { deprecation: "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice" } },
};
