import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { readKubeconfig } from "./kubeconfig.ts";
import { testHttps, type TestHttps } from "./test-https.ts";
import { WebhookClient, WebhookError } from "./webhook-client.ts";

function clientOf(https: TestHttps): WebhookClient {
  const target = readKubeconfig(https.kubeconfig("/hook", "hook-secret"), "/etc/kubeconfig", () => "");
  return new WebhookClient(target, { timeoutMs: 3000, random: () => 0 });
}

test("an answer may be packed with gzip, and is no larger for that", async () => {
  const answers = [gzipSync('{"a":1}'), gzipSync(Buffer.alloc(2 << 20, " ")), Buffer.from("not packed")];
  using https = await testHttps((request, _, response) => {
    assert.equal(request.headers["accept-encoding"], "gzip");
    response.writeHead(200, { "content-encoding": "gzip" }).end(answers.shift());
  });
  const client = clientOf(https);
  assert.deepEqual(await client.post({}), { a: 1 });
  await assert.rejects(client.post({}), WebhookError);
  await assert.rejects(client.post({}), WebhookError);
  client.close();
});

test("a call that is sent elsewhere on the same server goes there, as a question unless it is to be kept, and never to another", async () => {
  const seen: string[] = [];
  using other = await testHttps((_, __, response) => {
    seen.push("other");
    response.end("{}");
  });
  using https = await testHttps(({ method, url = "", headers }, body, response) => {
    seen.push([method, url, headers.authorization, headers.referer?.replace(https.url, ""), body].join(" "));
    const moves: Record<string, readonly [number, string]> = {
      "1": [302, "/asked"],
      "2": [308, "/kept?x"],
      "3": [307, `${other.url}/`],
      "4": [302, "/loop"],
      "": [302, "/loop"],
    };
    if (url.startsWith("/hook") || url === "/loop") {
      const [status, location] = moves[body && (JSON.parse(body) as { n: string }).n] as readonly [number, string];
      response.writeHead(status, { location }).end();
    } else response.end('{"done":true}');
  });
  const client = clientOf(https);
  assert.deepEqual(await client.post({ n: "1" }), { done: true });
  assert.deepEqual(await client.post({ n: "2" }), { done: true });
  assert.deepEqual(seen, [
    'POST /hook?timeout=3s Bearer hook-secret  {"n":"1"}',
    "GET /asked Bearer hook-secret /hook?timeout=3s ",
    'POST /hook?timeout=3s Bearer hook-secret  {"n":"2"}',
    'POST /kept?x Bearer hook-secret /hook?timeout=3s {"n":"2"}',
  ]);
  await assert.rejects(client.post({ n: "3" }), /status code 307/);
  assert.ok(!seen.includes("other"));
  seen.length = 0;
  await assert.rejects(client.post({ n: "4" }), /status code 302/);
  assert.equal(seen.length, 11);
  client.close();
});
