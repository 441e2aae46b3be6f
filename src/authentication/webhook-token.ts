import type { JsonObject, ReadonlyJsonObject } from "../object/json.ts";
import { booleanIn, objectIn, stringIn, stringsIn } from "../object/read.ts";
import type { UserInfo } from "../request/context.ts";
import { WebhookError } from "../webhook/webhook-client.ts";
import { BadCredential } from "./authenticator.ts";
import { BoundedCache } from "./bounded-cache.ts";
import { common, type TokenAccepted, type TokenAuthenticator } from "./token-authenticator.ts";
import { tokenDigest } from "./token-file.ts";

interface WebhookTokenOptions {
  /** Posts a review and gives the answer. Errors: WebhookError. */
  readonly post: (review: JsonObject) => Promise<JsonObject>;
  readonly version: "v1" | "v1beta1";
  /** How long an answer is remembered, in milliseconds. */
  readonly ttl: number;
  readonly apiAudiences: readonly string[];
  readonly clock: () => number;
}

const GROUP = "authentication.k8s.io";
const KIND = "TokenReview";
const REMEMBERED = 8192;

/** What the webhook said: who it is, or why nobody. */
type Verdict = TokenAccepted | { readonly refused: string };

/**
 * Asks a webhook by TokenReview whose a token is (reference/access-authn-authz/authentication). Answers are remembered by
 * the token's hash; a webhook that fails is asked again. Tokens that come at once are asked about once.
 */
export function webhookTokenAuthenticator({ post, version, ttl, apiAudiences, clock }: WebhookTokenOptions): TokenAuthenticator {
  const known = new BoundedCache<Verdict>(REMEMBERED, clock);
  const asking = new Map<string, Promise<Verdict>>();
  const apiVersion = `${GROUP}/${version}`;
  const ask = async (token: string, wanted: readonly string[]): Promise<Verdict> => {
    const spec: JsonObject = { token, ...(wanted.length === 0 ? {} : { audiences: [...wanted] }) };
    const answer = await post({ kind: KIND, apiVersion, metadata: {}, spec, status: { user: {} } });
    if (stringIn(answer, "apiVersion") !== apiVersion || stringIn(answer, "kind") !== KIND)
      throw new WebhookError(`the answer is no ${KIND} of ${apiVersion}`);
    const status = objectIn(answer, "status");
    if (!booleanIn(status, "authenticated")) return { refused: stringIn(status, "error") };
    const told = stringsIn(status, "audiences");
    // A webhook that says nothing of audiences knows none: its tokens are for the API server.
    const audiences = common(told.length === 0 ? apiAudiences : told, wanted);
    if (wanted.length > 0 && audiences.length === 0) return { refused: "" };
    return { user: userIn(objectIn(status, "user")), audiences };
  };
  return async ({ token, audiences }) => {
    const wanted = audiences ?? apiAudiences;
    const key = tokenDigest(JSON.stringify([token, wanted]));
    let verdict = known.get(key);
    if (verdict === undefined) {
      let answer = asking.get(key);
      if (answer === undefined) {
        answer = ask(token, wanted).finally(() => asking.delete(key));
        asking.set(key, answer);
      }
      try {
        verdict = await answer;
      } catch (error) {
        if (!(error instanceof WebhookError)) throw error;
        throw new BadCredential(error.message);
      }
      if (ttl > 0) known.set(key, verdict, clock() + ttl);
    }
    if (!("refused" in verdict)) return verdict;
    if (verdict.refused === "") return undefined;
    throw new BadCredential(verdict.refused);
  };
}

function userIn(user: ReadonlyJsonObject): UserInfo {
  const extra = new Map<string, readonly string[]>();
  const values = objectIn(user, "extra");
  for (const key of Object.keys(values)) extra.set(key, stringsIn(values, key));
  const uid = stringIn(user, "uid");
  return {
    name: stringIn(user, "username"),
    ...(uid === "" ? {} : { uid }),
    groups: stringsIn(user, "groups"),
    ...(extra.size === 0 ? {} : { extra }),
  };
}
