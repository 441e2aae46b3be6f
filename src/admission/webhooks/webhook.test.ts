import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { asObject, objectIn } from "../../object/read.ts";
import { isAdmissionPluginOn } from "../../config/admission-plugins.ts";
import { ADMIN, testPlane, type TestPlane } from "../../server/test-plane.ts";
import { makePlugins } from "../plugins.ts";
import { serviceResolver } from "../../webhook/service-address.ts";
import { allowWith, API, configure, hook, hookServer, reviewAnswer } from "./hook-server.test-support.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";

function create(t: TestPlane, name: string, data: JsonObject = { a: "1" }, query = "") {
  return t.as(ADMIN, "POST", `${MAPS}${query}`, { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data });
}

test("a validating webhook is sent the whole request, as an AdmissionReview of the first version that it speaks", async () => {
  await using server = await hookServer();
  const t = await testPlane();
  await configure(t, "Validating", "v", hook(server, "/v", { admissionReviewVersions: ["v7", "v1beta1", "v1"] }));
  assert.equal((await create(t, "c1", { a: "1" }, "?fieldManager=fm")).status, 201);
  const [call] = server.calls;
  assert.equal(call?.query, "?timeout=5s");
  assert.equal(call?.headers["user-agent"], "kube-apiserver-admission");
  assert.equal(call?.headers["accept"], "application/json, */*");
  const { uid, object, ...request } = objectIn(call?.body ?? {}, "request");
  assert.match(String(uid), /^[0-9a-f-]{36}$/);
  const { metadata, ...rest } = asObject(object);
  assert.deepEqual(rest, { kind: "ConfigMap", apiVersion: "v1", data: { a: "1" } });
  assert.deepEqual(Object.keys(asObject(metadata)).sort(), ["creationTimestamp", "managedFields", "name", "namespace", "uid"]);
  assert.deepEqual(
    { ...call?.body, request },
    {
      kind: "AdmissionReview",
      apiVersion: "admission.k8s.io/v1beta1",
      request: {
        kind: { group: "", version: "v1", kind: "ConfigMap" },
        resource: { group: "", version: "v1", resource: "configmaps" },
        requestKind: { group: "", version: "v1", kind: "ConfigMap" },
        requestResource: { group: "", version: "v1", resource: "configmaps" },
        name: "c1",
        namespace: "default",
        operation: "CREATE",
        userInfo: { username: "admin", groups: ["system:masters", "system:authenticated"] },
        oldObject: null,
        dryRun: false,
        options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1", fieldManager: "fm" },
      },
    },
  );
});

test("mutating webhooks run in order of their configurations, see what came before, and are asked once more if they wish", async () => {
  await using server = await hookServer();
  const t = await testPlane();
  server.hooks.set("/b", allowWith({ op: "add", path: "/data/b", value: "2" }));
  server.hooks.set("/a", allowWith({ op: "add", path: "/data/x", value: "1" }));
  await configure(t, "Mutating", "z", hook(server, "/b"));
  await configure(t, "Mutating", "m", hook(server, "/a", { reinvocationPolicy: "IfNeeded" }));
  await configure(t, "Validating", "v", hook(server, "/v"));
  const answer = await create(t, "c1");
  assert.deepEqual(objectIn(answer.body, "data"), { a: "1", b: "2", x: "1" });
  const seen = server.calls.map(({ path, body }) => [
    path,
    Object.keys(objectIn(objectIn(objectIn(body, "request"), "object"), "data"))
      .sort()
      .join(""),
  ]);
  assert.deepEqual(seen, [
    ["/a", "a"],
    ["/b", "ax"],
    ["/a", "abx"],
    ["/v", "abx"],
  ]);
});

test("validating webhooks are asked at the same time, and the first refusal is told of", async () => {
  await using server = await hookServer();
  const t = await testPlane();
  let together = 0;
  for (const path of ["/a", "/b"])
    server.hooks.set(path, (call, response) => {
      together++;
      const answer = {
        allowed: false,
        status: { code: 409, reason: "Conflict", message: `no from ${path}` },
        warnings: ["beware", "two\nlines"],
      };
      const wait = setInterval(() => {
        if (together < 2) return;
        clearInterval(wait);
        setTimeout(() => response.end(JSON.stringify(reviewAnswer(call, answer))), path === "/a" ? 100 : 0);
      }, 5);
    });
  await configure(t, "Validating", "v", hook(server, "/a"), hook(server, "/b"));
  const answer = await create(t, "c1");
  assert.equal(answer.status, 409);
  assert.equal(answer.body["message"], 'admission webhook "b.hook.example.com" denied the request: no from /b');
});

test("bad answers, slow answers and no answers fail as the policy says, and in time", { timeout: 20_000 }, async () => {
  await using server = await hookServer();
  const t = await testPlane();
  server.hooks.set("/redirect", (_, response) => response.writeHead(307, { location: "/good" }).end());
  server.hooks.set("/huge", (_, response) => response.end(Buffer.alloc(10 << 20, 32)));
  server.hooks.set("/hang", (_, response) => void response.writeHead(200, { "content-type": "application/json" }).write("{"));
  server.hooks.set("/gone", (_, response) => void response.socket?.destroy());
  server.hooks.set("/empty", (_, response) => void response.end());
  const expected: readonly (readonly [string, RegExp])[] = [
    ["/redirect", /failed to call webhook: the server responded with the status code 307/],
    ["/huge", /failed to call webhook: Post ".*": the answer is larger than \d+ bytes$/],
    ["/hang", /failed to call webhook: Post ".*\/hang\?timeout=1s": context deadline exceeded$/],
    ["/gone", /failed to call webhook: Post ".*": EOF$/],
    ["/empty", /failed to call webhook: 0-length response with status code: 200/],
  ];
  for (const [path, message] of expected) {
    for (const failurePolicy of ["Fail", "Ignore"]) {
      await configure(t, "Validating", "v", hook(server, path, { failurePolicy, timeoutSeconds: 1 }));
      const answer = await create(t, "c1", {}, "?dryRun=All");
      if (failurePolicy === "Ignore") assert.equal(answer.status, 201, answer.text);
      else {
        assert.equal(answer.status, 500);
        assert.match(String(answer.body["message"]), message);
        assert.match(String(answer.body["message"]), /^Internal error occurred: failed calling webhook "[a-z]+\.hook\.example\.com": /);
      }
      assert.equal((await t.as(ADMIN, "DELETE", `${API}/validatingwebhookconfigurations/v`)).status, 200);
    }
  }
  assert.equal(
    server.calls.some(({ path }) => path === "/good"),
    false,
  );
});

test("a patch that does not fit refuses the write, whatever the failure policy; one of another object too", async () => {
  await using server = await hookServer();
  const t = await testPlane();
  await configure(t, "Mutating", "m", hook(server, "/m", { failurePolicy: "Ignore" }));
  const cases: readonly (readonly [JsonObject, number, RegExp])[] = [
    [{ op: "remove", path: "/data/nope" }, 500, /Unable to remove nonexistent key: nope/],
    [{ op: "replace", path: "/data", value: "text" }, 500, /cannot unmarshal string into Go struct field ConfigMap\.data/],
    [{ op: "replace", path: "/kind", value: "Secret" }, 500, /illegal base64 data at input byte 0/],
    [{ op: "replace", path: "/kind", value: "Nothing" }, 500, /no kind "Nothing" is registered/],
    [{ op: "replace", path: "/kind", value: "Namespace" }, 500, /converting \(v1.Namespace\) to \(core.ConfigMap\): unknown conversion/],
    [{ op: "replace", path: "/metadata/namespace", value: "kube-system" }, 400, /the namespace of the provided object does not match/],
    [{ op: "add", path: "/data/bad key!", value: "x" }, 422, /a valid config key/],
  ];
  for (const [operation, status, message] of cases) {
    server.hooks.set("/m", allowWith(operation));
    const answer = await create(t, "c1");
    assert.equal(answer.status, status, answer.text);
    assert.match(String(answer.body["message"]), message);
  }
});

test("a webhook for everything that is dead cannot keep its own configuration from being repaired", async () => {
  const t = await testPlane();
  const dead = {
    name: "dead.hook.example.com",
    clientConfig: { url: "https://127.0.0.1:1/hook" },
    rules: [{ operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"] }],
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
  };
  await configure(t, "Validating", "v", dead);
  await configure(t, "Mutating", "m", dead);
  const answer = await create(t, "c1");
  assert.equal(
    answer.body["message"],
    'Internal error occurred: failed calling webhook "dead.hook.example.com": failed to call webhook: Post "https://127.0.0.1:1/hook?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused',
  );
  for (const type of ["validating", "mutating"]) {
    const path = `${API}/${type}webhookconfigurations/${type === "mutating" ? "m" : "v"}`;
    assert.equal((await t.as(ADMIN, "DELETE", path)).status, 200);
  }
  assert.equal((await create(t, "c1")).status, 201);
});

test("a webhook behind a service is called at an endpoint or at the cluster IP, by the service's name", async () => {
  await using server = await hookServer("hook.default.svc");
  for (const serviceRouting of ["endpoint", "clusterIp"] as const) {
    const t = await testPlane({
      admissionPlugins: (parts) =>
        makePlugins(
          {
            ...parts,
            configurations: new Map(),
            // No proxy forwards cluster IPs here, and an EndpointSlice must not name the loopback: so the lookup is told.
            resolveService: serviceResolver(
              {
                get: async (resource, namespace, name) => {
                  const found = await parts.view.get(resource, namespace, name);
                  return found && { ...found, spec: { ...objectIn(found, "spec"), clusterIP: "127.0.0.1" } as JsonObject };
                },
                list: async (resource, namespace) => {
                  const found = await parts.view.list(resource, namespace);
                  return found.map((one) => ({ ...one, endpoints: [{ addresses: ["127.0.0.1"] }] }));
                },
              },
              serviceRouting,
              () => 0.5,
            ),
          },
          (name) => isAdmissionPluginOn(name, { enable: [], disable: [] }),
        ),
    });
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "hook" },
      spec: { ports: [{ name: "web", port: serviceRouting === "endpoint" ? 443 : server.port }] },
    };
    assert.equal((await t.as(ADMIN, "POST", "/api/v1/namespaces/default/services", service)).status, 201);
    const slice = {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "hook-1", labels: { "kubernetes.io/service-name": "hook" } },
      addressType: "IPv4",
      endpoints: [{ addresses: ["10.1.1.1"] }],
      ports: [{ name: "web", port: server.port }],
    };
    assert.equal((await t.as(ADMIN, "POST", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", slice)).status, 201);
    const port = serviceRouting === "endpoint" ? 443 : server.port;
    const clientConfig = { service: { name: "hook", namespace: "default", path: "/v", port }, caBundle: server.caBundle };
    await configure(t, "Validating", "v", hook(server, "/v", { clientConfig }));
    assert.equal((await create(t, "c1")).status, 201);
    assert.equal(server.calls.at(-1)?.headers.host, `hook.default.svc:${port}`);
    await t.as(ADMIN, "DELETE", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/hook-1");
    const answer = await create(t, "c2");
    if (serviceRouting === "endpoint") assert.match(String(answer.body["message"]), /: no endpoints available for service "hook"$/);
    else assert.equal(answer.status, 201);
  }
});

test("match conditions and selectors spare webhooks calls", async () => {
  await using server = await hookServer();
  const t = await testPlane();
  await configure(
    t,
    "Validating",
    "v",
    hook(server, "/some", { matchConditions: [{ name: "c", expression: "object.metadata.name == 'yes'" }] }),
    hook(server, "/labelled", { objectSelector: { matchLabels: { a: "b" } } }),
  );
  await create(t, "no");
  assert.equal(server.calls.length, 0);
  await create(t, "yes");
  assert.deepEqual(
    server.calls.map(({ path }) => path),
    ["/some"],
  );
});

test("connections to a webhook are kept", async () => {
  await using server = await hookServer();
  const t = await testPlane();
  const ports = new Set<number>();
  server.hooks.set("/v", (call, response) => {
    ports.add(response.socket?.remotePort ?? 0);
    response.end(JSON.stringify(reviewAnswer(call, { allowed: true })));
  });
  await configure(t, "Validating", "v", hook(server, "/v"));
  for (let i = 0; i < 5; i++) assert.equal((await create(t, `c${i}`)).status, 201);
  assert.equal(ports.size, 1);
});
