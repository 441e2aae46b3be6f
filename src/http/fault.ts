import { internalError } from "../object/status.ts";
import type { ApiAnswer } from "../request/exchange.ts";

/** The answer where the handler failed: a bug of ours, told without its text. */
export function faultAnswer(): ApiAnswer {
  const { status } = internalError("the request could not be answered");
  return {
    status: status.code,
    headers: { "content-type": "application/json", "cache-control": "no-cache, private" },
    body: Buffer.from(`${JSON.stringify(status)}\n`),
  };
}
