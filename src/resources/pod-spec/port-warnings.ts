import type { FieldPath } from "../../object/field-path.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { quoteText } from "../../object/quote.ts";
import { numberIn, objectsIn, stringIn } from "../../object/read.ts";
import { visitContainers } from "./scope.ts";

/** How many are told, and how many pairs are compared, each port with each: nobody reads more. */
const maxWarnings = 1000;
const maxPairs = 100_000;

/** Ports of a pod that say nothing or say the same twice; its containers share one network. */
export function warnOfPorts(spec: ReadonlyJsonObject, at: FieldPath, warnings: string[]): void {
  const most = warnings.length + maxWarnings;
  const known = new Map<string, { readonly port: ReadonlyJsonObject; readonly place: FieldPath }[]>();
  let pairs = 0;
  visitContainers(spec, at, (container, place) => {
    objectsIn(container, "ports").forEach((port, i) => {
      const portPlace = place.child("ports").index(i);
      if (stringIn(port, "hostIP") !== "" && numberIn(port, "hostPort") === 0) {
        warnings.push(`${portPlace.toString()}: hostIP set without hostPort: ${shownPort(port)}`);
      }
      const key = `${numberIn(port, "containerPort")}/${stringIn(port, "protocol")}`;
      const others = known.get(key) ?? [];
      for (const other of others) {
        if (warnings.length >= most || pairs >= maxPairs) return;
        pairs++;
        const relation = relate(port, other.port);
        if (relation !== undefined) warnings.push(`${portPlace.toString()}: ${relation} port definition with ${other.place.toString()}`);
      }
      others.push({ port, place: portPlace });
      known.set(key, others);
    });
  });
  warnOfNames(spec, at, warnings);
}

/** How two definitions of one container port are to one another. */
function relate(a: ReadonlyJsonObject, b: ReadonlyJsonObject): "duplicate" | "overlapping" | "dangerously ambiguous" | undefined {
  const hostPorts = [numberIn(a, "hostPort"), numberIn(b, "hostPort")];
  const hosts = [stringIn(a, "hostIP"), stringIn(b, "hostIP")];
  if (hostPorts[0] === hostPorts[1] && hosts[0] === hosts[1]) return "duplicate";
  if (hostPorts.includes(0)) return "overlapping";
  return hostPorts[0] === hostPorts[1] && hosts.includes("") ? "dangerously ambiguous" : undefined;
}

/** Ports of one name: who asks for the name gets the first. */
function warnOfNames(spec: ReadonlyJsonObject, at: FieldPath, warnings: string[]): void {
  const known = new Map<string, FieldPath>();
  visitContainers(spec, at, (container, place) => {
    objectsIn(container, "ports").forEach((port, i) => {
      const name = stringIn(port, "name");
      if (name === "") return;
      const own = place.child("ports").index(i);
      const first = known.get(name);
      if (first === undefined) known.set(name, own);
      else {
        const effect = `services and probes that select ports by name will use ${first.toString()}`;
        warnings.push(`${own.toString()}: duplicate port name ${quoteText(name)} with ${first.toString()}, ${effect}`);
      }
    });
  });
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
