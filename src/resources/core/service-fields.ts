import { equalJson, getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { numberIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";

// What a service's spec says of itself: the questions that its defaults, rules and allocation ask alike.

/** The cluster IP of a service that wants none. */
export const HEADLESS = "None";

/** The annotation that says how traffic stays near, under its older and its present name. */
export const TOPOLOGY_HINTS = "service.kubernetes.io/topology-aware-hints";
export const TOPOLOGY_MODE = "service.kubernetes.io/topology-mode";

/** Whether a service has cluster IPs ("None" included); one of an unknown type is asked for them until it is refused. */
export function needsClusterIp(spec: ReadonlyJsonObject): boolean {
  return stringIn(spec, "type") !== "ExternalName";
}

/** Whether traffic inside the cluster is routed to endpoints. */
export function isRouted(spec: ReadonlyJsonObject): boolean {
  return stringIn(spec, "type") === "ClusterIP" || needsNodePort(spec);
}

/** Whether a type has node ports. */
export function needsNodePort(spec: ReadonlyJsonObject): boolean {
  const type = stringIn(spec, "type");
  return type === "NodePort" || type === "LoadBalancer";
}

/** Whether load balancers must ask nodes if they have endpoints. */
export function needsHealthCheckPort(spec: ReadonlyJsonObject): boolean {
  return isLoadBalancer(spec) && stringIn(spec, "externalTrafficPolicy") === "Local";
}

/** Whether a load balancer outside the cluster leads to it. */
export function isLoadBalancer(spec: ReadonlyJsonObject): boolean {
  return stringIn(spec, "type") === "LoadBalancer";
}

/** Whether traffic from outside the cluster can reach it. */
export function isExternallyAccessible(spec: ReadonlyJsonObject): boolean {
  return needsNodePort(spec) || (stringIn(spec, "type") === "ClusterIP" && stringsIn(spec, "externalIPs").length > 0);
}

/** Whether it wants no address of its own. */
export function isHeadless(spec: ReadonlyJsonObject): boolean {
  const ips = stringsIn(spec, "clusterIPs");
  return ips.length === 1 && ips[0] === HEADLESS;
}

/** Every node port that a service holds, that of health checks included. */
export function nodePortsOf(spec: ReadonlyJsonObject): number[] {
  const ports = objectsIn(spec, "ports").map((port) => numberIn(port, "nodePort"));
  return [...ports, numberIn(spec, "healthCheckNodePort")].filter((port) => port !== 0);
}

/** Whether a member is the same in both; a list without items is as good as none. */
export function sameMember(a: ReadonlyJsonObject, b: ReadonlyJsonObject, name: string): boolean {
  return equalJson(significant(a, name), significant(b, name));
}

function significant(spec: ReadonlyJsonObject, name: string): ReadonlyJson | undefined {
  const value = getOwn(spec, name);
  return value === null || value === "" || (Array.isArray(value) && value.length === 0) ? undefined : value;
}
