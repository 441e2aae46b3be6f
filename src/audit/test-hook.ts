import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { issueAuthority, issueLeaf } from "../x509/issue.ts";

/** What a webhook answers. */
export interface HookAnswer {
  readonly status: number;
  readonly retryAfter?: string;
}

/** What a webhook was sent. */
export interface HookCall {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly at: number;
  readonly body: { readonly kind: string; readonly apiVersion: string; readonly items: readonly Record<string, unknown>[] };
}

/** A real HTTPS server that takes audit events. It gives the answers one after another, the last again and again. */
export async function startHook(...answers: readonly HookAnswer[]) {
  const subject = { commonName: "hook-ca" };
  const validity = { from: new Date(Date.now() - 60_000), until: new Date(Date.now() + 600_000) };
  const authority = issueAuthority(subject, validity);
  const leaf = issueLeaf({ subject, key: authority.key }, { commonName: "hook" }, validity, "serverAuth", ["127.0.0.1"]);
  const calls: HookCall[] = [];
  const server = createServer({ cert: leaf.certificate, key: leaf.key.export({ type: "pkcs8", format: "pem" }) }, (request, response) => {
    let text = "";
    request.on("data", (piece: Buffer) => (text += piece.toString()));
    request.on("end", () => {
      const { status, retryAfter } = answers[Math.min(calls.length, answers.length - 1)] ?? { status: 200 };
      const { authorization } = request.headers;
      calls.push({ path: request.url ?? "", authorization, at: performance.now(), body: JSON.parse(text) as HookCall["body"] });
      response.writeHead(status, retryAfter === undefined ? {} : { "retry-after": retryAfter });
      response.end("x");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/audit`;
  return {
    url,
    calls,
    ca: authority.certificate,
    /** A kubeconfig with everything in it. */
    kubeconfig: `
clusters: [{name: hook, cluster: {server: "${url}", certificate-authority-data: ${Buffer.from(authority.certificate).toString("base64")}}}]
users: [{name: u, user: {token: audit-secret}}]
contexts: [{name: c, context: {cluster: hook, user: u}}]
current-context: c
`,
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
