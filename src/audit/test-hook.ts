import { testHttps } from "../webhook/test-https.ts";

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
  const calls: HookCall[] = [];
  const https = await testHttps(({ url = "", headers: { authorization } }, body, response) => {
    const { status, retryAfter } = answers[Math.min(calls.length, answers.length - 1)] ?? { status: 200 };
    calls.push({ path: url, authorization, at: performance.now(), body: JSON.parse(body) as HookCall["body"] });
    response.writeHead(status, retryAfter === undefined ? {} : { "retry-after": retryAfter });
    response.end("x");
  });
  return {
    url: `${https.url}/audit`,
    calls,
    ca: https.ca,
    /** A kubeconfig with everything in it. */
    kubeconfig: https.kubeconfig("/audit", "audit-secret"),
    [Symbol.dispose]: () => https[Symbol.dispose](),
  };
}
