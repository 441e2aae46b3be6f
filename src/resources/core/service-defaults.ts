import { structIn, type JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objects, structAt } from "../../object/parts.ts";
import { isSet } from "../../object/read.ts";
import { isExternallyAccessible, isLoadBalancer, isRouted } from "./service-fields.ts";

/** How long a client stays with its endpoint, in seconds: three hours. */
const AFFINITY_SECONDS = 10_800;

/** Fills in what a service's type and affinity imply. */
export function defaultService(service: KubeObject): void {
  const spec = structIn(service, "spec");
  spec["sessionAffinity"] ||= "None";
  defaultAffinity(spec);
  spec["type"] ||= "ClusterIP";
  for (const port of objects(spec["ports"])) {
    port["protocol"] ||= "TCP";
    if (!port["targetPort"]) port["targetPort"] = port["port"] ?? 0;
  }
  if (isExternallyAccessible(spec)) spec["externalTrafficPolicy"] ||= "Cluster";
  if (!isSet(spec, "internalTrafficPolicy") && isRouted(spec)) spec["internalTrafficPolicy"] = "Cluster";
  if (!isLoadBalancer(spec)) return;
  if (!isSet(spec, "allocateLoadBalancerNodePorts")) spec["allocateLoadBalancerNodePorts"] = true;
  for (const point of objects(structAt(service, "status", "loadBalancer")?.["ingress"])) if (point["ip"]) point["ipMode"] ??= "VIP";
}

function defaultAffinity(spec: JsonObject): void {
  if (spec["sessionAffinity"] === "None") delete spec["sessionAffinityConfig"];
  if (spec["sessionAffinity"] !== "ClientIP") return;
  const client = structAt(spec, "sessionAffinityConfig", "clientIP");
  if (client === undefined || !isSet(client, "timeoutSeconds"))
    spec["sessionAffinityConfig"] = { clientIP: { timeoutSeconds: AFFINITY_SECONDS } };
}
