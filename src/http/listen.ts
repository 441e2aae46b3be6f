import type { ServerHttp2Session } from "node:http2";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { createServer as createTlsServer, type SecureContextOptions } from "node:tls";
import type { Handler } from "../request/exchange.ts";
import { allowedAddress } from "./allowed-address.ts";
import { createHttp1 } from "./http1.ts";
import { serveHttp2 } from "./http2.ts";
import { DEFAULT_LIMITS, type HttpLimits } from "./limits.ts";
import type { HttpLog } from "./log.ts";

/** How a port speaks TLS. */
export interface ListenerTls {
  /** PEM: the serving certificate with its chain, and its key. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** PEM: the authorities that client certificates should come from. They are named to clients; nobody is refused here. */
  readonly clientCa?: string | Buffer;
  /** The oldest version of TLS that is spoken; 1.2 where it is left out. */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3";
}

/** What a port is opened with. */
export interface ListenOptions {
  readonly handler: Handler;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly tls: ListenerTls;
  /** CIDRs whose clients may connect, others are cut off before TLS; none: everybody may. */
  readonly allowClients?: readonly string[];
  readonly limits?: Partial<HttpLimits>;
  readonly log: HttpLog;
}

/** A port that is open. */
export interface Listener extends AsyncDisposable {
  readonly port: number;
  /** Speaks TLS so with whoever connects from now on. Errors: the certificates or the key cannot be read. */
  secure(tls: ListenerTls): void;
  /**
   * Stops: no new connections, GOAWAY to HTTP/2 clients, requests in flight may finish within `graceMs`; what is left
   * then is cut off. Resolves when every connection is closed. Safe to call again.
   */
  close(graceMs: number): Promise<void>;
}

/**
 * Opens one TLS port for HTTP/2 and HTTP/1.1, told apart by ALPN (no ALPN: HTTP/1.1). Errors: the port cannot be opened
 * (EADDRINUSE…), or the certificate and key cannot be read.
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const limits: HttpLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const { handler, log, tls } = options;
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const http1 = createHttp1({ handler, limits, log });
  const secured = createTlsServer({
    ...secureContext(tls),
    requestCert: true,
    rejectUnauthorized: false, // who the peer is, authentication decides, request by request
    ALPNProtocols: ["h2", "http/1.1"],
    handshakeTimeout: limits.handshakeMs,
  });
  const isAllowed = allowedAddress(options.allowClients ?? []);
  // TLS begins behind a plain listener, so that whoever may not connect gets no answer at all.
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket: Socket) => {
    if (!isAllowed(socket.remoteAddress ?? "")) {
      log.debug({ peer: socket.remoteAddress }, "a client's address is not allowed");
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    secured.emit("connection", socket);
  });
  server.maxConnections = limits.connections;
  secured.on("tlsClientError", (error, socket) => {
    log.debug({ err: error, peer: socket.remoteAddress }, "TLS handshake failed");
  });
  secured.on("secureConnection", (socket) => {
    socket.on("error", (error) => log.debug({ err: error }, "connection failed"));
    if (socket.alpnProtocol !== "h2") {
      http1.serve(socket);
      return;
    }
    const session = serveHttp2(socket, { handler, limits, log });
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: options.host, port: options.port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  server.on("error", (error) => log.error({ err: error }, "listener failed"));

  let closing: Promise<void> | undefined;
  const close = (graceMs: number): Promise<void> => {
    closing ??= new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        for (const session of sessions) session.destroy();
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      http1.drain();
      for (const session of sessions) session.close();
    });
    return closing;
  };
  return {
    port: (server.address() as AddressInfo).port,
    secure: (changed) => secured.setSecureContext(secureContext(changed)),
    close,
    [Symbol.asyncDispose]: () => close(0),
  };
}

function secureContext({ cert, key, clientCa, minVersion = "TLSv1.2" }: ListenerTls): SecureContextOptions {
  return { cert, key, minVersion, ...(clientCa === undefined ? {} : { ca: clientCa }) };
}
