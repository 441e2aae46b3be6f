import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { jsonWebKey, signJwt, type SigningKey } from "../jwt.ts";
import { distributedClaim } from "./distributed-claim.ts";

const NOW = 1_000_000_000;
const GRAPH = "https://graph.example";
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const signer: SigningKey = { privateKey, keyId: "k", algorithm: "ES256" };

/** Claims whose groups are at an endpoint that gives `text`. */
function resolving(text: string | Error) {
  const asked: string[] = [];
  const resolve = distributedClaim({
    claim: "groups",
    demands: { audiences: ["my-client"], algorithms: ["ES256"] },
    clock: () => NOW * 1000,
    async fetchText(url, token) {
      asked.push(`${url} ${token}`);
      if (text instanceof Error) throw text;
      return text;
    },
    async fetch(url): Promise<JsonObject> {
      asked.push(url);
      if (url.endsWith("openid-configuration")) return { issuer: GRAPH, jwks_uri: `${GRAPH}/keys` };
      return { keys: [jsonWebKey({ keyId: "k", publicKey: createPublicKey(privateKey) })] };
    },
  });
  return { asked, resolve };
}

const elsewhere = (source: object = { endpoint: `${GRAPH}/groups`, access_token: "t" }): JsonObject => ({
  _claim_names: { groups: "src" },
  _claim_sources: { src: source as JsonObject },
});
const held = (change: JsonObject = {}): string =>
  signJwt({ iss: GRAPH, aud: "my-client", exp: NOW + 60, groups: ["d1", "d2"], ...change }, signer);

test("groups that are elsewhere are fetched, and count as the issuer of their token has signed them", async () => {
  const { asked, resolve } = resolving(`${held()}\n`);
  assert.deepEqual((await resolve(elsewhere()))["groups"], ["d1", "d2"]);
  assert.deepEqual(asked, [`${GRAPH}/groups t`, `${GRAPH}/.well-known/openid-configuration`, `${GRAPH}/keys`]);
  await resolve(elsewhere());
  assert.equal(asked.length, 4, "the keys are known");
});

test("nothing is fetched where a token has its groups, or does not say where they are", async () => {
  const { asked, resolve } = resolving(held());
  for (const claims of [
    {},
    { ...elsewhere(), groups: ["own"] },
    { _claim_names: { other: "src" }, _claim_sources: {} },
    elsewhere({ JWT: "aggregated" }),
  ] as JsonObject[])
    assert.equal(await resolve(claims), claims);
  assert.deepEqual(asked, []);
});

test("groups that cannot be had, or are not signed for us, are no groups", async () => {
  const stranger: SigningKey = { ...signer, privateKey: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey };
  const cases: readonly (readonly [string | Error, JsonObject, RegExp])[] = [
    [new Error("refused"), elsewhere(), /while getting distributed claim "groups": refused/],
    ["no token", elsewhere(), /no signed token/],
    [held({ exp: NOW - 1 }), elsewhere(), /expired/],
    [held({ aud: "other" }), elsewhere(), /audience/],
    [held({ groups: undefined as never }), elsewhere(), /could not find distributed claim/],
    [held({ iss: "https://elsewhere.example" }), elsewhere(), /issuer did not match/],
    [signJwt({ iss: GRAPH, aud: "my-client", exp: NOW + 60, groups: ["root"] }, stranger), elsewhere(), /signature/],
    ["", { _claim_names: { groups: "src" } }, /no claim sources/],
    ["", { _claim_names: { groups: "src" }, _claim_sources: {} }, /source src missing/],
    ["", { _claim_names: "groups" }, /error parsing distributed claim names/],
  ];
  for (const [text, claims, reason] of cases) await assert.rejects(resolving(text).resolve(claims), reason);
});
