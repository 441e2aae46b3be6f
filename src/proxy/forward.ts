import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { hostPort } from "../object/ip.ts";
import type { ApiAnswer, ApiRequest } from "../request/exchange.ts";
import { headerLines } from "../request/header-values.ts";
import { textAnswer } from "../request/text-answer.ts";
import { dialFault } from "../webhook/dial-fault.ts";
import type { DialAddress } from "../webhook/service-address.ts";
import { addressHeaders, linesByName } from "./forwarded-headers.ts";
import { passedOn } from "./remote-answer.ts";
import { BusyServer, type RemoteRequest, type RemoteServer } from "./remote-server.ts";
import { tunnel } from "./tunnel.ts";

/** Where and how a request is passed on. */
export interface Forwarding {
  readonly server: RemoteServer;
  readonly address: DialAddress;
  /** Path and query, as they go on the wire. */
  readonly target: string;
  /** All headers that the server gets, but for those of X-Forwarded- that tell of the address. */
  readonly headers: OutgoingHttpHeaders;
  readonly rejectRedirects: boolean;
  /** Milliseconds until the whole exchange must be over; undefined: it may last. */
  readonly leftMs?: number | undefined;
}

/** The longest body that is held in memory, of a request that cannot be streamed. */
const MAX_HELD_BODY = 3 << 20;
/** Methods that may be asked again without a body where a kept connection turns out to be closed (RFC 9110, 9.2.2). */
const REPEATABLE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Passes a request on and its answer back, both as they come. A server that cannot be reached is an answer, 503 in the
 * words of the original. Upgrades go through a tunnel once the other server has agreed, and never before.
 */
export async function forward(request: ApiRequest, forwarding: Forwarding): Promise<ApiAnswer> {
  const { address, headers } = forwarding;
  if (request.canSwitch === true) return forwardSwitch(request, forwarding);
  const body = await bodyOf(request);
  const unzip = headers["Accept-Encoding"] === undefined && headers["Range"] === undefined && request.method !== "HEAD";
  const sent = {
    method: request.method,
    target: forwarding.target,
    headers: {
      ...headers,
      ...(unzip ? { "Accept-Encoding": "gzip" } : {}),
      ...addressHeaders(address, forwarding.target),
    },
  };
  const end = new Ending(request, forwarding.leftMs);
  try {
    const { response, socket } = await exchange(forwarding, withLength(sent, body, request), body, end);
    if (socket !== undefined) {
      socket.destroy();
      throw new Error("the server switched protocols unasked");
    }
    const { rejectRedirects } = forwarding;
    const host = hostPort(address.host, address.port);
    const links = { host, origin: `https://${host}`, prefix: "" };
    return passedOn(response, { method: request.method, unzip, rejectRedirects, links, done: () => end.over() });
  } catch (error) {
    end.over();
    return refusal(error, "error trying to reach service", address);
  }
}

async function forwardSwitch(request: ApiRequest, forwarding: Forwarding): Promise<ApiAnswer> {
  const { address, target } = forwarding;
  const protocol = String(request.headers["upgrade"] ?? "");
  const headers = { ...forwarding.headers, Connection: "Upgrade", Upgrade: protocol };
  const end = new Ending(request, forwarding.leftMs);
  let answered: Answered;
  try {
    answered = await exchange(forwarding, { method: request.method, target, headers, switches: true }, undefined, end);
  } catch (error) {
    end.over();
    return refusal(error, "error dialing backend", address);
  }
  const { response, socket, head } = answered;
  const status = response.statusCode ?? 502;
  if (socket !== undefined && (response.headers.upgrade ?? "").toLowerCase() === protocol.toLowerCase()) {
    // Until somebody takes the tunnel, its end goes when the client does.
    end.of(socket);
    return {
      status,
      headers: Object.fromEntries(linesByName(headerLines(response))),
      takeOver(client, clientHead) {
        end.over();
        return tunnel(client as Socket, clientHead, socket, head);
      },
    };
  }
  socket?.destroy();
  const { method } = request;
  if (socket === undefined && status >= 400)
    return passedOn(response, { method, unzip: false, rejectRedirects: true, links: undefined, done: () => end.over() });
  response.destroy();
  end.over();
  return unavailable(`invalid upgrade response: status code ${status}`);
}

/** What a server said: `socket` where it switched protocols, with the bytes that came behind its answer. */
interface Answered {
  readonly response: IncomingMessage;
  readonly socket: Socket | undefined;
  readonly head: Buffer;
}

type Body = Buffer | Readable | undefined;

async function bodyOf(request: ApiRequest): Promise<Body> {
  if (request.stream !== undefined) return request.stream();
  const held = await request.body(MAX_HELD_BODY);
  return held.length === 0 ? undefined : held;
}

/** A body of known length is sent with that length. */
function withLength(sent: RemoteRequest, body: Body, { headers }: ApiRequest): RemoteRequest {
  const length = headers["content-length"];
  if (length === undefined || body === undefined || Buffer.isBuffer(body)) return sent;
  return { ...sent, headers: { ...sent.headers, "Content-Length": String(length) } };
}

async function exchange({ server, address }: Forwarding, sent: RemoteRequest, body: Body, end: Ending): Promise<Answered> {
  for (let again = true; ; again = false) {
    const outgoing = server.request(address, sent);
    end.of(outgoing);
    const answered = answerOf(outgoing);
    if (body === undefined || Buffer.isBuffer(body)) outgoing.end(body);
    else stream(body, outgoing);
    try {
      return await answered;
    } catch (error) {
      outgoing.destroy();
      const stale = outgoing.reusedSocket && (error as NodeJS.ErrnoException).code === "ECONNRESET";
      if (!again || !stale || body !== undefined || !REPEATABLE.has(sent.method)) throw error;
    }
  }
}

function stream(body: Readable, outgoing: ClientRequest): void {
  body.pipe(outgoing);
  body.once("error", () => outgoing.destroy());
  outgoing.once("close", () => body.unpipe(outgoing));
}

function answerOf(outgoing: ClientRequest): Promise<Answered> {
  return new Promise((resolve, reject) => {
    outgoing.on("response", (response: IncomingMessage) => resolve({ response, socket: undefined, head: Buffer.alloc(0) }));
    outgoing.on("upgrade", (response: IncomingMessage, socket: Socket, head: Buffer) => {
      socket.on("error", () => {});
      resolve({ response, socket, head });
    });
    // What fails after the answer has begun is told by reading it.
    outgoing.on("error", reject);
    outgoing.on("close", () => reject(new Error("EOF")));
  });
}

/** Ends an exchange when the client goes, or when its time is over. */
class Ending {
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout | undefined;
  #outgoing: ClientRequest | Socket | undefined;
  readonly #gone = (): void => void this.#outgoing?.destroy(new Error("context canceled"));

  constructor(request: ApiRequest, leftMs: number | undefined) {
    this.#signal = request.signal;
    this.#signal.addEventListener("abort", this.#gone, { once: true });
    const late = (): void => void this.#outgoing?.destroy(new Error("context deadline exceeded"));
    this.#timer = leftMs === undefined ? undefined : setTimeout(late, Math.max(0, leftMs));
  }

  /** What is ended. */
  of(outgoing: ClientRequest | Socket): void {
    this.#outgoing = outgoing;
    if (this.#signal.aborted) this.#gone();
  }

  over(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener("abort", this.#gone);
  }
}

function refusal(error: unknown, what: string, address: DialAddress): ApiAnswer {
  if (error instanceof BusyServer) return { ...BUSY, headers: { ...BUSY.headers, "retry-after": "1" } };
  return unavailable(`${what}: ${dialFault(error, address)}`);
}

const BUSY = textAnswer(429, "Too many requests, please try again later.\n", true);

/** 503 as the original tells it of what is behind it. */
function unavailable(message: string): ApiAnswer {
  return textAnswer(503, `${message}\n`, true);
}
