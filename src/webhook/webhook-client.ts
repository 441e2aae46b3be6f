import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeJson } from "../codec/decode-text.ts";
import { isObject, type JsonObject, type ReadonlyJsonObject } from "../object/json.ts";
import { quoteText } from "../object/quote.ts";
import type { WebhookTarget } from "./kubeconfig.ts";
import { readBody } from "./read-body.ts";
import { responseTo } from "./response-to.ts";

/** A webhook did not answer, or not as it should; the message is the original's. */
export class WebhookError extends Error {
  readonly retry: boolean;

  constructor(message: string, retry = false) {
    super(message);
    this.retry = retry;
  }
}

/** The largest answer that is read, in bytes. */
const MAX_ANSWER = 1 << 20;
/** How often one call is sent elsewhere. */
const MAX_REDIRECTS = 10;
/** Connections that one webhook gets at most; more calls wait. */
const MAX_SOCKETS = 64;
/** How often a call is made, how long it waits before the second, and how much longer before each other. */
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 500;
const WAIT_FACTOR = 1.5;

interface WebhookClientOptions {
  /** How long one call may take, in milliseconds. */
  readonly timeoutMs: number;
  /** A number in [0, 1), to spread retries. */
  readonly random: () => number;
}

/** What a webhook said. */
export interface WebhookAnswer {
  readonly status: number;
  /** The header, if it is there. */
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** One request of a call that may be sent elsewhere; without a body it only asks. */
interface Call {
  readonly url: URL;
  readonly body: Buffer | undefined;
  readonly referer: string | undefined;
}

/**
 * Where an answer sends a call (RFC 9110, 15.4), as Go's client follows it: a POST becomes a GET unless the answer says to
 * keep it. Undefined where it is sent nowhere, or to another server: that one is not to see the credentials.
 */
function redirected({ url, body }: Call, { statusCode = 0, headers: { location } }: IncomingMessage): Call | undefined {
  const keeps = statusCode === 307 || statusCode === 308;
  if ((!keeps && ![301, 302, 303].includes(statusCode)) || location === undefined || !URL.canParse(location, url.href)) return undefined;
  const next = new URL(location, url);
  return next.origin === url.origin ? { url: next, body: keeps ? body : undefined, referer: url.href } : undefined;
}

/** Posts JSON to one webhook over kept connections. */
export class WebhookClient {
  readonly #target: WebhookTarget;
  readonly #options: WebhookClientOptions;
  readonly #url: URL;
  readonly #agent: HttpAgent;

  constructor(target: WebhookTarget, options: WebhookClientOptions) {
    this.#target = target;
    this.#options = options;
    this.#url = new URL(target.url);
    this.#url.searchParams.set("timeout", `${options.timeoutMs / 1000}s`);
    const pool = { keepAlive: true, maxSockets: MAX_SOCKETS };
    this.#agent = this.#url.protocol === "http:" ? new HttpAgent(pool) : new HttpsAgent(pool);
  }

  /** The answer to a body, asked again where that may help. Errors: WebhookError. */
  async post(body: ReadonlyJsonObject): Promise<JsonObject> {
    const bytes = Buffer.from(JSON.stringify(body));
    let wait = FIRST_WAIT_MS;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#call(bytes);
      } catch (error) {
        if (!(error instanceof WebhookError) || !error.retry || attempt === ATTEMPTS) throw error;
      }
      await sleep(wait * (1 + 0.2 * this.#options.random()), undefined, { ref: false });
      wait *= WAIT_FACTOR;
    }
  }

  /** Closes the kept connections. */
  close(): void {
    this.#agent.destroy();
  }

  /** Closes them when calls that are under way have ended; for a client that another one has replaced. */
  retire(): void {
    setTimeout(() => this.close(), this.#options.timeoutMs).unref();
  }

  async #call(bytes: Buffer): Promise<JsonObject> {
    const { status, text } = await this.exchange(bytes);
    if (status < 200 || status > 299) throw new WebhookError(statusText(status, text), status === 500 || status === 429);
    const fault = (why: string): WebhookError => new WebhookError(`couldn't get version/kind; json parse error: ${why}`);
    const value = decodeJson(text, fault);
    if (isObject(value)) return value;
    throw fault("the answer is no object");
  }

  /** One answer to one call, whatever its status. Errors: WebhookError where there is none. */
  async exchange(bytes: Buffer): Promise<WebhookAnswer> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(new Error("context deadline exceeded")), this.#options.timeoutMs);
    let call: Call = { url: this.#url, body: bytes, referer: undefined };
    try {
      for (let hops = 0; ; hops++) {
        const response = await this.#send(call, stop.signal);
        const next = hops < MAX_REDIRECTS ? redirected(call, response) : undefined;
        if (next === undefined) {
          return {
            status: response.statusCode ?? 0,
            retryAfter: response.headers["retry-after"],
            text: (await readBody(response, MAX_ANSWER)).toString("utf8"),
          };
        }
        response.resume();
        call = next;
      }
    } catch (error) {
      throw this.#failure(stop.signal.aborted ? (stop.signal.reason as Error) : (error as Error));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends one request and waits for the head of its answer; `signal` also ends the reading of the rest. */
  #send({ url, body, referer }: Call, signal: AbortSignal): Promise<IncomingMessage> {
    const { ca, cert, key, authorization, serverName, insecure } = this.#target;
    const request = (url.protocol === "http:" ? httpRequest : httpsRequest)(url, {
      method: body === undefined ? "GET" : "POST",
      agent: this.#agent,
      headers: {
        "accept": "application/json, */*",
        "accept-encoding": "gzip",
        "user-agent": "Go-http-client/1.1",
        ...(body === undefined ? {} : { "content-type": "application/json", "content-length": body.length }),
        ...(authorization === undefined ? {} : { authorization }),
        ...(referer === undefined ? {} : { referer }),
      },
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
      ...(serverName === undefined ? {} : { servername: serverName }),
      rejectUnauthorized: !insecure,
      signal,
    });
    // HTTP/1.1 keeps connections anyway.
    request.removeHeader("connection");
    return responseTo(request, body);
  }

  /** A connection that was reset is worth another try; one that was closed in good order is not. */
  #failure({ message, code, syscall }: Error & Pick<NodeJS.ErrnoException, "code" | "syscall">): WebhookError {
    const reason = message === "socket hang up" ? "EOF" : message;
    return new WebhookError(`Post ${quoteText(decodeURI(this.#url.href))}: ${reason}`, code === "ECONNRESET" && syscall !== undefined);
  }
}

const STATUS_TEXTS: ReadonlyMap<number, string> = new Map([
  [400, "the server rejected our request for an unknown reason"],
  [401, "the server has asked for the client to provide credentials"],
  [404, "the server could not find the requested resource"],
  [405, "the server does not allow this method on the requested resource"],
  [429, "the server has received too many requests and has asked us to try again later"],
  [503, "the server is currently unable to handle the request"],
  [504, "the server was unable to return a response in the time allotted, but may still be processing the request"],
]);

/** How the original tells of a status that it did not expect. */
export function statusText(status: number, body: string): string {
  const known = STATUS_TEXTS.get(status);
  if (known !== undefined) return known;
  if (status === 403) return body;
  if (status >= 500) return `an error on the server (${quoteText(body)}) has prevented the request from succeeding`;
  return `the server responded with the status code ${status} but did not return more information`;
}
