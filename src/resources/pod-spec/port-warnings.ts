import type { FieldPath } from "../../object/field-path.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { numberIn, objectsIn, stringIn } from "../../object/read.ts";
import { visitContainers } from "./scope.ts";

/** Ports of a pod that say nothing or say the same twice; its containers share one network. */
export function portWarnings(spec: ReadonlyJsonObject, at: FieldPath): string[] {
  const warnings: string[] = [];
  const known = new Map<string, { readonly port: ReadonlyJsonObject; readonly place: FieldPath }[]>();
  visitContainers(spec, at, (container, place) => {
    const sequential = isInit(spec, container) && stringIn(container, "restartPolicy") !== "Always";
    objectsIn(container, "ports").forEach((port, i) => {
      const portPlace = place.child("ports").index(i);
      if (stringIn(port, "hostIP") !== "" && numberIn(port, "hostPort") === 0) {
        warnings.push(`${portPlace.toString()}: hostIP set without hostPort: ${shownPort(port)}`);
      }
      if (sequential) return;
      const key = `${numberIn(port, "containerPort")}/${stringIn(port, "protocol")}`;
      const others = known.get(key) ?? [];
      for (const other of others) {
        const relation = relate(port, other.port);
        if (relation !== undefined) warnings.push(`${portPlace.toString()}: ${relation} port definition with ${other.place.toString()}`);
      }
      known.set(key, [...others, { port, place: portPlace }]);
    });
  });
  return warnings;
}

function isInit(spec: ReadonlyJsonObject, container: ReadonlyJsonObject): boolean {
  return objectsIn(spec, "initContainers").includes(container);
}

/** How two definitions of one container port are to one another. */
function relate(a: ReadonlyJsonObject, b: ReadonlyJsonObject): "duplicate" | "overlapping" | undefined {
  const hostPorts = [numberIn(a, "hostPort"), numberIn(b, "hostPort")];
  const hosts = [stringIn(a, "hostIP"), stringIn(b, "hostIP")];
  if (hostPorts[0] === 0 && hostPorts[1] === 0) return "duplicate";
  if (hostPorts.includes(0)) return "overlapping";
  if (hostPorts[0] !== hostPorts[1]) return undefined;
  if (hosts[0] === hosts[1]) return "duplicate";
  return hosts.includes("") ? "overlapping" : undefined;
}

/** A port as upstream prints it: its internal struct, members in order. */
function shownPort(port: ReadonlyJsonObject): string {
  const members = [
    `Name:${stringIn(port, "name")}`,
    `HostPort:${numberIn(port, "hostPort")}`,
    `ContainerPort:${numberIn(port, "containerPort")}`,
    `Protocol:${stringIn(port, "protocol")}`,
    `HostIP:${stringIn(port, "hostIP")}`,
  ];
  return `{${members.join(" ")}}`;
}
