import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Readable } from "node:stream";
import type { ApiRequest, Peer } from "../request/exchange.ts";
import { quiet, readBody } from "./body.ts";
import type { HttpLimits } from "./limits.ts";

/** A request of one HTTP/2 stream. Its headers still hold the pseudo headers (`:path`…), which no client can send otherwise. */
export class Http2Request implements ApiRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly peer: Peer;
  readonly #stream: ServerHttp2Stream;
  readonly #limits: HttpLimits;
  #body: Promise<Buffer> | undefined;
  #signal: AbortSignal | undefined;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, rawHeaders: readonly string[], peer: Peer, limits: HttpLimits) {
    this.method = headers[":method"] as string;
    this.target = headers[":path"] ?? "*";
    this.headers = headers;
    this.rawHeaders = rawHeaders;
    this.peer = peer;
    this.#stream = stream;
    this.#limits = limits;
  }

  body(limit: number): Promise<Buffer> {
    const stream = this.#stream;
    if (this.#body === undefined) this.#continue();
    this.#body ??= quiet(
      readBody(stream, {
        declared: this.headers["content-length"],
        limit,
        timeoutMs: this.#limits.bodyMs,
        discardBytes: 0, // the answer goes out at once, and the stream is closed after it
        kill: () => void stream.destroy(new Error("the request body did not arrive in time")),
      }),
    );
    return this.#body;
  }

  stream(): Readable | undefined {
    if (this.#stream.endAfterHeaders) return undefined;
    this.#continue();
    return this.#stream;
  }

  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      const controller = new AbortController();
      this.#signal = controller.signal;
      const stream = this.#stream;
      if (stream.destroyed || stream.aborted) controller.abort();
      else stream.once("close", () => void (stream.aborted && controller.abort())); // Node ends an aborted stream, so writableFinished says nothing
    }
    return this.#signal;
  }

  #continue(): void {
    const stream = this.#stream;
    if (this.headers.expect?.toLowerCase() === "100-continue" && !stream.destroyed && !stream.headersSent)
      stream.additionalHeaders({ ":status": 100 });
  }
}
