import { createPublicKey, type KeyObject } from "node:crypto";
import { isObject, type ReadonlyJson } from "../../object/json.ts";
import { listIn, stringIn } from "../../object/read.ts";
import { isSignedBy, type ParsedJwt } from "../jwt.ts";
import { CONFIGURATION_PATH } from "../service-account/issuer-documents.ts";
import type { FetchJson } from "./fetch-json.ts";

/** An issuer that could not be reached is left alone for so long. */
const RETRY_MS = 10_000;
/** Tokens with keys that nobody knows make the keys be fetched no oftener than this. */
const REFRESH_MS = 1_000;

interface IssuerKey {
  readonly keyId: string;
  readonly publicKey: KeyObject;
}

interface IssuerKeysOptions {
  readonly issuer: string;
  /** Where its configuration is; "" for where OpenID Connect Discovery puts it. */
  readonly discoveryUrl: string;
  readonly fetch: FetchJson;
  readonly clock: () => number;
}

/**
 * The keys of one issuer (OpenID Connect Discovery 1.0): found at first need, fetched anew when a token bears a signature
 * of none of them, which is how an issuer changes its keys.
 */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  #keysUrl: string | undefined;
  #discovering: Promise<string> | undefined;
  #failed: { readonly at: number; readonly error: Error } | undefined;
  #keys: readonly IssuerKey[] = [];
  #fetchedAt = -Infinity;
  #fetching: Promise<void> | undefined;

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
  }

  /** Finds out where the keys are. Errors: Error saying why that failed, which stands for some seconds. */
  async discover(): Promise<void> {
    await this.#url();
  }

  /** Whether a key of the issuer made the signature. Errors: Error where the keys cannot be had. */
  async verify(jwt: ParsedJwt): Promise<boolean> {
    if (this.#isSigned(jwt)) return true;
    const { clock } = this.#options;
    if (this.#fetching === undefined && clock() - this.#fetchedAt < REFRESH_MS) return false;
    await (this.#fetching ??= this.#fetchKeys().finally(() => (this.#fetching = undefined)));
    return this.#isSigned(jwt);
  }

  #isSigned(jwt: ParsedJwt): boolean {
    return this.#keys.some(({ keyId, publicKey }) => (jwt.keyId === "" || keyId === jwt.keyId) && isSignedBy(jwt, publicKey));
  }

  async #fetchKeys(): Promise<void> {
    const document = await this.#options.fetch(await this.#url());
    this.#keys = listIn(document, "keys").flatMap(readKey);
    this.#fetchedAt = this.#options.clock();
  }

  async #url(): Promise<string> {
    if (this.#keysUrl !== undefined) return this.#keysUrl;
    const { clock } = this.#options;
    if (this.#failed !== undefined && clock() - this.#failed.at < RETRY_MS) throw this.#failed.error;
    this.#discovering ??= this.#find().finally(() => (this.#discovering = undefined));
    try {
      return (this.#keysUrl = await this.#discovering);
    } catch (error) {
      this.#failed = { at: clock(), error: error instanceof Error ? error : new Error(String(error)) };
      throw this.#failed.error;
    }
  }

  async #find(): Promise<string> {
    const { issuer, discoveryUrl, fetch } = this.#options;
    const document = await fetch(discoveryUrl || issuer.replace(/\/$/, "") + CONFIGURATION_PATH);
    const told = stringIn(document, "issuer");
    if (told !== issuer) throw new Error(`oidc: issuer did not match the issuer returned by provider, expected "${issuer}" got "${told}"`);
    return stringIn(document, "jwks_uri");
  }
}

/** A member of a key set; what is no key that signs here is passed over. */
function readKey(jwk: ReadonlyJson): IssuerKey[] {
  if (!isObject(jwk)) return [];
  try {
    return [{ keyId: stringIn(jwk, "kid"), publicKey: createPublicKey({ key: JSON.parse(JSON.stringify(jwk)), format: "jwk" }) }];
  } catch {
    return [];
  }
}
