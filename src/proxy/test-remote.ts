import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { testAuthority } from "../x509/test-authority.ts";

/** A request that the server got. */
interface RemoteCall {
  readonly method: string;
  readonly url: string;
  /** As they stood on the wire: a list where a name came several times. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Name that was asked for in TLS, and the common name of the client's certificate. */
  readonly serverName: string;
  readonly client: string | undefined;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
type Upgrade = (request: IncomingMessage, socket: Socket) => void;

/** An HTTPS server behind the one that is tested. */
export interface TestRemote extends AsyncDisposable {
  readonly port: number;
  readonly ca: string;
  readonly calls: RemoteCall[];
  /** By path, a trailing * for all below; others are 404. */
  readonly answers: Map<string, Answer>;
  /** All upgrades; absent: they are ordinary requests. */
  upgrade: Upgrade | undefined;
  /** Connections that are open. */
  connections(): number;
}

/** Starts one whose certificate holds these names; it asks for a client certificate and does not look at it. */
export async function testRemote(...names: string[]): Promise<TestRemote> {
  const authority = testAuthority("remote-ca");
  const calls: RemoteCall[] = [];
  const answers = new Map<string, Answer>();
  const sockets = new Set<Socket>();
  const tls = { ...authority.leaf("remote", "serverAuth", names), requestCert: true, rejectUnauthorized: false };
  const server = createServer(tls, (request, response) => {
    calls.push(callOf(request));
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    const answer = answers.get(path) ?? [...answers].find(([key]) => key.endsWith("*") && path.startsWith(key.slice(0, -1)))?.[1];
    if (answer === undefined) response.writeHead(404).end("x");
    else answer(request, response);
  });
  server.on("secureConnection", (socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket) => {
    calls.push(callOf(request));
    remote.upgrade?.(request, socket);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const remote: TestRemote = {
    port: (server.address() as AddressInfo).port,
    ca: authority.certificate,
    calls,
    answers,
    upgrade: undefined,
    connections: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return remote;
}

/** An answer in JSON. */
export function jsonAnswer(value: unknown, headers: Record<string, string> = {}): Answer {
  return (_, response) => void response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
}

function callOf({ method = "", url = "", rawHeaders, socket }: IncomingMessage): RemoteCall {
  const headers: Record<string, string | string[]> = {};
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name, value] = [rawHeaders[i] as string, rawHeaders[i + 1] as string];
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  const tls = socket as TLSSocket & { readonly servername?: string | false };
  const subject = tls.getPeerCertificate()?.subject;
  return { method, url, headers, serverName: tls.servername || "", client: subject?.CN?.toString() };
}
