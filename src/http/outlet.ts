import type { Writable } from "node:stream";
import type { ApiAnswer } from "../request/exchange.ts";

/** The way out of one answer, the same for both protocols. */
export interface Outlet {
  /** Where body bytes go after the head. */
  readonly out: Writable;
  /** The request was HEAD: nothing follows the head. */
  readonly headOnly: boolean;
  /** Sends status and headers; `length` undefined: not known before the end; `end`: no body follows. */
  head(answer: ApiAnswer, extra: Readonly<Record<string, string>> | undefined, length: number | undefined, end: boolean): void;
  /** Breaks the answer off so that the peer sees it is not whole. */
  kill(): void;
}
