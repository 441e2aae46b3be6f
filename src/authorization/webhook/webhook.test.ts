import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { readKubeconfig } from "../../webhook/kubeconfig.ts";
import { testHttps } from "../../webhook/test-https.ts";
import { WebhookClient } from "../../webhook/webhook-client.ts";
import type { AuthorizationMode } from "../authorizer.ts";
import { webhookMode, type WebhookModeOptions } from "./webhook.ts";
import { question } from "../test-question.ts";

const ASKED = question({
  user: { name: "alice", groups: ["devs", "system:authenticated"], extra: new Map([["k", ["v"]]]), uid: "u1" },
  verb: "list",
  path: "/api/v1/namespaces/ns/pods",
  namespace: "ns",
  resource: "pods",
});

test("a webhook is asked by a review of the version that is configured, with its bearer token", async (t) => {
  const hook = await startHook(t, { v1: { allowed: true, reason: "because" } });
  const mode = hook.mode({});
  const selectors = { labelSelector: "a=b,c in (d,e),!f,g", fieldSelector: "spec.nodeName=n1,status.phase!=Running" };
  assert.deepEqual(await mode.authorize({ ...ASKED, ...selectors }), { decision: "allow", reason: "because" });
  const [asked] = hook.asked;
  assert.equal(asked?.path, "/authz?timeout=3s");
  assert.equal(asked?.authorization, "Bearer webhook-secret");
  assert.deepEqual(asked?.body, {
    kind: "SubjectAccessReview",
    apiVersion: "authorization.k8s.io/v1",
    metadata: {},
    spec: {
      resourceAttributes: {
        namespace: "ns",
        verb: "list",
        version: "v1",
        resource: "pods",
        fieldSelector: {
          requirements: [
            { key: "spec.nodeName", operator: "In", values: ["n1"] },
            { key: "status.phase", operator: "NotIn", values: ["Running"] },
          ],
        },
        labelSelector: {
          requirements: [
            { key: "a", operator: "In", values: ["b"] },
            { key: "c", operator: "In", values: ["d", "e"] },
            { key: "f", operator: "DoesNotExist" },
            { key: "g", operator: "Exists" },
          ],
        },
      },
      user: "alice",
      groups: ["devs", "system:authenticated"],
      extra: { k: ["v"] },
      uid: "u1",
    },
    status: { allowed: false },
  });
});

test("answers are remembered for their time, yes and no apart, and long questions never", async (t) => {
  let now = 0;
  const hook = await startHook(t, { v1beta1: { allowed: true } });
  const mode = hook.mode({ version: "v1beta1", clock: () => now });
  for (let i = 0; i < 3; i++) await mode.authorize(ASKED);
  assert.equal(hook.asked.length, 1);
  const spec = hook.asked[0]?.body["spec"] as JsonObject | undefined;
  assert.deepEqual(spec?.["group"], ["devs", "system:authenticated"]);
  now = 60_000;
  await mode.authorize(ASKED);
  assert.equal(hook.asked.length, 2, "after its time");
  await mode.authorize({ ...ASKED, verb: "watch" });
  assert.equal(hook.asked.length, 3, "another verb");
  for (let i = 0; i < 2; i++) await mode.authorize({ ...ASKED, name: "n".repeat(11_000) });
  assert.equal(hook.asked.length, 5);
});

test("what goes wrong is told and allows nothing", async (t) => {
  const cases: [Answer, string][] = [
    [{ status: 400, text: "bad" }, "the server rejected our request for an unknown reason"],
    [{ status: 503, text: "x" }, "the server is currently unable to handle the request"],
    [{ text: '{"a":' }, "couldn't get version/kind; json parse error: unexpected end of JSON input"],
    [
      { text: '{"apiVersion":"v1","kind":"Foo"}' },
      'no kind "Foo" is registered for version "v1" in scheme "k8s.io/client-go/kubernetes/scheme/register.go:82"',
    ],
    [{ v1beta1: { allowed: true } }, "converting (v1beta1.SubjectAccessReview) to (v1.SubjectAccessReview): unknown conversion"],
    [{ v1: { allowed: true, denied: true } }, "webhook subject access review returned both allow and deny response"],
    [{ destroy: true }, 'Post "URL/authz?timeout=3s": EOF'],
  ];
  for (const [answer, error] of cases) {
    const hook = await startHook(t, answer);
    const decision = await hook.mode({}).authorize(ASKED);
    assert.equal(decision.error?.replace(hook.url, "URL"), error);
    assert.notEqual(decision.decision, "allow");
    assert.equal(hook.asked.length, 1, error);
  }
});

test("a webhook whose certificate another CA signed is not asked", async (t) => {
  const hook = await startHook(t, { v1: { allowed: true } });
  const other = await startHook(t, { v1: { allowed: true } });
  const decision = await hook.mode({}, other.ca).authorize(ASKED);
  assert.equal(decision.decision, "noOpinion");
  assert.match(decision.error ?? "", /^Post "https:.*": /);
  assert.equal(hook.asked.length, 0);
});

test("deny and no opinion are told apart", async (t) => {
  const denied = await startHook(t, { v1: { allowed: false, denied: true, reason: "never" } });
  assert.deepEqual(await denied.mode({}).authorize(ASKED), { decision: "deny", reason: "never" });
  const silent = await startHook(t, { v1: { allowed: false } });
  assert.deepEqual(await silent.mode({}).authorize(ASKED), { decision: "noOpinion", reason: "" });
});

interface Answer {
  readonly v1?: JsonObject;
  readonly v1beta1?: JsonObject;
  readonly status?: number;
  readonly text?: string;
  readonly destroy?: boolean;
}

/** A real HTTPS webhook that gives one answer and writes down what it was asked. */
async function startHook(t: TestContext, answer: Answer) {
  const asked: { path: string; authorization: string | undefined; body: JsonObject }[] = [];
  const https = await testHttps(({ url: path = "", headers: { authorization }, socket }, body, response) => {
    asked.push({ path, authorization, body: JSON.parse(body) as JsonObject });
    if (answer.destroy) return void socket.destroy();
    const version = answer.v1 === undefined ? "v1beta1" : "v1";
    const review = { apiVersion: `authorization.k8s.io/${version}`, kind: "SubjectAccessReview", status: answer.v1 ?? answer.v1beta1 };
    response.writeHead(answer.status ?? 200, { "content-type": "application/json" });
    response.end(answer.text ?? JSON.stringify(review));
  });
  t.after(() => https[Symbol.dispose]());
  const { url } = https;
  return {
    url,
    asked,
    ca: https.ca,
    mode(options: Partial<WebhookModeOptions>, ca = https.ca): AuthorizationMode {
      const kubeconfig = `
clusters: [{name: hook, cluster: {server: "${url}/authz", certificate-authority: ca.crt}}]
users: [{name: u, user: {token: webhook-secret}}]
contexts: [{name: c, context: {cluster: hook, user: u}}]
current-context: c
`;
      const target = readKubeconfig(kubeconfig, "/etc/hook/kubeconfig", (path) => (path === "/etc/hook/ca.crt" ? ca : ""));
      const client = new WebhookClient(target, { timeoutMs: 3000, random: () => 0 });
      t.after(() => client.close());
      return webhookMode({
        post: (review) => client.post(review),
        version: "v1",
        authorizedTtl: 30_000,
        unauthorizedTtl: 30_000,
        onError: "noOpinion",
        clock: Date.now,
        ...options,
      });
    },
  };
}
