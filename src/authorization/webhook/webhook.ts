import { BoundedCache } from "../../authentication/bounded-cache.ts";
import type { JsonObject } from "../../object/json.ts";
import { booleanIn, objectIn, stringIn } from "../../object/read.ts";
import { reviewTypeFault } from "../../webhook/review-type.ts";
import { WebhookError } from "../../webhook/webhook-client.ts";
import { NO_OPINION, NO_RULES, type AuthorizationAttributes, type AuthorizationMode, type Decision } from "../authorizer.ts";
import type { Matches } from "./match-conditions.ts";
import { reviewSpec, type ReviewVersion } from "./review.ts";

/** How a webhook is asked and what its answers mean. */
export interface WebhookModeOptions {
  /** Posts a review and gives the answer. Errors: WebhookError. */
  readonly post: (review: JsonObject) => Promise<JsonObject>;
  readonly version: ReviewVersion;
  /** How long a yes, and anything else, is remembered, in milliseconds. */
  readonly authorizedTtl: number;
  readonly unauthorizedTtl: number;
  /** What a webhook that fails means. */
  readonly onError: "deny" | "noOpinion";
  readonly clock: () => number;
  /** Which questions are the webhook's at all; absent: every one. */
  readonly matches?: Matches;
}

const GROUP = "authorization.k8s.io";
const KIND = "SubjectAccessReview";
/** Where the original decodes answers, as its messages say. */
const SCHEME = "k8s.io/client-go/kubernetes/scheme/register.go:82";
/** Answers that are remembered. */
const CACHE_SIZE = 8192;
/** Questions with more text than this are asked every time: their senders choose it, and could fill the cache. */
const MAX_CACHED_TEXT = 10_000;

/** Asks a webhook by SubjectAccessReview (reference/access-authn-authz/webhook). */
export function webhookMode(options: WebhookModeOptions): AuthorizationMode {
  const { post, version, authorizedTtl, unauthorizedTtl, onError, clock } = options;
  const known = new BoundedCache<Decision>(CACHE_SIZE, clock);
  const apiVersion = `${GROUP}/${version}`;
  return {
    name: "Webhook",
    async authorize(asked) {
      const condition = options.matches?.(asked);
      if (condition?.error !== undefined) return { ...NO_OPINION, decision: onError, error: condition.error };
      if (condition?.matches === false) return NO_OPINION;
      const spec = reviewSpec(asked, version);
      const key = isCacheable(asked) ? JSON.stringify(spec) : undefined;
      const remembered = key === undefined ? undefined : known.get(key);
      if (remembered !== undefined) return remembered;
      try {
        const answer = await post({ kind: KIND, apiVersion, metadata: {}, spec, status: { allowed: false } });
        checkKind(answer, version);
        const status = objectIn(answer, "status");
        const allowed = booleanIn(status, "allowed");
        const denied = booleanIn(status, "denied");
        const reason = stringIn(status, "reason");
        if (allowed && denied) {
          const error = "webhook subject access review returned both allow and deny response";
          return { decision: "deny", reason, error };
        }
        const decision: Decision = { decision: allowed ? "allow" : denied ? "deny" : "noOpinion", reason };
        if (key !== undefined) known.set(key, decision, clock() + (allowed ? authorizedTtl : unauthorizedTtl));
        return decision;
      } catch (error) {
        if (!(error instanceof WebhookError)) throw error;
        return { ...NO_OPINION, decision: onError, error: error.message };
      }
    },
    rulesFor: () => ({ ...NO_RULES, incomplete: true, fault: "webhook authorizer does not support user rule resolution" }),
  };
}

function isCacheable(asked: AuthorizationAttributes): boolean {
  const texts = [asked.namespace, asked.verb, asked.apiGroup, asked.apiVersion, asked.resource, asked.subresource, asked.name, asked.path];
  return texts.reduce((size, text) => size + text.length, 0) < MAX_CACHED_TEXT;
}

/** The answer is a review of the version that was sent. */
function checkKind(answer: JsonObject, version: ReviewVersion): void {
  const given = { apiVersion: stringIn(answer, "apiVersion"), kind: stringIn(answer, "kind") };
  const fault = reviewTypeFault(given, { group: GROUP, version, kind: KIND }, SCHEME);
  if (fault !== undefined) throw new WebhookError(fault);
}
