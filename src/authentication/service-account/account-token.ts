import { getOwn, isObject, type JsonObject, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn, stringIn } from "../../object/read.ts";
import { quoteTexts, quoteText } from "../../object/quote.ts";
import { BadCredential, type AuthenticationNotes } from "../authenticator.ts";
import { BoundedCache } from "../bounded-cache.ts";
import { audiencesOf, isSignedBy, parseJwt, type VerifyingKey } from "../jwt.ts";
import { common, type TokenAuthenticator } from "../token-authenticator.ts";
import { tokenDigest } from "../token-file.ts";
import { accountUser, accountUserName, type AccountIdentity } from "./account-name.ts";
import type { AccountKeys, AccountKeySource } from "./keys.ts";
import { LEGACY_ISSUER, legacyIdentity } from "./legacy-token.ts";

/** Looks an object of the core group up in the newest state. */
export type ObjectLookup = (plural: string, namespace: string, name: string) => Promise<KubeObject | undefined>;

/** What tokens are checked by: keys, names, and the objects that they speak of. */
export interface AccountTokenOptions {
  readonly keys: AccountKeySource;
  /** Whose tokens are taken. */
  readonly issuers: readonly string[];
  readonly apiAudiences: readonly string[];
  readonly lookup: ObjectLookup;
  /** A token in a Secret dies with its account and its Secret [--service-account-lookup]; one that is bound always does. */
  readonly checkObjects: boolean;
  /** Puts labels onto a Secret whose token was used. Errors: none, they are the callee's to tell. */
  readonly labelSecret: (secret: KubeObject, labels: Readonly<Record<string, string>>) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Clocks of issuer and verifier may differ by so much, in seconds (go-jose's DefaultLeeway). */
const LEEWAY = 60;
/** Tokens whose signature need not be checked again. */
const REMEMBERED = 4096;
const INVALIDATED = "service account token has been invalidated";

/**
 * Tokens of service accounts: those of TokenRequest, and those in Secrets of type kubernetes.io/service-account-token.
 * Only the signature is remembered; times, the account and what the token is bound to are looked at each time, so that a
 * token dies with any of them.
 */
export function accountTokenAuthenticator(options: AccountTokenOptions): TokenAuthenticator {
  const { keys, issuers, clock } = options;
  const proven = new BoundedCache<JsonObject>(REMEMBERED, clock);
  let provenBy: AccountKeys | undefined;
  return async ({ token, audiences, notes }) => {
    const held = keys();
    // A token whose key has been taken away is no longer proven.
    if (held !== provenBy) {
      proven.clear();
      provenBy = held instanceof Promise ? undefined : held;
    }
    const digest = tokenDigest(token);
    let claims = proven.get(digest);
    if (claims === undefined) {
      const jwt = parseJwt(token);
      const issuer = jwt?.claims["iss"];
      if (jwt === undefined || typeof issuer !== "string" || (issuer !== LEGACY_ISSUER && !issuers.includes(issuer))) return undefined;
      const { verifying } = await held;
      const named = candidates(verifying, jwt.keyId);
      if (named.length === 0) throw new BadCredential("invalid signature, no keys found");
      if (!named.some(({ publicKey }) => isSignedBy(jwt, publicKey)))
        throw new BadCredential("failed to verify the signature of the service account token");
      claims = jwt.claims;
      const expires = claims["exp"];
      proven.set(digest, claims, typeof expires === "number" ? (expires + LEEWAY) * 1000 : Infinity);
    }
    const own = audiencesOf(claims);
    if (own.length === 0) notes.annotate("authentication.k8s.io/legacy-token", stringIn(claims, "sub"));
    const wanted = audiences ?? options.apiAudiences;
    const tokenAudiences = own.length === 0 ? options.apiAudiences : own;
    const granted = common(tokenAudiences, wanted);
    if (granted.length === 0 && options.apiAudiences.length > 0)
      throw new BadCredential(`token audiences ${quoteTexts(tokenAudiences)} is invalid for the target audiences ${quoteTexts(wanted)}`);
    const identity =
      claims["iss"] === LEGACY_ISSUER ? await legacyIdentity(claims, token, options, notes) : await boundIdentity(claims, options, notes);
    return { user: accountUser(identity), audiences: granted };
  };
}

/** A kid names its key; without one, or with one that is not ours, every key may be it. */
function candidates(keys: readonly VerifyingKey[], keyId: string): readonly VerifyingKey[] {
  const named = keys.filter((key) => key.keyId === keyId);
  return named.length > 0 ? named : keyId === "" ? keys : [];
}

/** Errors: BadCredential for a time that is not within the token's, or that is not a time. */
function checkTimes(claims: ReadonlyJsonObject, now: number): void {
  const { nbf, exp, iat } = claims;
  for (const time of [nbf, exp, iat])
    if (time !== undefined && typeof time !== "number") throw new BadCredential("service account token claims could not be read");
  if (typeof nbf === "number" && now + LEEWAY < nbf) throw new BadCredential("service account token is not valid yet");
  if (typeof exp === "number" && now - LEEWAY > exp) throw new BadCredential("service account token has expired");
  if (typeof iat === "number" && now + LEEWAY < iat) throw new BadCredential("service account token is issued in the future");
}

async function boundIdentity(claims: JsonObject, options: AccountTokenOptions, notes: AuthenticationNotes): Promise<AccountIdentity> {
  const now = options.clock() / 1000;
  checkTimes(claims, now);
  const own = objectIn(claims, "kubernetes.io");
  const namespace = stringIn(own, "namespace");
  const account = objectIn(own, "serviceaccount");
  const name = stringIn(account, "name");
  const uid = stringIn(account, "uid");
  const [pod, node, secret] = ["pod", "node", "secret"].map((member) => referenceIn(own, member));
  if (claims["sub"] !== accountUserName({ namespace, name })) throw new BadCredential("service account token claims could not be read");
  const living = lookAt(options, now);
  await living.account(namespace, name, uid);
  if (secret !== undefined) await living.bound("secrets", "secret", namespace, secret);
  if (pod !== undefined) await living.bound("pods", "pod", namespace, pod);
  if (node !== undefined && pod === undefined) await living.bound("nodes", "node", "", node);
  const warnAfter = getOwn(own, "warnafter");
  if (typeof warnAfter === "number" && warnAfter !== 0 && now > warnAfter)
    notes.annotate(
      "authentication.k8s.io/stale-token",
      `subject: ${accountUserName({ namespace, name })}, seconds after warning threshold: ${Math.floor(now - warnAfter)}`,
    );
  return { namespace, name, uid, tokenId: stringIn(claims, "jti"), pod, node };
}

interface Reference {
  readonly name: string;
  readonly uid: string;
}

function referenceIn(parent: ReadonlyJsonObject, member: string): Reference | undefined {
  if (!isObject(getOwn(parent, member))) return undefined;
  const reference = objectIn(parent, member);
  return { name: stringIn(reference, "name"), uid: stringIn(reference, "uid") };
}

/** Checks that objects which a token speaks of are there, and still the same ones. */
function lookAt({ lookup }: AccountTokenOptions, now: number) {
  const isGone = ({ metadata: { deletionTimestamp } }: KubeObject): boolean =>
    deletionTimestamp !== undefined && Date.parse(deletionTimestamp) / 1000 < now - LEEWAY;
  return {
    async account(namespace: string, name: string, uid: string): Promise<void> {
      const found = await lookup("serviceaccounts", namespace, name);
      if (found === undefined) throw new BadCredential(`serviceaccounts ${quoteText(name)} not found`);
      if (isGone(found)) throw new BadCredential(`service account ${namespace}/${name} has been deleted`);
      if (found.metadata.uid !== uid)
        throw new BadCredential(`service account UID (${found.metadata.uid ?? ""}) does not match claim (${uid})`);
    },
    async bound(plural: string, kind: string, namespace: string, { name, uid }: Reference): Promise<void> {
      const found = await lookup(plural, namespace, name);
      if (found === undefined || isGone(found)) throw new BadCredential(INVALIDATED);
      if (found.metadata.uid !== uid)
        throw new BadCredential(`${kind} UID (${found.metadata.uid ?? ""}) does not match service account ${kind} ref claim (${uid})`);
    },
  };
}
