import { statusError, methodNotAllowed } from "../../object/status.ts";
import type { RequestContext } from "../../request/context.ts";
import type { ApiAnswer } from "../../request/exchange.ts";
import { algorithmOf, jsonWebKey } from "../jwt.ts";
import type { AccountKeySource } from "./keys.ts";

/** Where an issuer's configuration is (OpenID Connect Discovery 1.0, 4). */
export const CONFIGURATION_PATH = "/.well-known/openid-configuration";
/** Where the keys of this server are. */
export const KEYS_PATH = "/openid/v1/jwks";

const KEY_SET_TYPE = "application/jwk-set+json";
/** Relying parties may keep the documents for so long. */
const CACHE = "public, max-age=3600";

interface IssuerDocumentOptions {
  readonly issuer: string;
  readonly keys: AccountKeySource;
  /** Where the keys are said to be; asked for each answer, since a port may only be known late. */
  readonly keysUrl: () => string;
}

/**
 * What others need to check service account tokens by themselves (KEP-1393, OpenID Connect Discovery). Undefined for
 * other paths. Errors: StatusError 405, 406.
 */
export function issuerDocuments({ issuer, keys, keysUrl }: IssuerDocumentOptions) {
  return async ({ request: { method, headers }, info: { path } }: RequestContext): Promise<ApiAnswer | undefined> => {
    if (path !== CONFIGURATION_PATH && path !== KEYS_PATH) return undefined;
    if (method !== "GET" && method !== "HEAD") throw methodNotAllowed();
    const type = path === KEYS_PATH ? KEY_SET_TYPE : "application/json";
    requireAccept(headers["accept"], type);
    const { verifying } = await keys();
    const value =
      path === KEYS_PATH
        ? { keys: verifying.map(jsonWebKey) }
        : {
            issuer,
            jwks_uri: keysUrl(),
            response_types_supported: ["id_token"],
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: [...new Set(verifying.map(({ publicKey }) => algorithmOf(publicKey)))].sort(),
          };
    return { status: 200, headers: { "content-type": type, "cache-control": CACHE }, body: Buffer.from(JSON.stringify(value)) };
  };
}

/** These documents have one form each. */
function requireAccept(accept: string | readonly string[] | undefined, type: string): void {
  const ranges = String(accept ?? "*/*")
    .split(",")
    .map((range) => (range.split(";")[0] as string).trim());
  if (ranges.some((range) => range === "" || range === "*/*" || range === type)) return;
  throw statusError(406, "NotAcceptable", `406: Not Acceptable\n\nAvailable representations: ${type}`, {});
}
