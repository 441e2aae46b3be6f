import type { ClientRequest, IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { isObject } from "../object/json.ts";
import { parseJson } from "../codec/json-text.ts";
import type { Credentials } from "./credentials.ts";
import { dialFault } from "./dial-fault.ts";
import { readBody } from "./read-body.ts";
import { responseTo } from "./response-to.ts";
import type { DialAddress } from "./service-address.ts";
import { statusText } from "./webhook-client.ts";

/** The largest answer that is read, in bytes. */
const MAX_ANSWER = 8 << 20;
/** Connections that one webhook gets at most; more calls wait. */
const MAX_SOCKETS = 64;
/** How long a connection is kept that nobody uses; less where the webhook says so (Keep-Alive), so that none is used as it ends. */
const IDLE_MS = 90_000;
/** How often a webhook is asked that says to come again (Retry-After). */
const MAX_ATTEMPTS = 10;

/** A webhook that could not be called; `message` is the original's. */
export class CallFault extends Error {}

/** Where and how to call. */
export interface CallTarget {
  /** With the query, without the timeout. */
  readonly url: string;
  /** Where to connect to instead of the URL's host; its rejection is told like that of a connection. */
  readonly dial: (() => Promise<DialAddress>) | undefined;
  readonly ca: string | undefined;
  readonly timeoutMs: number;
  /** As whom to call; absent: as nobody. */
  readonly credentials?: Credentials | undefined;
}

/** Posts to webhooks over kept connections. Redirects are not followed: what a webhook may see is its own address's. */
export class HookTransport {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, timeout: IDLE_MS, ALPNProtocols: ["http/1.1"] });

  /** The text of a good answer. Errors: CallFault. */
  async post(target: CallTarget, body: Buffer): Promise<string> {
    const until = performance.now() + target.timeoutMs;
    const separator = target.url.includes("?") ? "&" : "?";
    const url = `${target.url}${separator}timeout=${Math.ceil(target.timeoutMs / 1000)}s`;
    const late = (): CallFault => new CallFault(`Post ${JSON.stringify(url)}: context deadline exceeded`);
    for (let attempt = 1; ; attempt++) {
      const left = until - performance.now();
      if (left <= 0) throw late();
      const answer = await this.#exchange(url, target, body, left);
      if (answer.retryAfter === undefined || attempt === MAX_ATTEMPTS) return goodText(answer);
      await sleep(Math.max(0, Math.min(answer.retryAfter * 1000, until - performance.now())), undefined, { ref: false });
    }
  }

  async #exchange(url: string, target: CallTarget, body: Buffer, leftMs: number): Promise<Answer> {
    const deadline = AbortSignal.timeout(Math.ceil(leftMs));
    const parts = new URL(url);
    let address: DialAddress | undefined;
    try {
      address = await target.dial?.();
      return await readAnswer(await responseTo(this.#request(parts, address, target, body.length, deadline), body));
    } catch (error) {
      const reason = deadline.aborted ? "context deadline exceeded" : dialFault(error, address ?? ownAddress(parts));
      throw new CallFault(`Post ${JSON.stringify(url)}: ${reason}`);
    }
  }

  #request(url: URL, address: DialAddress | undefined, target: CallTarget, length: number, signal: AbortSignal): ClientRequest {
    const { ca, credentials: { cert, key, authorization } = {} } = target;
    const own = ownAddress(url);
    const { host, port } = address ?? own;
    const request = httpsRequest({
      method: "POST",
      agent: this.#agent,
      host,
      port,
      path: `${url.pathname}${url.search}`,
      // A certificate is checked against the name that was asked for, wherever the connection goes.
      ...(isIP(own.host) !== 0 ? {} : { servername: own.host }),
      headers: {
        "host": address === undefined ? url.host : `${own.host}:${own.port}`,
        "accept": "application/json, */*",
        "accept-encoding": "gzip",
        "content-type": "application/json",
        "content-length": length,
        "user-agent": "kube-apiserver-admission",
        ...(authorization === undefined ? {} : { authorization }),
      },
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
      ...(ca === undefined ? {} : { ca }),
      signal,
    });
    // HTTP/1.1 keeps connections anyway.
    request.removeHeader("connection");
    return request;
  }
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** Seconds after which it may be asked again, where it says so. */
  readonly retryAfter: number | undefined;
}

function ownAddress(url: URL): DialAddress {
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 443) };
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const bytes = await readBody(response, MAX_ANSWER);
  const status = response.statusCode ?? 0;
  const seconds = Number(response.headers["retry-after"] ?? "x");
  return {
    status,
    contentType: response.headers["content-type"] ?? "",
    text: bytes.toString("utf8"),
    retryAfter: (status === 429 || status >= 500) && Number.isInteger(seconds) && seconds >= 0 ? seconds : undefined,
  };
}

/** Errors: CallFault for an answer that is not a good one, in the webhook's own words where it sent a Status. */
function goodText({ status, contentType, text }: Answer): string {
  if (status >= 200 && status <= 206) {
    if (text !== "") return text;
    throw new CallFault(`0-length response with status code: ${status} and content type: ${contentType || "application/json"}`);
  }
  throw new CallFault(statusMessage(text) ?? statusText(status, text));
}

function statusMessage(text: string): string | undefined {
  try {
    const { value } = parseJson(text);
    return isObject(value) && value["kind"] === "Status" && typeof value["message"] === "string" ? value["message"] : undefined;
  } catch {
    return undefined;
  }
}
