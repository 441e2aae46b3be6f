import { bodyFormat } from "../request/negotiation.ts";
import type { ApiRequest } from "../request/exchange.ts";
import type { BodyFormat } from "./decode-body.ts";

/** Bytes of a request body (kube-apiserver's MaxRequestBodyBytes). */
export const MAX_BODY = 3 * 1024 * 1024;

/** The body and what it is written in. Errors: StatusError 415 for a Content-Type that is not read, 413, 400. */
export async function bodyOf(request: ApiRequest): Promise<{ readonly bytes: Buffer; readonly format: BodyFormat }> {
  const format = bodyFormat(request.headers["content-type"]);
  return { bytes: await request.body(MAX_BODY), format };
}
