import assert from "node:assert/strict";
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { isObject, type JsonObject } from "../../object/json.ts";
import { objectIn, stringIn } from "../../object/read.ts";
import { testHttps } from "../../webhook/test-https.ts";

/** Where configurations of webhooks lie. */
export const API = "/apis/admissionregistration.k8s.io/v1";

/** A request that a webhook got. */
export interface HookCall {
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: JsonObject;
}

/** What a webhook answers: the `response` of its review, or anything at all. */
type HookBehaviour = JsonObject | ((call: HookCall, response: ServerResponse) => void);

/** An HTTPS server of webhooks, for tests. */
export interface HookServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Who signed its certificate, as a caBundle. */
  readonly caBundle: string;
  readonly calls: HookCall[];
  /** By path. */
  readonly hooks: Map<string, HookBehaviour>;
}

/** Starts one on the loopback; `names` stand in its certificate beside the address. */
export async function hookServer(...names: string[]): Promise<HookServer> {
  const calls: HookCall[] = [];
  const hooks = new Map<string, HookBehaviour>();
  const https = await testHttps(({ url = "/", headers }, text, response) => {
    const { pathname, search } = new URL(url, "https://hook");
    const body: unknown = JSON.parse(text);
    const call = { path: pathname, query: search, headers, body: isObject(body) ? body : {} };
    calls.push(call);
    const behaviour = hooks.get(pathname) ?? { allowed: true };
    if (typeof behaviour === "function") {
      behaviour(call, response);
      return;
    }
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(reviewAnswer(call, behaviour)));
  }, names);
  const { url, ca } = https;
  return {
    url,
    port: Number(new URL(url).port),
    caBundle: Buffer.from(ca).toString("base64"),
    calls,
    hooks,
    async [Symbol.asyncDispose]() {
      https[Symbol.dispose]();
    },
  };
}

/** The review that answers a call. */
export function reviewAnswer({ body }: HookCall, response: JsonObject): JsonObject {
  const uid = stringIn(objectIn(body, "request"), "uid");
  return { kind: body["kind"], apiVersion: body["apiVersion"], response: { uid, ...response } };
}

/** A response that allows with a patch. */
export function allowWith(...patch: JsonObject[]): JsonObject {
  return { allowed: true, patchType: "JSONPatch", patch: Buffer.from(JSON.stringify(patch)).toString("base64") };
}

/** A control plane, as far as configuring it needs one. */
interface Configurable {
  as(
    user: { readonly name: string; readonly groups: readonly string[] },
    method: string,
    target: string,
    body: unknown,
  ): Promise<{
    readonly status: number;
    readonly text: string;
  }>;
}

/** Makes a configuration of webhooks. */
export async function configure(t: Configurable, type: "Mutating" | "Validating", name: string, ...webhooks: JsonObject[]): Promise<void> {
  const made = await t.as({ name: "admin", groups: ["system:masters"] }, "POST", `${API}/${type.toLowerCase()}webhookconfigurations`, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: `${type}WebhookConfiguration`,
    metadata: { name },
    webhooks,
  });
  assert.equal(made.status, 201, made.text);
}

/** A webhook at a path of a server, asked about configmaps unless `more` says otherwise. */
export function hook(server: HookServer, path: string, more: JsonObject = {}): JsonObject {
  return {
    name: `${path.slice(1)}.hook.example.com`,
    clientConfig: { url: `${server.url}${path}`, caBundle: server.caBundle },
    rules: [{ operations: ["*"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }],
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
    timeoutSeconds: 5,
    ...more,
  };
}
