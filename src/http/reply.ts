import type { ApiAnswer, ApiRequest, Handler } from "../request/exchange.ts";
import { handlerFault, logBroken } from "./fault.ts";
import { acceptsGzip } from "./gzip.ts";
import type { HttpLimits } from "./limits.ts";
import type { HttpLog } from "./log.ts";
import type { Outlet } from "./outlet.ts";
import { send } from "./send.ts";

/** What both protocols need. */
export interface ServeOptions {
  readonly handler: Handler;
  readonly limits: HttpLimits;
  readonly log: HttpLog;
}

/** What the handler answers, or what is answered where it failed. */
export async function replyTo({ handler, log }: ServeOptions, request: ApiRequest): Promise<ApiAnswer> {
  try {
    return await handler(request);
  } catch (error) {
    return handlerFault(log, error, request);
  }
}

/** Sends an answer, compressed where its reader takes that. One that cannot be sent whole is broken off. */
export async function sendReply({ limits, log }: ServeOptions, outlet: Outlet, reply: ApiAnswer, request: ApiRequest): Promise<void> {
  const gzip = reply.compressible === true && acceptsGzip(request.headers["accept-encoding"]);
  try {
    const sending = send(outlet, reply, gzip, limits);
    if (sending !== undefined) await sending;
  } catch (error) {
    logBroken(log, error, request);
    outlet.kill();
  }
}
