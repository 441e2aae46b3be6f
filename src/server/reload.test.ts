import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { testHttps } from "../webhook/test-https.ts";
import { testAuthority } from "../x509/test-authority.ts";
import { REVIEW, scratch, testServer, until, WHO } from "./test-server.ts";

/** Longer than the time in which a change of a file is seen. */
const SEEN_MS = 1500;
const MAPS = "/api/v1/namespaces/default/configmaps";

test("authorizers follow their file; one that is broken, or would change what the start decides, counts for nothing", async (t) => {
  const directory = await scratch(t);
  const [tokenAuthFile, authorizationConfig] = [join(directory, "tokens"), join(directory, "authorization.yaml")];
  await writeFile(tokenAuthFile, "bobs,bob,1\n");
  const asked: string[] = [];
  using hook = await startHook((review) => {
    asked.push(review.spec.user);
    return { allowed: review.spec.user === "bob" };
  });
  await writeFile(join(directory, "hook.kubeconfig"), hook.kubeconfig("/", "hook-secret"));
  const write = (...authorizers: object[]): Promise<void> =>
    writeFile(
      authorizationConfig,
      JSON.stringify({ apiVersion: "apiserver.config.k8s.io/v1", kind: "AuthorizationConfiguration", authorizers }),
    );
  const rbac = { type: "RBAC", name: "rbac" };
  const webhook = {
    type: "Webhook",
    name: "hook",
    webhook: {
      timeout: "3s",
      subjectAccessReviewVersion: "v1",
      failurePolicy: "NoOpinion",
      connectionInfo: { type: "KubeConfigFile", kubeConfigFile: join(directory, "hook.kubeconfig") },
    },
  };
  await write(rbac);
  const { ask } = await testServer(t, directory, { tokenAuthFile, authorizationConfig });
  const list = async (): Promise<string> => `${(await ask("GET", MAPS, { headers: { authorization: "Bearer bobs" } })).status}`;
  assert.equal(await list(), "403");
  await write(webhook, rbac);
  await until("200", list);
  assert.ok(asked.includes("bob"));
  await writeFile(authorizationConfig, "kind: [");
  await new Promise((later) => setTimeout(later, SEEN_MS));
  assert.equal(await list(), "200", "a broken file keeps the old one");
  await write({ type: "AlwaysDeny", name: "nobody" });
  await new Promise((later) => setTimeout(later, SEEN_MS));
  assert.equal(await list(), "200", "RBAC cannot be taken away");
  await write({ type: "Node", name: "node" }, rbac);
  await new Promise((later) => setTimeout(later, SEEN_MS));
  assert.equal(await list(), "200", "nor Node added");
  await write(rbac);
  await until("403", list);
});

test("a certificate counts from when its authority is in the file until it is not, and others are told of the authority", async (t) => {
  const directory = await scratch(t);
  const clientCaFile = join(directory, "clients.crt");
  const issue = (commonName: string): Issued => {
    const authority = testAuthority(commonName);
    return { authority, ...authority.leaf(`user-${commonName}`, "clientAuth") };
  };
  const [one, two] = [issue("one"), issue("two")];
  await writeFile(clientCaFile, one.authority.certificate);
  const { ask } = await testServer(t, directory, { clientCaFile });
  const who = async ({ cert, key }: Issued): Promise<string> => {
    const { status, body } = await ask("POST", WHO, { cert, key, body: REVIEW });
    return body.status?.userInfo?.username ?? `${status}`;
  };
  assert.deepEqual([await who(one), await who(two)], ["user-one", "401"]);
  await writeFile(clientCaFile, "no certificate");
  await new Promise((later) => setTimeout(later, SEEN_MS));
  assert.equal(await who(one), "user-one", "a broken file keeps the old one");
  await writeFile(clientCaFile, two.authority.certificate);
  await until("user-two", () => who(two));
  assert.equal(await who(one), "401");
});

test("the webhook that knows tokens is where its file says it is now", async (t) => {
  const directory = await scratch(t);
  const configFile = join(directory, "hook.kubeconfig");
  using hook = await startHook(() => ({ authenticated: true, user: { username: "never" } }));
  await writeFile(configFile, hook.kubeconfig("/", "hook-secret"));
  const { who } = await testServer(t, directory, { authentication: { tokenWebhook: { configFile, version: "v1", cacheTtl: 60_000 } } });
  assert.equal(await who("Bearer t"), "never");
  using other = await startHook(() => ({ authenticated: true, user: { username: "later" } }));
  await writeFile(configFile, other.kubeconfig("/", "hook-secret"));
  await until("later", () => who("Bearer t"));
});

test("a service account's token is worth nothing once its key is no longer in the files", async (t) => {
  const directory = await scratch(t);
  const signingKeyFile = join(directory, "sa.key");
  const newKey = (): string =>
    generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  await writeFile(signingKeyFile, newKey());
  await writeFile(join(directory, "tokens"), "admins,admin,1,system:masters\n");
  const serviceAccounts = {
    issuers: ["https://kubernetes.default.svc"],
    signingKeyFile,
    keyFiles: [],
    keysUrl: "",
    lookup: true,
    maxTokenSeconds: 0,
    extendTokens: true,
  };
  const { ask, who } = await testServer(t, directory, { tokenAuthFile: join(directory, "tokens"), authentication: { serviceAccounts } });
  const headers = { authorization: "Bearer admins" };
  const accounts = "/api/v1/namespaces/default/serviceaccounts";
  await ask("POST", accounts, { headers, body: { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "robot" } } });
  const issue = async (): Promise<string> => {
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
    return `Bearer ${(await ask("POST", `${accounts}/robot/token`, { headers, body })).body.status?.token ?? ""}`;
  };
  const first = await issue();
  assert.equal(await who(first), "system:serviceaccount:default:robot");
  await writeFile(signingKeyFile, newKey());
  await until("401", () => who(first));
  assert.equal(await who(await issue()), "system:serviceaccount:default:robot");
});

interface Issued {
  readonly authority: { readonly certificate: string };
  readonly cert: string;
  readonly key: string;
}

/** A webhook over HTTPS that answers reviews with the status that `answer` gives. */
function startHook(answer: (review: { readonly spec: { readonly user: string } }) => object) {
  return testHttps((_, body, response) => {
    const review = JSON.parse(body) as { apiVersion: string; kind: string; spec: { user: string } };
    response.end(JSON.stringify({ apiVersion: review.apiVersion, kind: review.kind, status: answer(review) }));
  });
}
