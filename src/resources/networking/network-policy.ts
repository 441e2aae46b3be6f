import { forbiddenField, invalidField, requiredField } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { cidrContains, firstOfCidr, parseCidrSloppy } from "../../object/ip.ts";
import { getOwn, isObject, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { formatLabelSelector, labelSelectorFromObject, SelectorError, type LabelSelectorObject } from "../../object/label-selector.ts";
import { portName } from "../../object/names.ts";
import { objects } from "../../object/parts.ts";
import { isSet, listIn, numberIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { warnOfCidr } from "../../validation/address-warnings.ts";
import { legacyCidr } from "../../validation/addresses.ts";
import { findFaults, type Check } from "../../validation/check.ts";
import { hasInvalidValues, labelSelector, type SelectorOptions } from "../../validation/labels.ts";
import { optional } from "../../validation/presence.ts";
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
    validateUpdate: (object, old) => findFaults(policyRules({ allowInvalidValues: hasInvalidSelectorValue(old) }), object),
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

const ipBlock = struct((block, at, faults, context) => {
  const place = at.child("cidr");
  const cidrText = stringIn(block, "cidr");
  const cidr = parseCidrSloppy(cidrText);
  if (cidrText === "") faults.push(requiredField(place));
  else if (cidr === undefined) legacyCidr(cidrText, place, faults, context);
  if (cidr === undefined) return;
  for (const [i, exceptText] of stringsIn(block, "except").entries()) {
    const exceptPlace = at.child("except").index(i);
    const except = parseCidrSloppy(exceptText);
    if (except === undefined) {
      legacyCidr(exceptText, exceptPlace, faults, context);
      return;
    }
    if (!cidrContains(cidr, firstOfCidr(except)) || cidr.prefix >= except.prefix) {
      faults.push(invalidField(exceptPlace, exceptText, "must be a strict subset of `cidr`"));
    }
  }
});

function peer(options: SelectorOptions): Check {
  const parts = fields({
    podSelector: optional(labelSelector(options)),
    namespaceSelector: optional(labelSelector(options)),
    ipBlock: optional(ipBlock),
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

function policyRules(options: SelectorOptions): Check {
  const table: Record<string, Check> = { podSelector: labelSelector(options) };
  for (const { rules, peers } of DIRECTIONS) table[rules] = each(fields({ ports: each(policyPort), [peers]: each(peer(options)) }));
  return fields({ spec: fields({ ...table, policyTypes }) });
}

/** Every selector of a policy. */
function selectorsOf(spec: ReadonlyJsonObject): ReadonlyJsonObject[] {
  const peers = DIRECTIONS.flatMap(({ rules, peers }) => objectsIn(spec, rules).flatMap((rule) => objectsIn(rule, peers)));
  return [objectIn(spec, "podSelector"), ...peers.flatMap((one) => [objectIn(one, "podSelector"), objectIn(one, "namespaceSelector")])];
}

/** Older versions did not check the values of expressions; what they let in stays changeable. */
function hasInvalidSelectorValue(old: KubeObject): boolean {
  return selectorsOf(objectIn(old, "spec")).some(hasInvalidValues);
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
