import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import { hookServer, type HookCall, type HookServer } from "../../admission/webhooks/hook-server.test-support.ts";
import type { JsonObject, JsonValue } from "../../object/json.ts";
import { objectIn, stringIn } from "../../object/read.ts";
import { until } from "../../../test/until.ts";
import { customPlane, DEFINITIONS, type CustomPlane } from "../../server/test-custom-plane.ts";

const MERGE = { "content-type": "application/merge-patch+json" };
const APPLY = { "content-type": "application/apply-patch+yaml" };

/** What a webhook answers instead of the converted objects. */
type Spoil = (objects: JsonObject[], response: JsonObject) => void;

/** v1 has spec.size, v2 spec.sizes. */
function convert(object: JsonObject, apiVersion: string): JsonObject {
  const { size, sizes, ...spec } = objectIn(object, "spec") as { size?: JsonValue; sizes?: JsonValue[] };
  const toFirst = apiVersion.endsWith("/v1");
  const own = toFirst ? { size: sizes?.[0] ?? size ?? 0 } : { sizes: size === undefined ? (sizes ?? []) : [size] };
  return { ...object, apiVersion, spec: { ...spec, ...own } };
}

/** Spoils the first object's metadata. */
const setMeta =
  (member: string, value: JsonValue): Spoil =>
  ([one]) =>
    void Object.assign(objectIn(one ?? {}, "metadata"), { [member]: value });

function converting(spoil: Spoil = () => {}) {
  return ({ body }: HookCall, response: ServerResponse): void => {
    const { uid, desiredAPIVersion, objects } = objectIn(body, "request") as {
      uid: string;
      desiredAPIVersion: string;
      objects: JsonObject[];
    };
    const convertedObjects = objects.map((one) => convert(one, desiredAPIVersion));
    const answer: JsonObject = { uid, result: { status: "Success" }, convertedObjects };
    spoil(convertedObjects, answer);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ kind: body["kind"], apiVersion: body["apiVersion"], response: answer }));
  };
}

const schema = (spec: JsonObject): JsonObject => ({
  openAPIV3Schema: {
    type: "object",
    properties: { spec: { type: "object", properties: spec }, status: { "type": "object", "x-kubernetes-preserve-unknown-fields": true } },
  },
});

describe("a conversion webhook", () => {
  let hooks: HookServer;
  let plane: CustomPlane;
  let count = 0;
  let group = "";
  let path = "";
  before(async () => {
    hooks = await hookServer("conv.hooks.svc");
    const resolveService = async ({ port }: { port: number }) => (assert.equal(port, 8443), { host: "127.0.0.1", port: hooks.port });
    plane = await customPlane({ resolveService, timeoutMs: 2000 });
  });
  after(async () => {
    await plane[Symbol.asyncDispose]();
    await hooks[Symbol.asyncDispose]();
  });

  const definition = (client: JsonObject = { url: `${hooks.url}${path}` }, reviews: string[] = ["v1"]): JsonObject => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "widgets", kind: "Widget" },
      conversion: {
        strategy: "Webhook",
        webhook: { conversionReviewVersions: reviews, clientConfig: { ...client, caBundle: hooks.caBundle } },
      },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: schema({ size: { type: "integer", minimum: 0 } }),
          subresources: { status: {}, scale: { specReplicasPath: ".spec.size", statusReplicasPath: ".status.n" } },
        },
        {
          name: "v2",
          served: true,
          storage: false,
          schema: schema({ sizes: { type: "array", items: { type: "integer" }, maxItems: 3 }, extra: { type: "string", default: "d2" } }),
          subresources: { status: {} },
          additionalPrinterColumns: [{ name: "First", type: "integer", jsonPath: ".spec.sizes[0]" }],
        },
      ],
    },
  });
  const at = (version: string, name = ""): string => `/apis/${group}/${version}/namespaces/default/widgets${name === "" ? "" : `/${name}`}`;
  const widget = (version: string, name: string, spec: JsonObject, metadata: JsonObject = {}): JsonObject => ({
    apiVersion: `${group}/${version}`,
    kind: "Widget",
    metadata: { name, ...metadata },
    spec,
  });
  const make = async (name: string, size: number): Promise<JsonObject> => {
    const { status, body, text } = await plane.call("POST", at("v1"), widget("v1", name, { size }));
    assert.equal(status, 201, text);
    return body;
  };
  const answer = (behaviour: ReturnType<typeof converting>): void => void hooks.hooks.set(path, behaviour);
  const spec = async (version: string, name: string): Promise<unknown> => (await plane.call("GET", at(version, name))).body["spec"];
  const shownSpecs = ({ body }: { body: JsonObject }): unknown => (body["items"] as JsonObject[]).map((one) => one["spec"]);
  /** Waits until the version that the webhook makes shows everything: a list of it answers. */
  const listed = async (query = ""): Promise<{ body: JsonObject }> => {
    let found = await plane.call("GET", `${at("v2")}${query}`);
    await until(async () => (found = await plane.call("GET", `${at("v2")}${query}`)).status === 200);
    return found;
  };

  beforeEach(async () => {
    group = `c${++count}.example.com`;
    path = `/c${count}`;
    answer(converting());
    await plane.establish(definition());
    hooks.calls.length = 0;
  });

  test("is asked for every version that is not the stored one, in read, list, write, patch and status", async () => {
    await make("a", 1);
    assert.deepEqual(await spec("v2", "a"), { sizes: [1] });
    const { status, body } = await plane.call("POST", at("v2"), widget("v2", "b", { sizes: [4, 5] }));
    // As it is read back from what is stored: the default of v2 has no place there.
    assert.deepEqual([status, body["apiVersion"], body["spec"]], [201, `${group}/v2`, { sizes: [4] }]);
    assert.deepEqual(await spec("v1", "b"), { size: 4 });
    assert.deepEqual(shownSpecs(await listed()), [{ sizes: [1] }, { sizes: [4] }]);
    assert.deepEqual((await plane.call("PATCH", at("v2", "a"), { spec: { sizes: [9] } }, MERGE)).body["spec"], { sizes: [9] });
    assert.deepEqual(await spec("v1", "a"), { size: 9 });
    const shipped = await plane.call("PATCH", `${at("v2", "a")}/status`, { status: { n: 3 }, spec: { sizes: [1] } }, MERGE);
    assert.deepEqual([shipped.body["spec"], shipped.body["status"]], [{ sizes: [9] }, { n: 3 }]);
    assert.equal((await plane.call("GET", `${at("v2", "a")}/scale`)).status, 404, "v2 has no scale");
    assert.equal((await plane.call("GET", `${at("v1", "a")}/scale`)).status, 200);
    assert.equal((await plane.call("DELETE", at("v2", "a"))).status, 200);
    assert.equal((await plane.call("GET", at("v1", "a"))).status, 404);
  });

  test("gets objects as they are stored, without resourceVersion, and an empty response", async () => {
    const { uid } = (await make("a", 1))["metadata"] as { uid: string };
    await listed();
    hooks.calls.length = 0;
    await plane.call("GET", at("v2", "a"));
    const [call, ...others] = hooks.calls as [HookCall];
    assert.equal(others.length, 0);
    assert.equal(call.query, "?timeout=2s");
    assert.equal(call.headers["user-agent"], "kube-apiserver-admission");
    const { request, ...rest } = call.body;
    assert.deepEqual(rest, {
      kind: "ConversionReview",
      apiVersion: "apiextensions.k8s.io/v1",
      response: { uid: "", convertedObjects: null, result: { metadata: {} } },
    });
    const { desiredAPIVersion, objects } = request as { desiredAPIVersion: string; objects: JsonObject[] };
    assert.equal(desiredAPIVersion, `${group}/v2`);
    const metadata = objectIn(objects[0] as JsonObject, "metadata");
    assert.deepEqual([metadata["uid"], metadata["resourceVersion"], objects[0]?.["spec"]], [uid, undefined, { size: 1 }]);
  });

  test("is not asked for lists, watches and reads of any revision, once the version was made", async () => {
    await make("a", 1);
    await listed();
    hooks.calls.length = 0;
    assert.deepEqual(shownSpecs(await listed()), [{ sizes: [1] }]);
    assert.deepEqual((await plane.call("GET", `${at("v2", "a")}?resourceVersion=0`)).body["spec"], { sizes: [1] });
    const table = await plane.call("GET", at("v2"), undefined, { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" });
    assert.deepEqual((table.body["rows"] as JsonObject[])[0]?.["cells"], ["a", 1]);
    assert.equal(hooks.calls.length, 0);
  });

  test("makes a long list in reviews of many, and its pages too", async () => {
    for (let index = 0; index < 30; index++) await make(`w${String(index).padStart(2, "0")}`, index);
    await listed();
    await plane.call("PATCH", `${DEFINITIONS}/widgets.${group}`, { spec: { names: { shortNames: [`w${count}`] } } }, MERGE);
    hooks.calls.length = 0;
    await until(async () => (await plane.call("GET", at("v2"))).status > 0 && hooks.calls.length > 0);
    assert.equal(((await listed()).body["items"] as unknown[]).length, 30);
    const sizes = hooks.calls.map(({ body }) => (objectIn(body, "request")["objects"] as unknown[]).length);
    assert.deepEqual(sizes, [1, 1, 1, 1, 1, 1, 1, 1, 22]);
    const first = await plane.call("GET", `${at("v2")}?limit=20`);
    const token = stringIn(objectIn(first.body, "metadata"), "continue");
    const second = await plane.call("GET", `${at("v2")}?limit=20&continue=${encodeURIComponent(token)}`);
    assert.deepEqual((second.body["items"] as JsonObject[]).map((one) => one["spec"])[9], { sizes: [29] });
  });

  test("fills the version anew when the definition changes, telling clients to come again until it is there", async () => {
    await make("a", 1);
    await listed();
    answer((_, response) => void setTimeout(() => response.destroy(), 100));
    await plane.call("PATCH", `${DEFINITIONS}/widgets.${group}`, { spec: { names: { shortNames: [`x${count}`] } } }, MERGE);
    let refused = await plane.call("GET", at("v2"));
    await until(async () => (refused = await plane.call("GET", at("v2"))).status === 429);
    assert.match(stringIn(refused.body, "message"), /^storage is \(re\)initializing/);
    await until(async () => (refused = await plane.call("GET", at("v2"))).text.includes("failed to list"));
    assert.match(
      stringIn(refused.body, "message"),
      /^storage is \(re\)initializing: failed to list \S+\/v2, Kind=Widget: conversion webhook for \S+\/v1, Kind=Widget failed: Post /,
    );
    assert.equal((await plane.call("GET", at("v1"))).status, 200, "the stored version needs no webhook");
    answer(converting());
    assert.deepEqual(shownSpecs(await listed()), [{ sizes: [1] }]);
  });

  test("that fails is told with its words, and nothing is written or deleted then", async () => {
    await make("a", 1);
    await listed();
    answer(converting((_, response) => (response["result"] = { status: "Failed", message: "cannot do it" })));
    const failure = (version: string) => `conversion webhook for ${group}/${version}, Kind=Widget failed: cannot do it`;
    const told = async (...args: Parameters<CustomPlane["call"]>): Promise<unknown[]> => {
      const { status, body } = await plane.call(...args);
      return [status, body["message"]];
    };
    assert.deepEqual(await told("GET", at("v2", "a")), [500, failure("v1")]);
    assert.deepEqual(await told("POST", at("v2"), widget("v2", "b", { sizes: [4] })), [500, failure("v2")]);
    assert.deepEqual(await told("PATCH", at("v2", "a"), { spec: { sizes: [9] } }, MERGE), [500, failure("v2")]);
    assert.deepEqual(await told("DELETE", at("v2", "a")), [500, failure("v1")]);
    assert.deepEqual(shownSpecs(await plane.call("GET", at("v1"))), [{ size: 1 }]);
    assert.equal((await plane.call("POST", at("v1"), widget("v1", "c", { size: 3 }))).status, 201);
  });

  const LIES: readonly (readonly [string, Spoil, RegExp])[] = [
    ["another name", setMeta("name", "z"), /returned invalid object: must have the same name: a != z$/],
    ["another uid", setMeta("uid", "z"), /returned invalid object: must have the same UID: \S+ != z$/],
    [
      "another kind",
      ([one]) => void ((one as JsonObject)["kind"] = "Gadget"),
      /at index 0: invalid kind \(expected Widget, received Gadget\)$/,
    ],
    [
      "the version it got",
      ([one]) => void ((one as JsonObject)["apiVersion"] = `${group}/v1`),
      /at index 0: invalid groupVersion \(expected \S+\/v2, received \S+\/v1\)$/,
    ],
    ["no objects", (objects) => void objects.splice(0), /returned 0 objects, expected 1$/],
    [
      "text for an object",
      (objects) => void objects.splice(0, 1, "x" as unknown as JsonObject),
      /invalid groupVersion \(expected \S+, received \)$/,
    ],
    ["another uid of the review", (_, response) => void (response["uid"] = "z"), /failed: expected response\.uid="\S+", got "z"$/],
    ["no verdict", (_, response) => void delete response["result"], /failed: response\.result\.status was '', expected 'Success'$/],
    ["a label that is none", setMeta("labels", { "a b": "c" }), /returned invalid metadata: metadata\.labels: Invalid value: "a b"/],
    ["labels of numbers", setMeta("labels", { a: 1 }), /metadata\.labels\[a\] must be a string, but is int64 in converted object$/],
  ];
  for (const [what, spoil, message] of LIES) {
    test(`that answers ${what} is not believed`, async () => {
      await make("a", 1);
      answer(converting(spoil));
      const { status, body } = await plane.call("GET", at("v2", "a"));
      assert.equal(status, 500);
      assert.match(stringIn(body, "message"), message);
    });
  }

  test("may change labels, annotations and what the type knows, and nothing else", async () => {
    await make("a", 1);
    answer(
      converting(([one]) => {
        const { metadata, spec: converted } = one as { metadata: JsonObject; spec: JsonObject };
        Object.assign(metadata, { labels: { x: "y" }, finalizers: ["a.b/c"], creationTimestamp: "2020-01-01T00:00:00Z" });
        delete metadata["managedFields"];
        converted["unknown"] = 1;
      }),
    );
    const { body } = await plane.call("GET", at("v2", "a"));
    const metadata = objectIn(body, "metadata");
    assert.deepEqual([body["spec"], metadata["labels"], metadata["finalizers"]], [{ sizes: [1] }, { x: "y" }, undefined]);
    assert.notEqual(metadata["creationTimestamp"], "2020-01-01T00:00:00Z");
    assert.ok(Array.isArray(metadata["managedFields"]));
  });

  const BROKEN: readonly (readonly [string, (call: HookCall, response: ServerResponse) => void, RegExp])[] = [
    ["hangs", () => {}, /failed: Post "\S+": context deadline exceeded$/],
    [
      "redirects",
      (_, response) => void response.writeHead(302, { location: `${hooks.url}/elsewhere` }).end(),
      /failed: the server responded with the status code 302/,
    ],
    ["answers 10 MB", (_, response) => void response.end(" ".repeat(10 << 20)), /failed: Post "\S+": the answer is larger than \d+ bytes$/],
    [
      "answers no JSON",
      (_, response) => void response.end('{"a":'),
      /failed: couldn't get version\/kind; json parse error: unexpected end of JSON input$/,
    ],
    [
      "answers nothing",
      (_, response) => void response.end(),
      /failed: 0-length response with status code: 200 and content type: application\/json$/,
    ],
    [
      "answers 500",
      (_, response) => void response.writeHead(500).end("broken"),
      /failed: an error on the server \("broken"\) has prevented the request from succeeding$/,
    ],
  ];
  for (const [what, behaviour, message] of BROKEN) {
    test(`that ${what} fails the request that needs it, and no other`, async () => {
      await make("a", 1);
      await until(async () => hooks.calls.length > 0);
      answer(behaviour);
      hooks.calls.length = 0;
      const { status, body } = await plane.call("GET", at("v2", "a"));
      assert.equal(status, 500);
      assert.match(stringIn(body, "message"), message);
      assert.deepEqual(
        hooks.calls.map((call) => call.path),
        [path],
        "it is asked once, and no other address is",
      );
      assert.deepEqual(await spec("v1", "a"), { size: 1 });
    });
  }

  test("converts what appliers own between their versions", async () => {
    const first = await plane.call("PATCH", `${at("v1", "a")}?fieldManager=m1`, widget("v1", "a", { size: 1 }), APPLY);
    assert.equal(first.status, 201, first.text);
    const owned = async () => {
      const { managedFields } = objectIn((await plane.call("GET", at("v1", "a"))).body, "metadata") as { managedFields: JsonObject[] };
      return managedFields.map((one) => [one["manager"], one["apiVersion"]]);
    };
    const taken = await plane.call("PATCH", `${at("v2", "a")}?fieldManager=m2`, widget("v2", "a", { sizes: [4] }), APPLY);
    assert.equal(taken.status, 409);
    assert.match(stringIn(taken.body, "message"), /conflict with "m1": \.spec\.size$/);
    await plane.call("PATCH", `${at("v2", "a")}?fieldManager=m2&force=true`, widget("v2", "a", { sizes: [4] }), APPLY);
    assert.deepEqual(await owned(), [["m2", `${group}/v2`]]);
    assert.deepEqual(await spec("v1", "a"), { size: 4 });
    const again = await plane.call("PATCH", `${at("v1", "a")}?fieldManager=m1`, widget("v1", "a", { size: 1 }), APPLY);
    assert.match(stringIn(again.body, "message"), /conflict with "m2": \.spec\.sizes$/);
  });

  test("leaves each version its own rules: an object is checked by the schema of the version that is spoken", async () => {
    const tooMany = await plane.call("POST", at("v2"), widget("v2", "a", { sizes: [1, 2, 3, 4] }));
    assert.equal(tooMany.status, 422);
    assert.match(stringIn(tooMany.body, "message"), /spec\.sizes: Too many: 4: must have at most 3 items/);
    assert.equal((await plane.call("POST", at("v1"), widget("v1", "a", { size: -1 }))).status, 422);
  });

  test("converts what was stored in an older version, whatever the storage version is now", async () => {
    await make("old", 1);
    const changed = definition();
    const versions = objectIn(changed, "spec")["versions"] as JsonObject[];
    for (const version of versions) version["storage"] = version["name"] === "v2";
    const { body } = await plane.call("PATCH", `${DEFINITIONS}/widgets.${group}`, { spec: { versions } }, MERGE);
    assert.deepEqual(objectIn(body, "status")["storedVersions"], ["v1", "v2"]);
    const stored = async (name: string) =>
      JSON.parse((await plane.plane.storage.get(`/registry/${group}/widgets/default/${name}`))?.value.toString() ?? "{}") as JsonObject;
    let probes = 0;
    await until(async () => {
      const name = `probe${probes++}`;
      await make(name, 2);
      return (await stored(name))["apiVersion"] === `${group}/v2`;
    });
    assert.equal((await stored("old"))["apiVersion"], `${group}/v1`);
    assert.deepEqual(await spec("v2", "old"), { sizes: [1] });
    assert.deepEqual(await spec("v1", "old"), { size: 1 });
    const put = await plane.call("PATCH", at("v1", "old"), { spec: { size: 7 } }, MERGE);
    assert.deepEqual(put.body["spec"], { size: 7 });
    const now = await stored("old");
    assert.deepEqual([now["apiVersion"], now["spec"]], [`${group}/v2`, { sizes: [7] }]);
    // The loop that migrates storage takes the old version off, and only then may it leave the definition.
    const gone = versions.filter((version) => version["name"] === "v2");
    const early = await plane.call(
      "PATCH",
      `${DEFINITIONS}/widgets.${group}`,
      { spec: { versions: gone, conversion: { strategy: "None", webhook: null } } },
      MERGE,
    );
    assert.equal(early.status, 422);
    assert.match(stringIn(early.body, "message"), /status\.storedVersions\[0\]: Invalid value: "v1": missing from spec\.versions/);
  });

  test("may stand behind a service, speak v1beta1, and be asked in a dry run", async () => {
    group = `s${count}.example.com`;
    await plane.establish(definition({ service: { namespace: "hooks", name: "conv", port: 8443, path } }, ["v3", "v1beta1", "v1"]));
    const { status, body } = await plane.call("POST", `${at("v2")}?dryRun=All`, widget("v2", "a", { sizes: [4] }));
    assert.deepEqual([status, body["spec"], objectIn(body, "metadata")["resourceVersion"]], [201, { sizes: [4] }, undefined]);
    assert.equal(hooks.calls.at(-1)?.body["apiVersion"], "apiextensions.k8s.io/v1beta1");
    assert.equal(hooks.calls.at(-1)?.headers.host, "conv.hooks.svc:8443");
    assert.equal((await plane.call("GET", at("v1", "a"))).status, 404);
  });

  test("makes an object what an admission webhook of another version wants to see, and back", async () => {
    const rules = [{ operations: ["CREATE"], apiGroups: [group], apiVersions: ["v2"], resources: ["widgets"] }];
    const hook = {
      clientConfig: { url: `${hooks.url}/admit`, caBundle: hooks.caBundle },
      rules,
      admissionReviewVersions: ["v1"],
      sideEffects: "None",
    };
    const patch = Buffer.from(JSON.stringify([{ op: "replace", path: "/spec/sizes", value: [8] }])).toString("base64");
    hooks.hooks.set("/admit", { allowed: true, patchType: "JSONPatch", patch });
    const configurations = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    const kind = { apiVersion: "admissionregistration.k8s.io/v1", kind: "MutatingWebhookConfiguration" };
    await plane.call("POST", configurations, { ...kind, metadata: { name: "m" }, webhooks: [{ name: "m.example.com", ...hook }] });
    try {
      const { status, body, text } = await plane.call("POST", at("v1"), widget("v1", "a", { size: 1 }));
      assert.equal(status, 201, text);
      assert.deepEqual(body["spec"], { size: 8 });
      const review = hooks.calls.find((call) => call.path === "/admit");
      assert.deepEqual(objectIn(objectIn(objectIn(review?.body ?? {}, "request"), "object"), "spec"), { sizes: [1] });
    } finally {
      await plane.call("DELETE", `${configurations}/m`);
    }
  });

  test("that fails keeps a definition from going, which says why, and lets it go once it works", async () => {
    await make("a", 1);
    const versions = (objectIn(definition(), "spec")["versions"] as JsonObject[]).map((one) => ({ ...one, storage: one["name"] === "v2" }));
    answer(converting((_, response) => (response["result"] = { status: "Failed", message: "not now" })));
    await plane.call("PATCH", `${DEFINITIONS}/widgets.${group}`, { spec: { versions } }, MERGE);
    await plane.call("DELETE", `${DEFINITIONS}/widgets.${group}`);
    const { message } = await plane.condition(`widgets.${group}`, "Terminating", "InstanceDeletionFailed");
    assert.match(String(message), /^could not list instances: .*not now$/);
    answer(converting());
    await until(async () => (await plane.call("GET", `${DEFINITIONS}/widgets.${group}`)).status === 404);
    assert.equal((await plane.plane.storage.get(`/registry/${group}/widgets/default/a`)) === undefined, true);
  });
});
