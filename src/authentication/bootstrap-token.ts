import { timingSafeEqual } from "node:crypto";
import type { KubeObject } from "../object/kube-object.ts";
import { objectIn, stringIn } from "../object/read.ts";
import { canonicalTime } from "../object/time.ts";
import type { ObjectLookup } from "./service-account/account-token.ts";
import { forApiAudiences, type TokenAuthenticator } from "./token-authenticator.ts";
import { tokenDigest } from "./token-file.ts";

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;
const NAMESPACE = "kube-system";
const TYPE = "bootstrap.kubernetes.io/token";

/**
 * Tokens with which new nodes join (reference/access-authn-authz/bootstrap-tokens): Secrets of kube-system, named after
 * the public half of the token. One that has expired, may not authenticate or is malformed is no token at all.
 */
export function bootstrapTokenAuthenticator(
  lookup: ObjectLookup,
  apiAudiences: readonly string[],
  clock: () => number,
): TokenAuthenticator {
  return forApiAudiences(apiAudiences, ({ token }) => {
    const match = TOKEN.exec(token);
    if (match === null) return undefined;
    const [, id, secret] = match as unknown as [string, string, string];
    return lookup("secrets", NAMESPACE, `bootstrap-token-${id}`).then((found) => {
      const groups = found === undefined ? undefined : groupsOf(found, id, secret, clock());
      return groups && { name: `system:bootstrap:${id}`, groups };
    });
  });
}

/** The groups of a token's user; undefined where the Secret does not vouch for the token. */
function groupsOf(found: KubeObject, id: string, secret: string, now: number): string[] | undefined {
  if (found.metadata.deletionTimestamp !== undefined || found["type"] !== TYPE) return undefined;
  const data = objectIn(found, "data");
  const value = (key: string): string => Buffer.from(stringIn(data, key), "base64").toString("utf8");
  if (value("token-id") !== id || !isSame(value("token-secret"), secret)) return undefined;
  const expiration = value("expiration");
  // A time that cannot be read is one that has passed.
  if (expiration !== "" && !(Date.parse(canonicalTime(expiration) ?? "") > now)) return undefined;
  if (value("usage-bootstrap-authentication") !== "true") return undefined;
  const extra = value("auth-extra-groups");
  const groups = extra === "" ? [] : extra.split(",");
  if (!groups.every((group) => GROUP.test(group))) return undefined;
  return [...new Set(["system:bootstrappers", ...groups])].sort();
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
function isSame(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(tokenDigest(a)), Buffer.from(tokenDigest(b)));
}
