import assert from "node:assert/strict";
import { test } from "node:test";
import { requestInfo } from "../request/info.ts";
import { forwardedTarget } from "./target.ts";

const rows: readonly [string, string][] = [
  ["/apis/g/v1/things", "/apis/g/v1/things"],
  ["/apis/g/v1/things?watch=true&b=2&timeoutSeconds=5&b=1", "/apis/g/v1/things?b=2&b=1&timeoutSeconds=5&watch=true"],
  ["/apis/g/v1/things?labelSelector=a%3Db,c%20in%20(d)*~", "/apis/g/v1/things?labelSelector=a%3Db%2Cc+in+%28d%29%2A~"],
  // What was judged is the decoded path.
  ["/apis/g/v1/things/a%2Fb%3F%23c", "/apis/g/v1/things/a/b%3F%23c"],
  ["/apis/g/v1/things/%C3%A4", "/apis/g/v1/things/%C3%A4"],
  ["/apis/g/v1/../v2/things", "/apis/g/v1/../v2/things"],
];

for (const [asked, wanted] of rows) {
  test(`${asked} goes on as ${wanted}`, () => {
    const info = requestInfo("GET", asked);
    assert.ok(info !== undefined);
    assert.equal(forwardedTarget(info.path, info.query), wanted);
  });
}
