import assert from "node:assert/strict";
import { test } from "node:test";
import { requestInfo, type RequestInfo } from "./info.ts";

function info(method: string, target: string): RequestInfo {
  const read = requestInfo(method, target);
  assert.ok(read);
  return read;
}

test("reads verb, namespace, resource, name and subresource from method and path", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["GET", "/api/v1/namespaces", "list,,,namespaces,,"],
    ["GET", "/api/v1/namespaces/other", "get,,other,namespaces,,other"],
    ["PUT", "/api/v1/namespaces/other/finalize", "update,,other,namespaces,finalize,other"],
    ["HEAD", "/api/v1/namespaces/other/pods/foo", "get,,other,pods,,foo"],
    ["DELETE", "/apis/apps/v1/namespaces/other/pods", "deletecollection,apps,other,pods,,"],
    ["GET", "/api/v1/namespaces/other/pods/foo/proxy/sub/path", "get,,other,pods,proxy,foo"],
    ["GET", "/api/v1/proxy/namespaces/other/pods/foo/sub/path", "proxy,,other,pods,,foo"],
    ["GET", "/api/v1/watch/namespaces/other/pods", "watch,,other,pods,,"],
    ["GET", "/api/v1/pods?watch=0", "list,,,pods,,"],
    ["GET", "/api/v1/pods?watch=", "watch,,,pods,,"],
  ];
  for (const [method, target, expected] of cases) {
    const { verb, apiGroup, namespace, resource, subresource, name, isResourceRequest } = info(method, target);
    assert.equal([verb, apiGroup, namespace, resource, subresource, name].join(","), expected, target);
    assert.ok(isResourceRequest);
  }
  for (const target of ["/", "/api/v1/", "/apis/apps/v1", "/other/v1/pods"]) assert.ok(!info("GET", target).isResourceRequest, target);
  for (const target of ["/api/v1/watch", "/apis/apps/v1/proxy/"])
    assert.equal(info("GET", target).fault, `unable to determine kind and namespace from url, ${target}`);
});

test("a field selector names the object if all of the query can be read, and the verb does not stand in the path", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["pods?fieldSelector=metadata.name=a", "list", "a"],
    ["pods?watch=true&fieldSelector=metadata.name==a", "watch", "a"],
    ["pods?fieldSelector=spec.nodeName=n,metadata.name=a", "list", "a"],
    ["pods?fieldSelector=metadata.name!=a", "list", ""],
    ["pods?fieldSelector=metadata.name=..", "list", ""],
    ["pods?fieldSelector=metadata.name=a,b", "list", ""],
    ["pods?watch=1&fieldSelector=metadata.name=a,b", "watch", ""],
    ["pods?fieldSelector=x\\,metadata.name=a", "list", ""],
    ["pods?fieldSelector=metadata.name=a&limit=many", "list", ""],
    ["pods?fieldSelector=metadata.name=a&labelSelector=(", "list", ""],
    ["watch/pods?fieldSelector=metadata.name=a", "watch", ""],
  ];
  for (const [target, verb, name] of cases) {
    const read = info("GET", `/api/v1/${target}`);
    assert.deepEqual([read.verb, read.name], [verb, name], target);
  }
  assert.equal(info("GET", "/api/v1/pods?fieldSelector=a=b&labelSelector=c").fieldSelector, "a=b");
  assert.equal(info("GET", "/api/v1/watch/pods?fieldSelector=a=b").fieldSelector, "");
});

test("pairs of the query that Go cannot read are passed over", () => {
  const { query } = info("GET", "/api/v1/pods?limit=%zz&watch=1;x=2&a%2=b&continue=%41%20&pretty&labelSelector=a=b");
  assert.deepEqual(
    [...query],
    [
      ["continue", "A "],
      ["pretty", ""],
      ["labelSelector", "a=b"],
    ],
  );
});
