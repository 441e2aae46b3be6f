import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test, type TestContext } from "node:test";
import type { AdmissionPlugin } from "../admission/admission.ts";
import { createAuditor } from "../audit/auditor.ts";
import { eventMembers, type AuditEvent } from "../audit/event.ts";
import { readPolicy } from "../audit/read-policy.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import { sinkOf } from "../request/test-sink.ts";
import type { ControlPlaneOptions } from "./control-plane.ts";
import { ADMIN, testPlane } from "./test-plane.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";

type Told = Record<string, unknown> & {
  readonly responseObject?: { readonly items?: unknown[]; readonly metadata?: object; readonly kind?: string };
};

/** A control plane that is audited whole; `keep`: whether the backend keeps an event. */
async function audited(t: TestContext, change: Partial<ControlPlaneOptions> = {}, keep: (event: AuditEvent) => boolean = () => true) {
  const told: Told[] = [];
  const backend = {
    accept(event: AuditEvent) {
      told.push(JSON.parse(`{${eventMembers(event)}`) as Told);
      return keep(event);
    },
    async [Symbol.asyncDispose]() {},
  };
  const policy = readPolicy(
    "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitManagedFields: true\nrules: [{level: RequestResponse, omitStages: [RequestReceived]}]",
  );
  const strict = readPolicy("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]");
  const plane = await testPlane({ audit: createAuditor(keep === KEEPS_NOTHING ? strict : policy, backend, Date.now), ...change });
  t.after(() => plane.plane.close());
  return { ...plane, told };
}

const KEEPS_NOTHING = (): boolean => false;

test("the object of an answer is told as JSON, whatever form it was sent in", async (t) => {
  const { as, told } = await audited(t);
  await as(ADMIN, "POST", MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m" }, data: { a: "1" } });
  const forms = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
  const objects = [];
  for (const accept of forms) {
    assert.equal((await as(ADMIN, "GET", `${MAPS}/m`, undefined, { accept })).status, 200);
    objects.push(told.at(-1)?.responseObject);
    await as(ADMIN, "GET", MAPS, undefined, { accept });
    assert.equal(told.at(-1)?.responseObject?.items?.length, 1, accept);
    await as(ADMIN, "GET", `${MAPS}/none`, undefined, { accept });
    assert.equal(statusOf(told).reason, "NotFound", accept);
    assert.equal(told.at(-1)?.responseObject?.kind, "Status", accept);
  }
  assert.equal(objects[0]?.kind, "ConfigMap");
  assert.ok(!("managedFields" in (objects[0]?.metadata ?? {})));
  for (const object of objects) assert.deepEqual(object, objects[0]);
  await as(ADMIN, "GET", `${MAPS}/m?pretty=1`);
  assert.deepEqual(told.at(-1)?.responseObject, objects[0]);
});

test("a request that another server answers is told when its answer has ended, without what it said", async (t) => {
  const passed: ApiAnswer = {
    status: 200,
    headers: { "content-type": "application/json" },
    foreign: true,
    body: async (sink) => void sink.write(Buffer.from('{"kind":"X"},"user":{"username":"forged"}')),
  };
  let end = (): void => {};
  const tunnel: ApiAnswer = { status: 101, headers: {}, takeOver: () => new Promise((resolve) => (end = resolve)) };
  const passOn: ControlPlaneOptions["passOn"] = ({ info }) => Promise.resolve(info.subresource === "exec" ? tunnel : passed);
  const { plane, request, told } = await audited(t, { passOn });
  const path = "/apis/other.example.com/v1/namespaces/n/things/a";
  const { body } = await plane.handle(request(ADMIN, "GET", path));
  assert.ok(typeof body === "function" && told.length === 0);
  await body(sinkOf(() => {}));
  assert.deepEqual([told.length, told[0]?.["stage"], told[0]?.["responseObject"]], [1, "ResponseComplete", undefined]);
  assert.deepEqual(told[0]?.["user"], { username: "admin", groups: ["system:masters", "system:authenticated"] });
  const { takeOver } = await plane.handle(request(ADMIN, "GET", `${path}/exec`));
  const over = takeOver?.(new PassThrough(), Buffer.alloc(0));
  assert.deepEqual(
    told.slice(1).map(({ stage }) => stage),
    ["ResponseStarted"],
  );
  end();
  await over;
  assert.deepEqual(
    told.slice(1).map(({ stage }) => stage),
    ["ResponseStarted", "ResponseComplete"],
  );
});

test("a long list is told once it has been sent, and a peer that left before still has its event", async (t) => {
  const { plane, client, request, told } = await audited(t);
  for (let i = 0; i < 100; i++) {
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `m${i}`, namespace: "default" }, data: { a: "x".repeat(2000) } };
    await client.create({ group: "", plural: "configmaps" }, map);
  }
  told.length = 0;
  const answer = await plane.handle(request(ADMIN, "GET", MAPS));
  assert.ok(typeof answer.body === "function");
  assert.equal(told.length, 0);
  let bytes = 0;
  await answer.body(sinkOf((piece) => void (bytes += piece.length)));
  assert.ok(bytes > 200_000);
  assert.deepEqual([told.length, told[0]?.responseObject?.items?.length], [1, 100]);
  const gone = new AbortController();
  await plane.handle({ ...request(ADMIN, "GET", MAPS), signal: gone.signal });
  gone.abort();
  assert.deepEqual([told.length, told[1]?.["stage"]], [2, "ResponseComplete"]);
});

test("a bug is told as a panic, by its class and not by its words", async (t) => {
  const broken: AdmissionPlugin = {
    name: "Broken",
    handles: () => true,
    validate: ({ name }: { readonly name: string }) => {
      if (name === "m") throw new RangeError("s3cret");
    },
  } as unknown as AdmissionPlugin;
  const { as, told } = await audited(t, { admissionPlugins: () => [broken], onBug: () => {} });
  const { status } = await as(ADMIN, "POST", MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m" } });
  assert.equal(status, 500);
  assert.equal(told.length, 1);
  assert.equal(told[0]?.["stage"], "Panic");
  assert.deepEqual(told[0]?.["responseStatus"], {
    metadata: {},
    status: "Failure",
    message: "APIServer panic'd: RangeError",
    reason: "InternalError",
    code: 500,
  });
});

test("a request whose first event a strict backend loses fails, and does nothing", async (t) => {
  const { as, client, told } = await audited(t, {}, KEEPS_NOTHING);
  const { status } = await as(ADMIN, "POST", MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m" } });
  assert.equal(status, 500);
  assert.deepEqual(
    told.map(({ stage }) => stage),
    ["RequestReceived"],
  );
  assert.equal(await client.get({ group: "", plural: "configmaps" }, "default", "m"), undefined);
});

test("options of a delete are told in the original's own version, and none where none were sent", async (t) => {
  const { as, told } = await audited(t);
  for (const name of ["a", "b"]) await as(ADMIN, "POST", MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
  await as(ADMIN, "DELETE", `${MAPS}/a`);
  assert.equal(told.at(-1)?.["requestObject"], undefined);
  await as(ADMIN, "DELETE", `${MAPS}/b`, { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Background" });
  assert.deepEqual(told.at(-1)?.["requestObject"], {
    kind: "DeleteOptions",
    apiVersion: "meta.k8s.io/__internal",
    propagationPolicy: "Background",
  });
  assert.equal(statusOf(told).status, "Success");
});

function statusOf(told: readonly Told[]): { readonly reason?: string; readonly status?: string } {
  return told.at(-1)?.["responseStatus"] ?? {};
}
