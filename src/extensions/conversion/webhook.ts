import { groupVersion, type KubeObject } from "../../object/kube-object.ts";
import { randomUid, type RandomBytes } from "../../object/names-generator.ts";
import { objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { plainError } from "../../object/status.ts";
import { callTarget, readClientConfig } from "../../webhook/client-config.ts";
import { reviewVersion } from "../../webhook/review-type.ts";
import type { ServiceResolver } from "../../webhook/service-address.ts";
import { CallFault, type HookTransport } from "../../webhook/transport.ts";
import type { Convert } from "../custom-definition.ts";
import { ObjectFault, takeConverted } from "./converted-object.ts";
import { readReview, reviewBody, ReviewFault } from "./review.ts";

/** How long a webhook may take, in milliseconds. */
const TIMEOUT_MS = 30_000;

/** What conversion by webhooks is made from. */
export interface ConversionParts {
  readonly transport: Pick<HookTransport, "post">;
  readonly resolveService: ServiceResolver;
  readonly randomBytes: RandomBytes;
  /** How long a webhook may take, in milliseconds; absent: 30 seconds. */
  readonly timeoutMs?: number;
}

/**
 * Asks the conversion webhook of a CustomResourceDefinition (concepts/extend-kubernetes, CustomResourceDefinition versions:
 * webhook conversion). Every failure is a StatusError 500 that names the kind in the version which was to be converted.
 */
export function webhookConversion(
  crd: KubeObject,
  { transport, resolveService, randomBytes, timeoutMs = TIMEOUT_MS }: ConversionParts,
): Convert {
  const spec = objectIn(crd, "spec");
  const webhook = objectIn(objectIn(spec, "conversion"), "webhook");
  const target = callTarget(readClientConfig(objectIn(webhook, "clientConfig")), resolveService, timeoutMs);
  const version = reviewVersion(stringsIn(webhook, "conversionReviewVersions"));
  const known = new Set(objectsIn(spec, "versions").map((one) => groupVersion(stringIn(spec, "group"), stringIn(one, "name"))));
  return async (objects, apiVersion) => {
    const foreign = objects.filter((object) => object.apiVersion !== apiVersion);
    const [first] = foreign;
    if (first === undefined) return [...objects];
    for (const one of foreign) {
      if (!known.has(one.apiVersion)) throw plainError(`request to convert CR from an invalid group/version: ${one.apiVersion}`);
    }
    const failed = (what: string): Error => plainError(`conversion webhook for ${first.apiVersion}, Kind=${first.kind} ${what}`);
    const uid = randomUid(randomBytes);
    let answered: ReturnType<typeof readReview>;
    try {
      answered = readReview(await transport.post(target, reviewBody(version, uid, apiVersion, foreign)), version, uid);
    } catch (error) {
      if (error instanceof CallFault || error instanceof ReviewFault) throw failed(`failed: ${error.message}`);
      throw error;
    }
    if (answered.length !== foreign.length) throw failed(`returned ${answered.length} objects, expected ${foreign.length}`);
    let next = 0;
    return objects.map((object) => {
      if (object.apiVersion === apiVersion) return object;
      const index = next++;
      try {
        return takeConverted(object, answered[index] ?? null, apiVersion);
      } catch (error) {
        if (!(error instanceof ObjectFault)) throw error;
        throw failed(faultText(error, index, foreign.length > 1));
      }
    });
  };
}

/** The original tells which of many it was, and of one alone only where its type is wrong. */
function faultText({ what, message }: ObjectFault, index: number, many: boolean): string {
  const thing = what === "metadata" ? (many ? "metadata in object" : "metadata") : many ? "converted object" : "object";
  const place = many || what === "type" ? ` at index ${index}` : "";
  return `returned invalid ${thing}${place}: ${message}`;
}
