import type { ClientRequest, OutgoingHttpHeaders } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { hostPort } from "../object/ip.ts";
import type { DialAddress } from "../webhook/service-address.ts";

/** How to know a server, and how to be known by it. PEM texts. */
export interface RemoteTrust {
  /** Authorities of its certificate; undefined: those of the system. */
  readonly ca: string | undefined;
  /** Its certificate is not looked at. */
  readonly insecure: boolean;
  /** The name that its certificate must hold; undefined: the address that is dialled. */
  readonly serverName: string | undefined;
  /** The newest client certificate; undefined for none. */
  readonly clientCertificate: () => { readonly cert: string; readonly key: string } | undefined;
}

/** One request to it. */
export interface RemoteRequest {
  readonly method: string;
  /** Path and query, as they go on the wire. */
  readonly target: string;
  /** Without Host. */
  readonly headers: OutgoingHttpHeaders;
  /** The request asks for another protocol, and so for a connection of its own. */
  readonly switches?: boolean;
}

/** Connections that are kept without a request, and how long, as Go's transport does. */
const MAX_FREE_SOCKETS = 32;
const IDLE_MS = 90_000;
/** How long it may take to connect, with TLS. */
const CONNECT_MS = 30_000;
/** Requests that one server is at, at once: what hangs there must not use up this one. */
const MAX_OPEN = 1000;

/** A server that is at as many requests as it may be. */
export class BusyServer extends Error {}

/** An HTTPS server that requests are passed on to, with its kept connections. Redirects are not followed. */
export class RemoteServer implements Disposable {
  readonly #trust: RemoteTrust;
  readonly #mostOpen: number;
  #open = 0;
  #retired = false;
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: MAX_FREE_SOCKETS, timeout: IDLE_MS });

  /** `mostOpen`: requests that it may be at, at once. */
  constructor(trust: RemoteTrust, mostOpen = MAX_OPEN) {
    this.#trust = trust;
    this.#mostOpen = mostOpen;
  }

  /** Begins a request, whose body and end are the caller's. Errors: BusyServer, and for certificates that cannot be read; others are events. */
  request({ host, port }: DialAddress, { method, target, headers, switches = false }: RemoteRequest): ClientRequest {
    if (this.#open >= this.#mostOpen) throw new BusyServer(`${this.#open} requests are under way`);
    const request = httpsRequest({
      method,
      host,
      port,
      path: target,
      headers: { ...headers, Host: hostPort(host, port) },
      agent: switches ? false : this.#agent,
      ...this.#tls(host),
    });
    // Kept connections are HTTP/1.1's rule, of which Node would say something with every request.
    if (!switches) request.removeHeader("Connection");
    this.#open++;
    const done = (): void => {
      this.#open--;
      if (this.#retired && this.#open === 0) this.#agent.destroy();
    };
    request.once("socket", (socket: TLSSocket) => {
      if (switches) socket.once("close", done);
      if (!socket.connecting) return;
      const late = (): void => void request.destroy(new Error(`dial tcp ${hostPort(host, port)}: i/o timeout`));
      const timer = setTimeout(late, CONNECT_MS);
      const stop = (): void => clearTimeout(timer);
      socket.once("secureConnect", stop).once("close", stop);
    });
    if (!switches) request.once("close", done);
    return request;
  }

  /** Nothing new is asked of it: kept connections are closed when the last request that is under way has ended. */
  retire(): void {
    this.#retired = true;
    if (this.#open === 0) this.#agent.destroy();
  }

  /** Cuts off all that is under way. */
  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  #tls(host: string): ConnectionOptions {
    const { ca, insecure, serverName, clientCertificate } = this.#trust;
    const name = serverName ?? (isIP(host) === 0 ? host : undefined);
    return {
      ...(ca === undefined ? {} : { ca }),
      rejectUnauthorized: !insecure,
      ...(name === undefined ? {} : { servername: name }),
      ...clientCertificate(),
    };
  }
}
