import {
  duplicateField,
  forbiddenField,
  invalidField,
  notSupportedField,
  requiredField,
  type FieldError,
} from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsLabel, dnsSubdomain, qualifiedNameRules } from "../../object/names.ts";
import { isSet, numberIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { legacyCidr, legacyIp, portOrName, unlessBefore } from "../../validation/addresses.ts";
import { labels } from "../../validation/labels.ts";
import { optional, required } from "../../validation/presence.ts";
import { oneOf, port, text } from "../../validation/scalars.ts";
import { checkNotSpecial } from "../../validation/special-addresses.ts";
import { fields } from "../../validation/structure.ts";
import { loadBalancerPoints, pointHostname, pointIp } from "../load-balancer-points.ts";
import { protocol } from "../pod-spec/ports.ts";
import { specAt } from "../spec-and-status.ts";
import { addressChangeFaults, clusterIpFaults } from "./service-addresses.ts";
import {
  HEADLESS,
  isExternallyAccessible,
  isHeadless,
  isLoadBalancer,
  isRouted,
  needsHealthCheckPort,
  sameMember,
  TOPOLOGY_HINTS,
  TOPOLOGY_MODE,
} from "./service-fields.ts";

const PORTS_AT = specAt.child("ports");
const SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges";
const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'";

/** All faults of a service; `old`: what it was, whose addresses and ranges are taken as they are. */
export function serviceFaults(service: KubeObject, old?: KubeObject): FieldError[] {
  const spec = objectIn(service, "spec");
  const before = old === undefined ? undefined : objectIn(old, "spec");
  const faults: FieldError[] = [];
  topologyFaults(service, faults);
  typeFaults(spec, faults);
  portFaults(spec, faults);
  labels(getOwn(spec, "selector"), specAt.child("selector"), faults, undefined);
  affinityFaults(spec, faults);
  faults.push(...clusterIpFaults(spec, before));
  externalIpFaults(spec, before, faults);
  SERVICE_TYPE(getOwn(spec, "type"), specAt.child("type"), faults, undefined);
  nodePortFaults(spec, faults);
  duplicatePortFaults(spec, faults);
  sourceRangeFaults(service, old, faults);
  allocationFaults(spec, faults);
  loadBalancerClassFaults(spec, faults);
  externalTrafficFaults(spec, faults);
  if (isSet(spec, "internalTrafficPolicy"))
    TRAFFIC_POLICY(getOwn(spec, "internalTrafficPolicy"), specAt.child("internalTrafficPolicy"), faults, undefined);
  else if (isRouted(spec)) faults.push(requiredField(specAt.child("internalTrafficPolicy")));
  TRAFFIC_DISTRIBUTION(getOwn(spec, "trafficDistribution"), specAt.child("trafficDistribution"), faults, undefined);
  return faults;
}

/** And those of a change. */
export function serviceChangeFaults(service: KubeObject, old: KubeObject): FieldError[] {
  const spec = objectIn(service, "spec");
  const before = objectIn(old, "spec");
  const faults = addressChangeFaults(spec, before);
  if (isLoadBalancer(spec) && isLoadBalancer(before) && !equalClass(spec, before)) {
    faults.push(invalidField(specAt.child("loadBalancerClass"), getOwn(spec, "loadBalancerClass") ?? null, "may not change once set"));
  }
  // The original asks twice, here and among all rules; messages repeat, and so do the causes.
  loadBalancerClassFaults(spec, faults);
  if (needsHealthCheckPort(spec) && needsHealthCheckPort(before) && !sameMember(spec, before, "healthCheckNodePort")) {
    faults.push(forbiddenField(specAt.child("healthCheckNodePort"), "field is immutable"));
  }
  return [...faults, ...serviceFaults(service, old)];
}

/** Of status.loadBalancer, which only services of that type have. */
export function serviceStatusFaults(service: KubeObject, old: KubeObject): FieldError[] {
  const at = FieldPath.root.child("status", "loadBalancer", "ingress");
  const points = loadBalancerPoints(service);
  if (points.length > 0 && !isLoadBalancer(objectIn(service, "spec")))
    return [forbiddenField(at, "may only be used when `spec.type` is 'LoadBalancer'")];
  const ipRule = pointIp(old);
  const faults: FieldError[] = [];
  points.forEach((point, i) => {
    const place = at.index(i);
    const ip = stringIn(point, "ip");
    const mode = place.child("ipMode");
    ipRule(ip, place.child("ip"), faults, undefined);
    if (ip !== "" && !isSet(point, "ipMode")) faults.push(requiredField(mode, "must be specified when `ip` is set"));
    else if (ip === "" && isSet(point, "ipMode")) faults.push(forbiddenField(mode, "may not be specified when `ip` is not set"));
    else if (isSet(point, "ipMode")) oneOf("Proxy", "VIP")(getOwn(point, "ipMode"), mode, faults, undefined);
    pointHostname(getOwn(point, "hostname"), place.child("hostname"), faults, undefined);
  });
  return faults;
}

const SERVICE_TYPE = required(oneOf("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"));
const TRAFFIC_POLICY = oneOf("Cluster", "Local");
const TRAFFIC_DISTRIBUTION = optional(oneOf("PreferClose", "PreferSameZone", "PreferSameNode"));
const AFFINITY = required(oneOf("ClientIP", "None"));

function topologyFaults({ metadata: { annotations = {} } }: KubeObject, faults: FieldError[]): void {
  const [mode, hints] = [annotations[TOPOLOGY_MODE], annotations[TOPOLOGY_HINTS]];
  if (mode === undefined || hints === undefined || mode === hints) return;
  const at = FieldPath.root.child("metadata", "annotations").key(TOPOLOGY_MODE);
  faults.push(invalidField(at, mode, `must match annotations[${TOPOLOGY_HINTS}] when both are specified`));
}

/** What each type asks for or excludes. */
function typeFaults(spec: ReadonlyJsonObject, faults: FieldError[]): void {
  const type = stringIn(spec, "type");
  if (objectsIn(spec, "ports").length === 0 && !isHeadless(spec) && type !== "ExternalName") faults.push(requiredField(PORTS_AT));
  if (type === "LoadBalancer" || type === "NodePort") {
    if (isHeadless(spec))
      faults.push(invalidField(specAt.child("clusterIPs").index(0), HEADLESS, `may not be set to '${HEADLESS}' for ${type} services`));
  } else if (type === "ExternalName") {
    const detail = "may not be set for ExternalName services";
    if (stringsIn(spec, "clusterIPs").length > 0) faults.push(forbiddenField(specAt.child("clusterIPs"), detail));
    if (stringsIn(spec, "ipFamilies").length > 0) faults.push(forbiddenField(specAt.child("ipFamilies"), detail));
    if (isSet(spec, "ipFamilyPolicy")) faults.push(forbiddenField(specAt.child("ipFamilyPolicy"), detail));
    // A dot at the end says that the name is whole.
    required(text(dnsSubdomain))(stringIn(spec, "externalName").replace(/\.$/, ""), specAt.child("externalName"), faults, undefined);
  }
}

const portRules = fields({
  port,
  protocol: required(protocol),
  targetPort: portOrName,
  appProtocol: optional(text(qualifiedNameRules)),
});

function portFaults(spec: ReadonlyJsonObject, faults: FieldError[]): void {
  const ports = objectsIn(spec, "ports");
  const names = new Set<string>();
  ports.forEach((one, i) => {
    const at = PORTS_AT.index(i);
    const name = stringIn(one, "name");
    if (name !== "") {
      text(dnsLabel)(name, at.child("name"), faults, undefined);
      if (names.has(name)) faults.push(duplicateField(at.child("name"), name));
      names.add(name);
    } else if (ports.length > 1) {
      faults.push(requiredField(at.child("name")));
    }
    portRules(one, at, faults, undefined);
  });
}

function affinityFaults(spec: ReadonlyJsonObject, faults: FieldError[]): void {
  const affinity = stringIn(spec, "sessionAffinity");
  AFFINITY(affinity, specAt.child("sessionAffinity"), faults, undefined);
  const at = specAt.child("sessionAffinityConfig");
  if (affinity === "None" && isSet(spec, "sessionAffinityConfig"))
    faults.push(forbiddenField(at, "must not be set when session affinity is None"));
  if (affinity !== "ClientIP") return;
  const missing = "when session affinity type is ClientIP";
  const config = objectIn(spec, "sessionAffinityConfig");
  const client = objectIn(config, "clientIP");
  if (!isSet(spec, "sessionAffinityConfig")) faults.push(requiredField(at, missing));
  else if (!isSet(config, "clientIP")) faults.push(requiredField(at.child("clientIP"), missing));
  else if (!isSet(client, "timeoutSeconds")) faults.push(requiredField(at.child("clientIP", "timeoutSeconds"), missing));
  else {
    const seconds = numberIn(client, "timeoutSeconds");
    if (seconds <= 0 || seconds > 86_400)
      faults.push(invalidField(at.child("clientIP", "timeoutSeconds"), seconds, "must be greater than 0 and less than 86400"));
  }
}

function externalIpFaults(spec: ReadonlyJsonObject, before: ReadonlyJsonObject | undefined, faults: FieldError[]): void {
  const ipRule = unlessBefore(before === undefined ? [] : stringsIn(before, "externalIPs"), legacyIp);
  stringsIn(spec, "externalIPs").forEach((ip, i) => {
    const at = specAt.child("externalIPs").index(i);
    const known = faults.length;
    ipRule(ip, at, faults, undefined);
    // Where an address in a wrong form leads is not asked.
    if (faults.length === known) checkNotSpecial(ip, at, faults);
  });
}

function nodePortFaults(spec: ReadonlyJsonObject, faults: FieldError[]): void {
  const ports = objectsIn(spec, "ports");
  if (stringIn(spec, "type") === "ClusterIP") {
    ports.forEach((one, i) => {
      if (numberIn(one, "nodePort") !== 0)
        faults.push(forbiddenField(PORTS_AT.index(i).child("nodePort"), "may not be used when `type` is 'ClusterIP'"));
    });
  }
  const seen = new Set<string>();
  ports.forEach((one, i) => {
    const number = numberIn(one, "nodePort");
    if (number === 0) return;
    const key = `${stringIn(one, "protocol")}/${number}`;
    if (seen.has(key)) faults.push(duplicateField(PORTS_AT.index(i).child("nodePort"), number));
    seen.add(key);
  });
}

function duplicatePortFaults(spec: ReadonlyJsonObject, faults: FieldError[]): void {
  const seen = new Set<string>();
  objectsIn(spec, "ports").forEach((one, i) => {
    const Protocol = stringIn(one, "protocol");
    const Port = numberIn(one, "port");
    const key = `${Protocol}/${Port}`;
    // The original shows the key that it compares, a port without anything else.
    if (seen.has(key))
      faults.push(duplicateField(PORTS_AT.index(i), { Name: "", Protocol, AppProtocol: null, Port, TargetPort: 0, NodePort: 0 }));
    seen.add(key);
  });
}

/** Where a load balancer may be asked from: the field or, where it is empty, the annotation that was before it. */
function sourceRangeFaults(service: KubeObject, old: KubeObject | undefined, faults: FieldError[]): void {
  const spec = objectIn(service, "spec");
  const ranges = stringsIn(spec, "loadBalancerSourceRanges");
  const annotation = service.metadata.annotations?.[SOURCE_RANGES];
  if (ranges.length > 0) {
    const at = specAt.child("LoadBalancerSourceRanges");
    const existing = old === undefined ? [] : stringsIn(objectIn(old, "spec"), "loadBalancerSourceRanges").map((range) => range.trim());
    if (!isLoadBalancer(spec)) faults.push(forbiddenField(at, ONLY_LOAD_BALANCER));
    const rangeRule = unlessBefore(existing, legacyCidr);
    ranges.forEach((range, i) => rangeRule(range.trim(), at.index(i), faults, undefined));
  } else if (annotation !== undefined) {
    const at = FieldPath.root.child("metadata", "annotations").key(SOURCE_RANGES);
    if (!isLoadBalancer(spec)) faults.push(forbiddenField(at, ONLY_LOAD_BALANCER));
    const text = annotation.trim();
    if (text === "" || old?.metadata.annotations?.[SOURCE_RANGES] === annotation) return;
    for (const range of text.split(",")) legacyCidr(range.trim(), at, faults, undefined);
  }
}

function allocationFaults(spec: ReadonlyJsonObject, faults: FieldError[]): void {
  const at = specAt.child("allocateLoadBalancerNodePorts");
  const given = isSet(spec, "allocateLoadBalancerNodePorts");
  if (given && !isLoadBalancer(spec)) faults.push(forbiddenField(at, ONLY_LOAD_BALANCER));
  if (!given && isLoadBalancer(spec)) faults.push(requiredField(at));
}

function loadBalancerClassFaults(spec: ReadonlyJsonObject, faults: FieldError[]): void {
  if (!isSet(spec, "loadBalancerClass")) return;
  const at = specAt.child("loadBalancerClass");
  if (isLoadBalancer(spec)) text(qualifiedNameRules)(getOwn(spec, "loadBalancerClass"), at, faults, undefined);
  else faults.push(forbiddenField(at, ONLY_LOAD_BALANCER));
}

function equalClass(spec: ReadonlyJsonObject, before: ReadonlyJsonObject): boolean {
  return (
    isSet(spec, "loadBalancerClass") === isSet(before, "loadBalancerClass") &&
    stringIn(spec, "loadBalancerClass") === stringIn(before, "loadBalancerClass")
  );
}

function externalTrafficFaults(spec: ReadonlyJsonObject, faults: FieldError[]): void {
  const at = specAt.child("externalTrafficPolicy");
  const policy = stringIn(spec, "externalTrafficPolicy");
  if (isExternallyAccessible(spec)) {
    if (policy === "") faults.push(requiredField(at));
    else if (policy !== "Cluster" && policy !== "Local") faults.push(notSupportedField(at, policy, ["Cluster", "Local"]));
  } else if (policy !== "") {
    faults.push(invalidField(at, policy, "may only be set for externally-accessible services"));
  }
  const healthAt = specAt.child("healthCheckNodePort");
  const number = numberIn(spec, "healthCheckNodePort");
  if (needsHealthCheckPort(spec)) required(port)(number, healthAt, faults, undefined);
  else if (number !== 0)
    faults.push(invalidField(healthAt, number, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"));
}
