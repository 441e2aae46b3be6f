import { invalidField } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { getOwn, isObject, type JsonObject, type ReadonlyJsonObject } from "../../object/json.ts";
import { numberIn, objectsIn, stringIn } from "../../object/read.ts";
import { internalError, invalid, plainError } from "../../object/status.ts";
import { isLoadBalancer, needsHealthCheckPort, needsNodePort, nodePortsOf } from "../../resources/core/service-fields.ts";

/** What ports are taken from: the stored bitmap, or its likeness for a dry run. */
export interface PortSource {
  /** Takes a port. Errors: PortUnavailable. */
  take(port: number): void;
  /** Takes any free port. Errors: PortUnavailable. */
  takeNext(): number;
}

/** Why a port cannot be had; the text is what clients are told. */
export class PortUnavailable extends Error {}

/** What a write does to the node ports of a service. */
export interface PortPlan {
  /** By position in spec.ports. */
  readonly nodePorts: ReadonlyMap<number, number>;
  readonly healthCheckNodePort: number | undefined;
  /** What the old service held and the new one does not. */
  readonly freed: readonly number[];
}

/** What is planned so far. */
interface Draft {
  readonly name: string;
  readonly source: PortSource;
  readonly nodePorts: Map<number, number>;
}

const PORTS_AT = FieldPath.root.child("spec", "ports");

/** Plans the ports of a new service. Errors: StatusError 422 for a port that the client chose, 500 where all are taken. */
export function planNewPorts(spec: ReadonlyJsonObject, name: string, source: PortSource): PortPlan {
  const draft: Draft = { name, source, nodePorts: new Map() };
  if (needsNodePort(spec)) planByPort(spec, draft);
  const healthCheckNodePort = needsHealthCheckPort(spec) ? planHealthCheck(spec, source) : undefined;
  return { nodePorts: draft.nodePorts, healthCheckNodePort, freed: [] };
}

/** Plans those of a change. Errors: the same. */
export function planChangedPorts(spec: ReadonlyJsonObject, old: ReadonlyJsonObject, name: string, source: PortSource): PortPlan {
  const draft: Draft = { name, source, nodePorts: new Map() };
  if (needsNodePort(spec)) planChanged(spec, old, draft);
  const needed = needsHealthCheckPort(old);
  const needs = needsHealthCheckPort(spec);
  const healthCheckNodePort = needs && !needed ? planHealthCheck(spec, source) : undefined;
  const kept = new Set(
    needsNodePort(spec) ? objectsIn(spec, "ports").map((port, i) => draft.nodePorts.get(i) ?? numberIn(port, "nodePort")) : [],
  );
  if (needs && needed) kept.add(numberIn(old, "healthCheckNodePort"));
  const freed = needsNodePort(old) ? [...new Set(nodePortsOf(old))].filter((port) => !kept.has(port)) : [];
  return { nodePorts: draft.nodePorts, healthCheckNodePort, freed };
}

/** Writes a plan's ports into the spec, in place. */
export function applyPlan(spec: JsonObject, plan: PortPlan): void {
  const ports = getOwn(spec, "ports");
  if (Array.isArray(ports)) {
    for (const [i, nodePort] of plan.nodePorts) {
      const port = (ports as unknown[])[i];
      if (isObject(port)) port["nodePort"] = nodePort;
    }
  }
  if (plan.healthCheckNodePort !== undefined) spec["healthCheckNodePort"] = plan.healthCheckNodePort;
}

/** One number of a service, over TCP and UDP say, gets one node port. */
function planByPort(spec: ReadonlyJsonObject, draft: Draft): void {
  const ports = objectsIn(spec, "ports");
  const byPort = new Map<number, number>();
  ports.forEach((port, i) => {
    const number = numberIn(port, "port");
    const asked = numberIn(port, "nodePort");
    if (asked === 0 && !allocates(spec)) return;
    const known = byPort.get(number);
    if (known === undefined) {
      const requested = ports.find((one) => numberIn(one, "port") === number && numberIn(one, "nodePort") !== 0);
      const nodePort = requested === undefined ? takeNext(draft) : take(numberIn(requested, "nodePort"), i, draft);
      byPort.set(number, nodePort);
      // One that asks for another of its own keeps to it.
      draft.nodePorts.set(i, nodePort);
    } else if (asked === 0) {
      draft.nodePorts.set(i, known);
    } else if (asked !== known) {
      take(asked, i, draft);
    }
  });
}

function planChanged(spec: ReadonlyJsonObject, old: ReadonlyJsonObject, draft: Draft): void {
  // The port of health checks is none that a port may have, though the service holds it.
  const held = new Set(objectsIn(old, "ports").map((port) => numberIn(port, "nodePort")));
  const taken = new Set<number>();
  const seen = new Set<string>();
  objectsIn(spec, "ports").forEach((port, i) => {
    let nodePort = numberIn(port, "nodePort");
    if (nodePort === 0) {
      if (!allocates(spec)) return;
      nodePort = takeNext(draft);
      draft.nodePorts.set(i, nodePort);
    } else if (!held.has(nodePort) && !taken.has(nodePort)) {
      take(nodePort, i, draft);
      taken.add(nodePort);
    }
    const key = `{${stringIn(port, "protocol")} ${nodePort}}`;
    if (seen.has(key)) throw plainError(`duplicate nodePort: ${key}`);
    seen.add(key);
  });
}

/** A load balancer may do without node ports; those that it asks for it gets. */
function allocates(spec: ReadonlyJsonObject): boolean {
  return !(isLoadBalancer(spec) && getOwn(spec, "allocateLoadBalancerNodePorts") === false);
}

function planHealthCheck(spec: ReadonlyJsonObject, source: PortSource): number {
  const asked = numberIn(spec, "healthCheckNodePort");
  try {
    if (asked === 0) return source.takeNext();
    source.take(asked);
    return asked;
  } catch (error) {
    if (!(error instanceof PortUnavailable)) throw error;
    throw internalError(
      asked === 0
        ? `failed to allocate a HealthCheck NodePort 0: ${error.message}`
        : `failed to allocate requested HealthCheck NodePort ${asked}: ${error.message}`,
    );
  }
}

function take(port: number, position: number, { name, source }: Draft): number {
  try {
    source.take(port);
    return port;
  } catch (error) {
    if (!(error instanceof PortUnavailable)) throw error;
    throw invalid({ group: "", kind: "Service" }, name, [invalidField(PORTS_AT.index(position).child("nodePort"), port, error.message)]);
  }
}

function takeNext({ source }: Draft): number {
  try {
    return source.takeNext();
  } catch (error) {
    if (!(error instanceof PortUnavailable)) throw error;
    throw internalError(`failed to allocate a nodePort: ${error.message}`);
  }
}
