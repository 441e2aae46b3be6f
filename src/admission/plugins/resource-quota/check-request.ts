import { getOwn, type ReadonlyJsonObject } from "../../../object/json.ts";
import type { KubeObject } from "../../../object/kube-object.ts";
import {
  addQuantity,
  compareQuantity,
  formatQuantity,
  isZeroQuantity,
  quantitySign,
  subtractQuantity,
  zeroQuantity,
  type Quantity,
} from "../../../object/quantity.ts";
import { objectIn } from "../../../object/read.ts";
import { plainError, type StatusError } from "../../../object/status.ts";
import { asQuantity } from "../../../validation/quantities.ts";
import type { AdmissionAttributes } from "../../admission.ts";
import { refuse } from "../../attributes.ts";
import { amountsIn, type Amounts } from "../../pod-amounts.ts";
import type { LimitedResource } from "./configuration.ts";
import { scopesOf } from "./scopes.ts";
import type { ScopeSelector, UsageRule } from "./usage-rule.ts";

/** A quota while requests are charged to it. */
export interface QuotaState {
  readonly quota: KubeObject;
  readonly name: string;
  readonly hard: Amounts;
  used: Amounts;
  changed: boolean;
}

/** A quota as it is stored, before anything is charged to it. */
export function quotaState(quota: KubeObject): QuotaState {
  const status = objectIn(quota, "status");
  return {
    quota,
    name: quota.metadata.name ?? "",
    hard: amountsIn(objectIn(status, "hard")),
    used: amountsIn(objectIn(status, "used")),
    changed: false,
  };
}

/** A write that is to be charged, and how. */
export interface QuotaRequest {
  readonly attributes: AdmissionAttributes;
  readonly rule: UsageRule;
}

/**
 * Charges a write to the quotas that speak of it, in place unless it is a dry run. Gives the refusal where it does not fit
 * into one of them; nothing is charged then.
 */
export function chargeRequest(
  states: readonly QuotaState[],
  request: QuotaRequest,
  limited: readonly LimitedResource[],
): StatusError | undefined {
  const { attributes, rule } = request;
  const { object, oldObject, ref } = attributes;
  if (object === undefined) return undefined;
  const concerned: QuotaState[] = [];
  const covered = new Set<string>();
  const coveredScopes: ScopeSelector[] = [];
  for (const state of states) {
    const scopes = scopesOf(state.quota);
    const matching = scopes.filter((scope) => rule.inScope(scope, object));
    coveredScopes.push(...matching);
    const resources = rule.matching([...state.hard.keys()]);
    if (resources.length === 0 || matching.length < scopes.length) continue;
    const missing = rule.missing?.(resources, object);
    if (missing !== undefined) return refuse(attributes, `failed quota: ${state.name}: ${missing}`);
    // Nobody has counted yet what is used.
    if (resources.some((name) => !state.used.has(name)))
      return refuse(attributes, `status unknown for quota: ${state.name}, resources: ${[...resources].sort().join(",")}`);
    concerned.push(state);
    for (const name of resources) covered.add(name);
  }

  const usage = rule.usage(object);
  const negative = [...usage].filter(([, amount]) => quantitySign(amount) < 0).map(([name]) => name);
  if (negative.length > 0) return refuse(attributes, `quota usage is negative for resource(s): ${negative.sort().join(",")}`);
  const delta = new Map(
    [...(oldObject === undefined ? usage : growth(usage, rule.usage(oldObject)))].filter(([, amount]) => !isZeroQuantity(amount)),
  );
  if (delta.size === 0) return undefined;

  const asked = limited.filter(({ group, plural }) => group === ref.group && plural === ref.plural);
  const uncovered = [...delta.keys()].filter(
    (name) => !covered.has(name) && asked.some(({ matchContains }) => matchContains.some((part) => name.includes(part))),
  );
  if (uncovered.length > 0) return refuse(attributes, `insufficient quota to consume: ${uncovered.sort().join(",")}`);
  const scopes = limited.flatMap(({ matchScopes }) => matchScopes.filter((scope) => rule.inScope(scope, object)));
  const lacking = scopes.filter(({ scope }) => !coveredScopes.some((other) => other.scope === scope));
  if (lacking.length > 0) return plainError(`insufficient quota to match these scopes: [${lacking.map(scopeText).join(" ")}]`);

  const next: (readonly [QuotaState, Amounts])[] = [];
  for (const state of concerned) {
    const requested = masked(delta, state.hard);
    const used = sum(state.used, requested);
    const exceeded = [...requested.keys()].filter((name) => isAbove(used.get(name), state.hard.get(name)));
    if (exceeded.length > 0) return refuse(attributes, exceededText(state, requested, exceeded));
    next.push([state, used]);
  }
  if (attributes.dryRun) return undefined;
  for (const [state, used] of next) {
    state.changed ||= [...used].some(([name, amount]) => compareQuantity(amount, state.used.get(name) ?? zeroQuantity) !== 0);
    state.used = used;
  }
  return undefined;
}

function exceededText({ name, used, hard }: QuotaState, requested: Amounts, exceeded: readonly string[]): string {
  const names = [...exceeded].sort();
  const text = (amounts: Amounts): string =>
    names
      .filter((one) => amounts.has(one))
      .map((one) => `${one}=${formatQuantity(amounts.get(one) ?? zeroQuantity)}`)
      .join(",");
  return `exceeded quota: ${name}, requested: ${text(requested)}, used: ${text(used)}, limited: ${text(hard)}`;
}

function isAbove(amount: Quantity | undefined, bound: Quantity | undefined): boolean {
  return amount !== undefined && bound !== undefined && compareQuantity(amount, bound) > 0;
}

function masked(amounts: Amounts, names: Amounts): Map<string, Quantity> {
  return new Map([...amounts].filter(([name]) => names.has(name)));
}

function sum(a: Amounts, b: Amounts): Map<string, Quantity> {
  const total = new Map(a);
  for (const [name, amount] of b) {
    const own = total.get(name);
    total.set(name, own === undefined ? amount : addQuantity(own, amount));
  }
  return total;
}

/** What one uses more than the other. Who counts finds out by itself what is used no more. */
function growth(now: Amounts, before: Amounts): Map<string, Quantity> {
  const more = [...now].map(([name, amount]) => [name, subtractQuantity(amount, before.get(name) ?? zeroQuantity)] as const);
  return new Map(more.filter(([, amount]) => quantitySign(amount) > 0));
}

/** As Go prints the selector: {PriorityClass In [high low]}. */
function scopeText({ scope, operator, values }: ScopeSelector): string {
  return `{${scope} ${operator} [${values.join(" ")}]}`;
}

/** The status.used to store: amounts that did not change stay as they were written. */
export function usedList({ quota, used }: QuotaState): Record<string, string> {
  const before: ReadonlyJsonObject = objectIn(objectIn(quota, "status"), "used");
  return Object.fromEntries(
    [...used].map(([name, amount]) => {
      const text = getOwn(before, name);
      const same = typeof text === "string" && compareQuantity(asQuantity(text), amount) === 0;
      return [name, same ? text : formatQuantity(amount)];
    }),
  );
}
