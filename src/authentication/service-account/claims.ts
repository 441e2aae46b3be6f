import type { JsonObject } from "../../object/json.ts";
import { accountUserName } from "./account-name.ts";

/** An object as a token names it. */
export interface BoundObject {
  readonly name: string;
  readonly uid: string;
}

/** What a new token is to say. Times in seconds. */
interface TokenContent {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly namespace: string;
  readonly account: BoundObject;
  readonly pod?: BoundObject | undefined;
  readonly secret?: BoundObject | undefined;
  /** Without a uid where only its name is known. */
  readonly node?: { readonly name: string; readonly uid?: string | undefined } | undefined;
  readonly issuedAt: number;
  readonly lifetime: number;
  /** When a holder should have fetched a new one; after it, uses are noted. */
  readonly warnAfter?: number | undefined;
  readonly tokenId: string;
}

/** The claims of a bound service account token (KEP-1205, KEP-4193). */
export function tokenClaims(content: TokenContent): JsonObject {
  const { namespace, account, pod, secret, node, issuedAt, lifetime, warnAfter } = content;
  return {
    "aud": [...content.audiences],
    "exp": issuedAt + lifetime,
    "iat": issuedAt,
    "iss": content.issuer,
    "jti": content.tokenId,
    "kubernetes.io": {
      namespace,
      ...(node === undefined ? {} : { node: { name: node.name, ...(node.uid ? { uid: node.uid } : {}) } }),
      ...(pod === undefined ? {} : { pod: reference(pod) }),
      ...(secret === undefined ? {} : { secret: reference(secret) }),
      serviceaccount: reference(account),
      ...(warnAfter === undefined ? {} : { warnafter: warnAfter }),
    },
    "nbf": issuedAt,
    "sub": accountUserName({ namespace, name: account.name }),
  };
}

function reference({ name, uid }: BoundObject): JsonObject {
  return { name, uid };
}
