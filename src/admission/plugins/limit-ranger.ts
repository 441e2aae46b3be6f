import { aggregateText } from "../../object/field-error-message.ts";
import { isObject, setOwn, type JsonObject, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { requestEntityTooLarge } from "../../object/status.ts";
import { compareQuantity, formatQuantity, isZeroQuantity, type Quantity } from "../../object/quantity.ts";
import { objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { LIMIT_RANGES, PERSISTENT_VOLUME_CLAIMS, PODS } from "../../object/resource-ids.ts";
import { defaultPodResources } from "../../resources/pod-spec/pod-defaults.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { concerns, isOf, refuse, resizes, specOf } from "../attributes.ts";
import type { ClusterView } from "../cluster-view.ts";
import { amountsIn, amountsOfSpec, type Amounts } from "../pod-amounts.ts";

/** Amounts that a pod may be given: with more it could not be stored. */
const MOST_FILLED = 100_000;
const ANNOTATION = "kubernetes.io/limit-ranger";
const CONTAINERS: readonly (readonly [list: string, what: string])[] = [
  ["containers", "container"],
  ["initContainers", "init container"],
];

/** Fills in and checks what pods and claims of a namespace may ask for (concepts/policy/limit-range). */
export function limitRanger(view: ClusterView): AdmissionPlugin {
  const limitsOf = async ({ namespace }: AdmissionAttributes): Promise<readonly KubeObject[]> => view.list(LIMIT_RANGES, namespace);
  return {
    name: "LimitRanger",
    handles(attributes) {
      if (attributes.oldObject?.metadata.deletionTimestamp !== undefined) return false;
      return (
        concerns(attributes, PODS, "CREATE") || resizes(attributes) || concerns(attributes, PERSISTENT_VOLUME_CLAIMS, "CREATE", "UPDATE")
      );
    },
    async mutate(attributes) {
      if (!concerns(attributes, PODS, "CREATE")) return;
      let filled = 0;
      for (const range of await limitsOf(attributes)) filled = fill(attributes, range, filled);
    },
    async validate(attributes) {
      const spec = objectIn(attributes.object ?? {}, "spec");
      const check = isOf(attributes, PODS) ? podFaults : claimFaults;
      for (const range of await limitsOf(attributes)) {
        const faults = objectsIn(objectIn(range, "spec"), "limits").flatMap((limit) => check(limit, spec));
        if (faults.length > 0) throw refuse(attributes, aggregateText(faults));
      }
    },
  };
}

/**
 * Gives containers the amounts that a range has for those that name none, and notes it. `before`: how many the pod was
 * given by other ranges; answers with how many it has been given then. Errors: StatusError 413.
 */
function fill(attributes: AdmissionAttributes, range: KubeObject, before: number): number {
  const defaults = { requests: {} as JsonObject, limits: {} as JsonObject };
  for (const limit of objectsIn(objectIn(range, "spec"), "limits")) {
    if (stringIn(limit, "type") !== "Container") continue;
    for (const [from, to] of [
      ["defaultRequest", defaults.requests],
      ["default", defaults.limits],
    ] as const)
      for (const [name, amount] of Object.entries(objectIn(limit, from))) if (typeof amount === "string") setOwn(to, name, amount);
  }
  const notes: string[] = [];
  let filled = before;
  const spec = specOf(attributes);
  for (const [list, what] of CONTAINERS) {
    for (const container of Array.isArray(spec[list]) ? spec[list] : []) {
      if (!isObject(container)) continue;
      const resources: JsonObject = isObject(container["resources"]) ? container["resources"] : {};
      for (const [kind, word] of [
        ["requests", "request"],
        ["limits", "limit"],
      ] as const) {
        const own: JsonObject = isObject(resources[kind]) ? resources[kind] : {};
        const missing = Object.keys(defaults[kind])
          .filter((name) => !Object.hasOwn(own, name))
          .sort();
        if (missing.length === 0) continue;
        filled += missing.length;
        if (filled > MOST_FILLED) throw requestEntityTooLarge(`its limits and requests would be more than ${MOST_FILLED} amounts`);
        for (const name of missing) setOwn(own, name, defaults[kind][name] as string);
        resources[kind] = own;
        container["resources"] = resources;
        notes.push(`${missing.join(", ")} ${word} for ${what} ${stringIn(container, "name")}`);
      }
    }
  }
  if (notes.length === 0 || attributes.object === undefined) return filled;
  // The pod as a whole asks for what its containers ask for now.
  defaultPodResources(spec);
  (attributes.object.metadata.annotations ??= {})[ANNOTATION] = `LimitRanger plugin set: ${notes.join("; ")}`;
  return filled;
}

function podFaults(limit: ReadonlyJsonObject, spec: ReadonlyJsonObject): string[] {
  const type = stringIn(limit, "type");
  if (type === "Pod") return faultsOf(limit, amountsOfSpec(spec, "requests"), amountsOfSpec(spec, "limits"));
  if (type !== "Container") return [];
  return CONTAINERS.flatMap(([list]) =>
    objectsIn(spec, list).flatMap((container) => {
      const resources = objectIn(container, "resources");
      return faultsOf(limit, amountsIn(objectIn(resources, "requests")), amountsIn(objectIn(resources, "limits")));
    }),
  );
}

/** Claims have no limits: what they ask for is held to the greatest amount. */
function claimFaults(limit: ReadonlyJsonObject, spec: ReadonlyJsonObject): string[] {
  if (stringIn(limit, "type") !== "PersistentVolumeClaim") return [];
  const requests = amountsIn(objectIn(objectIn(spec, "resources"), "requests"));
  return [
    ...each(limit, "min", (name, least) => tooLittle(name, "PersistentVolumeClaim", least, requests.get(name), undefined)),
    ...each(limit, "max", (name, most) => {
      const asked = requests.get(name);
      const told = `maximum ${name} usage per PersistentVolumeClaim is ${formatQuantity(most)}`;
      if (asked === undefined) return `${told}.  No request is specified`;
      return compareQuantity(asked, most) > 0 ? `${told}, but request is ${formatQuantity(asked)}` : undefined;
    }),
  ];
}

function faultsOf(limit: ReadonlyJsonObject, requests: Amounts, limits: Amounts): string[] {
  const type = stringIn(limit, "type");
  return [
    ...each(limit, "min", (name, least) => tooLittle(name, type, least, requests.get(name), limits.get(name))),
    ...each(limit, "max", (name, most) => tooMuch(name, type, most, requests.get(name), limits.get(name))),
    ...each(limit, "maxLimitRequestRatio", (name, most) => tooFarApart(name, type, most, requests.get(name), limits.get(name))),
  ];
}

function each(limit: ReadonlyJsonObject, field: string, fault: (name: string, bound: Quantity) => string | undefined): string[] {
  return [...amountsIn(objectIn(limit, field))].map(([name, bound]) => fault(name, bound)).filter((text) => text !== undefined);
}

type Asked = Quantity | undefined;

function tooLittle(name: string, type: string, least: Quantity, request: Asked, limit: Asked): string | undefined {
  const told = `minimum ${name} usage per ${type} is ${formatQuantity(least)}`;
  if (request === undefined) return `${told}.  No request is specified`;
  if (compareQuantity(request, least) < 0) return `${told}, but request is ${formatQuantity(request)}`;
  return limit !== undefined && compareQuantity(limit, least) < 0 ? `${told}, but limit is ${formatQuantity(limit)}` : undefined;
}

function tooMuch(name: string, type: string, most: Quantity, request: Asked, limit: Asked): string | undefined {
  const told = `maximum ${name} usage per ${type} is ${formatQuantity(most)}`;
  if (limit === undefined) return `${told}.  No limit is specified`;
  if (compareQuantity(limit, most) > 0) return `${told}, but limit is ${formatQuantity(limit)}`;
  return request !== undefined && compareQuantity(request, most) > 0 ? `${told}, but request is ${formatQuantity(request)}` : undefined;
}

function tooFarApart(name: string, type: string, most: Quantity, request: Asked, limit: Asked): string | undefined {
  const told = `${name} max limit to request ratio per ${type} is ${formatQuantity(most)}`;
  if (request === undefined || isZeroQuantity(request)) return `${told}, but no request is specified or request is 0`;
  if (limit === undefined || isZeroQuantity(limit)) return `${told}, but no limit is specified or limit is 0`;
  // limit / request > most, without leaving whole numbers.
  if (limit.nanos * 1_000_000_000n <= most.nanos * request.nanos) return undefined;
  return `${told}, but provided ratio is ${(Number(limit.nanos) / Number(request.nanos)).toFixed(6)}`;
}
