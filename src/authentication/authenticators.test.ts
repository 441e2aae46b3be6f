import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, test } from "node:test";
import type { KubeObject } from "../object/kube-object.ts";
import type { ApiRequest } from "../request/exchange.ts";
import { issueAuthority, issueLeaf, type Usage } from "../x509/issue.ts";
import { BadCredential, firstOf, NO_NOTES } from "./authenticator.ts";
import { bearerToken, webSocketToken } from "./bearer-token.ts";
import { bootstrapTokenAuthenticator } from "./bootstrap-token.ts";
import { certificateAuthenticator } from "./client-certificate.ts";
import { hashPassword } from "./password-hash.ts";
import { passwordAuthenticator, readPasswordFile } from "./password-file.ts";
import { requestHeaderAuthenticator } from "./request-header.ts";
import { firstToken, LONGEST_TOKEN } from "./token-authenticator.ts";
import { readTokenFile, tokenFileAuthenticator } from "./token-file.ts";

const HOUR = 3600_000;
const NOW = Date.parse("2030-01-01T00:00:00Z");
const validity = { from: new Date(NOW - HOUR), until: new Date(NOW + HOUR) };
const authority = (commonName: string) => ({ subject: { commonName }, ...issueAuthority({ commonName }, validity) });
const clients = authority("clients");
const proxies = authority("proxies");
const stranger = authority("proxies");

function leaf(
  issuer: typeof clients,
  commonName: string,
  organizations: readonly string[] = [],
  usage: Usage = "clientAuth",
): X509Certificate {
  return new X509Certificate(issueLeaf(issuer, { commonName, organizations }, validity, usage, []).certificate);
}

function request(headers: Record<string, string>, certificate?: X509Certificate, rawHeaders?: readonly string[]): ApiRequest {
  return {
    method: "GET",
    target: "/",
    headers,
    ...(rawHeaders === undefined ? {} : { rawHeaders }),
    peer: { address: "", certificate },
    body: async () => Buffer.alloc(0),
    signal: new AbortController().signal,
  };
}

const bad = (error: unknown) => error instanceof BadCredential;

describe("a bearer token is the one word after the scheme", () => {
  for (const [header, token] of [
    ["Bearer a", "a"],
    ["bEaReR a", "a"],
    ["  Bearer a b ", "a"],
    ["Bearer", undefined],
    ["Bearer ", undefined],
    ["Bearer  a", undefined],
    ["Basic YTpi", undefined],
    ["Bearera", undefined],
  ] as const)
    test(JSON.stringify(header), () => {
      const warnings: string[] = [];
      assert.equal(bearerToken(request({ authorization: header }), { warn: (text) => warnings.push(text), annotate: () => {} }), token);
      assert.equal(warnings.length, header === "Bearer  a" ? 1 : 0);
    });
});

test("a WebSocket may carry its token as a protocol beside the one that it speaks", () => {
  const ask = (protocol: string, upgrade = "websocket") => webSocketToken(request({ upgrade, "sec-websocket-protocol": protocol }));
  const carried = `base64url.bearer.authorization.k8s.io.${Buffer.from("a token").toString("base64url")}`;
  assert.equal(ask(`v5.channel.k8s.io, ${carried}`), "a token");
  assert.equal(ask("v5.channel.k8s.io"), undefined);
  assert.equal(ask(`v5.channel.k8s.io, ${carried}`, "h2c"), undefined);
  for (const protocol of [carried, `${carried}, ${carried}, x`, `x, ${carried}=`]) assert.throws(() => ask(protocol), bad);
});

test("the first who finds somebody decides; refusals count only where nobody does", async () => {
  const refuse = () => {
    throw new BadCredential("no");
  };
  const user = { name: "a", groups: ["g"] };
  const found = await firstOf([refuse, () => undefined, () => user])(request({}), NO_NOTES);
  assert.deepEqual(found?.groups, ["g", "system:authenticated"]);
  await assert.rejects(async () => firstOf([() => undefined, refuse])(request({}), NO_NOTES), bad);
  assert.equal(await firstOf([() => undefined])(request({}), NO_NOTES), undefined);
  const anonymous = { name: "system:anonymous", groups: ["system:unauthenticated"] };
  assert.deepEqual(await firstOf([() => anonymous])(request({}), NO_NOTES), anonymous);
});

test("a token too long to be one is refused unread", async () => {
  let asked = false;
  const know = firstToken([() => void (asked = true)]);
  await assert.rejects(know({ token: "x".repeat(LONGEST_TOKEN + 1), audiences: undefined, notes: NO_NOTES }), bad);
  assert.equal(asked, false);
});

test("static tokens are for the server's audiences, and follow their table", async () => {
  let table = readTokenFile('t1,ann,uid-1,"g1,g2"\n# comment\n\nt2,bob,uid-2\n');
  const know = tokenFileAuthenticator(() => table, ["api"]);
  const ask = async (token: string, audiences?: string[]) => know({ token, audiences, notes: NO_NOTES });
  assert.deepEqual(await ask("t1"), { user: { name: "ann", uid: "uid-1", groups: ["g1", "g2"] }, audiences: ["api"] });
  assert.deepEqual((await ask("t2", ["x", "api"]))?.audiences, ["api"]);
  assert.equal(await ask("t2", ["x"]), undefined);
  table = readTokenFile("t3,ann,1\n");
  assert.equal(await ask("t1"), undefined);
  assert.throws(
    () => readTokenFile("canary-secret"),
    (error: Error) => !error.message.includes("canary"),
  );
});

describe("client certificates", () => {
  const authenticate = certificateAuthenticator(
    () => [new X509Certificate(clients.certificate)],
    () => NOW,
  );
  test("name their user and groups", async () => {
    const user = await authenticate(request({}, leaf(clients, "ann", ["devs", "ops"])), NO_NOTES);
    assert.equal(user?.name, "ann");
    assert.deepEqual(user.groups, ["devs", "ops"]);
    assert.match(user.extra?.get("authentication.kubernetes.io/credential-id")?.[0] ?? "", /^X509SHA256=[0-9a-f]{64}$/);
  });
  test("may say the user's uid, once; without a common name they are nobody's", async () => {
    const of = (commonName: string, uids: readonly string[]) => {
      const { certificate } = issueLeaf(clients, { commonName, uids }, validity, "clientAuth", []);
      return authenticate(request({}, new X509Certificate(certificate)), NO_NOTES);
    };
    assert.equal((await of("ann", ["u1"]))?.uid, "u1");
    assert.throws(() => of("ann", ["u1", "u2"]), bad);
    assert.throws(() => of("ann", [""]), bad);
    assert.equal(await of("", ["u1"]), undefined);
  });
  test("of another CA, for another use, or out of their time are refused", () => {
    assert.throws(() => authenticate(request({}, leaf(proxies, "ann")), NO_NOTES), bad);
    assert.throws(() => authenticate(request({}, leaf(clients, "ann", [], "serverAuth")), NO_NOTES), bad);
    const later = certificateAuthenticator(
      () => [new X509Certificate(clients.certificate)],
      () => NOW + 2 * HOUR,
    );
    assert.throws(() => later(request({}, leaf(clients, "ann")), NO_NOTES), bad);
  });
});

describe("headers of a front proxy", () => {
  const authenticate = requestHeaderAuthenticator({
    authorities: () => [new X509Certificate(proxies.certificate)],
    allowedNames: ["front-proxy"],
    userHeaders: ["x-remote-user"],
    uidHeaders: ["x-remote-uid"],
    groupHeaders: ["x-remote-group"],
    extraPrefixes: ["x-remote-extra-"],
    clock: () => NOW,
  });
  const proxy = leaf(proxies, "front-proxy");

  test("name the user, line by line", async () => {
    const raw = ["X-Remote-User", "jane", "X-Remote-Group", "a,b", "X-REMOTE-GROUP", "", "x-remote-group", " c ", "X-Remote-Uid", "u"];
    const extra = [
      "X-Remote-Extra-Scopes",
      "view",
      "x-remote-extra-scopes",
      "edit",
      "X-Remote-Extra-a%2fB",
      "v",
      "X-Remote-Extra-bad%zz",
      "v",
    ];
    const user = await authenticate(request({}, proxy, [...raw, ...extra]), NO_NOTES);
    assert.deepEqual(user, {
      name: "jane",
      uid: "u",
      groups: ["a,b", "c"],
      extra: new Map([
        ["scopes", ["view", "edit"]],
        ["a/b", ["v"]],
        ["bad%zz", ["v"]],
      ]),
    });
  });
  test("count for nothing without the proxy's certificate", async () => {
    const headers = { "x-remote-user": "root", "x-remote-group": "system:masters" };
    assert.equal(await authenticate(request(headers), NO_NOTES), undefined);
    assert.throws(() => authenticate(request(headers, leaf(proxies, "other-proxy")), NO_NOTES), bad);
    assert.throws(() => authenticate(request(headers, leaf(stranger, "front-proxy")), NO_NOTES), bad);
    assert.throws(() => authenticate(request(headers, leaf(clients, "front-proxy")), NO_NOTES), bad);
    assert.equal(await authenticate(request({ x_remote_user: "root" }, proxy), NO_NOTES), undefined);
    assert.equal(await authenticate(request({ "x-remote-user": "" }, proxy), NO_NOTES), undefined);
  });
});

test("bootstrap tokens are Secrets that say so, until they expire", async () => {
  const encode = (data: Record<string, string>) =>
    Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]));
  const good = { "token-id": "abcdef", "token-secret": "0123456789abcdef", "usage-bootstrap-authentication": "true" };
  let secret: KubeObject | undefined;
  const set = (change: Record<string, string>, type = "bootstrap.kubernetes.io/token"): void =>
    void (secret = { apiVersion: "v1", kind: "Secret", metadata: {}, type, data: encode({ ...good, ...change }) });
  const know = bootstrapTokenAuthenticator(
    async (plural, namespace, name) =>
      `${plural}/${namespace}/${name}` === "secrets/kube-system/bootstrap-token-abcdef" ? secret : undefined,
    ["api"],
    () => NOW,
  );
  const ask = async (token = "abcdef.0123456789abcdef") => (await know({ token, audiences: undefined, notes: NO_NOTES }))?.user;
  set({ "auth-extra-groups": "system:bootstrappers:b,system:bootstrappers:a", "expiration": "2030-01-01T00:00:01Z" });
  assert.deepEqual(await ask(), {
    name: "system:bootstrap:abcdef",
    groups: ["system:bootstrappers", "system:bootstrappers:a", "system:bootstrappers:b"],
  });
  assert.equal(await ask("abcdef.0123456789abcdee"), undefined);
  assert.equal(await ask("ABCDEF.0123456789abcdef"), undefined);
  for (const change of [
    { "usage-bootstrap-authentication": "false" },
    { expiration: "2029-12-31T23:59:59Z" },
    { expiration: "tomorrow" },
    { expiration: "2031-01-01" },
    { "token-id": "abcdee" },
    { "auth-extra-groups": "system:masters" },
  ] as Record<string, string>[]) {
    set(change);
    assert.equal(await ask(), undefined, JSON.stringify(change));
  }
  set({}, "Opaque");
  assert.equal(await ask(), undefined);
});

describe("passwords", () => {
  const basic = (name: string, password: string) => ({ authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}` });

  test("let in who knows one, refuse others late, and are of no use to who reads the file", async () => {
    const hash = await hashPassword("canary-password");
    assert.doesNotMatch(hash, /canary/);
    const table = readPasswordFile(`${hash},ann,uid-1,"devs,ops"\n`);
    const authenticate = passwordAuthenticator({ table: () => table, clock: () => NOW, failureMs: 50 });
    const ask = async (headers: Record<string, string>) => authenticate(request(headers), NO_NOTES);
    assert.deepEqual(await ask(basic("ann", "canary-password")), { name: "ann", uid: "uid-1", groups: ["devs", "ops"] });
    assert.equal((await ask(basic("ann", "canary-password")))?.name, "ann");
    for (const headers of [basic("ann", "canary-passwor"), basic("bob", "canary-password"), basic("ann", "")]) {
      const began = performance.now();
      await assert.rejects(ask(headers), bad);
      assert.ok(performance.now() - began >= 49);
    }
    assert.equal(await ask({ authorization: "Bearer a" }), undefined);
    for (const authorization of ["Basic %%", "basic", "Basic YW5u", " BASIC  Og=="])
      await assert.rejects(ask({ authorization }), bad, authorization);
  });

  test("in plain text are refused, with a word on how to hash them and none of what they are", () => {
    for (const text of [
      "canary-password,ann,1",
      "scrypt:1:1:1:AAAAAAAAAAAAAAAA:canary,ann,1",
      "scrypt:30:8:1:AAAAAAAAAAAAAAAAAAAAAA:canary,ann,1",
    ])
      assert.throws(
        () => readPasswordFile(text),
        (error: Error) => error.message.includes("binnacle hash-password") && !error.message.includes("canary"),
      );
  });
});
