import assert from "node:assert/strict";
import { test } from "node:test";
import { readHostCredentials } from "./credentials.ts";

const TEXT = `
users:
- name: hook.ns.svc
  user: {token: a}
- name: hook.ns.svc:8443
  user: {username: u, password: p}
- name: "*.example.com"
  user: {tokenFile: token}
- name: www.example.com:8443
  user: {client-certificate-data: ${Buffer.from("cert").toString("base64")}, client-key: key.pem}
`;

test("users of a kubeconfig are for the servers that they are named after, the nearest name first", () => {
  const files = new Map([
    ["/etc/hooks/token", "b\n"],
    ["/etc/hooks/key.pem", "key"],
  ]);
  const of = readHostCredentials(TEXT, "/etc/hooks/config", (path) => files.get(path) ?? assert.fail(path));
  assert.equal(of("hook.ns.svc:443")?.authorization, "Bearer a");
  assert.equal(of("hook.ns.svc:8443")?.authorization, `Basic ${Buffer.from("u:p").toString("base64")}`);
  assert.equal(of("hook.ns.svc:9443"), undefined);
  assert.equal(of("a.b.example.com")?.authorization, "Bearer b");
  assert.equal(of("a.example.com:443")?.authorization, "Bearer b");
  assert.deepEqual(of("www.example.com:8443"), { cert: "cert", key: "key", authorization: undefined });
  assert.equal(of("example.com"), undefined);
});
