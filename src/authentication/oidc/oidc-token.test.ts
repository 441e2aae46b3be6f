import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { BadCredential, NO_NOTES } from "../authenticator.ts";
import { jsonWebKey, signJwt, type SigningKey } from "../jwt.ts";
import { authenticationExpressions } from "./expressions.ts";
import { oidcIssuer } from "./oidc-token.ts";
import { readAuthenticationConfiguration } from "./read-configuration.ts";

const ISSUER = "https://issuer.example/issuer";
const k1 = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const k2 = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const e1 = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const expressions = authenticationExpressions();

function signer(privateKey: KeyObject, keyId: string): SigningKey {
  return { privateKey, keyId, algorithm: privateKey.asymmetricKeyType === "rsa" ? "RS256" : "ES256" };
}

function configuration(more = ""): string {
  return `apiVersion: apiserver.config.k8s.io/v1
kind: AuthenticationConfiguration
jwt:
- issuer: {url: "${ISSUER}", audiences: [my-client, second], audienceMatchPolicy: MatchAny}
  claimValidationRules:
  - {claim: hd, requiredValue: example.com}
  - {expression: 'claims.level > 2', message: level must be above 2}
  - {expression: 'claims.?email_verified.orValue(true) == true', message: email must be verified}
  - {expression: 'claims.exp - claims.iat <= 86400'}
  claimMappings:
    username: {expression: 'claims.?email.orValue("") != "" ? claims.email : "sub:" + claims.sub'}
    groups: {expression: '(claims.?roles.orValue("") + ",").split(",").filter(x, x != "").map(x, "r:" + x)'}
    uid: {claim: sub}
    extra:
    - {key: example.com/tenant, valueExpression: 'claims.?tenant.orValue("")'}
    - {key: example.com/list, valueExpression: 'claims.?list.orValue([])'}
  userValidationRules:
  - {expression: "!user.username.startsWith('system:')", message: 'no system users'}
  - {expression: "user.groups.all(g, g != 'r:evil')", message: no evil groups}
${more}`;
}

/** An issuer whose keys can be changed, and a clock that stands. */
function world() {
  const state = {
    now: 1_000_000_000,
    keys: [["k1", k1] as const, ["e1", e1] as const] as (readonly [string, KeyObject])[],
    fetched: [] as string[],
  };
  const [rules] = readAuthenticationConfiguration(configuration(), () => expressions, []).issuers;
  assert.ok(rules);
  const issuer = oidcIssuer({
    rules,
    apiAudiences: ["api"],
    clock: () => state.now * 1000,
    fetchText: async () => assert.fail("nothing is elsewhere"),
    async fetch(url): Promise<JsonObject> {
      state.fetched.push(url);
      if (url.endsWith("openid-configuration")) return { issuer: ISSUER, jwks_uri: `${ISSUER}/keys` };
      return { keys: state.keys.map(([keyId, key]) => jsonWebKey({ keyId, publicKey: createPublicKey(key) })) };
    },
  });
  const check = async (claims: JsonObject, key = signer(k1, "k1")) =>
    (await issuer.authenticate({ token: signJwt(claims, key), audiences: undefined, notes: NO_NOTES }))?.user;
  return { state, issuer, check };
}

function claims(change: JsonObject = {}): JsonObject {
  return {
    iss: ISSUER,
    aud: "my-client",
    sub: "sub-1",
    exp: 1_000_000_600,
    iat: 1_000_000_000,
    email: "jane@example.com",
    email_verified: true,
    hd: "example.com",
    level: 5,
    roles: "dev,ops",
    tenant: "t1",
    ...change,
  };
}

const refused = (reason: RegExp) => (error: unknown) => error instanceof BadCredential && reason.test(error.reasons.join());

describe("an ID token", () => {
  test("proves the user that its claims are mapped to", async () => {
    const { check } = world();
    const user = await check(claims());
    assert.deepEqual(user, {
      name: "jane@example.com",
      uid: "sub-1",
      groups: ["r:dev", "r:ops"],
      extra: new Map([["example.com/tenant", ["t1"]]]),
    });
    const { email: _, email_verified: __, tenant: ___, ...bare } = claims();
    const list = ["", "a"];
    assert.deepEqual((await check(claims({ list })))?.extra?.get("example.com/list"), ["a"], "empty texts are none");
    assert.deepEqual(await check(bare), { name: "sub:sub-1", uid: "sub-1", groups: ["r:dev", "r:ops"] });
    assert.equal((await check(claims(), signer(e1, "e1")))?.name, "jane@example.com");
  });

  test("is refused for what its claims lack or say", async () => {
    const { check } = world();
    const cases: readonly (readonly [JsonObject, RegExp])[] = [
      [{ exp: 999_999_999 }, /expired/],
      [{ exp: "soon" }, /cannot be read/],
      [{ nbf: 1_000_000_301 }, /not before/],
      [{ aud: "other" }, /audience/],
      [{ aud: [] }, /audience/],
      [{ hd: "example.org" }, /hd value does not match/],
      [{ level: 2 }, /level must be above 2/],
      [{ level: "5" }, /no such overload/],
      [{ email_verified: false }, /email must be verified/],
      [{ exp: 1_000_086_401 }, /validation expression/],
      [{ email: "system:admin" }, /no system users/],
      [{ roles: "a,evil" }, /no evil groups/],
      [{ roles: ["a"] }, /error evaluating/],
      [{ roles: "" }, /no such key: groups/],
    ];
    for (const [change, reason] of cases) await assert.rejects(check(claims(change)), refused(reason), JSON.stringify(change));
    const { sub: _, ...noSub } = claims();
    await assert.rejects(check(noSub), refused(/uid claims "sub": claim not present/));
    assert.equal(await check(claims({ iss: "https://other" })), undefined);
  });

  test("is refused with a signature of none of the issuer's keys, until the issuer has the key", async () => {
    const { check, state } = world();
    assert.ok(await check(claims()));
    assert.deepEqual(state.fetched, [`${ISSUER}/.well-known/openid-configuration`, `${ISSUER}/keys`]);
    state.now += 2;
    await assert.rejects(check(claims(), signer(k2, "k2")), refused(/signature/));
    await assert.rejects(check(claims(), signer(k2, "k1")), refused(/signature/));
    assert.equal(state.fetched.length, 3, "keys are fetched once a second at most");
    state.keys.push(["k2", k2]);
    state.now += 2;
    assert.ok(await check(claims(), signer(k2, "k2")));
    state.keys = [["k2", k2]];
    state.now += 20;
    assert.ok(await check(claims(), signer(k2, "")), "without a kid every key may be it");
  });

  test("is not remembered longer than it lives", async () => {
    const { check, state } = world();
    const token = claims({ exp: 1_000_000_005 });
    assert.ok(await check(token));
    state.now += 6;
    await assert.rejects(check(token), refused(/expired/));
  });

  test("of an issuer that cannot be found is refused, and the issuer is left alone for a while", async () => {
    const [rules] = readAuthenticationConfiguration(configuration(), () => expressions, []).issuers;
    assert.ok(rules);
    let asked = 0;
    let now = 1_000_000_000_000;
    const issuer = oidcIssuer({
      rules,
      apiAudiences: [],
      clock: () => now,
      fetchText: async () => "",
      fetch: async () => {
        asked++;
        throw new Error("connection refused");
      },
    });
    const ask = async () => issuer.authenticate({ token: signJwt(claims(), signer(k1, "k1")), audiences: undefined, notes: NO_NOTES });
    await assert.rejects(ask(), refused(/connection refused/));
    await assert.rejects(ask(), refused(/connection refused/));
    assert.equal(asked, 1);
    now += 11_000;
    await assert.rejects(ask(), refused(/connection refused/));
    assert.equal(asked, 2);
  });
});

describe("an authentication configuration", () => {
  const read = (text: string) => readAuthenticationConfiguration(text, () => expressions, ["https://own"]);
  const minimal = (jwt: string) => `{apiVersion: apiserver.config.k8s.io/v1, kind: AuthenticationConfiguration, jwt: [${jwt}]}`;
  const issuer = "issuer: {url: 'https://a', audiences: [x]}";

  test("says for which paths anonymous requests are taken", () => {
    const { anonymous } = read(configuration("anonymous: {enabled: true, conditions: [{path: /livez}]}"));
    assert.deepEqual(anonymous, { enabled: true, paths: ["/livez"] });
    assert.equal(read(configuration()).anonymous, undefined);
    assert.throws(() => read(configuration("anonymous: {conditions: [{path: /livez}]}")), /enabled should be set to true/);
  });

  test("is refused where a rule would be passed over or lets anybody in", () => {
    const username = "claimMappings: {username: {claim: sub, prefix: ''}}";
    assert.equal(read(minimal(`{${issuer}, ${username}}`)).issuers.length, 1);
    for (const [text, reason] of [
      [`{${issuer}, ${username}, claimValidationRule: []}`, /unknown field "jwt\[0\].claimValidationRule"/],
      [`{${issuer}, ${username}, userValidationRules: {expression: "false"}}`, /jwt\[0\].userValidationRules: must be a list/],
      [`{${issuer}, ${username}, ${username}}`, /key "claimMappings" already set in map/],
      [
        `{${issuer}, claimMappings: {username: {claim: sub, prefix: ''}, uid: {claim: sub, prefix: ''}}}`,
        /unknown field "jwt\[0\].claimMappings.uid.prefix"/,
      ],
      [`{${issuer}, claimMappings: {username: {claim: sub}}}`, /prefix is required/],
      [`{${issuer}}`, /claim or expression is required/],
      [`{${issuer}, claimMappings: {username: {expression: "claims.sub +"}}}`, /claimMappings.username.expression: .*compilation failed/s],
      [
        `{${issuer}, ${username}, claimValidationRules: [{expression: claims.admin}]}`,
        /claimValidationRules\[0\].expression: .*must evaluate to bool/,
      ],
      [`{${issuer}, ${username}, userValidationRules: [{expression: user.nope == 1}]}`, /undefined field 'nope'/],
      [`{${issuer}, claimMappings: {username: {expression: "claims.email"}}}`, /claims.email_verified must be used/],
      [`{issuer: {url: 'http://a', audiences: [x]}, ${username}}`, /scheme must be https/],
      [`{issuer: {url: 'https://own', audiences: [x]}, ${username}}`, /must not overlap/],
      [`{issuer: {url: 'https://a', audiences: []}, ${username}}`, /audiences: Required/],
      [`{issuer: {url: 'https://a', audiences: [x, z]}, ${username}}`, /MatchAny/],
      [`{${issuer}, ${username}}, {${issuer}, ${username}}`, /Duplicate/],
    ] as const)
      assert.throws(() => read(minimal(text)), reason, text);
    assert.throws(() => read("kind: [}"), Error);
    assert.throws(() => read("kind: Pod"), /it is no AuthenticationConfiguration/);
  });
});
