import { forbiddenField, invalidField, requiredField } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { cidrContains, firstOfCidr, parseCidrSloppy, unmapIp } from "../../object/ip.ts";
import { getOwn, isObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { formatLabelSelector, labelSelectorFromObject, SelectorError, type LabelSelectorObject } from "../../object/label-selector.ts";
import { portName } from "../../object/names.ts";
import { objects } from "../../object/parts.ts";
import { isSet, listIn, numberIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { warnOfCidr } from "../../validation/address-warnings.ts";
import { legacyCidr, unlessBefore } from "../../validation/addresses.ts";
import { findFaults, type Check } from "../../validation/check.ts";
import { labelSelector, type SelectorOptions } from "../../validation/labels.ts";
import { optional, required } from "../../validation/presence.ts";
import { oneOf, port, text } from "../../validation/scalars.ts";
import { all, each, fields, struct } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";

/** The directions of traffic, and where each keeps its peers. */
const DIRECTIONS = [
  { rules: "ingress", peers: "from", policyType: "Ingress" },
  { rules: "egress", peers: "to", policyType: "Egress" },
] as const;

/** What NetworkPolicies do beyond the tables. */
export const networkPolicy: KindBehaviour = {
  applyDefaults,
  strategy: {
    validate: (object) => findFaults(policyRules({}), object),
    validateUpdate: (object, old) => findFaults(policyRules(forgivenOf(old)), object),
    warnings,
  },
  cells: { "Pod-Selector": podSelectorCell },
};

function applyDefaults(object: KubeObject): void {
  const spec = object["spec"];
  if (!isObject(spec)) {
    object["spec"] = { podSelector: {}, policyTypes: ["Ingress"] };
    return;
  }
  spec["podSelector"] ??= {};
  for (const { rules } of DIRECTIONS) {
    for (const rule of objects(spec[rules])) for (const one of objects(rule["ports"])) one["protocol"] ??= "TCP";
  }
  if (listIn(spec, "policyTypes").length === 0) {
    // Ingress is always meant, so that an empty policy isolates its pods.
    spec["policyTypes"] = listIn(spec, "egress").length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
  }
}

const policyPort: Check = all(
  fields({ protocol: optional(oneOf("TCP", "UDP", "SCTP")) }),
  struct((value, at, faults, context) => {
    const number = getOwn(value, "port");
    const last = getOwn(value, "endPort");
    const place = at.child("endPort");
    if (!isSet(value, "port")) {
      if (isSet(value, "endPort")) faults.push(invalidField(place, last, "may not be specified when `port` is not specified"));
    } else if (typeof number === "string") {
      if (isSet(value, "endPort")) faults.push(invalidField(place, last, "may not be specified when `port` is non-numeric"));
      text(portName)(number, at.child("port"), faults, context);
    } else {
      port(number, at.child("port"), faults, context);
      if (!isSet(value, "endPort")) return;
      if (numberIn(value, "endPort") < numberIn(value, "port"))
        faults.push(invalidField(place, number, "must be greater than or equal to `port`"));
      port(last, place, faults, context);
    }
  }),
);

/** What a policy is forgiven by what it was. */
interface Forgiven extends SelectorOptions {
  /** Ranges that were there. */
  readonly ranges?: readonly string[];
}

function ipBlock({ ranges = [] }: Forgiven): Check {
  const range = unlessBefore(ranges, legacyCidr);
  return struct((block, at, faults, context) => {
    required(range)(getOwn(block, "cidr"), at.child("cidr"), faults, context);
    const cidr = parseCidrSloppy(stringIn(block, "cidr"));
    if (cidr === undefined) return;
    stringsIn(block, "except").forEach((text, i) => {
      const place = at.child("except").index(i);
      range(text, place, faults, context);
      const except = parseCidrSloppy(text);
      if (except === undefined || (cidrContains(cidr, unmapIp(firstOfCidr(except))) && cidr.prefix < except.prefix)) return;
      faults.push(invalidField(place, text, "must be a strict subset of `cidr`"));
    });
  });
}

function peer(options: Forgiven): Check {
  const parts = fields({
    podSelector: optional(labelSelector(options)),
    namespaceSelector: optional(labelSelector(options)),
    ipBlock: optional(ipBlock(options)),
  });
  return struct((value, at, faults, context) => {
    parts(value, at, faults, context);
    const selects = isSet(value, "podSelector") || isSet(value, "namespaceSelector");
    const blocks = isSet(value, "ipBlock");
    if (!selects && !blocks) faults.push(requiredField(at, "must specify a peer"));
    else if (selects && blocks) faults.push(forbiddenField(at, "may not specify both ipBlock and another peer"));
  });
}

const policyTypes: Check = (value, at, faults, context) => {
  if (Array.isArray(value) && value.length > DIRECTIONS.length)
    faults.push(invalidField(at, value, "may not specify more than two policyTypes"));
  else each(oneOf(...DIRECTIONS.map(({ policyType }) => policyType)))(value, at, faults, context);
};

function policyRules(options: Forgiven): Check {
  const table: Record<string, Check> = { podSelector: labelSelector(options) };
  for (const { rules, peers } of DIRECTIONS) table[rules] = each(fields({ ports: each(policyPort), [peers]: each(peer(options)) }));
  return fields({ spec: fields({ ...table, policyTypes }) });
}

/** Older versions checked neither the values of expressions nor the form of ranges; what they let in stays changeable. */
function forgivenOf(old: KubeObject): Forgiven {
  const spec = objectIn(old, "spec");
  const peers = DIRECTIONS.flatMap(({ rules, peers }) => objectsIn(spec, rules).flatMap((rule) => objectsIn(rule, peers)));
  const blocks = peers.map((one) => objectIn(one, "ipBlock"));
  return {
    allowInvalidValues: findFaults(labelSelector(), objectIn(spec, "podSelector")).length > 0,
    ranges: blocks.flatMap((block) => [stringIn(block, "cidr"), ...stringsIn(block, "except")]),
  };
}

function warnings(object: KubeObject): string[] {
  const found: string[] = [];
  const spec = objectIn(object, "spec");
  for (const { rules, peers } of DIRECTIONS) {
    objectsIn(spec, rules).forEach((rule, i) =>
      objectsIn(rule, peers).forEach((one, j) => {
        const at = FieldPath.root.child("spec", rules).index(i).child(peers).index(j).child("ipBlock");
        const block = objectIn(one, "ipBlock");
        warnOfCidr(stringIn(block, "cidr"), at.child("cidr"), found);
        stringsIn(block, "except").forEach((except, k) => warnOfCidr(except, at.child("except").index(k), found));
      }),
    );
  }
  return found;
}

function podSelectorCell(object: KubeObject): string {
  try {
    const selector = objectIn(objectIn(object, "spec"), "podSelector") as LabelSelectorObject;
    return formatLabelSelector(labelSelectorFromObject(selector)) || "<none>";
  } catch (error) {
    if (error instanceof SelectorError) return "<error>";
    throw error;
  }
}
