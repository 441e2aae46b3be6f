import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { hashPassword } from "../authentication/password-hash.ts";
import { jsonWebKey, signJwt, signingKey, type SigningKey } from "../authentication/jwt.ts";
import { testHttps } from "../webhook/test-https.ts";
import { testAuthority } from "../x509/test-authority.ts";
import { REVIEW, scratch, testServer, until, WHO } from "./test-server.ts";

test("tokens, passwords and the front proxy's headers say who asks; nothing secret is told; files are read again", async (t) => {
  const directory = await scratch(t);
  const file = (name: string): string => join(directory, name);
  await writeFile(file("tokens"), 'canary-token-1,ann,1,"system:masters"\n');
  await writeFile(file("passwords"), `${await hashPassword("canary-password")},bob,2,devs\n`);
  const proxies = testAuthority("proxies");
  await writeFile(file("proxies.crt"), proxies.certificate);
  // The log goes to the descriptor itself.
  const written: string[] = [];
  const taken = (text: unknown): number => {
    written.push(String(text));
    return Buffer.byteLength(String(text));
  };
  const capture = [
    t.mock.method(fs, "writeSync", (_: number, text: unknown) => taken(text)),
    t.mock.method(fs, "write", (...args: unknown[]) => {
      const size = taken(args[1]);
      setImmediate(() => (args.at(-1) as (error: null, size: number) => void)(null, size));
    }),
  ];
  const { ask, who } = await testServer(t, directory, {
    tokenAuthFile: file("tokens"),
    authentication: {
      basicAuthFile: file("passwords"),
      bootstrapTokens: true,
      requestHeader: {
        clientCaFile: file("proxies.crt"),
        allowedNames: [],
        userHeaders: ["X-Remote-User"],
        uidHeaders: [],
        groupHeaders: ["x-remote-group"],
        extraPrefixes: [],
      },
    },
  });
  const basic = (password: string): string => `Basic ${Buffer.from(`bob:${password}`).toString("base64")}`;
  assert.equal(await who("Bearer canary-token-1"), "ann");
  assert.equal(await who(basic("canary-password")), "bob");
  assert.equal(await who(basic("canary-passwort")), "401");
  assert.equal(await who("Bearer canary-unknown"), "401");
  assert.equal(await who("Token x"), "403");
  const viaProxy = proxies.leaf("front", "clientAuth");
  const headers = { "x-remote-user": "jane", "x-remote-group": ["a,b", "c"] };
  const proxied = await ask("POST", WHO, { ...viaProxy, headers, body: REVIEW });
  assert.deepEqual(proxied.body.status?.userInfo, { username: "jane", groups: ["a,b", "c", "system:authenticated"] });
  assert.equal((await ask("POST", WHO, { headers, body: REVIEW })).status, 403);

  const published = await ask("GET", "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication", {
    headers: { authorization: "Bearer canary-token-1" },
  });
  assert.equal(published.body.data?.["requestheader-username-headers"], '["X-Remote-User"]');
  assert.equal(published.body.data["requestheader-client-ca-file"]?.trim(), proxies.certificate.trim());

  const tracking = "/api/v1/namespaces/kube-system/configmaps/kube-apiserver-legacy-service-account-token-tracking";
  const since = async (): Promise<string> =>
    (await ask("GET", tracking, { headers: { authorization: "Bearer canary-token-1" } })).body.data?.["since"] ?? "";
  const day = await since();
  assert.match(day, /^\d{4}-\d\d-\d\d$/);
  const broken = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: tracking.slice(tracking.lastIndexOf("/") + 1) },
    data: { since: "x" },
  };
  await ask("PUT", tracking, { headers: { authorization: "Bearer canary-token-1" }, body: broken });
  await until(day, since);

  // A service account's token is good until the account is gone.
  const admin = { authorization: "Bearer canary-token-1" };
  const accounts = "/api/v1/namespaces/default/serviceaccounts";
  assert.equal(
    (await ask("POST", accounts, { headers: admin, body: { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "robot" } } }))
      .status,
    201,
  );
  const issued = await ask("POST", `${accounts}/robot/token`, {
    headers: admin,
    body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
  });
  const token = issued.body.status?.token ?? "";
  assert.equal(await who(`Bearer ${token}`), "system:serviceaccount:default:robot");
  const jwks = await ask("GET", "/openid/v1/jwks", { headers: { ...admin, accept: "application/jwk-set+json" } });
  assert.deepEqual(Object.keys(jwks.body.keys?.[0] ?? {}).sort(), ["alg", "e", "kid", "kty", "n", "use"]);
  await ask("DELETE", `${accounts}/robot`, { headers: admin });
  assert.equal(await who(`Bearer ${token}`), "401");

  // A Secret of kube-system lets a node in.
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "bootstrap-token-abcdef" },
    type: "bootstrap.kubernetes.io/token",
    stringData: { "token-id": "abcdef", "token-secret": "0123456789canary", "usage-bootstrap-authentication": "true" },
  };
  assert.equal((await ask("POST", "/api/v1/namespaces/kube-system/secrets", { headers: admin, body: secret })).status, 201);
  assert.equal(await who("Bearer abcdef.0123456789canary"), "system:bootstrap:abcdef");

  await writeFile(file("tokens"), "canary-broken\n");
  await new Promise((later) => setTimeout(later, 1500));
  assert.equal(await who("Bearer canary-token-1"), "ann", "a broken file keeps the old one");
  await writeFile(file("tokens"), "canary-token-2,eve,3\n");
  await until("eve", () => who("Bearer canary-token-2"));
  assert.equal(await who("Bearer canary-token-1"), "401");
  for (const method of capture) method.mock.restore();
  const said = written.join("");
  assert.match(said, /--token-auth-file has changed and cannot be used/);
  assert.doesNotMatch(said, /canary/);
  assert.ok(!said.includes(token));
});

test("ID tokens of an issuer that is a real HTTPS server prove users, by flags and by file", async (t) => {
  const directory = await scratch(t);
  const keys = new Map([["k1", generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey]]);
  using https = await testHttps((request, _, response) =>
    response.end(
      JSON.stringify(
        request.url?.endsWith("openid-configuration")
          ? { issuer, jwks_uri: `${issuer}/keys` }
          : { keys: [...keys].map(([keyId, key]) => jsonWebKey({ keyId, publicKey: createPublicKey(key) })) },
      ),
    ),
  );
  const issuer = `${https.url}/issuer`;
  const token = (change: object = {}, keyId = "k1"): string => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer, aud: "my-client", sub: "s", exp: now + 600, iat: now, name: "jane", groups: ["a", "b"], ...change };
    return `Bearer ${signJwt(claims, { ...(signingKey(keys.get(keyId) as never) as SigningKey), keyId })}`;
  };
  await writeFile(join(directory, "ca.crt"), https.ca);
  const byFlags = await testServer(t, join(directory, "one"), {
    dataDir: join(directory, "one", "data"),
    authentication: {
      oidc: {
        issuerUrl: issuer,
        clientId: "my-client",
        caFile: join(directory, "ca.crt"),
        usernameClaim: "name",
        usernamePrefix: "o:",
        groupsClaim: "groups",
        groupsPrefix: "g:",
        requiredClaims: new Map(),
        signingAlgorithms: ["RS256"],
      },
    },
  });
  assert.equal(await byFlags.who(token()), "o:jane");
  assert.equal(await byFlags.who(token({ aud: "other" })), "401");
  keys.set("k2", generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
  await new Promise((later) => setTimeout(later, 1100));
  assert.equal(await byFlags.who(token({}, "k2")), "o:jane", "a key that was added is found");

  const configFile = join(directory, "authentication.yaml");
  const configuration = (prefix: string): string =>
    JSON.stringify({
      apiVersion: "apiserver.config.k8s.io/v1",
      kind: "AuthenticationConfiguration",
      jwt: [
        {
          issuer: { url: issuer, audiences: ["my-client"], certificateAuthority: https.ca },
          claimMappings: { username: { expression: `'${prefix}' + claims.name` } },
        },
      ],
      anonymous: { enabled: true, conditions: [{ path: "/livez" }] },
    });
  await writeFile(configFile, configuration("x:"));
  const byFile = await testServer(t, join(directory, "two"), { dataDir: join(directory, "two", "data"), authentication: { configFile } });
  assert.equal(await byFile.who(token()), "x:jane");
  assert.equal((await byFile.ask("GET", "/livez")).status, 200);
  assert.equal((await byFile.ask("GET", "/version")).status, 401);
  await writeFile(configFile, configuration("y:"));
  await until("y:jane", () => byFile.who(token()));
});

test("a webhook that is a real HTTPS server is asked whose a token is", async (t) => {
  const directory = await scratch(t);
  const asked: string[] = [];
  using https = await testHttps((request, body, response) => {
    const { apiVersion, kind, spec } = JSON.parse(body) as { apiVersion: string; kind: string; spec: { token: string } };
    asked.push(`${request.headers.authorization} ${apiVersion}`);
    const authenticated = spec.token === "known";
    response.end(JSON.stringify({ apiVersion, kind, status: { authenticated, ...(authenticated ? { user: { username: "jane" } } : {}) } }));
  });
  const configFile = join(directory, "hook.kubeconfig");
  await writeFile(configFile, https.kubeconfig("/authn", "hook-secret"));
  const { who } = await testServer(t, directory, { authentication: { tokenWebhook: { configFile, version: "v1", cacheTtl: 60_000 } } });
  assert.equal(await who("Bearer known"), "jane");
  assert.equal(await who("Bearer known"), "jane");
  assert.equal(await who("Bearer unknown"), "401");
  assert.deepEqual(asked, ["Bearer hook-secret authentication.k8s.io/v1", "Bearer hook-secret authentication.k8s.io/v1"]);
});
