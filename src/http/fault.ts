import { internalError } from "../object/status.ts";
import { BrokenSource, type ApiAnswer, type ApiRequest } from "../request/exchange.ts";
import type { HttpLog } from "./log.ts";

/** The answer where the handler failed, which it promises never to: a bug of ours, logged, and told without its text. */
export function handlerFault(log: HttpLog, error: unknown, { method, target }: ApiRequest): ApiAnswer {
  log.error({ err: error, method, target }, "handler failed");
  const { status } = internalError("the request could not be answered");
  return {
    status: status.code,
    headers: { "content-type": "application/json", "cache-control": "no-cache, private" },
    body: Buffer.from(`${JSON.stringify(status)}\n`),
  };
}

/** Tells of an answer that was broken off: a bug of ours, unless what it was read from broke off. */
export function logBroken(log: HttpLog, error: unknown, { method, target }: ApiRequest): void {
  log[error instanceof BrokenSource ? "debug" : "error"]({ err: error, method, target }, "answer failed");
}
