import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dataDirectory } from "../config/data-files.ts";
import { testDefinitions } from "../discovery/test-definitions.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import type { ResourceDefinition } from "../resources/definition.ts";
import { loadTypes } from "../schema/load.ts";
import { OpenApiDocuments } from "./openapi.ts";
import { camelGroupVersion, tagOf } from "./operation-name.ts";
import { all, at, textAt } from "../../test/protobuf-client.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";

const types = loadTypes(dataDirectory());
const builtin = testDefinitions(types);

function documents(definitions: readonly ResourceDefinition[] = builtin, build = "1"): OpenApiDocuments {
  return new OpenApiDocuments({
    types,
    release: "1.36",
    build,
    clock: () => 0,
    descriptions: { of: (definition, member) => (member === undefined ? `About ${definition}.` : undefined), ofColumn: () => undefined },
    definitions: {
      all: () => definitions,
      get generation() {
        return definitions.length;
      },
    },
  });
}

const shared = documents();

async function get(target: string, headers: Record<string, string> = {}, from = shared): Promise<ApiAnswer> {
  const [path, query] = target.split("?") as [string, string | undefined];
  const answer = await from.answer({ method: "GET", path, query: new URLSearchParams(query), headers });
  assert(answer !== undefined);
  return answer;
}

async function json(target: string, from = shared) {
  return JSON.parse(String((await get(target, {}, from)).body));
}

async function addressOf(key: string, from = shared): Promise<string> {
  return (await json("/openapi/v3", from)).paths[key].serverRelativeURL;
}

describe("OpenAPI v3", () => {
  test("has an index of all group versions with hashed addresses", async () => {
    const { paths } = await json("/openapi/v3");
    for (const key of ["api", "api/v1", "apis", "apis/apps", "apis/apps/v1", "version", "openid/v1/jwks"])
      assert.match(paths[key].serverRelativeURL, new RegExp(`^/openapi/v3/${key}\\?hash=[0-9A-F]{128}$`));
    assert.equal((await get("/openapi/v3")).headers["content-type"], "text/plain; charset=utf-8");
  });

  test("answers a hashed address for good, redirects an old hash, and answers 304 to its entity tag", async () => {
    const address = await addressOf("apis/apps/v1");
    const answer = await get(address);
    assert.equal(answer.headers["cache-control"], "public, immutable");
    assert.equal(answer.headers["expires"], "Fri, 01 Jan 1971 00:00:00 GMT");
    const moved = await get("/openapi/v3/apis/apps/v1?hash=OLD");
    assert.deepEqual([moved.status, moved.headers["location"]], [301, address]);
    const plain = await get("/openapi/v3/apis/apps/v1");
    assert.equal(plain.headers["cache-control"], undefined);
    assert.equal((await get("/openapi/v3/apis/apps/v1", { "if-none-match": plain.headers["etag"] as string })).status, 304);
  });

  test("tells clients which kinds can be patched with which parameters", async () => {
    const { paths } = await json("/openapi/v3/apis/apps/v1");
    const { patch, parameters } = paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"];
    assert.deepEqual(patch["x-kubernetes-group-version-kind"], { group: "apps", version: "v1", kind: "Deployment" });
    assert.equal(patch["x-kubernetes-action"], "patch");
    assert.equal(patch.operationId, "patchAppsV1NamespacedDeployment");
    assert.deepEqual(
      patch.parameters.map(({ name }: { name: string }) => name),
      ["dryRun", "fieldManager", "fieldValidation", "force"],
    );
    assert.deepEqual(
      parameters.map(({ name }: { name: string }) => name),
      ["name", "namespace", "pretty"],
    );
  });

  test("has the paths of subresources, streams and old watches", async () => {
    const { paths } = await json("/openapi/v3/api/v1");
    const ids = (path: string) =>
      Object.values<{ operationId?: string }>(paths[path])
        .map(({ operationId }) => operationId)
        .filter((id) => id !== undefined);
    assert.deepEqual(ids("/api/v1/namespaces/{namespace}/pods/{name}/eviction"), ["createCoreV1NamespacedPodEviction"]);
    assert.deepEqual(ids("/api/v1/namespaces/{namespace}/pods/{name}/exec"), [
      "connectCoreV1GetNamespacedPodExec",
      "connectCoreV1PostNamespacedPodExec",
    ]);
    assert.equal(ids("/api/v1/nodes/{name}/proxy/{path}").length, 7);
    assert.deepEqual(ids("/api/v1/watch/pods"), ["watchCoreV1PodListForAllNamespaces"]);
    assert.deepEqual(ids("/api/v1/pods"), ["listCoreV1PodForAllNamespaces"]);
    assert.deepEqual(ids("/api/v1/namespaces/{name}/finalize"), ["replaceCoreV1NamespaceFinalize"]);
  });

  test("refers to nothing that it does not define", async () => {
    for (const key of ["api/v1", "apis/apiextensions.k8s.io/v1", "apis/apps"]) {
      const text = String((await get(`/openapi/v3/${key}`)).body);
      const { schemas } = JSON.parse(text).components;
      for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]*)"/g))
        assert.ok(name !== undefined && name in schemas, name);
    }
  });

  test("answers 404 with nothing for what is not served, and 406 for what is not JSON", async () => {
    assert.deepEqual(await get("/openapi/v3/apis/nope/v1"), { status: 404, headers: {} });
    assert.equal((await get("/openapi/v3/api/v1", { accept: "text/html" })).status, 406);
    assert.equal(await shared.answer({ method: "GET", path: "/openapiv2", query: new URLSearchParams(), headers: {} }), undefined);
  });

  test("shows numbers of any size that a custom kind's schema speaks of", async () => {
    const maps = builtin.find(({ plural }) => plural === "configmaps") as ResourceDefinition;
    const [served] = maps.served as readonly [ResourceDefinition["served"][number]];
    const openapi = { type: "object", properties: { n: { type: "integer", default: 9_007_199_254_740_993n } } };
    const own = { ...served, group: "x.io", kind: "Own", openapi };
    const custom = documents([...builtin, { ...maps, group: "x.io", plural: "owns", custom: true, hub: own, served: [own] }]);
    for (const target of ["/openapi/v3/apis/x.io/v1", "/openapi/v2"]) {
      const { status, body } = await get(target, {}, custom);
      assert.equal(status, 200);
      assert.equal(String(body).includes('"n":{"type":"integer","default":9007199254740993}'), target.endsWith("v1"), target);
      const accept = `application/com.github.proto-openapi.spec.${target.endsWith("v1") ? "v3" : "v2"}.v1.0+protobuf`;
      assert.equal((await get(target, { accept }, custom)).status, 200);
    }
  });

  test("changes addresses with the definitions and with the build, and only those that differ", async () => {
    const definitions = [...builtin];
    const changing = documents(definitions);
    const before = await json("/openapi/v3", changing);
    definitions.pop();
    const last = builtin.at(-1) as ResourceDefinition;
    const key = `apis/${last.hub.group}/${last.hub.version}`;
    const now = await json("/openapi/v3", changing);
    assert.notDeepEqual(now.paths[key], before.paths[key]);
    assert.deepEqual(now.paths["api/v1"], before.paths["api/v1"]);
    assert.notEqual(await addressOf("api/v1", documents(builtin, "2")), await addressOf("api/v1"));
  });
});

test("a v3 document is sent as protobuf under both names of the media type, and is the same", async () => {
  const key = "/openapi/v3/apis/apps/v1";
  for (const accept of [
    "application/com.github.proto-openapi.spec.v3@v1.0+protobuf",
    "text/html, application/com.github.proto-openapi.spec.v3.v1.0+protobuf",
  ]) {
    const { headers, body } = await get(key, { accept });
    assert.equal(headers["content-type"], "application/com.github.proto-openapi.spec.v3.v1.0+protobuf");
    assert.ok(Buffer.isBuffer(body));
    const json = JSON.parse(String((await get(key, { accept: "application/json" })).body));
    // Document {openapi = 1, info = 2, paths = 4 {path = 1 {name = 1, value = 2}}, components = 5 {schemas = 1 {properties = 1 {name = 1, value = 2 {schema = 1}}}}}.
    assert.equal(textAt(body, 1), "3.0.0");
    const paths = all(at(body, 4) as Buffer, 1);
    assert.deepEqual(
      paths.map((path) => textAt(path, 1)),
      Object.keys(json.paths),
    );
    const schemas = all(at(body, 5, 1) as Buffer, 1);
    assert.deepEqual(
      schemas.map((schema) => textAt(schema, 1)),
      Object.keys(json.components.schemas),
    );
    const spec = schemas.find((schema) => textAt(schema, 1) === "io.k8s.api.apps.v1.DeploymentSpec") ?? assert.fail();
    const schema = at(spec, 2, 1) as Buffer;
    const told = json.components.schemas["io.k8s.api.apps.v1.DeploymentSpec"];
    assert.deepEqual([textAt(schema, 25), all(schema, 23).map(String), textAt(schema, 34)], ["object", told.required, told.description]);
    const properties = all(at(schema, 31) as Buffer, 1);
    assert.deepEqual(
      properties.map((property) => textAt(property, 1)),
      Object.keys(told.properties),
    );
    // A Schema's allOf = 26 {reference = 2 {_ref = 1}}, default = 33, and extensions = 36 {name = 1, value = 2 {yaml = 2}}.
    const template = at(properties.find((property) => textAt(property, 1) === "template") ?? assert.fail(), 2, 1) as Buffer;
    assert.equal(textAt(template, 26, 2, 1), "#/components/schemas/io.k8s.api.core.v1.PodTemplateSpec");
    assert.deepEqual(at(template, 33), Buffer.alloc(0));
    const strategy = at(properties.find((property) => textAt(property, 1) === "strategy") ?? assert.fail(), 2, 1) as Buffer;
    assert.deepEqual([textAt(strategy, 36, 1), textAt(strategy, 36, 2, 2)], ["x-kubernetes-patch-strategy", '"retainKeys"\n']);
  }
  assert.equal((await get(key, { accept: "text/html" })).status, 406);
});

describe("OpenAPI v2", () => {
  test("holds all group versions, with references beside their siblings and several types as strings", async () => {
    const answer = await get("/openapi/v2", { accept: "application/json" });
    assert.equal(answer.headers["vary"], "Accept-Encoding, Accept");
    const { swagger, paths, definitions, parameters } = JSON.parse(String(answer.body));
    assert.equal(swagger, "2.0");
    assert.deepEqual(definitions["io.k8s.api.apps.v1.DeploymentSpec"].properties.strategy, {
      "$ref": "#/definitions/io.k8s.api.apps.v1.DeploymentStrategy",
      "x-kubernetes-patch-strategy": "retainKeys",
    });
    assert.equal(definitions["io.k8s.apimachinery.pkg.util.intstr.IntOrString"].type, "string");
    const { patch } = paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"];
    const inPlace = patch.parameters.map(
      ({ name, $ref }: { name?: string; $ref?: string }) => name ?? parameters[($ref as string).slice("#/parameters/".length)].name,
    );
    assert.deepEqual(inPlace, ["body", "dryRun", "fieldManager", "fieldValidation", "force"]);
    assert.equal(patch.parameters[1].name, "dryRun", "clients of old look for it in the operation itself");
    assert.equal((await get("/openapi/v2", { "if-none-match": answer.headers["etag"] as string })).status, 304);
  });

  test("is sent as protobuf under both names of the media type", async () => {
    for (const accept of [
      "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
      "application/com.github.proto-openapi.spec.v2.v1.0+protobuf;q=0.9, text/html",
    ]) {
      const { headers, body } = await get("/openapi/v2", { accept });
      assert.equal(headers["content-type"], "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
      assert(Buffer.isBuffer(body));
      assert.deepEqual(body.subarray(0, 5), Buffer.from([0x0a, 3, 0x32, 0x2e, 0x30]), "field 1 is the swagger version");
      assert.ok(body.includes("io.k8s.api.apps.v1.Deployment") && body.includes('{"group":"apps","kind":"Deployment","version":"v1"}'));
    }
    assert.equal((await get("/openapi/v2", { accept: "text/html" })).status, 406);
  });
});

test("operation names and tags say the group without k8s.io", () => {
  assert.deepEqual([tagOf("", "v1"), tagOf("rbac.authorization.k8s.io", "v1"), tagOf("apps")], ["core_v1", "rbacAuthorization_v1", "apps"]);
  assert.deepEqual(
    [camelGroupVersion("", "v1"), camelGroupVersion("flowcontrol.apiserver.k8s.io", "v1")],
    ["CoreV1", "FlowcontrolApiserverV1"],
  );
});

test("protobuf messages nest, with lengths of any size", () => {
  const message = new ProtobufWriter();
  message.text(1, "é");
  message.text(2, "");
  message.flag(3, true);
  message.flag(4, false);
  message.message(31, (inner) => inner.text(1, "x".repeat(300)));
  const bytes = message.finish();
  assert.deepEqual([...bytes.subarray(0, 13)], [0x0a, 2, 0xc3, 0xa9, 0x18, 1, 0xfa, 1, 0xaf, 2, 0x0a, 0xac, 2]);
  assert.equal(bytes.length, 13 + 300);
});
