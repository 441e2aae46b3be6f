import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import { ADMIN, testPlane, type TestPlane } from "./test-plane.ts";

const WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const REVIEW = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
const RBAC = "/apis/rbac.authorization.k8s.io/v1";

/** Grants rules to user ann, cluster-wide. */
async function grant({ as }: TestPlane, rules: readonly object[]): Promise<void> {
  const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "imp" }, rules };
  assert.equal((await as(ADMIN, "POST", `${RBAC}/clusterroles`, role)).status, 201);
  const binding = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "imp" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "imp" },
    subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "ann" }],
  };
  assert.equal((await as(ADMIN, "POST", `${RBAC}/clusterrolebindings`, binding)).status, 201);
}

const ANN = { name: "ann" };

describe("acting as another user", () => {
  test("an administrator is whom the headers name, with the groups that go with it", async () => {
    const plane = await testPlane();
    const who = async (headers: Record<string, string>): Promise<unknown> =>
      ((await plane.as(ADMIN, "POST", WHO, REVIEW, headers)).body["status"] as JsonObject)["userInfo"];
    assert.deepEqual(await who({ "impersonate-user": "joe" }), { username: "joe", groups: ["system:authenticated"] });
    assert.deepEqual(await who({ "impersonate-user": "system:serviceaccount:a:b" }), {
      username: "system:serviceaccount:a:b",
      groups: ["system:serviceaccounts", "system:serviceaccounts:a", "system:authenticated"],
    });
    assert.deepEqual(await who({ "impersonate-user": "system:node:n" }), {
      username: "system:node:n",
      groups: ["system:nodes", "system:authenticated"],
    });
    assert.deepEqual(await who({ "impersonate-user": "joe", "impersonate-uid": "1", "impersonate-extra-acme.com%2fa": "b" }), {
      username: "joe",
      uid: "1",
      groups: ["system:authenticated"],
      extra: { "acme.com/a": ["b"] },
    });
    assert.deepEqual(await who({ impersonate_user: "joe" }), { username: "admin", groups: ["system:masters", "system:authenticated"] });
  });

  test("attributes without a user are a bad request", async () => {
    const plane = await testPlane();
    const answer = await plane.as(ADMIN, "POST", WHO, REVIEW, { "impersonate-group": "g" });
    assert.equal(answer.status, 400);
    assert.equal(
      answer.body["message"],
      'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"g"}, Extra:map[string][]string(nil)} without impersonating a user name',
    );
  });

  test("a comma in a group's name does not make two groups", async () => {
    const plane = await testPlane();
    const request = {
      ...plane.request(ADMIN, "POST", WHO, REVIEW, { "impersonate-user": "joe", "impersonate-group": "a, system:masters" }),
      rawHeaders: ["Impersonate-User", "joe", "Impersonate-Group", "a, system:masters"],
    };
    const answer = await plane.plane.handle(request);
    const { groups } = JSON.parse(String(answer.body)).status.userInfo as { groups: string[] };
    assert.deepEqual(groups, ["a, system:masters", "system:authenticated"]);
  });

  test("nobody may without the permission, and nothing is done", async () => {
    const plane = await testPlane();
    const before = await plane.storage.currentRevision();
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };
    const answer = await plane.as(ANN, "POST", "/api/v1/namespaces/default/configmaps", map, {
      "impersonate-user": "admin",
      "impersonate-group": "system:masters",
    });
    assert.equal(answer.status, 403);
    assert.match(String(answer.body["message"]), /User "ann" cannot impersonate-on:user-info:create resource "configmaps"/);
    assert.equal(await plane.storage.currentRevision(), before);
  });

  test("plain permission is for single names; what was granted last is what is asked first", async () => {
    const plane = await testPlane();
    await grant(plane, [{ apiGroups: [""], resources: ["users"], verbs: ["impersonate"], resourceNames: ["joe"] }]);
    const as = (headers: Record<string, string>) => plane.as(ANN, "POST", WHO, REVIEW, headers);
    assert.match(String((await as({ "impersonate-user": "jim" })).body["message"]), /impersonate-on:user-info:create/);
    assert.equal((await as({ "impersonate-user": "joe" })).status, 201);
    assert.match(
      String((await as({ "impersonate-user": "jim" })).body["message"]),
      /users "jim" is forbidden: User "ann" cannot impersonate resource "users"/,
    );
    assert.match(
      String((await as({ "impersonate-user": "joe", "impersonate-group": "g" })).body["message"]),
      /cannot impersonate resource "groups"/,
    );
    assert.match(
      String((await as({ "impersonate-user": "joe", "impersonate-uid": "1" })).body["message"]),
      /cannot impersonate resource "uids"/,
    );
  });

  test("constrained permission never reaches system:masters, and ends with its binding", async () => {
    const plane = await testPlane();
    await grant(plane, [
      { apiGroups: ["authentication.k8s.io"], resources: ["users", "groups", "uids", "userextras/*"], verbs: ["impersonate:user-info"] },
      { apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"], verbs: ["impersonate-on:user-info:create"] },
    ]);
    const as = (headers: Record<string, string>) => plane.as(ANN, "POST", WHO, REVIEW, { "impersonate-user": "joe", ...headers });
    assert.equal((await as({ "impersonate-group": "g" })).status, 201);
    assert.match(
      String((await as({ "impersonate-group": "system:masters" })).body["message"]),
      /impersonating the system:masters group is not allowed/,
    );
    assert.match(String((await as({ "impersonate-extra-scopes": "x" })).body["message"]), /must be a domain-prefixed path/);
    await plane.as(ADMIN, "DELETE", `${RBAC}/clusterrolebindings/imp`);
    assert.equal((await as({ "impersonate-group": "g" })).status, 403);
  });
});
