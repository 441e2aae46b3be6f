import assert from "node:assert/strict";
import { test } from "node:test";
import { isAggregated, versionInList, versionOfResources } from "./remote-discovery.ts";

const gadget = {
  resource: "gadgets",
  responseKind: { group: "", version: "", kind: "Gadget" },
  scope: "Namespaced",
  singularResource: "gadget",
  verbs: ["get", "list"],
};

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

test("the aggregated form is told by its type", () => {
  const rows: readonly [string, boolean][] = [
    ["application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", true],
    ["application/json; as=APIGroupDiscoveryList; v=v2beta1; g=apidiscovery.k8s.io", true],
    ["application/json;g=apidiscovery.k8s.io;v=v3;as=APIGroupDiscoveryList", false],
    ["application/json", false],
    ["text/html;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", false],
  ];
  for (const [type, wanted] of rows) assert.equal(isAggregated(type), wanted, type);
});

test("of a list the group version is taken that is asked for, and of that what it should have", () => {
  const subresources = [
    { subresource: "scale", responseKind: { group: "autoscaling", version: "v1", kind: "Scale" }, verbs: ["get"], evil: 1 },
  ];
  const resources = [{ ...gadget, shortNames: ["gd"], categories: ["all"], subresources, evil: { a: 1 } }, "nonsense"];
  const versions = [
    { version: "v2", resources: [] },
    { version: "v1", resources, freshness: "Stale" },
  ];
  const list = bytes({
    items: [
      { metadata: { name: "other" }, versions },
      { metadata: { name: "g" }, versions },
    ],
  });
  assert.deepEqual(versionInList(list, "g", "v1"), {
    version: "v1",
    resources: [
      {
        ...gadget,
        shortNames: ["gd"],
        categories: ["all"],
        subresources: [{ subresource: "scale", responseKind: { group: "autoscaling", version: "v1", kind: "Scale" }, verbs: ["get"] }],
      },
    ],
  });
  assert.equal(versionInList(list, "g", "v3"), undefined);
  for (const broken of ["[]", "nonsense", '{"a":'.repeat(100_000)]) assert.throws(() => versionInList(Buffer.from(broken), "g", "v1"));
});

test("a list of one group version says the same, its subresources below their resources", () => {
  const row = { name: "gadgets", singularName: "gadget", namespaced: true, kind: "Gadget", verbs: ["get", "list"] };
  const scale = {
    name: "gadgets/scale",
    singularName: "",
    namespaced: true,
    group: "autoscaling",
    version: "v1",
    kind: "Scale",
    verbs: ["get"],
  };
  assert.deepEqual(versionOfResources(bytes({ resources: [row, scale, { ...row, name: "gadgetsets", namespaced: false }] }), "v1"), {
    version: "v1",
    resources: [
      {
        ...gadget,
        subresources: [{ subresource: "scale", responseKind: { group: "autoscaling", version: "v1", kind: "Scale" }, verbs: ["get"] }],
      },
      { ...gadget, resource: "gadgetsets", scope: "Cluster" },
    ],
  });
});
