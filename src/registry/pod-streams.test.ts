import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import { ADMIN, testPlane } from "../server/test-plane.ts";

const PODS = "/api/v1/namespaces/default/pods";

async function pods() {
  const plane = await testPlane();
  const make = async (path: string, object: JsonObject) => assert.equal((await plane.as(ADMIN, "POST", path, object)).status, 201);
  const told = async (path: string, method = "GET") => {
    const { status, body } = await plane.as(ADMIN, method, `${PODS}/${path}`);
    return [status, body["message"]];
  };
  await make("/api/v1/namespaces/default/serviceaccounts", { metadata: { name: "default" } });
  const pod = (name: string, spec: JsonObject) => make(PODS, { metadata: { name }, spec });
  const containers = (...names: string[]) => names.map((name) => ({ name, image: "i" }));
  return { plane, make, told, pod, containers };
}

test("the log of a pod on no node is empty, and nobody streams into it", async () => {
  const { told, pod, containers } = await pods();
  await pod("p", { containers: containers("c") });
  assert.deepEqual(await told("p/log"), [204, undefined]);
  assert.deepEqual(await told("p/log?container=c&sinceTime=2020-01-01T00:00:00Z&tailLines=0"), [204, undefined]);
  for (const name of ["exec?command=ls", "attach", "portforward"]) {
    assert.deepEqual(await told(`p/${name}`, "POST"), [400, "pod p does not have a host assigned"]);
  }
  assert.deepEqual(await told("p/proxy/a"), [400, "address not allowed"]);
});

test("a stream is into a container of the pod, which is named where there are several", async () => {
  const { told, pod, containers } = await pods();
  await pod("p", { initContainers: containers("i"), containers: containers("a", "b") });
  const choice = "a container name must be specified for pod p, choose one of: [i a b]";
  assert.deepEqual(await told("p/log"), [400, choice]);
  assert.deepEqual(await told("p/exec", "POST"), [400, choice]);
  assert.deepEqual(await told("p/attach?container=x", "POST"), [400, "container x is not valid for pod p"]);
  assert.deepEqual(await told("p/log?container=i"), [204, undefined]);
});

test("what a log is to show is checked before the pod is looked for", async () => {
  const { told } = await pods();
  const wrong = (faults: string) => [422, `PodLogOptions "p" is invalid: ${faults}`];
  assert.deepEqual(await told("p/log?tailLines=-1"), wrong("tailLines: Invalid value: -1: must be greater than or equal to 0"));
  assert.deepEqual(
    await told("p/log?limitBytes=0&sinceSeconds=0&stream=All"),
    wrong(
      "[limitBytes: Invalid value: 0: must be greater than 0, sinceSeconds: Invalid value: 0: must be greater than 0, stream: Forbidden: may not be specified]",
    ),
  );
  assert.deepEqual(
    await told("p/log?sinceSeconds=1&sinceTime=2020-01-01T00:00:00Z"),
    wrong(": Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified"),
  );
  assert.deepEqual(await told("p/log?tailLines=x"), [400, 'strconv.ParseInt: parsing "x": invalid syntax']);
  const large = "9".repeat(19);
  assert.deepEqual(await told(`p/log?tailLines=${large}`), [400, `strconv.ParseInt: parsing "${large}": value out of range`]);
  assert.match(String((await told("p/log?sinceTime=x"))[1]), /^parsing time "x" as /);
  assert.deepEqual(await told("p/log"), [404, 'pods "p" not found']);
});

test("a stream goes to the pod's node, which must be there and have an address", async () => {
  const { plane, told, make, pod, containers } = await pods();
  await pod("p", { nodeName: "n", containers: containers("c") });
  assert.deepEqual(await told("p/log"), [404, 'nodes "n" not found']);
  await make("/api/v1/nodes", { metadata: { name: "n" } });
  assert.deepEqual(await told("p/exec", "POST"), [500, "no preferred addresses found; known addresses: []"]);
  const status = { addresses: [{ type: "InternalIP", address: "10.1.1.1" }] };
  const merge = { "content-type": "application/merge-patch+json" };
  assert.equal((await plane.as(ADMIN, "PATCH", "/api/v1/nodes/n/status", { status }, merge)).status, 200);
  assert.deepEqual(await told("p/portforward", "POST"), [400, "Upgrade request required"]);
  assert.equal((await told("p/log"))[0], 501);
  const address = { status: { podIP: "10.2.2.2", podIPs: [{ ip: "10.2.2.2" }] } };
  assert.equal((await plane.as(ADMIN, "PATCH", `${PODS}/p/status`, address, merge)).status, 200);
  assert.equal((await told("p/proxy/"))[0], 501);
});

test("a request to a service needs a port of it with somebody behind, and one to a node an address", async () => {
  const plane = await testPlane();
  const make = async (path: string, object: JsonObject) => assert.equal((await plane.as(ADMIN, "POST", path, object)).status, 201);
  const told = async (path: string) => {
    const { status, body } = await plane.as(ADMIN, "GET", `/api/v1/${path}`);
    return [status, body["message"]];
  };
  const services = "namespaces/default/services";
  await make(`/api/v1/${services}`, { metadata: { name: "s" }, spec: { ports: [{ name: "web", port: 80 }] } });
  const nobody = (name: string) => [503, `no endpoints available for service "${name}"`];
  assert.deepEqual(await told(`${services}/s:81/proxy/`), [503, 'no service port 81 found for service "s"']);
  assert.deepEqual(await told(`${services}/http:s:80/proxy/a`), nobody("s"));
  const subsets = [{ addresses: [{ ip: "10.1.1.1" }], ports: [{ name: "web", port: 8080 }] }];
  await make("/api/v1/namespaces/default/endpoints", { metadata: { name: "s" }, subsets });
  assert.deepEqual(await told(`${services}/s/proxy`), nobody("s"));
  assert.deepEqual(await told(`${services}/s:other/proxy`), nobody("s:other"));
  for (const name of ["s:80", "s:web", "https:s:web"]) assert.equal((await told(`${services}/${name}/proxy`))[0], 501, name);
  await make("/api/v1/nodes", { metadata: { name: "m" } });
  assert.deepEqual(await told("nodes/m/proxy/healthz"), [500, "no preferred addresses found; known addresses: []"]);
});
