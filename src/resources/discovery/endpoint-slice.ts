import { duplicateField, invalidField, tooManyField } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { parseIpSloppy } from "../../object/ip.ts";
import { equalJson, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsLabel, dnsSubdomain, fullyQualifiedDomainName, labelValue, qualifiedNameRules } from "../../object/names.ts";
import { objects } from "../../object/parts.ts";
import { asList, asObject, asString, isSet, numberIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { warnOfAddress } from "../../validation/address-warnings.ts";
import { legacyIp, unlessBefore } from "../../validation/addresses.ts";
import { changes, immutable } from "../../validation/changes.ts";
import { findChangeFaults, findFaults, type Check } from "../../validation/check.ts";
import { labels } from "../../validation/labels.ts";
import { optional, present, required } from "../../validation/presence.ts";
import { oneOf, text } from "../../validation/scalars.ts";
import { checkNotSpecial } from "../../validation/special-addresses.ts";
import { all, each, fields, struct } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { protocol } from "../pod-spec/ports.ts";
import { shortList } from "../service-cells.ts";

/** What EndpointSlices do beyond the tables. */
export const endpointSlice: KindBehaviour = {
  applyDefaults,
  strategy: {
    prepareForCreate: (object) => dropTopology(object),
    prepareForUpdate(object, old) {
      if (!equalJson(object["endpoints"], old["endpoints"])) dropTopology(object);
    },
    validate: (object) => findFaults(sliceRules([]), object),
    validateUpdate: (object, old) => [...findFaults(sliceRules(addressesOf(old)), object), ...findChangeFaults(sliceChanges, object, old)],
    warnings,
  },
  cells: {
    AddressType: (object) => stringIn(object, "addressType"),
    Ports: (object) => shortList(objectsIn(object, "ports").map(portText)) || "<unset>",
    Endpoints: (object) => shortList(objectsIn(object, "endpoints").flatMap((endpoint) => stringsIn(endpoint, "addresses"))) || "<unset>",
  },
};

/** The number of a port; one of all numbers shows its name. */
function portText(port: ReadonlyJsonObject): string {
  if (isSet(port, "port")) return String(numberIn(port, "port"));
  return isSet(port, "name") ? stringIn(port, "name") : "*";
}

function applyDefaults(object: KubeObject): void {
  for (const port of objects(object["ports"])) {
    port["name"] ??= "";
    port["protocol"] ??= "TCP";
  }
}

/** deprecatedTopology is of the beta API: v1 reads what is there and writes none. */
function dropTopology(object: KubeObject): void {
  for (const endpoint of objects(object["endpoints"])) delete endpoint["deprecatedTopology"];
}

/** At most so many items; the items of a longer list are not looked at. */
function upTo(max: number, items: Check): Check {
  return (value, at, faults, context) => {
    const { length } = asList(value);
    if (length > max) faults.push(tooManyField(at, length, max));
    else items(value, at, faults, context);
  };
}

const addressesOf = (slice: KubeObject): string[] => objectsIn(slice, "endpoints").flatMap((one) => stringsIn(one, "addresses"));

function addressOf(family: 4 | 6, before: readonly string[]): Check {
  const ip = unlessBefore(before, legacyIp);
  return (value, at, faults, context) => {
    const address = asString(value);
    ip(address, at, faults, context);
    const parsed = parseIpSloppy(address);
    if (parsed === undefined) return;
    if (parsed.family !== family) faults.push(invalidField(at, address, `must be an IPv${family} address`));
    checkNotSpecial(address, at, faults);
  };
}

const FQDN = "FQDN";

/** What endpoints are reached by, with the rule of such an address; `before` are the addresses that the slice had. */
const ADDRESS_TYPES: ReadonlyMap<string, (before: readonly string[]) => Check> = new Map([
  [FQDN, () => text(fullyQualifiedDomainName)],
  ["IPv4", (before: readonly string[]) => addressOf(4, before)],
  ["IPv6", (before: readonly string[]) => addressOf(6, before)],
]);

/** Names of zones or nodes, each once, at most eight. */
function hints(rule: (name: string) => readonly string[]): Check {
  return upTo(8, (value, at, faults, context) => {
    const seen = new Set<string>();
    asList(value)
      .map(asObject)
      .forEach((hint, i) => {
        const name = stringIn(hint, "name");
        const place = at.index(i).child("name");
        if (seen.has(name)) faults.push(duplicateField(place, name));
        seen.add(name);
        text(rule)(name, place, faults, context);
      });
  });
}

const endpointRules = fields({
  nodeName: optional(text(dnsSubdomain)),
  deprecatedTopology: labels,
  hostname: optional(text(dnsLabel)),
  hints: optional(fields({ forZones: hints(labelValue), forNodes: hints(dnsSubdomain) })),
});

function endpoint(addressType: string, before: readonly string[]): Check {
  const address = ADDRESS_TYPES.get(addressType)?.(before);
  const addresses: Check = (value, at, faults, context) => {
    const { length } = asList(value);
    if (length > 100) faults.push(tooManyField(at, length, 100));
    if (address !== undefined) each(address)(value, at, faults, context);
  };
  return all(fields({ addresses: required(addresses, "must contain at least 1 address") }), endpointRules);
}

const ports: Check = (value, at, faults, context) => {
  const seen = new Set<string>();
  asList(value)
    .map(asObject)
    .forEach((port, i) => {
      const place = at.index(i);
      const name = stringIn(port, "name");
      if (name !== "") text(dnsLabel)(name, place.child("name"), faults, context);
      if (seen.has(name)) faults.push(duplicateField(place.child("name"), name));
      seen.add(name);
      portRest(port, place, faults, context);
    });
};

const portRest = fields({ protocol: present(protocol), appProtocol: optional(text(qualifiedNameRules)) });

function sliceRules(before: readonly string[]): Check {
  return struct((slice, at, faults, context) => {
    const type = stringIn(slice, "addressType");
    fields({
      addressType: required(oneOf(...ADDRESS_TYPES.keys())),
      ports: upTo(20_000, ports),
      endpoints: upTo(1000, each(endpoint(type, before))),
    })(slice, at, faults, context);
  });
}

const sliceChanges = changes({ addressType: immutable("field is immutable", asString) });

/** Who makes slices of what others wrote, and writes addresses in their canonical form. */
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const CAREFUL_WRITERS: ReadonlySet<string | undefined> = new Set([
  "endpointslice-controller.k8s.io",
  "endpointslicemirroring-controller.k8s.io",
]);

function warnings(object: KubeObject, old: KubeObject | undefined): string[] {
  const found: string[] = [];
  if (old === undefined && stringIn(object, "addressType") === FQDN) found.push("spec.addressType: FQDN endpoints are deprecated");
  if (CAREFUL_WRITERS.has(object.metadata.labels?.[MANAGED_BY])) return found;
  objectsIn(object, "endpoints").forEach((one, i) =>
    stringsIn(one, "addresses").forEach((address, j) =>
      warnOfAddress(address, FieldPath.root.child("endpoints").index(i).child("addresses").index(j), found),
    ),
  );
  return found;
}
