import { request as httpsRequest } from "node:https";
import { parseJson } from "../../codec/json-text.ts";
import { errorText } from "../../object/error-text.ts";
import { isObject, type JsonObject, type JsonValue } from "../../object/json.ts";
import { readBody } from "../../webhook/read-body.ts";
import { responseTo } from "../../webhook/response-to.ts";

/** The largest document that is read, in bytes. */
const MAX_DOCUMENT = 1 << 20;
const TIMEOUT_MS = 10_000;

/** Gets a JSON object. Errors: Error saying why not. */
export type FetchJson = (url: string) => Promise<JsonObject>;
/** Gets a text, with a bearer token where there is one ("" for none). Errors: Error saying why not. */
export type FetchText = (url: string, token: string) => Promise<string>;

/** Fetches over HTTPS alone, trusting the given authorities (PEM), or those of the system where there are none given. */
export function httpsFetcher(ca: string | undefined): FetchJson {
  return async (url) => {
    const value = jsonIn(await fetched(url, ca, ""));
    if (isObject(value)) return value;
    throw new Error(`Get ${url}: the answer is no JSON object`);
  };
}

/** The same for texts. */
export function httpsTextFetcher(ca: string | undefined): FetchText {
  return async (url, token) => (await fetched(url, ca, token)).toString("utf8");
}

async function fetched(url: string, ca: string | undefined, token: string): Promise<Buffer> {
  if (!url.startsWith("https://")) throw new Error(`${url} is not fetched: it is no https URL`);
  try {
    return await exchanged(url, ca, token);
  } catch (error) {
    throw new Error(`Get ${url}: ${errorText(error)}`, { cause: error });
  }
}

async function exchanged(url: string, ca: string | undefined, token: string): Promise<Buffer> {
  const request = httpsRequest(url, {
    headers: {
      "accept-encoding": "gzip",
      "user-agent": "Go-http-client/1.1",
      ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
    },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(ca === undefined ? {} : { ca }),
  });
  const response = await responseTo(request);
  if (response.statusCode === 200) return readBody(response, MAX_DOCUMENT);
  request.destroy();
  throw new Error(`status ${response.statusCode ?? 0}`);
}

function jsonIn(bytes: Buffer): JsonValue | undefined {
  try {
    return parseJson(bytes.toString("utf8")).value;
  } catch {
    return undefined;
  }
}
