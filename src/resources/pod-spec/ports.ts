import { duplicateField, invalidField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { portName } from "../../object/names.ts";
import { numberIn, objectsIn, stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { filled, required } from "../../validation/presence.ts";
import { oneOf, port } from "../../validation/scalars.ts";
import { each, fields, within } from "../../validation/structure.ts";

/** Transport protocols of ports. */
export const protocol: Check = oneOf("SCTP", "TCP", "UDP");

const portRules: Check<Set<string>> = fields<Set<string>>({
  name: filled((value, at, faults, taken) => {
    const name = typeof value === "string" ? value : "";
    const messages = portName(name);
    for (const message of messages) faults.push(invalidField(at, name, message));
    if (messages.length > 0) return;
    if (taken.has(name)) faults.push(duplicateField(at, name));
    taken.add(name);
  }),
  containerPort: required(port),
  hostPort: filled(port),
  protocol: required(protocol),
});

/** The rules of a container's ports; names are unique in the container. */
export const containerPorts: Check = within(() => new Set<string>(), each(portRules));

/** Two containers that run at the same time cannot have the same port of the node. */
export function checkHostPortConflicts(
  containers: readonly ReadonlyJsonObject[],
  at: (i: number) => FieldPath,
  faults: FieldError[],
): void {
  const taken = new Set<string>();
  containers.forEach((container, i) => {
    objectsIn(container, "ports").forEach((one, j) => {
      const hostPort = numberIn(one, "hostPort");
      if (hostPort === 0) return;
      const key = `${stringIn(one, "protocol")}/${stringIn(one, "hostIP")}/${hostPort}`;
      if (taken.has(key)) faults.push(duplicateField(at(i).child("ports").index(j).child("hostPort"), key));
      taken.add(key);
    });
  });
}

/** In the node's network a container's port is the node's; a template may leave that to be filled in when its pods are made. */
export function checkHostNetworkPorts(
  containers: readonly ReadonlyJsonObject[],
  ofPod: boolean,
  at: FieldPath,
  faults: FieldError[],
): void {
  containers.forEach((container, i) => {
    objectsIn(container, "ports").forEach((one, j) => {
      const hostPort = numberIn(one, "hostPort");
      if (hostPort === numberIn(one, "containerPort") || (hostPort === 0 && !ofPod)) return;
      const place = at.index(i).child("ports").index(j).child("hostPort");
      faults.push(invalidField(place, hostPort, "must match `containerPort` when `hostNetwork` is true"));
    });
  });
}
