import type { KubeObject } from "../../object/kube-object.ts";
import { formatLabelSelector, labelSelectorFromLabels, type Labels } from "../../object/label-selector.ts";
import { numberIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { warnOfAddress, warnOfCidr } from "../../validation/address-warnings.ts";
import type { KindBehaviour } from "../definition.ts";
import { labelNames } from "../name-rules.ts";
import { loadBalancerAddresses } from "../service-cells.ts";
import { specAt } from "../spec-and-status.ts";
import { prepareServiceUpdate } from "./service-changes.ts";
import { defaultService } from "./service-defaults.ts";
import { HEADLESS, TOPOLOGY_HINTS, TOPOLOGY_MODE } from "./service-fields.ts";
import { serviceChangeFaults, serviceFaults, serviceStatusFaults } from "./service-validation.ts";

/** What services do beyond the tables; their addresses and ports are allocated by the registry's service network. */
export const service: KindBehaviour = {
  applyDefaults: defaultService,
  strategy: {
    nameRule: labelNames,
    prepareForUpdate: prepareServiceUpdate,
    validate: (object) => serviceFaults(object),
    validateUpdate: serviceChangeFaults,
    warnings: serviceWarnings,
  },
  subresources: { status: { validateUpdate: serviceStatusFaults } },
  cells: {
    "Type": (object) => stringIn(objectIn(object, "spec"), "type"),
    "Cluster-IP": (object) => stringsIn(objectIn(object, "spec"), "clusterIPs")[0] ?? "<none>",
    "External-IP": externalIpCell,
    "Port(s)": portsCell,
    "Selector": (object) =>
      formatLabelSelector(labelSelectorFromLabels(objectIn(objectIn(object, "spec"), "selector") as Labels)) || "<none>",
  },
};

function serviceWarnings(object: KubeObject): string[] {
  const spec = objectIn(object, "spec");
  const found: string[] = [];
  if (Object.hasOwn(object.metadata.annotations ?? {}, TOPOLOGY_HINTS)) {
    found.push(`annotation ${TOPOLOGY_HINTS} is deprecated, please use ${TOPOLOGY_MODE} instead`);
  }
  const externalIps = stringsIn(spec, "externalIPs");
  const type = stringIn(spec, "type");
  const loadBalancerIp = stringIn(spec, "loadBalancerIP");
  stringsIn(spec, "clusterIPs").forEach((ip, i) => {
    if (ip !== HEADLESS) warnOfAddress(ip, specAt.child("clusterIPs").index(i), found);
  });
  const headless = type === "ClusterIP" && stringIn(spec, "clusterIP") === HEADLESS;
  if (headless) {
    if (loadBalancerIp !== "") found.push("spec.loadBalancerIP is ignored for headless services");
    if (externalIps.length > 0) found.push("spec.externalIPs is ignored for headless services");
    if (stringIn(spec, "sessionAffinity") !== "None") found.push("spec.SessionAffinity is ignored for headless services");
  }
  externalIps.forEach((ip, i) => warnOfAddress(ip, specAt.child("externalIPs").index(i), found));
  // Where they are ignored anyway, that is said instead.
  if (externalIps.length > 0 && !headless && type !== "ExternalName")
    found.push("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
  if (loadBalancerIp !== "") warnOfAddress(loadBalancerIp, specAt.child("loadBalancerIP"), found);
  stringsIn(spec, "loadBalancerSourceRanges").forEach((range, i) =>
    warnOfCidr(range, specAt.child("loadBalancerSourceRanges").index(i), found),
  );
  if (type === "ExternalName" && externalIps.length > 0) found.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (type !== "ExternalName" && stringIn(spec, "externalName") !== "")
    found.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (stringIn(spec, "trafficDistribution") === "PreferClose")
    found.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return found;
}

function externalIpCell(object: KubeObject): string {
  const spec = objectIn(object, "spec");
  const external = stringsIn(spec, "externalIPs");
  switch (stringIn(spec, "type")) {
    case "ClusterIP":
    case "NodePort":
      return external.join(",") || "<none>";
    case "LoadBalancer":
      return [...loadBalancerAddresses(objectIn(objectIn(object, "status"), "loadBalancer")), ...external].join(",") || "<pending>";
    case "ExternalName":
      return stringIn(spec, "externalName");
    default:
      return "<unknown>";
  }
}

function portsCell(object: KubeObject): string {
  const shown = objectsIn(objectIn(object, "spec"), "ports").map((port) => {
    const nodePort = numberIn(port, "nodePort");
    return `${numberIn(port, "port")}${nodePort > 0 ? `:${nodePort}` : ""}/${stringIn(port, "protocol")}`;
  });
  return shown.join(",") || "<none>";
}
