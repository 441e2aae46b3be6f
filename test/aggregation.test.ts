import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startServer, type RunningServer, type ServerOptions } from "../src/index.ts";
import { kubectlRunner } from "./kubectl-runner.ts";
import { findProgram } from "./programs.ts";
import { until as untilMet } from "./until.ts";
import { jsonAnswer, testRemote, type TestRemote } from "../src/proxy/test-remote.ts";
import { testAuthority } from "../src/x509/test-authority.ts";

const SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices";
const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const TOKENS = 'admintoken,admin,admin-uid,system:masters\nalicetoken,alice,alice-uid,"devs"\n';

let directory = "";
/** Services that the program says where they are. */
const places = new Map<string, number>();
const frontProxy = testAuthority("front-proxy-ca");
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "aggregation-"));
  const { cert, key } = frontProxy.leaf("front-proxy-client", "clientAuth");
  for (const [name, text] of [
    ["tokens.csv", TOKENS],
    ["proxy.crt", cert],
    ["proxy.key", key],
    ["front-proxy-ca.crt", frontProxy.certificate],
  ] as const)
    await writeFile(join(directory, name), text);
});

after(async () => {
  agent.destroy();
  await rm(directory, { recursive: true });
});

const requestHeader = () => ({
  clientCaFile: join(directory, "front-proxy-ca.crt"),
  allowedNames: ["front-proxy-client"],
  userHeaders: ["X-Remote-User"],
  uidHeaders: ["X-Remote-Uid"],
  groupHeaders: ["X-Remote-Group"],
  extraPrefixes: ["X-Remote-Extra-"],
});

function start(more: ServerOptions = {}): Promise<RunningServer> {
  return startServer({
    dataDir: join(directory, `data-${Math.random()}`),
    port: 0,
    storageBackend: "memory",
    tokenAuthFile: join(directory, "tokens.csv"),
    proxyClientFiles: { certFile: join(directory, "proxy.crt"), keyFile: join(directory, "proxy.key") },
    authentication: { requestHeader: requestHeader() },
    resolveService({ namespace, name }) {
      const port = places.get(`${namespace}/${name}`);
      return port === undefined ? undefined : { host: "127.0.0.1", port };
    },
    ...more,
  });
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // Tests look into answers of many kinds.
  readonly body: Record<string, unknown>;
}

interface Asking {
  readonly as?: "admin" | "alice";
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string | string[]>;
}

function open(server: RunningServer, path: string, { as = "admin", method, body, headers = {} }: Asking = {}) {
  const { hostname, port } = new URL(server.url);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const sent = httpsRequest({
    hostname,
    port,
    path,
    method: method ?? (text === undefined ? "GET" : "POST"),
    agent,
    headers: {
      "authorization": `Bearer ${as}token`,
      "user-agent": "test/1",
      ...(text === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
  });
  sent.end(text);
  return sent;
}

async function ask(server: RunningServer, path: string, asking?: Asking): Promise<Reply> {
  const [response] = (await once(open(server, path, asking), "response")) as [IncomingMessage];
  let text = "";
  for await (const piece of response.setEncoding("utf8")) text += String(piece);
  const body = text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.statusCode ?? 0, headers: response.headers, text, body };
}

/** Servers are looked at again soon, but not at once. */
const until = (met: () => Promise<boolean>, seconds = 10): Promise<void> => untilMet(met, seconds);

/** Registers a group version behind a service of the same name as the group's first word. */
async function register(server: RunningServer, group: string, spec: Record<string, unknown>): Promise<void> {
  const service = { namespace: "default", name: group.split(".", 1)[0], port: 443 };
  const object = {
    metadata: { name: `v1.${group}` },
    spec: { group, version: "v1", groupPriorityMinimum: 100, versionPriority: 10, service, ...spec },
  };
  const made = await ask(server, SERVICES, { body: object });
  assert.equal(made.status, 201, made.text);
}

async function condition(server: RunningServer, group: string): Promise<Record<string, unknown>> {
  const { status } = (await ask(server, `${SERVICES}/v1.${group}`)).body as { status?: { conditions?: Record<string, unknown>[] } };
  return status?.conditions?.[0] ?? {};
}

/** Asks for a merge patch. */
const patch = (body: unknown): Asking => ({ method: "PATCH", body, headers: { "content-type": "application/merge-patch+json" } });

const base64 = (text: string): string => Buffer.from(text).toString("base64");

const GADGETS = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: "shop.example.com/v1",
  resources: [{ name: "gadgets", singularName: "gadget", namespaced: true, kind: "Gadget", verbs: ["get", "list", "create"] }],
};

describe("an API of another server", () => {
  let server: RunningServer;
  let shop: TestRemote;
  const base = "/apis/shop.example.com/v1";
  before(async () => {
    shop = await testRemote("shop.default.svc");
    places.set("default/shop", shop.port);
    shop.answers.set(base, jsonAnswer(GADGETS));
    shop.answers.set(
      "/openapi/v3",
      jsonAnswer({ paths: { [base.slice(1)]: { serverRelativeURL: `/openapi/v3${base}?hash=AAAA` }, "api/v1": {} } }),
    );
    shop.answers.set(`/openapi/v3${base}`, jsonAnswer({ openapi: "3.0.0", info: { title: "shop" } }));
    const operation = { responses: { 200: { description: "OK", schema: { $ref: "#/definitions/Gadget" } } } };
    shop.answers.set(
      "/openapi/v2",
      jsonAnswer({ swagger: "2.0", paths: { [`${base}/gadgets`]: { get: operation } }, definitions: { Gadget: { type: "object" } } }),
    );
    shop.answers.set(`${base}/*`, jsonAnswer({ hello: "world" }));
    server = await start();
    await register(server, "shop.example.com", { caBundle: base64(shop.ca) });
    await until(async () => (await condition(server, "shop.example.com"))["status"] === "True");
  });
  after(async () => {
    await server.close();
    await shop[Symbol.asyncDispose]();
  });
  const callOf = async (path: string, asking?: Asking) => {
    shop.calls.length = 0;
    const reply = await ask(server, path, asking);
    return { reply, call: shop.calls.find(({ url }) => url === path) };
  };

  test("is told available once its server was seen to answer", async () => {
    const { reason, message } = await condition(server, "shop.example.com");
    assert.deepEqual([reason, message], ["Passed", "all checks passed"]);
  });

  test("is asked as the user who asks, proven by this server's certificate, without what else could say who that is", async () => {
    const headers = {
      "x-custom": "1",
      "x-remote-user": "evil",
      "x-remote-group": "system:masters",
      "x-remote-extra-foo": "evil",
      "audit-id": "11111111-2222-3333-4444-555555555555",
      "impersonate-user": "jörg".normalize(),
      "impersonate-group": ["g1", "system:masters"],
      "impersonate-extra-a%2fb": "c",
    };
    headers["impersonate-user"] = Buffer.from(headers["impersonate-user"]).toString("latin1");
    const { reply, call } = await callOf(`${base}/namespaces/default/gadgets/a`, { headers });
    assert.deepEqual([reply.status, reply.body], [200, { hello: "world" }]);
    assert.deepEqual([call?.client, call?.serverName], ["front-proxy-client", "shop.default.svc"]);
    const address = `127.0.0.1:${shop.port}`;
    assert.deepEqual(call?.headers, {
      "User-Agent": "test/1",
      "X-Custom": "1",
      "Audit-Id": "11111111-2222-3333-4444-555555555555",
      "Accept-Encoding": "gzip",
      "Host": address,
      "X-Forwarded-For": "127.0.0.1",
      "X-Forwarded-Host": address,
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Uri": `${base}/namespaces/default/gadgets/a`,
      "X-Remote-User": Buffer.from("jörg").toString("latin1"),
      "X-Remote-Group": ["g1", "system:masters", "system:authenticated"],
      "X-Remote-Extra-A%2fb": "c",
    });
  });

  test("is asked only what the user may", async () => {
    const { reply, call } = await callOf(`${base}/namespaces/default/gadgets`, { as: "alice" });
    assert.deepEqual([reply.status, call], [403, undefined]);
    assert.match(String(reply.body["message"]), /User "alice" cannot list resource "gadgets" in API group "shop\.example\.com"/);
  });

  test("takes bodies and streams watches as they come", async () => {
    shop.answers.set(`${base}/gadgets`, (request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      if (request.method === "POST") request.pipe(response);
      else response.write('{"type":"ADDED"}\n');
    });
    const body = { big: "x".repeat(1_000_000) };
    assert.deepEqual((await ask(server, `${base}/gadgets`, { body })).body, body);
    const watch = open(server, `${base}/gadgets?watch=true`);
    const [response] = (await once(watch, "response")) as [IncomingMessage];
    const [event] = (await once(response, "data")) as [Buffer];
    assert.equal(String(event), '{"type":"ADDED"}\n');
    watch.destroy();
  });

  test("switches protocols through a tunnel, WebSocket or SPDY, and never without the server's consent", async () => {
    let refuses = false;
    shop.upgrade = (request, socket) => {
      if (refuses) {
        socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
        return;
      }
      assert.deepEqual([request.headers["x-remote-user"], request.headers.authorization], ["admin", undefined]);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade}\r\n\r\n`);
      socket.pipe(socket);
    };
    for (const upgrade of ["websocket", "SPDY/3.1"]) {
      const method = upgrade === "websocket" ? "GET" : "POST";
      const sent = open(server, `${base}/namespaces/default/gadgets/a/exec`, { method, headers: { connection: "Upgrade", upgrade } });
      const [response, socket] = (await once(sent, "upgrade")) as [IncomingMessage, Socket];
      assert.deepEqual([response.statusCode, response.headers.upgrade], [101, upgrade]);
      socket.write("ping");
      assert.equal(String((await once(socket, "data"))[0]), "ping");
      const before = shop.connections();
      socket.destroy();
      await until(async () => shop.connections() < before);
    }
    refuses = true;
    const refused = await ask(server, `${base}/gadgets/a/exec`, { headers: { connection: "Upgrade", upgrade: "websocket" } });
    assert.deepEqual([refused.status, refused.text, refused.headers.connection], [403, "no", "close"]);
  });

  test("stands in discovery, last by its priority, with what its server says of it", async () => {
    const groups = (await ask(server, "/apis")).body["groups"] as { name: string }[];
    assert.equal(groups.at(-1)?.name, "shop.example.com");
    assert.equal((await ask(server, "/apis/shop.example.com")).body["name"], "shop.example.com");
    assert.deepEqual((await ask(server, base)).body, GADGETS);
    assert.equal((await ask(server, "/apis/shop.example.com/v2")).text, "404 page not found\n");
    const { items } = (await ask(server, "/apis", { headers: { accept: AGGREGATED } })).body as { items: Record<string, unknown>[] };
    const gadget = {
      resource: "gadgets",
      responseKind: { group: "", version: "", kind: "Gadget" },
      scope: "Namespaced",
      singularResource: "gadget",
      verbs: ["get", "list", "create"],
    };
    assert.deepEqual(items.at(-1), {
      metadata: { name: "shop.example.com" },
      versions: [{ version: "v1", resources: [gadget], freshness: "Current" }],
    });
  });

  test("stands in OpenAPI, and cannot speak there for others", async () => {
    const { paths } = JSON.parse((await ask(server, "/openapi/v3")).text) as { paths: Record<string, { serverRelativeURL: string }> };
    assert.equal(paths[base.slice(1)]?.serverRelativeURL, `/openapi/v3${base}?hash=AAAA`);
    assert.match(paths["api/v1"]?.serverRelativeURL ?? "", /hash=[0-9A-F]{128}$/);
    const { reply, call } = await callOf(`/openapi/v3${base}?hash=AAAA`);
    assert.deepEqual(reply.body, { openapi: "3.0.0", info: { title: "shop" } });
    assert.equal(call?.headers["X-Remote-User"], "system:aggregator");
    const v2 = (await ask(server, "/openapi/v2", { headers: { accept: "application/json" } })).body as unknown as {
      paths: Record<string, unknown>;
      definitions: Record<string, unknown>;
    };
    assert.ok(`${base}/gadgets` in v2.paths && "/api/v1/pods" in v2.paths);
    assert.deepEqual(v2.definitions["Gadget"], { type: "object" });
  });

  test("that stops answering is 503, told as it was known, and left out of OpenAPI, until it answers again", async () => {
    const discovered = async (): Promise<{ freshness?: string; resources?: unknown[] } | undefined> => {
      const { items } = (await ask(server, "/apis", { headers: { accept: AGGREGATED } })).body as { items: Record<string, unknown>[] };
      return (items.at(-1) as { versions: { freshness?: string; resources?: unknown[] }[] } | undefined)?.versions[0];
    };
    const isDocumented = async (): Promise<boolean> => (await ask(server, "/openapi/v3")).text.includes(base.slice(1));
    let count = 0;
    const lookAgain = async (): Promise<void> => {
      await ask(server, `${SERVICES}/v1.shop.example.com`, patch({ metadata: { labels: { count: `${count++}` } } }));
    };
    shop.answers.set(base, (_, response) => void response.writeHead(500).end());
    await lookAgain();
    await until(async () => (await condition(server, "shop.example.com"))["status"] === "False");
    assert.equal((await ask(server, `${base}/gadgets`)).status, 503);
    const stale = await discovered();
    assert.deepEqual([stale?.freshness, stale?.resources?.length, await isDocumented()], ["Stale", 1, false]);
    shop.answers.set(base, jsonAnswer(GADGETS));
    await lookAgain();
    await until(async () => (await condition(server, "shop.example.com"))["status"] === "True");
    await until(async () => (await discovered())?.freshness === "Current" && (await isDocumented()));
  });

  test("goes when its API service goes", async () => {
    await register(server, "gone.example.com", { insecureSkipTLSVerify: true });
    await until(async () => (await ask(server, "/apis/gone.example.com/v1")).status === 503);
    await ask(server, `${SERVICES}/v1.gone.example.com`, { method: "DELETE" });
    for (const path of ["/apis/gone.example.com/v1", "/apis/gone.example.com"])
      assert.equal((await ask(server, path)).text, "404 page not found\n");
  });
});

describe("an API whose server does not answer", () => {
  test("is told so, is 503, and holds up nothing else", async () => {
    await using server = await start();
    await using hanging = await testRemote("hanging.default.svc");
    await using lying = await testRemote("lying.default.svc");
    places.set("default/hanging", hanging.port).set("default/lying", lying.port);
    hanging.answers.set("/*", () => {});
    lying.answers.set("/*", (_, response) => void response.writeHead(302, { location: "/secret" }).end());
    await register(server, "hanging.example.com", { caBundle: base64(hanging.ca) });
    await register(server, "lying.example.com", { insecureSkipTLSVerify: true });
    await register(server, "missing.example.com", { insecureSkipTLSVerify: true });
    await until(async () => (await condition(server, "missing.example.com"))["status"] === "False");
    assert.equal((await condition(server, "missing.example.com"))["message"], 'service/missing in "default" is not present');
    // The one that hangs is still being looked at.
    assert.deepEqual(await condition(server, "hanging.example.com"), {});
    await until(async () => (await condition(server, "lying.example.com"))["status"] === "False");
    const url = `https://127.0.0.1:${lying.port}/apis/lying.example.com/v1`;
    const { reason, message } = await condition(server, "lying.example.com");
    assert.deepEqual([reason, message], ["FailedDiscoveryCheck", `failing or missing response from ${url}: bad status from ${url}: 302`]);
    for (const path of ["", "/things", "/namespaces/default/things/x"]) {
      const { status, text } = await ask(server, `/apis/lying.example.com/v1${path}`);
      assert.deepEqual([status, text], [503, "service unavailable\n"]);
    }
    const begun = performance.now();
    const { items } = (await ask(server, "/apis", { headers: { accept: AGGREGATED } })).body as { items: Record<string, unknown>[] };
    assert.deepEqual(items.at(-1), { metadata: { name: "missing.example.com" }, versions: [{ version: "v1", freshness: "Stale" }] });
    await ask(server, "/openapi/v3");
    await ask(server, "/openapi/v2", { headers: { accept: "application/json" } });
    assert.ok(performance.now() - begun < 4000);
    // What changes is looked at soon.
    lying.answers.set("/apis/lying.example.com/v1", jsonAnswer(GADGETS));
    await ask(server, `${SERVICES}/v1.lying.example.com`, patch({ metadata: { labels: { a: "b" } } }));
    await until(async () => (await condition(server, "lying.example.com"))["status"] === "True");
  });
});

describe("what a server keeps for others", () => {
  test("is an API service for each version of custom resources, as long as there are such", async () => {
    await using server = await start();
    const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const schema = { openAPIV3Schema: { type: "object" } };
    const crd = {
      metadata: { name: "things.kept.example.com" },
      spec: {
        group: "kept.example.com",
        scope: "Cluster",
        names: { plural: "things", kind: "Thing" },
        versions: [
          { name: "v1", served: true, storage: true, schema },
          { name: "v2", served: false, storage: false, schema },
        ],
      },
    };
    assert.equal((await ask(server, crds, { body: crd })).status, 201);
    const path = `${SERVICES}/v1.kept.example.com`;
    const found = async (): Promise<unknown> => (await ask(server, path)).body["spec"];
    const wanted = { group: "kept.example.com", version: "v1", groupPriorityMinimum: 1000, versionPriority: 100 };
    await until(async () => (await ask(server, path)).status === 200);
    assert.deepEqual(await found(), wanted);
    assert.equal((await ask(server, `${SERVICES}/v2.kept.example.com`)).status, 404);
    await ask(server, path, { method: "DELETE" });
    await until(async () => (await ask(server, path)).status === 200);
    await ask(server, path, patch({ spec: { versionPriority: 7 } }));
    await until(async () => JSON.stringify(await found()) === JSON.stringify(wanted));
    // One that somebody took over is theirs.
    await ask(server, path, patch({ metadata: { labels: null }, spec: { versionPriority: 7 } }));
    await sleep(200);
    assert.deepEqual(await found(), { ...wanted, versionPriority: 7 });
    await ask(server, path, patch({ metadata: { labels: { "kube-aggregator.kubernetes.io/automanaged": "true" } } }));
    await ask(server, `${crds}/things.kept.example.com`, { method: "DELETE" });
    await until(async () => (await ask(server, path)).status === 404);
  });

  test("is what they need to tell users apart, whatever becomes of it", async () => {
    await using server = await start();
    const path = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication";
    const good = async (): Promise<boolean> => {
      const data = (await ask(server, path)).body["data"] as Record<string, string> | undefined;
      return (
        data?.["requestheader-client-ca-file"] === frontProxy.certificate &&
        data["requestheader-allowed-names"] === '["front-proxy-client"]'
      );
    };
    await until(good);
    await ask(server, path, { method: "DELETE" });
    await until(good);
    await ask(server, path, patch({ data: { "requestheader-client-ca-file": "", "requestheader-allowed-names": "[]" } }));
    await until(good);
    const role = "/apis/rbac.authorization.k8s.io/v1/namespaces/kube-system/roles/extension-apiserver-authentication-reader";
    assert.deepEqual((await ask(server, role)).body["rules"], [
      {
        verbs: ["get", "list", "watch"],
        apiGroups: [""],
        resources: ["configmaps"],
        resourceNames: ["extension-apiserver-authentication"],
      },
    ]);
  });
});

const ip = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

describe("a second server behind the first", ip === undefined ? { skip: "this machine has no address but the loopback's" } : {}, () => {
  test("knows the first one's users, asks it what they may, and serves its kinds there", async () => {
    await using front = await start({ enableAggregatorRouting: true });
    const reviews = `${front.url}/apis/authorization.k8s.io/v1/subjectaccessreviews`;
    const kubeconfig = (await readFile(front.kubeconfigPath, "utf8")).replace(front.url, reviews);
    const delegation = join(directory, "delegation.kubeconfig");
    await writeFile(delegation, kubeconfig);
    await using behind = await start({
      bindAddress: "0.0.0.0",
      authorizationModes: ["Webhook"],
      authorizationWebhook: { configFile: delegation, version: "v1", authorizedTtl: 0, unauthorizedTtl: 0 },
    });
    const group = "widgets.example.com";
    const crd = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `widgets.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties: { size: { type: "integer" } } } } },
            },
          },
        ],
      },
    };
    assert.equal((await ask(behind, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", { body: crd })).status, 201);
    const port = Number(new URL(behind.url).port);
    const service = { metadata: { name: "widgets" }, spec: { ports: [{ name: "https", port: 443 }] } };
    assert.equal((await ask(front, "/api/v1/namespaces/default/services", { body: service })).status, 201);
    const slice = {
      metadata: { name: "widgets-1", labels: { "kubernetes.io/service-name": "widgets" } },
      addressType: "IPv4",
      endpoints: [{ addresses: [ip] }],
      ports: [{ name: "https", port, protocol: "TCP" }],
    };
    assert.equal((await ask(front, "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", { body: slice })).status, 201);
    await register(front, group, { insecureSkipTLSVerify: true });
    await until(async () => (await condition(front, group))["status"] === "True", 20);

    const widgets = `/apis/${group}/v1/namespaces/default/widgets`;
    const made = await ask(front, widgets, {
      body: { apiVersion: `${group}/v1`, kind: "Widget", metadata: { name: "a" }, spec: { size: 3 } },
    });
    assert.equal(made.status, 201, made.text);
    assert.deepEqual((await ask(behind, `${widgets}/a`)).body["spec"], { size: 3 });
    // What the user may is the first one's to say, at both.
    assert.equal((await ask(front, `${widgets}/a`, { as: "alice" })).status, 403);
    const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
    const role = { metadata: { name: "r" }, rules: [{ apiGroups: [group], resources: ["widgets"], verbs: ["get", "watch"] }] };
    await ask(front, `${rbac}/roles`, { body: role });
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "r" };
    const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "devs" }];
    await ask(front, `${rbac}/rolebindings`, { body: { metadata: { name: "r" }, roleRef, subjects } });
    await until(async () => (await ask(front, `${widgets}/a`, { as: "alice" })).status === 200);
    assert.equal((await ask(front, widgets, { as: "alice", body: {} })).status, 403);

    const watch = open(
      front,
      `${widgets}?watch=true&resourceVersion=${String((made.body["metadata"] as Record<string, unknown>)["resourceVersion"])}`,
    );
    const [response] = (await once(watch, "response")) as [IncomingMessage];
    const event = once(response, "data");
    await ask(front, `${widgets}/a`, patch({ spec: { size: 4 } }));
    const { type, object } = JSON.parse(String((await event)[0])) as { type: string; object: Record<string, unknown> };
    assert.deepEqual([type, object["spec"]], ["MODIFIED", { size: 4 }]);
    watch.destroy();

    await until(async () => {
      const { items } = (await ask(front, "/apis", { headers: { accept: AGGREGATED } })).body as { items: Record<string, unknown>[] };
      const found = items.find(({ metadata }) => (metadata as { name: string }).name === group) as {
        versions: { resources?: unknown[] }[];
      };
      return found?.versions[0]?.resources?.length === 1;
    });
    await until(async () => (await ask(front, "/openapi/v3")).text.includes(`"apis/${group}/v1"`));
    const { paths } = JSON.parse((await ask(front, "/openapi/v3")).text) as { paths: Record<string, { serverRelativeURL: string }> };
    const document = await ask(front, paths[`apis/${group}/v1`]?.serverRelativeURL ?? "");
    assert.ok(document.text.includes("com.example.widgets.v1.Widget"));
    // Both servers mean the same by what they share, and it is told once.
    const metadata = "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
    await until(async () => {
      const { definitions } = (await ask(front, "/openapi/v2", { headers: { accept: "application/json" } })).body as {
        definitions: Record<string, { properties: Record<string, { $ref?: string }> }>;
      };
      return definitions["com.example.widgets.v1.Widget"]?.properties["metadata"]?.$ref === metadata;
    }, 40);
    // kubectl sees no difference.
    if (findProgram("kubectl") !== undefined) {
      const { kubectl } = kubectlRunner(
        "kubectl",
        () => front,
        () => directory,
      );
      assert.match(await kubectl("get", "widgets"), /^NAME +AGE\na +/);
      assert.match(await kubectl("explain", "widgets.spec.size"), /FIELD: size <integer>/);
      assert.match(await kubectl("api-resources", "--api-group", group), /^widgets +widgets\.example\.com\/v1 +true +Widget$/m);
      assert.match(await kubectl("get", "apiservice", `v1.${group}`), /default\/widgets +True/);
      await kubectl("label", "widget", "a", "x=y");
      await kubectl("delete", "widget", "a");
      assert.equal((await ask(behind, `${widgets}/a`)).status, 404);
    }
    // The user whom both know is the one who asked.
    const review = await ask(behind, "/apis/authentication.k8s.io/v1/selfsubjectreviews", {
      body: {},
      headers: { "x-remote-user": "evil" },
    });
    assert.equal((review.body as { status: { userInfo: { username: string } } }).status.userInfo.username, "admin");
  });
});
