import { constants, performServerHandshake, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { TLSSocket } from "node:tls";
import type { ApiAnswer } from "../request/exchange.ts";
import { FrameBudget } from "./frame-budget.ts";
import { Http2Request } from "./http2-request.ts";
import type { Outlet } from "./outlet.ts";
import { SocketPeer } from "./peer.ts";
import { replyTo, sendReply, type ServeOptions } from "./reply.ts";

/**
 * Serves HTTP/2 on an accepted TLS connection, by the stream API alone: the compatibility objects of node:http2 cost
 * 40 % more a request.
 */
export function serveHttp2(socket: TLSSocket, options: ServeOptions): ServerHttp2Session {
  const { limits, log } = options;
  const session = performServerHandshake(socket, {
    maxSessionMemory: limits.sessionMegabytes,
    maxHeaderListPairs: 256,
    settings: {
      maxConcurrentStreams: limits.streams,
      initialWindowSize: limits.streamWindow,
      maxHeaderListSize: limits.headerBytes,
      enablePush: false,
    },
  }) as ServerHttp2Session;
  const connection: Connection = { options, peer: new SocketPeer(socket), running: 0, open: 0, quiet: 0, unsent: 0 };
  session.on("error", (error) => log.debug({ err: error, peer: connection.peer.address }, "HTTP/2 connection failed"));
  const onStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, rawHeaders: readonly string[]): void =>
    serveStream(connection, stream, headers, rawHeaders);
  // The typings of Node 20 leave out the fourth argument, which its documentation has.
  session.on("stream", onStream as (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void);
  watchQuiet(session, connection);
  const budget = new FrameBudget(limits.controlBurst, limits.controlPerSecond);
  const onControlFrame = (): void => {
    if (!budget.take(performance.now())) session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  };
  session.on("ping", onControlFrame).on("remoteSettings", onControlFrame);
  if (!session.destroyed) session.setLocalWindowSize(limits.connectionWindow);
  return session;
}

/**
 * Ends sessions of which nothing is heard: without a request after `idleMs`, with requests when a PING is not answered.
 * A session that broke the protocol reads no more, so that without this nobody would see its peer go.
 */
function watchQuiet(session: ServerHttp2Session, connection: Connection): void {
  const { idleMs, pingMs } = connection.options.limits;
  let asked = false;
  session.setTimeout(pingMs);
  session.on("timeout", () => {
    connection.quiet++;
    const over = connection.open === 0 ? connection.quiet * pingMs >= idleMs : asked || connection.unsent > 0;
    if (over) {
      session.destroy();
      return;
    }
    if (connection.open > 0) asked = session.ping((error) => (asked = error !== null));
    session.setTimeout(pingMs); // it fires once
  });
}

interface Connection {
  readonly options: ServeOptions;
  readonly peer: SocketPeer;
  /** Handlers that have not answered yet. */
  running: number;
  open: number;
  /** Times in a row that nothing was heard for `pingMs`, since the last request. */
  quiet: number;
  /** Streams whose answer is complete and has not gone out. */
  unsent: number;
}

function serveStream(connection: Connection, stream: ServerHttp2Stream, headers: IncomingHttpHeaders, rawHeaders: readonly string[]): void {
  stream.on("error", ignore); // the peer's fault; 'close' follows
  if (connection.running >= connection.options.limits.inFlight) {
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
    return;
  }
  connection.running++;
  connection.open++;
  connection.quiet = 0;
  let unsent = false;
  stream.once("close", () => {
    connection.open--;
    if (unsent) connection.unsent--;
  });
  const request = new Http2Request(stream, headers, rawHeaders, connection.peer, connection.options.limits);
  void answer(connection, stream, request).then(() => {
    connection.running--;
    if (stream.destroyed) return;
    unsent = true;
    connection.unsent++;
    if (!stream.readableEnded && stream.readableFlowing !== null) closeAfterAnswer(stream);
  });
}

async function answer({ options }: Connection, stream: ServerHttp2Stream, request: Http2Request): Promise<void> {
  const reply = await replyTo(options, request);
  if (stream.destroyed || stream.closed) return;
  await sendReply(options, new StreamOutlet(stream, request.method === "HEAD"), reply, request);
}

/** A body that was begun and not read to its end holds the stream open until the client has sent it all. */
function closeAfterAnswer(stream: ServerHttp2Stream): void {
  if (stream.writableFinished) stream.close(constants.NGHTTP2_NO_ERROR);
  else stream.once("finish", () => stream.close(constants.NGHTTP2_NO_ERROR));
}

const END = { endStream: true };

class StreamOutlet implements Outlet {
  readonly out: ServerHttp2Stream;
  readonly headOnly: boolean;

  constructor(out: ServerHttp2Stream, headOnly: boolean) {
    this.out = out;
    this.headOnly = headOnly;
  }

  head(reply: ApiAnswer, extra: Readonly<Record<string, string>> | undefined, length: number | undefined, end: boolean): void {
    const headers: Record<string, string | number | readonly string[]> = { ":status": reply.status };
    for (const name of Object.keys(reply.headers)) headers[name] = reply.headers[name] as string | readonly string[];
    if (extra !== undefined) Object.assign(headers, extra);
    if (length !== undefined) headers["content-length"] = length;
    this.out.respond(headers as Record<string, string | number | string[]>, end ? END : undefined);
  }

  kill(): void {
    // Its close() would send END_STREAM first, and a broken answer would look like a whole one.
    this.out.destroy(new Error("broken off"));
  }
}

function ignore(): void {}
