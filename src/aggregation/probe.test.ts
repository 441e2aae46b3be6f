import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { test } from "node:test";
import type { KubeObject } from "../object/kube-object.ts";
import { jsonAnswer, testRemote } from "../proxy/test-remote.ts";
import { probe } from "./probe.ts";
import { RemoteApi } from "./remote-api.ts";

const PATH = "/apis/g.example.com/v1";

function apiOf(ca: string): RemoteApi {
  const spec = {
    group: "g.example.com",
    version: "v1",
    service: { namespace: "n", name: "s", port: 443 },
    caBundle: Buffer.from(ca).toString("base64"),
  };
  return new RemoteApi({ metadata: { name: "v1.g.example.com" }, spec } as unknown as KubeObject, () => undefined);
}

test("a server is looked at as the aggregator, more often where it fails, and at whatever endpoint there is", async () => {
  await using remote = await testRemote("s.n.svc");
  using api = apiOf(remote.ca);
  const url = `https://127.0.0.1:${remote.port}${PATH}`;
  const resolve = async () => ({ host: "127.0.0.1", port: remote.port });
  assert.equal(await probe(api, resolve), `failing or missing response from ${url}: bad status from ${url}: 404`);
  assert.equal(remote.calls.length, 5);
  assert.deepEqual(remote.calls[0]?.headers, {
    "Accept-Encoding": "gzip",
    "Host": `127.0.0.1:${remote.port}`,
    "User-Agent": "Go-http-client/1.1",
    "X-Remote-User": "system:kube-aggregator",
    "X-Remote-Group": "system:masters",
  });
  remote.answers.set(PATH, jsonAnswer({}));
  remote.calls.length = 0;
  assert.equal(await probe(api, resolve), undefined);
  assert.equal(remote.calls.length, 1);
  // One of its endpoints answers.
  let count = 0;
  const ports = [1, 1, remote.port];
  assert.equal(await probe(api, async () => ({ host: "127.0.0.1", port: ports[Math.min(count++, 2)] ?? 0 })), undefined);
});

test("a server that hangs is given up, and one that nobody knows is told in the words of the one who should", async () => {
  await using remote = await testRemote("s.n.svc");
  remote.answers.set("/*", () => {});
  using api = apiOf(remote.ca);
  const url = `https://127.0.0.1:${remote.port}${PATH}`;
  const told = `failing or missing response from ${url}: Get "${url}"`;
  const late = "(Client.Timeout exceeded while awaiting headers)";
  const resolve = async () => ({ host: "127.0.0.1", port: remote.port });
  assert.equal(await probe(api, resolve, 200), `${told}: context deadline exceeded ${late}`);
  await using silent = await silentListener();
  const other = `https://127.0.0.1:${silent.port}${PATH}`;
  const fault = await probe(api, async () => ({ host: "127.0.0.1", port: silent.port }), 50);
  assert.equal(
    fault,
    `failing or missing response from ${other}: Get "${other}": net/http: request canceled while waiting for connection ${late}`,
  );
  assert.equal(await probe(api, () => Promise.reject(new Error("no endpoints")), 50), "no endpoints");
});

/** Takes connections and never says anything. */
async function silentListener() {
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => void sockets.add(socket.on("error", () => {}))).listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
