import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StatusError } from "../object/status.ts";
import { ProtobufBodies } from "../protobuf/bodies.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import type { ResourceDefinition } from "../resources/definition.ts";
import { loadTypes } from "../schema/load.ts";
import { DiscoveryDocuments } from "./documents.ts";
import { compareVersions, orderGroups } from "./group-order.ts";
import { builtinStanding, CUSTOM_STANDING } from "./standings.ts";
import { testDefinitions, testPriorities } from "./test-definitions.ts";

const builtin = testDefinitions();
const bodies = new ProtobufBodies(loadTypes(new URL("../../../data/kubernetes-v1.36", import.meta.url)));

function documents(definitions: readonly ResourceDefinition[] = builtin): DiscoveryDocuments {
  return new DiscoveryDocuments({
    definitions: {
      all: () => definitions,
      get generation() {
        return definitions.length;
      },
    },
    standing: (group, version) => (group === "example.com" ? CUSTOM_STANDING : builtinStanding(group, version)),
    version: { major: "1", minor: "36" },
    serverAddress: () => "10.0.0.1:6443",
    protobuf: (value) => bodies.write(value),
    otherPaths: () => ["/healthz", "/openapi/v3"],
  });
}

const V2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

function get(path: string, headers: Record<string, string> = {}, method = "GET", from = documents()): ApiAnswer | undefined {
  return from.answer({ method, path, query: new URLSearchParams(), headers: { accept: "application/json", ...headers } });
}

function json(answer: ApiAnswer | undefined) {
  assert(answer !== undefined && Buffer.isBuffer(answer.body));
  return JSON.parse(answer.body.toString());
}

function code(run: () => unknown): number {
  try {
    run();
  } catch (error) {
    assert(error instanceof StatusError);
    return error.status.code;
  }
  return 0;
}

describe("discovery", () => {
  test("lists the core versions, the groups in their order, and one group", () => {
    assert.deepEqual(json(get("/api")), {
      kind: "APIVersions",
      versions: ["v1"],
      serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: "10.0.0.1:6443" }],
    });
    assert.deepEqual(
      json(get("/apis/"))
        .groups.map(({ name }: { name: string }) => name)
        .slice(0, 3),
      ["apiregistration.k8s.io", "apps", "events.k8s.io"],
    );
    assert.deepEqual(json(get("/apis/autoscaling")), {
      kind: "APIGroup",
      apiVersion: "v1",
      name: "autoscaling",
      versions: [
        { groupVersion: "autoscaling/v2", version: "v2" },
        { groupVersion: "autoscaling/v1", version: "v1" },
      ],
      preferredVersion: { groupVersion: "autoscaling/v2", version: "v2" },
    });
  });

  test("tells resources and subresources with the kinds that go through them", () => {
    const list = json(get("/api/v1/"));
    const named = (name: string) => list.resources.find((row: { name: string }) => row.name === name);
    assert.equal(list.apiVersion, undefined);
    assert.deepEqual(named("pods"), {
      name: "pods",
      singularName: "pod",
      namespaced: true,
      kind: "Pod",
      verbs: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
      shortNames: ["po"],
      categories: ["all"],
      storageVersionHash: "xPOwRZ+Yhw8=",
    });
    assert.deepEqual(named("pods/eviction"), {
      name: "pods/eviction",
      singularName: "",
      namespaced: true,
      group: "policy",
      version: "v1",
      kind: "Eviction",
      verbs: ["create"],
    });
    assert.deepEqual(named("replicationcontrollers/scale").kind, "Scale");
    assert.equal(json(get("/apis/apps/v1")).apiVersion, "v1");
  });

  test("aggregates groups where the client asks for it, with an entity tag", () => {
    const answer = get("/apis", { accept: `${V2},application/json` }) as ApiAnswer;
    assert.equal(answer.headers["content-type"], V2);
    assert.equal(answer.headers["cache-control"], "public");
    const apps = json(answer).items.find((item: { metadata: { name: string } }) => item.metadata.name === "apps");
    assert.deepEqual(
      apps.versions[0].resources[2].subresources.map((row: { subresource: string }) => row.subresource),
      ["scale", "status"],
    );
    assert.deepEqual(json(get("/api", { accept: V2 })).items[0].metadata, {});
    const again = get("/apis", { "accept": V2, "if-none-match": answer.headers["etag"] as string }) as ApiAnswer;
    assert.equal(again.status, 304);
    assert.equal(again.body, undefined);
    assert.equal(get("/apis", { "accept": V2, "if-none-match": '"nope"' })?.status, 200);
  });

  test("changes when the definitions do", () => {
    const definitions = [...builtin];
    const changing = documents(definitions);
    const before = get("/apis", { accept: V2 }, "GET", changing)?.headers["etag"];
    const model = builtin[0] as ResourceDefinition;
    const served = [
      { ...model.hub, group: "example.com", version: "v1beta1" },
      { ...model.hub, group: "example.com", version: "v1" },
    ];
    definitions.push({ ...model, group: "example.com", served });
    const group = json(get("/apis/example.com", {}, "GET", changing));
    assert.deepEqual(group.preferredVersion, { groupVersion: "example.com/v1", version: "v1" });
    assert.notEqual(get("/apis", { accept: V2 }, "GET", changing)?.headers["etag"], before);
  });

  test("answers unknown groups as the mux does, unknown versions as the API does, and leaves other paths alone", () => {
    for (const path of ["/apis/nope.example.com", "/apis/nope.example.com/v1"])
      assert.deepEqual([get(path)?.status, String(get(path)?.body)], [404, "404 page not found\n"]);
    for (const path of ["/apis/apps/v2", "/api/v3"])
      assert.equal(
        code(() => get(path)),
        404,
      );
    for (const path of ["/nope", "/healthz", "/apis/apps/v1/deployments", "/apiss"]) assert.equal(get(path), undefined);
  });

  test("allows GET alone where the original's router serves, and any method for groups", () => {
    for (const path of ["/api", "/api/v1", "/apis/apps/v1", "/version"])
      assert.equal(
        code(() => get(path, {}, "POST")),
        405,
        path,
      );
    for (const path of ["/apis", "/apis/apps"]) assert.equal(get(path, {}, "POST")?.status, 200, path);
  });

  test("writes YAML and refuses what it cannot write", () => {
    const answer = get("/apis/apps", { accept: "application/yaml" }) as ApiAnswer;
    assert.equal(answer.headers["content-type"], "application/yaml");
    assert.match(String(answer.body), /^apiVersion: v1\nkind: APIGroup\n/);
    assert.equal(
      code(() => get("/apis", { accept: "text/html" })),
      406,
    );
  });

  test("lists all paths at the root, and the version, indented", () => {
    const { paths } = json(get("/"));
    assert.deepEqual(paths.slice(0, 5), ["/api", "/api/v1", "/apis", "/apis/", "/apis/admissionregistration.k8s.io"]);
    assert.ok(paths.includes("/healthz") && paths.includes("/version"));
    assert.equal(String(get("/version")?.body), '{\n  "major": "1",\n  "minor": "36"\n}');
  });
});

test("versions are ordered by maturity, then by number, then by text", () => {
  const order = ["v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v12alpha1", "v11alpha2", "foo1", "foo10"];
  assert.deepEqual([...order].reverse().sort(compareVersions), order);
});

test("groups and versions come in the release's order, custom ones last, by name", () => {
  const release = testPriorities();
  const served = new Map(release.toReversed().map(({ name, versions }) => [name, new Set(versions.toReversed())]));
  served.set("z", new Set(["v1beta1", "v1"])).set("a", new Set(["v1"]));
  const custom = new Set(["a", "z"]);
  const order = orderGroups(served, (group, version) => (custom.has(group) ? CUSTOM_STANDING : builtinStanding(group, version)));
  const named = order.filter(({ name }) => name !== "");
  assert.deepEqual(named, [
    ...release.filter(({ name }) => name !== ""),
    { name: "a", versions: ["v1"] },
    { name: "z", versions: ["v1", "v1beta1"] },
  ]);
});

test("documents are the same in protobuf, for clients that ask for it", () => {
  const type = "application/vnd.kubernetes.protobuf";
  for (const path of ["/apis", "/api/v1", "/apis/apps/v1", "/apis/apps"]) {
    const answer = get(path, { accept: type });
    assert.ok(answer !== undefined && Buffer.isBuffer(answer.body), path);
    assert.equal(answer.headers["content-type"], type);
    const { apiVersion = "", ...said } = json(get(path));
    assert.deepEqual({ apiVersion, ...bodies.read(answer.body) }, { apiVersion, ...said }, path);
  }
  const parameters = "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  const aggregated = get("/apis", { accept: `${type};${parameters}` });
  assert.equal(aggregated?.headers["content-type"], `${type};${parameters}`);
  assert.ok(Buffer.isBuffer(aggregated.body));
  assert.deepEqual(bodies.read(aggregated.body), json(get("/apis", { accept: V2 })));
});
