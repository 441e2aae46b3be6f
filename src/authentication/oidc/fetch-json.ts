import { request as httpsRequest } from "node:https";
import { parseJson } from "../../codec/json-text.ts";
import { isObject, type JsonObject } from "../../object/json.ts";

/** The largest document that is read, in bytes. */
const MAX_DOCUMENT = 1 << 20;
const TIMEOUT_MS = 10_000;

/** Gets a JSON object. Errors: Error saying why not. */
export type FetchJson = (url: string) => Promise<JsonObject>;

/** Fetches over HTTPS alone, trusting the given authorities (PEM), or those of the system where there are none given. */
export function httpsFetcher(ca: string | undefined): FetchJson {
  return (url) =>
    new Promise((done, fail) => {
      if (!url.startsWith("https://")) throw new Error(`${url} is not fetched: it is no https URL`);
      const request = httpsRequest(url, {
        headers: { "accept": "application/json", "user-agent": "binnacle" },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(ca === undefined ? {} : { ca }),
      });
      request.on("error", (error) => fail(new Error(`Get ${url}: ${error.message}`)));
      request.on("response", (response) => {
        if (response.statusCode !== 200) {
          response.resume();
          fail(new Error(`Get ${url}: status ${response.statusCode ?? 0}`));
          return;
        }
        const pieces: Buffer[] = [];
        let size = 0;
        response.on("data", (piece: Buffer) => {
          size += piece.length;
          if (size > MAX_DOCUMENT) request.destroy(new Error(`the answer is larger than ${MAX_DOCUMENT} bytes`));
          else pieces.push(piece);
        });
        response.on("error", (error) => fail(new Error(`Get ${url}: ${error.message}`)));
        response.on("end", () => {
          try {
            const { value } = parseJson(Buffer.concat(pieces).toString("utf8"));
            if (isObject(value)) done(value);
            else fail(new Error(`Get ${url}: the answer is no JSON object`));
          } catch {
            fail(new Error(`Get ${url}: the answer is no JSON`));
          }
        });
      });
      request.end();
    });
}
