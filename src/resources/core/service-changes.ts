import { copyJson, isObject, structIn, type JsonObject, type JsonValue, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objects } from "../../object/parts.ts";
import { isSet, listIn, numberIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import {
  isExternallyAccessible,
  isLoadBalancer,
  isRouted,
  needsClusterIp,
  needsHealthCheckPort,
  needsNodePort,
  sameMember,
} from "./service-fields.ts";

/** Older clients know only clusterIP: a new service's list of them starts with it. */
export function normalizeNewService(service: KubeObject): void {
  const spec = structIn(service, "spec");
  const ip = stringIn(spec, "clusterIP");
  if (ip !== "" && listIn(spec, "clusterIPs").length === 0) spec["clusterIPs"] = [ip];
}

/** An update may leave out what was allocated: it is kept. Comes before anything is allocated. */
export function completeServiceUpdate(service: KubeObject, oldService: KubeObject): void {
  const spec = structIn(service, "spec");
  const old = objectIn(oldService, "spec");
  keepAllocated(spec, old);
  normalizeClusterIps(spec, old);
}

/**
 * What a service's new type no longer needs goes by itself, unless the client changed it too: then validation has its
 * say.
 */
export function prepareServiceUpdate(service: KubeObject, oldService: KubeObject): void {
  const spec = structIn(service, "spec");
  dropUnneeded(spec, objectIn(oldService, "spec"));
  const status = service["status"];
  if (!isLoadBalancer(spec) && isObject(status)) status["loadBalancer"] = {};
}

function keepAllocated(spec: JsonObject, old: ReadonlyJsonObject): void {
  if (needsClusterIp(old) && needsClusterIp(spec)) {
    if (stringIn(spec, "clusterIP") === "") keep(spec, old, "clusterIP");
    if (listIn(spec, "clusterIPs").length === 0 && sameMember(spec, old, "clusterIP")) keep(spec, old, "clusterIPs");
  }
  if (needsNodePort(old) && needsNodePort(spec)) keepNodePorts(spec, old);
  if (needsHealthCheckPort(old) && needsHealthCheckPort(spec) && numberIn(spec, "healthCheckNodePort") === 0) {
    keep(spec, old, "healthCheckNodePort");
  }
}

/** A port without a number gets the one that the port of its name had, unless another port took it. */
function keepNodePorts(spec: JsonObject, old: ReadonlyJsonObject): void {
  const ports = objects(spec["ports"]);
  const before = objectsIn(old, "ports");
  const held = new Set(before.map((port) => numberIn(port, "nodePort")));
  const used = new Set(ports.map((port) => numberIn(port, "nodePort")).filter((number) => held.has(number)));
  const byName = new Map(before.map((port) => [stringIn(port, "name"), numberIn(port, "nodePort")]));
  for (const port of ports) {
    if (numberIn(port, "nodePort") !== 0) continue;
    const number = byName.get(stringIn(port, "name")) ?? 0;
    if (number === 0 || used.has(number)) continue;
    port["nodePort"] = number;
    used.add(number);
  }
}

/** A client that changes or clears clusterIP and leaves clusterIPs alone means both. */
function normalizeClusterIps(spec: JsonObject, old: ReadonlyJsonObject): void {
  if (listIn(spec, "clusterIPs").length === 0 && sameMember(spec, old, "clusterIP")) keep(spec, old, "clusterIPs");
  if (sameMember(spec, old, "clusterIP") || !sameMember(spec, old, "clusterIPs")) return;
  const ip = stringIn(spec, "clusterIP");
  if (ip !== "") spec["clusterIPs"] = [ip];
  else delete spec["clusterIPs"];
}

/** Members that depend on the type: whether a spec needs them. */
const TYPE_DEPENDENT: readonly { readonly members: readonly string[]; readonly needed: (spec: ReadonlyJsonObject) => boolean }[] = [
  { members: ["ipFamilies", "ipFamilyPolicy"], needed: needsClusterIp },
  { members: ["healthCheckNodePort"], needed: needsHealthCheckPort },
  { members: ["allocateLoadBalancerNodePorts", "loadBalancerClass"], needed: isLoadBalancer },
  { members: ["externalTrafficPolicy"], needed: isExternallyAccessible },
  { members: ["internalTrafficPolicy"], needed: isRouted },
];

function dropUnneeded(spec: JsonObject, old: ReadonlyJsonObject): void {
  if (needsClusterIp(old) && !needsClusterIp(spec) && sameMember(spec, old, "clusterIPs")) {
    delete spec["clusterIP"];
    delete spec["clusterIPs"];
  }
  if (needsNodePort(old) && !needsNodePort(spec) && !addsNodePort(spec, old)) {
    for (const port of objects(spec["ports"])) delete port["nodePort"];
  }
  for (const { members, needed } of TYPE_DEPENDENT) {
    if (!needed(old) || needed(spec)) continue;
    for (const member of members) if (isSet(spec, member) && sameMember(spec, old, member)) delete spec[member];
  }
}

/** Ports may come and go along with the type, as long as no node port is asked for that was not there. */
function addsNodePort(spec: ReadonlyJsonObject, old: ReadonlyJsonObject): boolean {
  const before = new Set([0, ...objectsIn(old, "ports").map((port) => numberIn(port, "nodePort"))]);
  return objectsIn(spec, "ports").some((port) => !before.has(numberIn(port, "nodePort")));
}

function keep(spec: JsonObject, old: ReadonlyJsonObject, member: string): void {
  const value = old[member];
  if (value === undefined || (Array.isArray(value) && stringsIn(old, member).length === 0)) return;
  spec[member] = copyJson(value) as JsonValue;
}
