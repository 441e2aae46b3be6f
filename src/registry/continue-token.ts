import { jsonKind } from "../codec/json-kind.ts";
import { JsonError, scanJson } from "../codec/json-scan.ts";
import { isObject, type JsonObject } from "../object/json.ts";
import { badRequest } from "../object/status.ts";

/** Where the next page of a list begins: after this key of the collection, at this revision. */
interface ContinueToken {
  /** 0 or less: at the newest state (an inconsistent continuation). */
  readonly revision: number;
  /** The first key of the page, relative to the collection's prefix. */
  readonly startKey: string;
}

/** The token as clients carry it: base64url JSON {v, rv, start}, as the original writes it. */
export function encodeContinue(token: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv: token.revision, start: token.startKey })).toString("base64url");
}

/** Errors: StatusError 400 with the original's words for whatever is no token. */
export function decodeContinue(text: string): ContinueToken {
  const bad = /[^A-Za-z0-9_-]/.exec(text)?.index ?? (text.length % 4 === 1 ? text.length - 1 : -1);
  if (bad >= 0) throw refuse(`continue key is not valid: illegal base64 data at input byte ${bad}`);
  const { v, rv, start } = contentOf(Buffer.from(text, "base64url").toString("utf8"));
  if (v !== "meta.k8s.io/v1")
    throw refuse(`continue key is not valid: server does not recognize this encoded version "${String(v ?? "")}"`);
  if (typeof rv !== "number" || !Number.isSafeInteger(rv)) throw refuse("continue key is not valid: it holds no resourceVersion");
  if (rv === 0) throw refuse("continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  if (typeof start !== "string" || start === "")
    throw refuse("continue key is not valid: encoded start key empty (version meta.k8s.io/v1)");
  const startKey = start.startsWith("/") ? start.slice(1) : start;
  if (startKey.endsWith("/") || startKey.split("/").some((segment) => segment === "" || segment === ".." || segment === "."))
    throw refuse(`continue key is not valid: ${start}`);
  return { revision: rv, startKey };
}

function contentOf(text: string): JsonObject {
  try {
    const { value } = scanJson(text);
    if (value === null) return {};
    if (isObject(value)) return value;
    throw refuse(`continue key is not valid: json: cannot unmarshal ${jsonKind(value)} into Go value of type storage.continueToken`);
  } catch (error) {
    if (error instanceof JsonError) throw refuse(`continue key is not valid: ${error.message}`);
    throw error;
  }
}

function refuse(text: string): Error {
  return badRequest(`invalid continue token: ${text}`);
}
