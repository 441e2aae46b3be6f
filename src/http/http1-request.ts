import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import type { ApiRequest, Peer } from "../request/exchange.ts";
import { quiet, readBody } from "./body.ts";
import type { HttpLimits } from "./limits.ts";

const NO_BODY = Buffer.alloc(0);

/** A request of HTTP/1.1. `response` undefined: it asks for another protocol and has no body. */
export class Http1Request implements ApiRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly peer: Peer;
  readonly canSwitch?: true;
  readonly #incoming: IncomingMessage;
  readonly #response: ServerResponse | undefined;
  readonly #limits: HttpLimits;
  readonly #awaitsContinue: boolean;
  #body: Promise<Buffer> | undefined;
  #signal: AbortSignal | undefined;

  constructor(incoming: IncomingMessage, response: ServerResponse | undefined, peer: Peer, limits: HttpLimits, awaitsContinue: boolean) {
    this.method = incoming.method as string;
    this.target = originForm(incoming.url as string);
    this.headers = incoming.headers;
    this.rawHeaders = incoming.rawHeaders;
    this.peer = peer;
    this.#incoming = incoming;
    this.#response = response;
    this.#limits = limits;
    this.#awaitsContinue = awaitsContinue;
    if (response === undefined) this.canSwitch = true;
  }

  body(limit: number): Promise<Buffer> {
    if (this.#response === undefined) return Promise.resolve(NO_BODY);
    if (this.#body === undefined && this.#awaitsContinue && Number(this.headers["content-length"] ?? 0) <= limit) {
      this.#response.writeContinue();
    }
    this.#body ??= quiet(
      readBody(this.#incoming, {
        declared: this.headers["content-length"],
        limit,
        timeoutMs: this.#limits.bodyMs,
        discardBytes: this.#awaitsContinue ? 0 : this.#limits.discardBytes,
        kill: () => this.#incoming.socket.destroy(),
      }),
    );
    return this.#body;
  }

  stream(): Readable | undefined {
    const { "content-length": length = "0", "transfer-encoding": coding } = this.headers;
    if (this.#response === undefined || (coding === undefined && Number(length) === 0)) return undefined;
    if (this.#awaitsContinue) this.#response.writeContinue();
    return this.#incoming;
  }

  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      const controller = new AbortController();
      this.#signal = controller.signal;
      const response = this.#response;
      if (this.#incoming.socket.destroyed) controller.abort();
      else if (response === undefined) this.#incoming.socket.once("close", () => controller.abort());
      else response.once("close", () => response.writableFinished || controller.abort());
    }
    return this.#signal;
  }
}

/** A client may send the absolute form to any server (RFC 9112 3.2.2); path and query are what counts. */
function originForm(target: string): string {
  if (target.startsWith("/")) return target;
  const match = /^https?:\/\/[^/?#]*(.*)$/i.exec(target);
  if (match === null) return target;
  const rest = match[1] as string;
  return rest.startsWith("/") ? rest : `/${rest}`;
}
