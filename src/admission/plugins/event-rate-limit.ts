import { ConfigurationError } from "../../codec/configuration-file.ts";
import { BoundedCache } from "../../authentication/bounded-cache.ts";
import { aggregateText } from "../../object/field-error-message.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { numberIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { statusError } from "../../object/status.ts";
import { EVENTS } from "../../object/resource-ids.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { isOf } from "../attributes.ts";

/** Keys whose buckets are remembered, where the configuration does not say. */
const BUCKETS = 4096;

/** What shares a bucket, by the type of a limit. */
const KEYS: ReadonlyMap<string, (attributes: AdmissionAttributes) => string> = new Map([
  ["Server", () => ""],
  ["Namespace", ({ namespace }: AdmissionAttributes) => namespace],
  ["User", ({ user }: AdmissionAttributes) => user.name],
  ["SourceAndObject", ({ object }: AdmissionAttributes) => sourceAndObject(object ?? {})],
]);

/** So many events a second, in bursts of so many. */
interface EventLimit {
  readonly type: string;
  readonly perSecond: number;
  readonly burst: number;
  readonly buckets: number;
}

/** Reads a Configuration (eventratelimit.admission.k8s.io/v1alpha1). Errors: ConfigurationError. */
export function readEventLimits(document: ReadonlyJsonObject): EventLimit[] {
  const limits = objectsIn(document, "limits").map((limit, i): EventLimit => {
    const type = stringIn(limit, "type");
    const [perSecond, burst, cacheSize] = [numberIn(limit, "qps"), numberIn(limit, "burst"), numberIn(limit, "cacheSize")];
    if (!KEYS.has(type)) throw new ConfigurationError(`limits[${i}].type: it must be one of ${[...KEYS.keys()].join(", ")}`);
    if (perSecond <= 0) throw new ConfigurationError(`limits[${i}].qps: it must be positive`);
    if (burst <= 0) throw new ConfigurationError(`limits[${i}].burst: it must be positive`);
    if (cacheSize < 0) throw new ConfigurationError(`limits[${i}].cacheSize: it must not be negative`);
    return { type, perSecond, burst, buckets: cacheSize || BUCKETS };
  });
  if (limits.length === 0) throw new ConfigurationError("limits: there is none");
  return limits;
}

/** Keeps a server from drowning in events. */
export function eventRateLimit(limits: readonly EventLimit[], clock: () => number): AdmissionPlugin {
  const gates = limits.map((limit) => new Gate(limit, clock));
  return {
    name: "EventRateLimit",
    handles: (attributes) =>
      isOf(attributes, EVENTS) && !attributes.dryRun && (attributes.operation === "CREATE" || attributes.operation === "UPDATE"),
    validate(attributes) {
      const refused = gates.map((gate) => gate.refusal(attributes)).filter((text) => text !== undefined);
      if (refused.length > 0) throw statusError(429, "TooManyRequests", `Too many requests: ${aggregateText(refused)}`);
    },
  };
}

/** One limit: a bucket of tokens for each key, which fills as time goes. */
class Gate {
  readonly #limit: EventLimit;
  readonly #clock: () => number;
  readonly #buckets: BoundedCache<{ tokens: number; at: number }>;

  constructor(limit: EventLimit, clock: () => number) {
    this.#limit = limit;
    this.#clock = clock;
    this.#buckets = new BoundedCache(limit.buckets, clock);
  }

  /** Takes a token, or says why there is none. */
  refusal(attributes: AdmissionAttributes): string | undefined {
    const { type, perSecond, burst } = this.#limit;
    const key = KEYS.get(type)?.(attributes) ?? "";
    const now = this.#clock();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    this.#buckets.set(key, bucket, Number.POSITIVE_INFINITY);
    if (bucket.tokens < 1) return `limit reached on type ${type} for key ${key}`;
    bucket.tokens--;
    return undefined;
  }
}

function sourceAndObject(event: ReadonlyJsonObject): string {
  const [source, about] = [objectIn(event, "source"), objectIn(event, "involvedObject")];
  return [
    stringIn(source, "component"),
    stringIn(source, "host"),
    ...["kind", "namespace", "name", "uid", "apiVersion"].map((name) => stringIn(about, name)),
  ].join("");
}
