import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import { objectIn } from "../object/read.ts";
import { ADMIN, testPlane, type TestPlane } from "../server/test-plane.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const MERGE = { "content-type": "application/merge-patch+json" };

function patch(t: TestPlane, body: unknown, query = "") {
  return t.as(ADMIN, "PATCH", `${MAPS}/c${query}`, body, MERGE);
}

test("a patch that makes another kind of an object is told what that kind says of it", async () => {
  const t = await testPlane();
  await t.as(ADMIN, "POST", MAPS, { metadata: { name: "c" }, data: { a: "?" } });
  const messages = [
    [{ kind: "Secret" }, "illegal base64 data at input byte 0"],
    [{ kind: "Namespace" }, "converting (v1.Namespace) to (core.ConfigMap): unknown conversion"],
    [{ kind: "Nothing" }, 'no kind "Nothing" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"'],
  ] as const;
  for (const [body, message] of messages) {
    const answer = await patch(t, body);
    assert.equal(answer.status, 422);
    assert.ok(String(answer.body["message"]).endsWith(`": ${message}`), answer.text);
  }
});

test("unknown fields of a patched object are told in the order in which the original writes it", async () => {
  const t = await testPlane();
  await t.as(ADMIN, "POST", MAPS, { metadata: { name: "c" } });
  const answer = await patch(t, { metadata: { z: 1 }, zz: 1, bogus: { x: 1 } }, "?fieldValidation=Strict");
  assert.match(
    String(answer.body["message"]),
    /: strict decoding error: unknown field "bogus", unknown field "metadata.z", unknown field "zz"$/,
  );
});

test("an empty list of owners takes them all away, by patch and by PUT", async () => {
  const t = await testPlane();
  await t.as(ADMIN, "POST", MAPS, { metadata: { name: "c" }, data: { a: "1" } });
  const reset = await patch(t, { metadata: { managedFields: [] } });
  assert.equal(objectIn(reset.body, "metadata")["managedFields"], undefined);
  await t.as(ADMIN, "POST", MAPS, { metadata: { name: "d", managedFields: [] }, data: { a: "1" } });
  const replaced = await t.as(ADMIN, "PUT", `${MAPS}/d`, { metadata: { name: "d", managedFields: [] }, data: { a: "1" } });
  assert.deepEqual([replaced.status, objectIn(replaced.body, "metadata")["managedFields"]], [200, undefined]);
});

test("bodies of versions that are served no more, and of no version at all, are told apart", async () => {
  const t = await testPlane();
  const old = await t.as(ADMIN, "POST", "/apis/apps/v1/namespaces/default/deployments", {
    apiVersion: "extensions/v1beta1",
    kind: "Deployment",
  });
  assert.equal(old.body["message"], "the API version in the data (extensions/v1beta1) does not match the expected API version (apps/v1)");
  const number = await t.as(ADMIN, "POST", MAPS, { apiVersion: 1, kind: "ConfigMap" });
  assert.match(
    String(number.body["message"]),
    /couldn't get version\/kind; json parse error: json: cannot unmarshal number into Go struct field \.apiVersion of type string \(/,
  );
});

test("an apiVersion may leave out what the path says", async () => {
  const t = await testPlane();
  const create = async (path: string, kind: string, apiVersion: string): Promise<number> =>
    (await t.as(ADMIN, "POST", `${path}?dryRun=All`, { apiVersion, kind, metadata: { name: "x" } })).status;
  const leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
  for (const whole of ["", "/", "/v1"]) assert.equal(await create(MAPS, "ConfigMap", whole), 201, whole);
  for (const whole of ["", "/", "coordination.k8s.io/"]) assert.equal(await create(leases, "Lease", whole), 201, whole);
  for (const other of ["/v1", "apps/", "/v1/"]) assert.equal(await create(leases, "Lease", other), 400, other);
});

test("keys that a YAML text has twice are told in the words of its reader, whichever way it comes", async () => {
  const t = await testPlane();
  const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: "1"\n  a: "2"\n  a: "3"\n';
  const send = async (method: string, target: string, type: string) => {
    const request = t.request(ADMIN, method, target, undefined, { "content-type": type });
    const { status, headers, body } = await t.plane.handle({ ...request, body: async () => Buffer.from(text) });
    return { status, warning: headers["warning"], message: (JSON.parse(String(body)) as JsonObject)["message"] };
  };
  const told = 'yaml: unmarshal errors:\n  line 6: key "a" already set in map\n  line 7: key "a" already set in map';
  const warnings = [6, 7].map((line) => `299 - "line ${line}: key \\"a\\" already set in map"`);
  for (const [method, target, type, status, prefix] of [
    [
      "POST",
      `${MAPS}?dryRun=All`,
      "application/yaml",
      201,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: ',
    ],
    [
      "PATCH",
      `${MAPS}/x?dryRun=All&fieldManager=m`,
      "application/apply-patch+yaml",
      201,
      "error strict decoding YAML: error converting YAML to JSON: ",
    ],
  ] as const) {
    const warned = await send(method, target, type);
    assert.deepEqual([warned.status, warned.warning], [status, warnings]);
    const strict = await send(method, `${target}&fieldValidation=Strict`, type);
    assert.deepEqual([strict.status, strict.message], [400, prefix + told]);
    const ignored = await send(method, `${target}&fieldValidation=Ignore`, type);
    assert.deepEqual([ignored.status, ignored.warning], [status, undefined]);
  }
});

test("leases take any qualified finalizer, other kinds only those with a domain", async () => {
  const t = await testPlane();
  const create = (path: string) => t.as(ADMIN, "POST", path, { metadata: { name: "x", finalizers: ["plain"] } });
  assert.equal((await create("/apis/coordination.k8s.io/v1/namespaces/default/leases")).status, 201);
  assert.equal((await create(MAPS)).status, 422);
});

test("what an apply makes is converted to its type, and what cannot be is told as the server's fault", async () => {
  const t = await testPlane();
  const secrets = "/api/v1/namespaces/default/secrets/s?fieldManager=m&dryRun=All";
  const applied = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data: { a: "*" } };
  const { status, body } = await t.as(ADMIN, "PATCH", secrets, applied, { "content-type": "application/apply-patch+yaml" });
  assert.equal(status, 500);
  assert.equal(
    body["message"],
    "failed to convert new object (/s; /v1, Kind=Secret) to proper version: unable to convert unstructured object to /v1, " +
      "Kind=Secret: error decoding from json: illegal base64 data at input byte 0",
  );
});
