import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeHeaderKey } from "../request/header-values.ts";
import { identityHeaders } from "./identity-headers.ts";

test("a user is told by name, uid, groups and extra", () => {
  const extra = new Map([
    ["scopes", ["view", "edit"]],
    ["authentication.kubernetes.io/credential-id", ["X"]],
    ["a%b", ["1"]],
    ["empty", []],
  ]);
  assert.deepEqual(identityHeaders({ name: "jane", uid: "u-1", groups: ["g1", "system:authenticated"], extra }), {
    "X-Remote-User": "jane",
    "X-Remote-Uid": "u-1",
    "X-Remote-Group": ["g1", "system:authenticated"],
    "X-Remote-Extra-Scopes": ["view", "edit"],
    "X-Remote-Extra-Authentication.kubernetes.io%2fcredential-Id": ["X"],
    "X-Remote-Extra-A%25b": ["1"],
  });
  assert.deepEqual(identityHeaders({ name: "jane", groups: [] }), { "X-Remote-User": "jane" });
});

test("names are sent as UTF-8, and keys come back as they were, whatever they hold", () => {
  assert.equal(Buffer.from(String(identityHeaders({ name: "jörg 日", groups: [] })["X-Remote-User"]), "latin1").toString(), "jörg 日");
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
      const key = Buffer.from(text).toString("utf8").toLowerCase();
      const [name] = Object.keys(identityHeaders({ name: "x", groups: [], extra: new Map([[key, ["v"]]]) })).slice(1);
      assert.match(name ?? "", /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/);
      assert.equal(decodeHeaderKey((name ?? "").toLowerCase().slice("x-remote-extra-".length)), key);
    }),
  );
});
