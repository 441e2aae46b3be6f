import { invalidField, notSupportedField, requiredField } from "../../object/field-error.ts";
import { parseIpSloppy } from "../../object/ip.ts";
import { getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { dnsLabel, dnsSubdomain, portName, wildcardDnsSubdomain } from "../../object/names.ts";
import { asObject, asString, isSet, listIn, numberIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { writtenMember } from "../../object/written-empty.ts";
import { findFaults, type Check } from "../../validation/check.ts";
import { filled, optional, required } from "../../validation/presence.ts";
import { port, text } from "../../validation/scalars.ts";
import { all, each, fields, struct, when } from "../../validation/structure.ts";
import { typedReference } from "./typed-reference.ts";

/** Faults that older versions let in, so that an object which has them stays changeable. */
interface Forgiven {
  readonly secretNames?: boolean;
  readonly wildcardRules?: boolean;
}

/** What an ingress is forgiven by what it was. */
export function forgivenOf(old: ReadonlyJsonObject): Forgiven {
  const spec = objectIn(old, "spec");
  return {
    secretNames: objectsIn(spec, "tls").some((tls) => findFaults(secretName, tls).length > 0),
    wildcardRules: objectsIn(spec, "rules").some((rule) => isWildcard(rule) && findFaults(ruleValue, rule).length > 0),
  };
}

/** The rules of an ingress. */
export function ingressRules(forgiven: Forgiven): Check {
  return fields({
    spec: all(
      struct((spec, at, faults) => {
        if (listIn(spec, "rules").length > 0 || isSet(spec, "defaultBackend")) return;
        faults.push(invalidField(at, writtenMember(spec, "rules") ?? null, "either `defaultBackend` or `rules` must be specified"));
      }),
      fields({
        defaultBackend: optional(backend),
        rules: each(
          all(
            fields({ host }),
            when((rule) => forgiven.wildcardRules !== true || !isWildcard(rule), ruleValue),
          ),
        ),
        tls: each(all(fields({ hosts: each(tlsHost) }), ...(forgiven.secretNames === true ? [] : [secretName]))),
        ingressClassName: optional(text(dnsSubdomain)),
      }),
    ),
  });
}

function isWildcard(rule: ReadonlyJson | undefined): boolean {
  return stringIn(asObject(rule), "host").includes("*");
}

const tlsHost: Check = (value, at, faults, context) => {
  text(asString(value).includes("*") ? wildcardDnsSubdomain : dnsSubdomain)(value, at, faults, context);
};

const host: Check = filled((value, at, faults, context) => {
  const name = asString(value);
  if (parseIpSloppy(name) !== undefined) faults.push(invalidField(at, name, "must be a DNS name, not an IP address"));
  tlsHost(value, at, faults, context);
});

const secretName = fields({ secretName: filled(text(dnsSubdomain)) });

const serviceBackend = fields({ name: required(text(dnsLabel)) });

/** Where a path leads: to a port of a service, or to an object of any kind. */
const backend = struct((value, at, faults, context) => {
  const hasResource = isSet(value, "resource");
  if (hasResource && isSet(value, "service")) {
    faults.push(invalidField(at, "", "cannot set both resource and service backends"));
  } else if (hasResource) {
    typedReference(getOwn(value, "resource"), at.child("resource"), faults, context);
  } else if (isSet(value, "service")) {
    const service = objectIn(value, "service");
    serviceBackend(service, at.child("service"), faults, context);
    const target = objectIn(service, "port");
    const hasName = stringIn(target, "name") !== "";
    const hasNumber = numberIn(target, "number") !== 0;
    const place = at.child("service", "port");
    if (hasName && hasNumber) faults.push(invalidField(at, "", "cannot set both port name & port number"));
    else if (hasName) text(portName)(getOwn(target, "name"), place.child("name"), faults, context);
    else if (hasNumber) port(getOwn(target, "number"), place.child("number"), faults, context);
    else faults.push(requiredField(at, "port name or number is required"));
  } else {
    faults.push(invalidField(at, "", "resource or service backend is required"));
  }
});

const ABSOLUTE = "must be an absolute path";
/** What would mean something else to some proxies than to others. */
const AMBIGUOUS_PARTS = ["//", "/./", "/../", "%2f", "%2F"];
const AMBIGUOUS_ENDS = ["/..", "/."];

const exactPath: Check = (value, at, faults) => {
  const path = asString(value);
  if (!path.startsWith("/")) faults.push(invalidField(at, path, ABSOLUTE));
  for (const part of AMBIGUOUS_PARTS) if (path.includes(part)) faults.push(invalidField(at, path, `must not contain '${part}'`));
  for (const end of AMBIGUOUS_ENDS) if (path.endsWith(end)) faults.push(invalidField(at, path, `cannot end with '${end}'`));
};

/** What a path may be, by its type. */
const PATH_TYPES: ReadonlyMap<string, Check> = new Map([
  ["Exact", exactPath],
  [
    "ImplementationSpecific",
    filled((value, at, faults) => {
      const path = asString(value);
      if (!path.startsWith("/")) faults.push(invalidField(at, path, ABSOLUTE));
    }),
  ],
  ["Prefix", exactPath],
]);

const httpPath = struct((value, at, faults, context) => {
  if (!isSet(value, "pathType")) {
    faults.push(requiredField(at.child("pathType"), "pathType must be specified"));
    return;
  }
  const type = stringIn(value, "pathType");
  const rule = PATH_TYPES.get(type);
  if (rule === undefined) faults.push(notSupportedField(at.child("pathType"), type, [...PATH_TYPES.keys()]));
  else rule(getOwn(value, "path"), at.child("path"), faults, context);
  backend(getOwn(value, "backend"), at.child("backend"), faults, context);
});

const ruleValue = fields({ http: optional(fields({ paths: required(each(httpPath)) })) });
