import assert from "node:assert/strict";
import { createHmac, createPublicKey, generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import type { KubeObject } from "../../object/kube-object.ts";
import { BadCredential, NO_NOTES } from "../authenticator.ts";
import { signJwt, signingKey, type SigningKey } from "../jwt.ts";
import type { TokenAccepted } from "../token-authenticator.ts";
import { accountTokenAuthenticator } from "./account-token.ts";
import { tokenClaims } from "./claims.ts";
import { accountKeys } from "./keys.ts";
import { LEGACY_ISSUER } from "./legacy-token.ts";

const ISSUER = "https://kubernetes.default.svc";
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

/** A cluster with one account, one pod and one secret, and a clock that stands. */
function cluster(privateKey = rsa, checkObjects = true) {
  const objects = new Map<string, KubeObject>();
  const put = (plural: string, name: string, uid: string, more: object = {}): void =>
    void objects.set(`${plural}/${name}`, { apiVersion: "v1", kind: "x", metadata: { name, uid }, ...more });
  put("serviceaccounts", "robot", "sa-uid");
  put("pods", "p", "pod-uid");
  put("secrets", "s", "secret-uid");
  const time = { now: 1_000_000 };
  const keys = accountKeys(privateKey, []);
  assert.ok(keys);
  const know = accountTokenAuthenticator({
    keys: () => keys,
    issuers: [ISSUER],
    apiAudiences: [ISSUER],
    checkObjects,
    labelSecret: async ({ metadata: { name } }, added) => {
      const secret = objects.get(`secrets/${name}`) as KubeObject;
      secret.metadata.labels = { ...secret.metadata.labels, ...added };
    },
    clock: () => time.now * 1000,
    lookup: async (plural, _, name) => objects.get(`${plural}/${name}`),
  });
  const check = async (token: string, audiences?: readonly string[], notes = NO_NOTES): Promise<TokenAccepted | undefined> =>
    know({ token, audiences, notes });
  return { objects, put, time, keys, check };
}

function claims(change: object = {}, content: object = {}) {
  return {
    ...tokenClaims({
      issuer: ISSUER,
      audiences: [ISSUER],
      namespace: "ns",
      account: { name: "robot", uid: "sa-uid" },
      issuedAt: 1_000_000,
      lifetime: 3600,
      tokenId: "id-1",
      ...content,
    }),
    ...change,
  };
}

const keyOf = (key: typeof rsa): SigningKey => signingKey(key) as SigningKey;
const refused = (reason: RegExp) => (error: unknown) =>
  error instanceof BadCredential && error.status.code === 401 && reason.test(error.reasons.join());

describe("a service account token", () => {
  for (const [name, key] of [
    ["RS256", rsa],
    ["ES256", ec],
  ] as const) {
    test(`signed by ${name} proves its account, and says what it is bound to`, async () => {
      const { check, keys } = cluster(key);
      const pod = { name: "p", uid: "pod-uid" };
      const accepted = await check(signJwt(claims({}, { pod, node: { name: "n", uid: "node-uid" } }), keys.signing));
      assert.deepEqual(accepted?.audiences, [ISSUER]);
      assert.equal(accepted.user.name, "system:serviceaccount:ns:robot");
      assert.equal(accepted.user.uid, "sa-uid");
      assert.deepEqual(accepted.user.groups, ["system:serviceaccounts", "system:serviceaccounts:ns"]);
      assert.deepEqual(Object.fromEntries(accepted.user.extra ?? []), {
        "authentication.kubernetes.io/credential-id": ["JTI=id-1"],
        "authentication.kubernetes.io/node-name": ["n"],
        "authentication.kubernetes.io/node-uid": ["node-uid"],
        "authentication.kubernetes.io/pod-name": ["p"],
        "authentication.kubernetes.io/pod-uid": ["pod-uid"],
      });
    });
  }

  test("of another issuer is somebody else's to know", async () => {
    const { check, keys } = cluster();
    assert.equal(await check(signJwt(claims({ iss: "https://elsewhere" }), keys.signing)), undefined);
    assert.equal(await check("no jwt"), undefined);
    assert.equal(await check("x".repeat(1_000_000)), undefined);
  });

  test("is refused with any other signature: none, HS256 with the public key, a stranger's, an unknown kid, a changed body", async () => {
    const { check, keys } = cluster();
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const good = signJwt(claims(), keys.signing);
    await check(good);
    const none = `${part({ alg: "none" })}.${part(claims())}.`;
    assert.equal(await check(none), undefined);
    const body = `${part({ alg: "HS256", kid: keys.signing.keyId })}.${part(claims())}`;
    const pem = createPublicKey(rsa).export({ type: "spki", format: "pem" });
    const hmac = `${body}.${createHmac("sha256", pem).update(body).digest("base64url")}`;
    const wrong = /signature/;
    await assert.rejects(check(hmac), refused(wrong));
    await assert.rejects(check(`${part({ alg: "none" })}.${part(claims())}.AAAA`), refused(wrong));
    await assert.rejects(check(signJwt(claims(), keyOf(stranger))), refused(/^invalid signature, no keys found$/));
    await assert.rejects(check(signJwt(claims(), { ...keys.signing, keyId: "unknown" })), refused(/no keys found/));
    await assert.rejects(check(signJwt(claims(), { ...keyOf(stranger), keyId: keys.signing.keyId })), refused(wrong));
    const [head, , tail] = good.split(".");
    await assert.rejects(check(`${head}.${part(claims({ sub: "system:serviceaccount:ns:root" }))}.${tail}`), refused(wrong));
    await assert.rejects(check(`${good}x`), refused(wrong));
  });

  test("is refused outside its time, with a minute's grace, remembered or not", async () => {
    const { check, keys, time } = cluster();
    const token = signJwt(claims(), keys.signing);
    time.now = 999_930;
    await assert.rejects(check(token), refused(/not valid yet/));
    time.now = 999_950;
    assert.ok(await check(token));
    time.now = 1_003_650;
    assert.ok(await check(token));
    time.now = 1_003_661;
    await assert.rejects(check(token), refused(/has expired/));
  });

  test("is for its audiences alone", async () => {
    const { check, keys } = cluster();
    const token = signJwt(claims({}, { audiences: ["vault", "other"] }), keys.signing);
    await assert.rejects(check(token), refused(/token audiences \["vault" "other"\] is invalid for the target audiences/));
    assert.deepEqual((await check(token, ["x", "other", "vault"]))?.audiences, ["vault", "other"]);
  });

  test("dies with its account, and does not come back with another of the same name", async () => {
    const { check, keys, objects, put } = cluster();
    const token = signJwt(claims(), keys.signing);
    assert.ok(await check(token));
    objects.delete("serviceaccounts/robot");
    await assert.rejects(check(token), refused(/^serviceaccounts "robot" not found$/));
    put("serviceaccounts", "robot", "another");
    await assert.rejects(check(token), refused(/does not match claim/));
    await assert.rejects(
      cluster(rsa, false).check(signJwt(claims({}, { account: { name: "robot", uid: "x" } }), keys.signing)),
      refused(/claim/),
    );
  });

  test("dies with the object that it is bound to", async () => {
    const { check, keys, objects, put } = cluster();
    for (const [member, plural, name] of [
      ["pod", "pods", "p"],
      ["secret", "secrets", "s"],
    ] as const) {
      const token = signJwt(claims({}, { [member]: { name, uid: `${member}-uid` } }), keys.signing);
      assert.ok(await check(token));
      put(plural, name, "another");
      await assert.rejects(check(token), refused(/does not match service account/));
      objects.delete(`${plural}/${name}`);
      await assert.rejects(check(token), refused(/has been invalidated/));
    }
    const node = signJwt(claims({}, { node: { name: "n", uid: "u" } }), keys.signing);
    await assert.rejects(check(node), refused(/has been invalidated/));
  });

  test("whose subject is not its account is refused", async () => {
    const { check, keys } = cluster();
    await assert.rejects(check(signJwt(claims({ sub: "admin" }), keys.signing)), refused(/could not be read/));
  });

  test("in a Secret is good while that Secret holds it", async () => {
    const { check, keys, objects, put, time } = cluster();
    const prefix = "kubernetes.io/serviceaccount";
    const token = signJwt(
      {
        iss: LEGACY_ISSUER,
        sub: "system:serviceaccount:ns:robot",
        [`${prefix}/namespace`]: "ns",
        [`${prefix}/secret.name`]: "t",
        [`${prefix}/service-account.name`]: "robot",
        [`${prefix}/service-account.uid`]: "sa-uid",
      },
      keys.signing,
    );
    await assert.rejects(check(token), refused(/^Token has been invalidated$/));
    const data = { token: Buffer.from(token).toString("base64") };
    put("secrets", "t", "t-uid", { data });
    const annotations = new Map<string, string>();
    const warnings: string[] = [];
    const notes = {
      warn: (text: string) => void warnings.push(text),
      annotate: (key: string, text: string) => void annotations.set(key, text),
    };
    assert.equal((await check(token, undefined, notes))?.user.name, "system:serviceaccount:ns:robot");
    assert.deepEqual(Object.fromEntries(annotations), {
      "authentication.k8s.io/legacy-token": "system:serviceaccount:ns:robot",
      "authentication.k8s.io/legacy-token-manual-secret": "t",
    });
    const lastUsed = "kubernetes.io/legacy-token-last-used";
    assert.deepEqual(objects.get("secrets/t")?.metadata.labels, { [lastUsed]: "1970-01-12" });
    time.now += 24 * 60 * 60;
    put("serviceaccounts", "robot", "sa-uid", { secrets: [{ name: "t" }] });
    await check(token, undefined, notes);
    assert.equal(annotations.get("authentication.k8s.io/legacy-token-autogenerated-secret"), "t");
    assert.match(warnings.join(), /^Use tokens from the TokenRequest API/);
    assert.deepEqual(objects.get("secrets/t")?.metadata.labels, { [lastUsed]: "1970-01-13" });

    const marked = { apiVersion: "v1", kind: "Secret", data };
    objects.set("secrets/t", { ...marked, metadata: { name: "t", labels: { "kubernetes.io/legacy-token-invalid-since": "1970-01-01" } } });
    await assert.rejects(
      check(token, undefined, notes),
      refused(/^the token in secret ns\/t for service account ns\/robot has been marked/),
    );
    assert.equal(annotations.get("authentication.k8s.io/legacy-token-invalidated"), "t/ns");
    assert.equal(objects.get("secrets/t")?.metadata.labels?.[lastUsed], "1970-01-13");
    put("secrets", "t", "t-uid", { data: { token: Buffer.from("another").toString("base64") } });
    await assert.rejects(check(token), refused(/^Token does not match server's copy$/));
    objects.delete("secrets/t");
    await assert.rejects(check(token), refused(/has been invalidated/));
    assert.ok(await cluster(rsa, false).check(token));
  });
});
