import { invalidField } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { parseCidr } from "../../object/ip.ts";
import { structIn, type JsonObject, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import type { RandomBytes } from "../../object/names-generator.ts";
import { objectIn, stringsIn } from "../../object/read.ts";
import { SERVICES } from "../../object/resource-ids.ts";
import { internalError, invalid } from "../../object/status.ts";
import { errorText } from "../../object/error-text.ts";
import type { StrategySettings } from "../../resources/definition.ts";
import { completeServiceUpdate, normalizeNewService } from "../../resources/core/service-changes.ts";
import { HEADLESS, isHeadless, needsClusterIp, nodePortsOf } from "../../resources/core/service-fields.ts";
import type { Storage } from "../../storage/storage.ts";
import type { Reservation, Reserver } from "../reserver.ts";
import type { SystemClient } from "../system-client.ts";
import { AddressUnavailable, ClusterIps } from "./cluster-ips.ts";
import { initIpFamilies, isSettledDualStack, type ClusterFamilies } from "./ip-families.ts";
import { NodePorts } from "./node-ports.ts";
import { applyPlan, planChangedPorts, planNewPorts, type PortPlan, type PortSource } from "./port-plan.ts";
import { dryRunPorts, portsOf } from "./port-source.ts";
import { ServiceRepair } from "./service-repair.ts";

interface ServiceNetworkOptions {
  readonly storage: Storage;
  readonly client: Pick<SystemClient, "get" | "list" | "create" | "remove">;
  readonly settings: Pick<StrategySettings, "nodePortRange" | "serviceCidrs">;
  readonly clock: () => number;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly randomBytes: RandomBytes;
  /** Told of what could not be given back; the repair will. */
  readonly onFailure: (error: unknown) => void;
}

/** The addresses and node ports of services: who has which, and that nobody keeps what nobody has. */
export interface ServiceNetwork extends Reserver {
  /** Takes what services hold and nobody marked as taken, and frees what nobody holds. Errors: those of the store. */
  repair(): Promise<void>;
}

/** Addresses by family. */
type Addresses = ReadonlyMap<string, string>;

const IPS_AT = FieldPath.root.child("spec", "clusterIPs");

export function serviceNetwork(options: ServiceNetworkOptions): ServiceNetwork {
  const { settings, client, random, onFailure } = options;
  const ips = new ClusterIps({ client, ranges: settings.serviceCidrs, random: options.randomBytes });
  const heldPorts = async () => (await client.list(SERVICES)).flatMap((service) => nodePortsOf(objectIn(service, "spec")));
  const ports = new NodePorts(options.storage, settings.nodePortRange, heldPorts);
  const cluster = familiesOf(settings.serviceCidrs);
  const repair = new ServiceRepair({ client, ips, ports, clock: options.clock });

  const quietly = (work: Promise<unknown>): Promise<void> => work.then(() => undefined, onFailure);
  const freeIps = (addresses: Iterable<string>, service: KubeObject): Promise<void> =>
    quietly(Promise.all([...addresses].map((ip) => ips.free(ip, service))));
  const freePorts = async (numbers: readonly number[]): Promise<void> => {
    if (numbers.length > 0) await quietly(ports.change((bitmap) => numbers.forEach((port) => bitmap.delete(port))));
  };

  /** Takes the addresses of a new service's families, or the second one's of a service that gets a second family. */
  async function takeIps(service: KubeObject, spec: JsonObject, from: number, dryRun: boolean): Promise<Addresses> {
    const taken = new Map<string, string>();
    const all = [...stringsIn(spec, "clusterIPs")];
    try {
      for (const [i, family] of stringsIn(spec, "ipFamilies").entries()) {
        if (i < from) continue;
        const ip = await takeIp(service, family, all[i] ?? "", all, dryRun);
        taken.set(family, ip);
        all[i] = ip;
      }
    } catch (error) {
      if (!dryRun) await freeIps(taken.values(), service);
      throw error;
    }
    if (all.length > 0) spec["clusterIPs"] = all;
    if (from === 0 && all[0] !== undefined) spec["clusterIP"] = all[0];
    return taken;
  }

  async function takeIp(service: KubeObject, family: string, asked: string, all: readonly string[], dryRun: boolean): Promise<string> {
    try {
      if (asked === "") return await ips.takeNext(family, service, dryRun);
      await ips.take(asked, service, dryRun);
      return asked;
    } catch (error) {
      const text = errorText(error);
      if (asked === "") throw internalError(`failed to allocate a serviceIP: ${text}`);
      if (!(error instanceof AddressUnavailable)) throw error;
      const fault = invalidField(IPS_AT, all, `failed to allocate IP ${asked}: ${text}`);
      throw invalid({ group: "", kind: "Service" }, service.metadata.name ?? "", [fault]);
    }
  }

  /** What an update takes and, when it is done, frees. */
  async function changeIps(
    service: KubeObject,
    spec: JsonObject,
    old: ReadonlyJsonObject,
    dryRun: boolean,
  ): Promise<{ taken: Addresses; freed: readonly string[] }> {
    const none = { taken: new Map<string, string>(), freed: [] };
    if (isSettledDualStack(spec, old)) return none;
    const before = stringsIn(old, "clusterIPs");
    if (!needsClusterIp(old)) return { ...none, taken: await takeNewIps(service, spec, dryRun) };
    if (before[0] === HEADLESS) return none;
    if (!needsClusterIp(spec)) return { ...none, freed: before };
    const families = stringsIn(old, "ipFamilies").length;
    const now = stringsIn(spec, "ipFamilies").length;
    if (families === 1 && now === 2) return { ...none, taken: await takeIps(service, spec, 1, dryRun) };
    return families === 2 && now === 1 ? { ...none, freed: before.slice(1) } : none;
  }

  async function takeNewIps(service: KubeObject, spec: JsonObject, dryRun: boolean): Promise<Addresses> {
    if (!needsClusterIp(spec) || stringsIn(spec, "clusterIPs")[0] === HEADLESS) return new Map();
    return takeIps(service, spec, 0, dryRun);
  }

  /** Takes the ports of a plan. A service that neither wants nor frees any touches nothing. */
  async function takePorts(
    plan: (source: PortSource) => PortPlan,
    dryRun: boolean,
  ): Promise<{ planned: PortPlan; takenPorts: readonly number[] }> {
    const asked = { any: false };
    const trial = plan(askingPorts(asked));
    if (!asked.any) return { planned: trial, takenPorts: [] };
    if (dryRun) return { planned: plan(dryRunPorts(await ports.read())), takenPorts: [] };
    return ports.change((bitmap) => {
      const takenPorts: number[] = [];
      const source = portsOf(bitmap, random);
      const planned = plan({
        take(port) {
          source.take(port);
          takenPorts.push(port);
        },
        takeNext() {
          const port = source.takeNext();
          takenPorts.push(port);
          return port;
        },
      });
      return { planned, takenPorts };
    });
  }

  return {
    async reserve(service, old, { dryRun }) {
      const spec = structIn(service, "spec");
      const before = old === undefined ? undefined : objectIn(old, "spec");
      if (old === undefined) normalizeNewService(service);
      else completeServiceUpdate(service, old);
      const name = service.metadata.name ?? "";
      const wrong = initIpFamilies(spec, before, cluster);
      if (wrong.length > 0) throw invalid({ group: "", kind: "Service" }, name, wrong);
      const { taken, freed } =
        before === undefined
          ? { taken: await takeNewIps(service, spec, dryRun), freed: [] }
          : await changeIps(service, spec, before, dryRun);
      const plan = (source: PortSource): PortPlan =>
        before === undefined ? planNewPorts(spec, name, source) : planChangedPorts(spec, before, name, source);
      let planned: PortPlan;
      let takenPorts: readonly number[] = [];
      try {
        ({ planned, takenPorts } = await takePorts(plan, dryRun));
      } catch (error) {
        if (!dryRun) await freeIps(taken.values(), service);
        throw error;
      }
      applyPlan(spec, planned);
      if (dryRun) return NOTHING_TAKEN;
      return {
        async commit() {
          await Promise.all([freeIps(freed, service), freePorts(planned.freed)]);
        },
        async rollback() {
          await Promise.all([freeIps(taken.values(), service), freePorts(takenPorts)]);
        },
      };
    },
    async release(service) {
      const spec = objectIn(service, "spec");
      const held = needsClusterIp(spec) && !isHeadless(spec) ? stringsIn(spec, "clusterIPs") : [];
      await Promise.all([freeIps(held, service), freePorts(nodePortsOf(spec))]);
    },
    repair: () => repair.run(),
  };
}

const NOTHING_TAKEN: Reservation = { commit: async () => {}, rollback: async () => {} };

/** Ports without end, to see whether a plan asks for any. */
function askingPorts(asked: { any: boolean }): PortSource {
  let next = 0;
  return {
    take: () => void (asked.any = true),
    takeNext() {
      asked.any = true;
      return --next;
    },
  };
}

/** The families of the server's own ranges, the first one's first. */
function familiesOf(ranges: readonly string[]): ClusterFamilies {
  const families = ranges.map((range) => `IPv${parseCidr(range)?.address.family ?? 4}`);
  return [families[0] ?? "IPv4", ...families.slice(1)];
}
