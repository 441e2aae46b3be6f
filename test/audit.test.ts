import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { Agent, request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startHook } from "../src/audit/test-hook.ts";
import { startServer, type RunningServer, type ServerOptions } from "../src/index.ts";

const POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitManagedFields: true
rules:
- {level: None, nonResourceURLs: ["/healthz*", "/livez"]}
- {level: Metadata, nonResourceURLs: ["/version"], omitStages: [RequestReceived]}
- {level: Metadata, resources: [{group: "", resources: [secrets, serviceaccounts/token]}, {group: authentication.k8s.io}]}
- {level: RequestResponse, resources: [{group: "", resources: [configmaps]}]}
- {level: Metadata}
`;
/** Stands in every secret that this test sends; nothing of it may come out. */
const CANARY = "c4nary7";
const TOKENS = `admin-${CANARY},admin,admin,system:masters\nbob-${CANARY},bob,bob-uid\n`;

let directory = "";
let server: RunningServer;
let log = "";
let taken = 0;
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "audit-"));
  log = join(directory, "audit.log");
  await writeFile(join(directory, "policy.yaml"), POLICY);
  await writeFile(join(directory, "tokens.csv"), TOKENS);
  server = await startServer(options());
});

after(async () => {
  agent.destroy();
  await server.close();
  await rm(directory, { recursive: true });
});

function options(): ServerOptions {
  return {
    dataDir: join(directory, "data"),
    port: 0,
    storageBackend: "memory",
    tokenAuthFile: join(directory, "tokens.csv"),
    controllers: ["serviceaccount"],
    audit: {
      policyFile: join(directory, "policy.yaml"),
      webhook: undefined,
      log: {
        path: log,
        format: "json",
        rotation: { maxBytes: 0, maxAgeMs: 0, maxBackups: 0, compress: false },
        mode: "blocking-strict",
        batch: { bufferSize: 1, maxSize: 1, maxWaitMs: 0, throttle: undefined, parallel: 1 },
        truncate: undefined,
      },
    },
  };
}

type Event = Record<string, unknown>;

/** Asks, and gives the status and the events that the request left. */
async function ask(user: string | undefined, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const { hostname, port } = new URL(server.url);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const sent = httpsRequest(
      {
        hostname,
        port,
        path,
        method,
        agent,
        headers: {
          "user-agent": "test/v1",
          ...(user === undefined ? {} : { authorization: `Bearer ${user}-${CANARY}` }),
          ...(text === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
      },
      (answer) => answer.resume().once("end", () => resolve(answer.statusCode)),
    );
    sent.once("error", reject).end(text);
  });
  const lines = (await readFile(log, "utf8")).split("\n").slice(0, -1);
  const events = lines.slice(taken).map((line) => JSON.parse(line) as Event);
  taken = lines.length;
  return { status, events: events.map(plain) };
}

/** An event without what differs from run to run, which is looked at here. */
function plain({ kind, apiVersion, auditID, requestReceivedTimestamp, stageTimestamp, ...rest }: Event): Event {
  assert.deepEqual([kind, apiVersion], ["Event", "audit.k8s.io/v1"]);
  assert.match(String(auditID), /^[0-9a-f-]{36}$/);
  for (const time of [requestReceivedTimestamp, stageTimestamp]) assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  assert.ok(String(stageTimestamp) >= String(requestReceivedTimestamp));
  return JSON.parse(
    JSON.stringify(rest, (key, value: unknown) =>
      key === "uid" && String(value).length === 36 ? "<uid>" : ["resourceVersion", "creationTimestamp"].includes(key) ? "<made>" : value,
    ),
  ) as Event;
}

const ADMIN = { username: "admin", uid: "admin", groups: ["system:masters", "system:authenticated"] };
const BOB = { username: "bob", uid: "bob-uid", groups: ["system:authenticated"] };
const ALLOWED = { "authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "" };
const MAPS = "/api/v1/namespaces/default/configmaps";

function common(user: object, level: string, verb: string, requestURI: string) {
  return { level, requestURI, verb, user, sourceIPs: ["127.0.0.1"], userAgent: "test/v1" };
}

test("a create is told with what was sent and what was answered, its name once it is known", async () => {
  const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c1" }, data: { a: "1" } };
  const { status, events } = await ask("admin", "POST", MAPS, body);
  assert.equal(status, 201);
  const head = common(ADMIN, "RequestResponse", "create", MAPS);
  const objectRef = { resource: "configmaps", namespace: "default", apiVersion: "v1" };
  assert.deepEqual(events, [
    { ...head, stage: "RequestReceived", objectRef },
    {
      ...head,
      stage: "ResponseComplete",
      objectRef: { ...objectRef, name: "c1" },
      responseStatus: { metadata: {}, code: 201 },
      requestObject: body,
      responseObject: {
        ...body,
        metadata: { name: "c1", namespace: "default", uid: "<uid>", resourceVersion: "<made>", creationTimestamp: "<made>" },
      },
      annotations: ALLOWED,
    },
  ]);
});

test("a patch is told as it came", async () => {
  const { events } = await ask("admin", "PATCH", `${MAPS}/c1`, [{ op: "remove", path: "/data/a" }], {
    "content-type": "application/json-patch+json",
  });
  assert.deepEqual(events[1]?.["requestObject"], [{ op: "remove", path: "/data/a" }]);
});

test("whoever may not has the refusal and why in the event", async () => {
  const { status, events } = await ask("bob", "GET", `${MAPS}/c1`);
  assert.equal(status, 403);
  const failure = {
    metadata: {},
    status: "Failure",
    message: 'configmaps "c1" is forbidden: User "bob" cannot get resource "configmaps" in API group "" in the namespace "default"',
    reason: "Forbidden",
    details: { name: "c1", kind: "configmaps" },
    code: 403,
  };
  assert.deepEqual(events[1], {
    ...common(BOB, "RequestResponse", "get", `${MAPS}/c1`),
    stage: "ResponseComplete",
    objectRef: { resource: "configmaps", namespace: "default", name: "c1", apiVersion: "v1" },
    responseStatus: failure,
    responseObject: { kind: "Status", apiVersion: "v1", ...failure },
    annotations: { ...ALLOWED, "authorization.k8s.io/decision": "forbid" },
  });
});

test("a refused credential has one event, without a user", async () => {
  const { status, events } = await ask("nobody", "GET", `${MAPS}/c1`);
  assert.equal(status, 401);
  const failure = { metadata: {}, status: "Failure", message: "Unauthorized", reason: "Unauthorized", code: 401 };
  assert.deepEqual(events, [
    {
      ...common({}, "RequestResponse", "get", `${MAPS}/c1`),
      stage: "ResponseStarted",
      objectRef: { resource: "configmaps", namespace: "default", name: "c1", apiVersion: "v1" },
      responseStatus: failure,
      responseObject: { kind: "Status", apiVersion: "v1", ...failure },
    },
  ]);
});

test("a watch has three events and none of its objects", async () => {
  const { events } = await ask("admin", "GET", `${MAPS}?watch=1&timeoutSeconds=1`);
  assert.deepEqual(
    events.map(({ stage, responseObject }) => [stage, responseObject]),
    ["RequestReceived", "ResponseStarted", "ResponseComplete"].map((stage) => [stage, undefined]),
  );
});

test("rules leave out stages, and whole requests", async () => {
  const { events } = await ask(undefined, "GET", "/version");
  assert.deepEqual(events, [
    {
      ...common({ username: "system:anonymous", groups: ["system:unauthenticated"] }, "Metadata", "get", "/version"),
      stage: "ResponseComplete",
      responseStatus: { metadata: {}, code: 200 },
      annotations: { ...ALLOWED, "authorization.k8s.io/reason": events[0] && reasonOf(events[0]) },
    },
  ]);
  assert.deepEqual((await ask("admin", "GET", "/healthz")).events, []);
});

test("forwarded addresses stand before the peer's", async () => {
  const headers = { "x-forwarded-for": "10.0.0.1, nonsense, ::ffff:10.0.0.2", "x-real-ip": "10.0.0.3" };
  const { events } = await ask("admin", "GET", "/apis", undefined, headers);
  assert.deepEqual(events[0]?.["sourceIPs"], ["10.0.0.1", "10.0.0.2", "10.0.0.3", "127.0.0.1"]);
});

test("no token, password or secret value comes out at the level Metadata", async () => {
  const secrets = "/api/v1/namespaces/default/secrets";
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData: { password: CANARY } };
  assert.equal((await ask("admin", "POST", secrets, secret)).status, 201);
  assert.equal((await ask("admin", "GET", secrets)).status, 200);
  assert.equal((await ask("admin", "POST", secrets, { ...secret, type: 7 })).status, 400);
  // Messages for a body that is nothing show its beginning.
  assert.equal((await ask("admin", "POST", secrets, [CANARY])).status, 400);
  const merge = { "content-type": "application/merge-patch+json" };
  assert.equal((await ask("admin", "PATCH", `${secrets}/s`, { stringData: { more: CANARY } }, merge)).status, 200);
  const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token: `bob-${CANARY}` } };
  assert.equal((await ask("admin", "POST", "/apis/authentication.k8s.io/v1/tokenreviews", review)).status, 201);
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "robot" } };
  await ask("admin", "POST", "/api/v1/namespaces/default/serviceaccounts", account);
  const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
  const { status, events } = await ask("admin", "POST", "/api/v1/namespaces/default/serviceaccounts/robot/token", request);
  assert.equal(status, 201);
  const annotations = events[1]?.["annotations"] as Event;
  assert.match(String(annotations["authentication.kubernetes.io/issued-credential-id"]), /^JTI=/);
  const all = await readFile(log, "utf8");
  assert.ok(!all.includes(CANARY));
  assert.ok(!all.includes(Buffer.from(CANARY).toString("base64").slice(0, 8)));
  assert.ok(!all.includes(Buffer.from(CANARY).toString("hex")));
  assert.ok(!/eyJ[A-Za-z0-9_-]{20}/.test(all));
});

test("a webhook gets what waits when the server ends", async () => {
  using hook = await startHook({ status: 200 });
  const configFile = join(directory, "hook.kubeconfig");
  await writeFile(configFile, hook.kubeconfig);
  const { audit, ...rest } = options();
  assert.ok(audit);
  const batch = { bufferSize: 100, maxSize: 50, maxWaitMs: 60_000, throttle: undefined, parallel: 2 };
  const webhook = { mode: "batch", batch, truncate: undefined, configFile, initialBackoff: 100 } as const;
  const other = await startServer({ ...rest, dataDir: join(directory, "other"), audit: { ...audit, log: undefined, webhook } });
  const { hostname, port } = new URL(other.url);
  await new Promise<void>((resolve, reject) => {
    const sent = httpsRequest({ hostname, port, path: "/version", agent }, (answer) => answer.resume().once("end", resolve));
    sent.once("error", reject).end();
  });
  assert.equal(hook.calls.length, 0);
  await other.close();
  assert.equal(hook.calls.length, 1);
  assert.deepEqual(
    hook.calls[0]?.body.items.map(({ stage, requestURI }) => [stage, requestURI]),
    [["ResponseComplete", "/version"]],
  );
});

test("a policy that is wrong keeps the server from starting, and says what and where", async () => {
  const policyFile = join(directory, "wrong.yaml");
  await writeFile(policyFile, "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Some}]\n");
  const { audit, ...rest } = options();
  assert.ok(audit);
  await assert.rejects(
    startServer({ ...rest, dataDir: join(directory, "third"), audit: { ...audit, policyFile } }),
    /--audit-policy-file: .*wrong\.yaml: rules\[0\]\.level: "Some" is not one of/,
  );
});

function reasonOf(event: Event): unknown {
  return (event["annotations"] as Event)["authorization.k8s.io/reason"];
}
