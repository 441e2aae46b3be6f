import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { testAuthority } from "../x509/test-authority.ts";

/** An HTTPS server on the loopback, for tests. */
export interface TestHttps extends Disposable {
  readonly url: string;
  /** PEM of the authority that signed its certificate. */
  readonly ca: string;
  /** A kubeconfig with everything in it; the user is the bearer token. */
  kubeconfig(path: string, token: string): string;
}

/**
 * Starts a server with a certificate of an authority of its own, for the loopback and for `names`; `answer` gets each
 * request with its whole body.
 */
export async function testHttps(
  answer: (request: IncomingMessage, body: string, response: ServerResponse) => void,
  names: readonly string[] = [],
): Promise<TestHttps> {
  const authority = testAuthority("hook-ca");
  const server = createServer(authority.leaf("hook", "serverAuth", ["127.0.0.1", ...names]), (request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => answer(request, Buffer.concat(pieces).toString("utf8"), response));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const encodedCa = Buffer.from(authority.certificate).toString("base64");
  return {
    url,
    ca: authority.certificate,
    kubeconfig: (path, token) => `
clusters: [{name: hook, cluster: {server: "${url}${path}", certificate-authority-data: ${encodedCa}}}]
users: [{name: u, user: {token: ${token}}}]
contexts: [{name: c, context: {cluster: hook, user: u}}]
current-context: c
`,
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
