import { createServer, ServerResponse, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { ApiAnswer } from "../request/exchange.ts";
import { logBroken } from "./fault.ts";
import { Http1Request } from "./http1-request.ts";
import type { Outlet } from "./outlet.ts";
import { SocketPeer } from "./peer.ts";
import { replyTo, sendReply, type ServeOptions } from "./reply.ts";
import { asksToSwitch, askWithoutSwitch, switchingHead } from "./upgrade.ts";

/** HTTP/1.1 on connections that are handed in. */
interface Http1Server {
  serve(socket: TLSSocket): void;
  /** Closes idle connections now and the others after the answer they are at. */
  drain(): void;
}

/** Makes the HTTP/1.1 side. The handler's answer decides whether a request that asks for another protocol gets it. */
export function createHttp1(options: ServeOptions): Http1Server {
  const { limits } = options;
  const connections = new Map<object, Connection>();
  let draining = false;
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.headersMs + limits.bodyMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(5000, limits.headersMs),
  });
  const onRequest =
    (awaitsContinue: boolean) =>
    (incoming: IncomingMessage, response: ServerResponse): void => {
      const connection = connections.get(incoming.socket);
      if (connection === undefined || connection.running >= limits.inFlight) {
        incoming.socket.destroy();
        return;
      }
      incoming.on("error", ignore); // the peer broke off; 'close' follows
      response.on("error", ignore);
      connection.running++;
      connection.answering = response;
      response.once("close", () => {
        connection.running--;
        if (draining && connection.running === 0) incoming.socket.end();
      });
      const request = new Http1Request(incoming, response, connection.peer, limits, awaitsContinue);
      void answer(options, incoming, response, request, () => draining);
    };
  server.on("request", onRequest(false));
  server.on("checkContinue", onRequest(true));
  server.on("clientError", (error, socket) => {
    const answering = connections.get(socket)?.answering;
    if (answering?.headersSent === true && !answering.writableFinished) socket.destroy();
    else refuse(error, socket);
  });
  server.on("upgrade", (incoming: IncomingMessage, duplex: Duplex, head: Buffer) => {
    const socket = duplex as TLSSocket;
    const connection = connections.get(socket);
    if (connection === undefined || connection.running >= limits.inFlight) {
      socket.destroy();
    } else if (!asksToSwitch(incoming)) {
      askWithoutSwitch(server, incoming, socket, head);
    } else {
      connection.running++;
      socket.on("error", ignore);
      void answerSwitch(options, incoming, socket, head, new Http1Request(incoming, undefined, connection.peer, limits, false));
    }
  });
  server.emit("listening"); // starts its check of header and request times; it never listens itself
  return {
    serve(socket) {
      connections.set(socket, { peer: new SocketPeer(socket), running: 0, answering: undefined });
      socket.once("close", () => connections.delete(socket));
      server.emit("connection", socket);
    },
    drain() {
      draining = true;
      stopChecks(server);
      for (const [socket, { running }] of connections) if (running === 0) (socket as TLSSocket).end();
    },
  };
}

interface Connection {
  readonly peer: SocketPeer;
  running: number;
  /** The latest answer: while its body goes out, nothing else may. */
  answering: ServerResponse | undefined;
}

/** The close of a server that never listened fails; what counts is that its timer stops. */
function stopChecks(server: Server): void {
  server.close(ignore);
}

async function answer(
  options: ServeOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
  request: Http1Request,
  draining: () => boolean,
): Promise<void> {
  const reply = await replyTo(options, request);
  if (response.destroyed) return;
  // The rest of a body that nobody read would be taken for the next request.
  await sendReply(options, new ResponseOutlet(incoming, response, draining() || !incoming.complete), reply, request);
}

/** The answer to a request for another protocol: the connection ends with it, whatever it is. */
async function answerSwitch(
  options: ServeOptions,
  incoming: IncomingMessage,
  socket: TLSSocket,
  head: Buffer,
  request: Http1Request,
): Promise<void> {
  const reply = await replyTo(options, request);
  if (reply.takeOver !== undefined) {
    socket.write(switchingHead(reply));
    await reply.takeOver(socket, head).catch((error: unknown) => logBroken(options.log, error, request));
    socket.destroySoon();
    return;
  }
  if (socket.destroyed) return;
  const response = new ServerResponse(incoming);
  response.on("error", ignore);
  response.once("finish", () => socket.destroySoon());
  response.assignSocket(socket);
  await sendReply(options, new ResponseOutlet(incoming, response, true), reply, request);
}

class ResponseOutlet implements Outlet {
  readonly out: ServerResponse;
  readonly headOnly: boolean;
  readonly #last: boolean;

  constructor(incoming: IncomingMessage, out: ServerResponse, last: boolean) {
    this.out = out;
    this.headOnly = incoming.method === "HEAD";
    this.#last = last;
  }

  head(reply: ApiAnswer, extra: Readonly<Record<string, string>> | undefined, length: number | undefined, end: boolean): void {
    const headers: Record<string, string | number | readonly string[]> = { ...reply.headers, ...extra };
    if (length !== undefined) headers["content-length"] = length;
    if (this.#last) headers["connection"] = "close";
    this.out.writeHead(reply.status, headers as Record<string, string | number | string[]>);
    if (end) this.out.end();
    else if (length === undefined) this.out.flushHeaders();
  }

  kill(): void {
    this.out.destroy();
  }
}

/** What cannot be read as a request gets a bare answer, by the parser's code. */
const REFUSALS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

function refuse(error: Error & { code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const line = REFUSALS[error.code ?? ""] ?? "400 Bad Request";
  socket.end(`HTTP/1.1 ${line}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${line}`, () => socket.destroy());
}

function ignore(): void {}
