import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect as connectHttp2 } from "node:http2";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { signJwt, signingKey, type SigningKey } from "../src/authentication/jwt.ts";
import { hashPassword } from "../src/authentication/password-hash.ts";
import { testAuthority } from "../src/x509/test-authority.ts";
import { run } from "./command.ts";

// A whole server in a process of its own, attacked over its sockets: what it believes, and what it lets out.

/** Stands in every secret that this test sends; nothing of it may come out. */
const CANARY = "c4nary0sings7";
/** What base64 makes of it in the middle of something, by the byte at which it begins. */
const ENCODED = [0, 1, 2].map((shift) =>
  Buffer.from("x".repeat(shift) + CANARY)
    .toString("base64")
    .slice(shift === 0 ? 0 : 4, 12),
);
const [ADMIN, BOB] = [`Bearer admin-${CANARY}`, `Bearer bob-${CANARY}`];
const WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const REVIEW = JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" });
const ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts";

let directory = "";
let url = "";
let server: ReturnType<typeof run>;
/** Everything that an answer said to somebody who was refused. */
let refusals = "";

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "attack-"));
  const file = (name: string): string => join(directory, name);
  await writeFile(file("tokens"), `admin-${CANARY},admin,1,system:masters\nbob-${CANARY},bob,2\n`);
  await writeFile(file("passwords"), `${await hashPassword(`carol-${CANARY}`)},carol,3\n`);
  await writeFile(file("policy"), "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n");
  await writeFile(file("proxies"), testAuthority("proxies").certificate);
  server = run(
    "serve",
    "--secure-port=0",
    `--data-dir=${file("data")}`,
    "--storage-backend=memory",
    "--controllers=serviceaccount",
    `--token-auth-file=${file("tokens")}`,
    `--basic-auth-file=${file("passwords")}`,
    "--enable-bootstrap-token-auth",
    `--requestheader-client-ca-file=${file("proxies")}`,
    "--requestheader-username-headers=X-Remote-User",
    "--requestheader-group-headers=X-Remote-Group",
    `--audit-policy-file=${file("policy")}`,
    `--audit-log-path=${file("audit")}`,
    "--v=9",
  );
  url = /https:\S+/.exec(await server.ready)?.[0] ?? "";
});

after(async () => {
  server.child.kill("SIGTERM");
  await server.ended;
  await rm(directory, { recursive: true });
});

interface Asked {
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly cert?: string;
  readonly key?: string;
}

async function ask(method: string, path: string, { headers = {}, body, ...tls }: Asked = {}): Promise<{ status: number; text: string }> {
  const answer = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sent = httpsRequest(
      url + path,
      { method, agent: false, rejectUnauthorized: false, headers: { "content-type": "application/json", ...headers }, ...tls },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (more: string) => (text += more));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.on("error", reject).end(body);
  });
  if (answer.status >= 400) refusals += answer.text;
  return answer;
}

const asAdmin = (method: string, path: string, body?: object, type = "application/json") =>
  ask(method, path, {
    headers: { "authorization": ADMIN, "content-type": type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

function userIn(text: string): string {
  return (JSON.parse(text) as { status: { userInfo: { username: string } } }).status.userInfo.username;
}

/** Who the server takes for the sender of these lines, written as they are; "400" and the like where it takes nobody. */
async function whoSends(...lines: readonly string[]): Promise<string> {
  const socket = connectTls({ port: Number(new URL(url).port), host: "127.0.0.1", rejectUnauthorized: false });
  socket.on("error", () => {});
  const head = [
    `POST ${WHO} HTTP/1.1`,
    "Host: x",
    "Content-Type: application/json",
    `Content-Length: ${REVIEW.length}`,
    "Connection: close",
  ];
  socket.write(`${[...head, ...lines].join("\r\n")}\r\n\r\n${REVIEW}`);
  let text = "";
  try {
    for await (const piece of socket) text += String(piece);
  } catch {
    // A server that reads no further may reset the connection: it is closed, after what was said so far.
  }
  const status = /^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? "closed";
  return status === "201" ? userIn(text.slice(text.indexOf("\r\n\r\n") + 4)) : status;
}

/** The status of a request over HTTP/2; 0 where the stream was refused. */
function statusOverHttp2(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    const session = connectHttp2(url, { rejectUnauthorized: false });
    const done = (status: number): void => {
      session.destroy();
      resolve(status);
    };
    session.on("error", () => done(0));
    const stream = session.request({ ":path": path, ...headers });
    stream.on("response", ({ ":status": status }) => done(Number(status))).on("error", () => done(0));
    stream.end();
  });
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

async function issueToken(account: string, bound?: object): Promise<string> {
  const spec = bound === undefined ? {} : { boundObjectRef: bound };
  const { status, text } = await asAdmin("POST", `${ACCOUNTS}/${account}/token`, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec,
  });
  assert.equal(status, 201, text);
  return (JSON.parse(text) as { status: { token: string } }).status.token;
}

test("a bad credential never becomes anonymous, over either protocol, even where anonymous may look", async () => {
  await asAdmin("POST", ACCOUNTS, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "robot" } });
  const good = await issueToken("robot");
  const [head, body, tail] = good.split(".") as [string, string, string];
  const claims = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as Record<string, never>;
  const { keys } = JSON.parse((await asAdmin("GET", "/openid/v1/jwks")).text) as { keys: [{ kid: string; n: string }] };
  const published = keys[0];
  const stranger = signingKey(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey) as SigningKey;
  const hmac = `${part({ alg: "HS256", kid: published.kid })}.${body}`;
  const bad: Record<string, string> = {
    "nobody's": `Bearer nobodys-${CANARY}`,
    "alg none": `Bearer ${part({ alg: "none" })}.${body}.`,
    "alg none with a signature": `Bearer ${part({ alg: "none", kid: published.kid })}.${body}.${tail}`,
    "HS256 with the public key": `Bearer ${hmac}.${createHmac("sha256", Buffer.from(published.n, "base64url")).update(hmac).digest("base64url")}`,
    "a stranger's": `Bearer ${signJwt(claims, stranger)}`,
    "a stranger's under our kid": `Bearer ${signJwt(claims, { ...stranger, keyId: published.kid })}`,
    "of another issuer": `Bearer ${signJwt({ ...claims, iss: "https://elsewhere.example" }, stranger)}`,
    "changed": `Bearer ${head}.${part({ ...claims, sub: "system:serviceaccount:kube-system:admin" })}.${tail}`,
    "cut": `Bearer ${good.slice(0, -1)}`,
    "of a bootstrap Secret that is not there": "Bearer abcdef.0123456789abcdef",
    "a wrong password": `Basic ${Buffer.from(`carol:x${CANARY}`).toString("base64")}`,
    "a password of nobody": `Basic ${Buffer.from(`dave:x${CANARY}`).toString("base64")}`,
    "no password at all": "Basic %%",
  };
  assert.equal((await ask("GET", "/version")).status, 200);
  assert.equal((await ask("GET", "/version", { headers: { authorization: `Bearer ${good}` } })).status, 200);
  for (const [what, authorization] of Object.entries(bad)) {
    assert.equal((await ask("GET", "/version", { headers: { authorization } })).status, 401, what);
    assert.equal(await statusOverHttp2("/version", { authorization }), 401, `${what}, HTTP/2`);
  }
  const protocols = `base64url.bearer.authorization.k8s.io.${Buffer.from(`nobodys-${CANARY}`).toString("base64url")}, v5.channel.k8s.io`;
  const upgrade = { "connection": "Upgrade", "upgrade": "websocket", "sec-websocket-protocol": protocols };
  assert.equal((await ask("GET", "/version", { headers: upgrade })).status, 401);
  // A megabyte is more than a header may have.
  assert.match(await whoSends(`Authorization: Bearer ${"x".repeat(1_000_000)}`), /^(431|closed)$/);
  const long = { authorization: `Bearer ${"x".repeat(1_000_000)}` };
  assert.notEqual(await statusOverHttp2("/version", long), 200);
  const certified = testAuthority("stranger").leaf("admin", "clientAuth", [], ["system:masters"]);
  assert.equal((await ask("GET", "/version", certified)).status, 401, "a certificate of a stranger");
});

test("a token dies with its account or the object that it is bound to, and comes back with neither", async () => {
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "mortal" } };
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "bound" } };
  const secrets = "/api/v1/namespaces/default/secrets";
  await asAdmin("POST", ACCOUNTS, account);
  await asAdmin("POST", secrets, secret);
  const token = await issueToken("mortal");
  const bound = await issueToken("mortal", { apiVersion: "v1", kind: "Secret", name: "bound" });
  const who = (given: string): Promise<string> => whoSends(`Authorization: Bearer ${given}`);
  for (const given of [token, bound]) assert.equal(await who(given), "system:serviceaccount:default:mortal");
  await asAdmin("DELETE", `${secrets}/bound`);
  assert.deepEqual([await who(bound), await who(token)], ["401", "system:serviceaccount:default:mortal"]);
  await asAdmin("POST", secrets, secret);
  assert.equal(await who(bound), "401");
  await asAdmin("DELETE", `${ACCOUNTS}/mortal`);
  assert.equal(await who(token), "401");
  await asAdmin("POST", ACCOUNTS, account);
  assert.equal(await who(token), "401");
  assert.equal(await who(await issueToken("mortal")), "system:serviceaccount:default:mortal");
});

test("headers mean what their names say: the first of two, in any case, and nothing like them", async () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["admin", [`AUTHORIZATION: ${ADMIN}`]],
    ["bob", [`Authorization: ${BOB}`, `Authorization: ${ADMIN}`]],
    ["bob", [`authorization: ${BOB}`, `AUTHORIZATION: ${ADMIN}`]],
    ["401", [`Authorization: Bearer nobodys-${CANARY}`, `Authorization: ${ADMIN}`]],
    // Somebody with a scheme that nobody knows has no credential; anonymous may not ask.
    ["403", [`Authorization: Magic ${CANARY}`]],
    ["403", [`Author_ization: ${ADMIN}`]],
    ["403", [`Proxy-Authorization: ${ADMIN}`]],
    ["400", [`Authorization : ${ADMIN}`]],
    ["400", ["Authorization: Bearer", ` admin-${CANARY}`, "\0: x"]],
    ["joe", [`Authorization: ${ADMIN}`, "impersonate-user: joe"]],
    ["joe", [`Authorization: ${ADMIN}`, "IMPERSONATE-USER: joe", "Impersonate-User: jim"]],
    ["admin", [`Authorization: ${ADMIN}`, "Impersonate_User: joe", "ImpersonateUser: joe"]],
    ["403", [`Authorization: ${BOB}`, "Impersonate-User: admin"]],
    ["403", [`Authorization: ${BOB}`, "iMPERSONATE-uSER: bob", "Impersonate-Group: system:masters"]],
    // Nobody here has the certificate of the proxy.
    ["bob", [`Authorization: ${BOB}`, "X-Remote-User: admin", "X-Remote-Group: system:masters"]],
    ["403", ["X-Remote-User: admin", "X-Remote-Group: system:masters"]],
    ["403", ["x_remote_user: admin", "X-REMOTE-USER: admin"]],
    ["carol", [`Authorization: basic ${Buffer.from(`carol:carol-${CANARY}`).toString("base64")}`]],
  ];
  for (const [who, lines] of cases) assert.equal(await whoSends(...lines), who, lines.join(" | "));
});

test("no token, password or value of a Secret stands in the log, the audit, the metrics or what refusals say", async () => {
  const secrets = "/api/v1/namespaces/default/secrets";
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData: { password: CANARY } };
  const encoded = Buffer.from(CANARY).toString("base64");
  assert.equal((await asAdmin("POST", secrets, secret)).status, 201);
  assert.equal((await asAdmin("GET", `${secrets}/s`)).status, 200);
  assert.equal((await asAdmin("GET", secrets)).status, 200);
  const refused: readonly (readonly [string, string, object, string?])[] = [
    ["POST", secrets, secret],
    ["POST", secrets, [CANARY]],
    ["POST", secrets, { ...secret, stringData: [CANARY] }],
    ["POST", secrets, { ...secret, data: { "bad key": CANARY } }],
    ["POST", secrets, { ...secret, metadata: { name: "t" }, data: { "bad key": encoded } }],
    ["PUT", `${secrets}/s`, { ...secret, metadata: { name: "s", resourceVersion: "1" } }],
    ["PUT", `${secrets}/s`, { ...secret, type: "kubernetes.io/tls" }],
    ["PATCH", `${secrets}/s`, { data: { password: encoded }, stringData: 1 }, "application/merge-patch+json"],
    ["PATCH", `${secrets}/s`, [{ op: "test", path: "/data/none", value: encoded }], "application/json-patch+json"],
    ["PATCH", `${secrets}/s?fieldManager=m`, { data: { password: 1 }, stringData: { a: CANARY } }, "application/apply-patch+yaml"],
  ];
  for (const [method, path, body, type] of refused) {
    const { status, text } = await asAdmin(method, path, body, type);
    assert.ok(status >= 400 && status < 500, `${method} ${JSON.stringify(body)}: ${status} ${text}`);
  }
  const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token: `bob-${CANARY}` } };
  assert.equal((await asAdmin("POST", "/apis/authentication.k8s.io/v1/tokenreviews", review)).status, 201);
  const bootstrap = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "bootstrap-token-abcdef" },
    type: "bootstrap.kubernetes.io/token",
    stringData: { "token-id": "abcdef", "token-secret": `012${CANARY}`, "usage-bootstrap-authentication": "true" },
  };
  assert.equal((await asAdmin("POST", "/api/v1/namespaces/kube-system/secrets", bootstrap)).status, 201);
  assert.equal(await whoSends(`Authorization: Bearer abcdef.012${CANARY}`), "system:bootstrap:abcdef");
  assert.equal(await whoSends(`Authorization: Bearer ${await issueToken("default")}`), "system:serviceaccount:default:default");
  const { text: metrics } = await asAdmin("GET", "/metrics");
  const audit = await readFile(join(directory, "audit"), "utf8");
  assert.ok(audit.split("\n").length > 50, "all of it was audited");
  for (const [where, said] of Object.entries({ ...server.said, audit, metrics, refusals })) {
    assert.ok(!said.includes(CANARY), where);
    for (const piece of ENCODED)
      assert.ok(
        !said.includes(piece),
        `${where}, base64: ${said
          .split("\n")
          .filter((line) => line.includes(piece))
          .join("\n")}`,
      );
    assert.ok(!said.includes(Buffer.from(CANARY).toString("hex")), `${where}, hex`);
    assert.ok(!/eyJ[A-Za-z0-9_-]{20}/.test(said), `${where}, a JWT`);
    assert.ok(!/PRIVATE KEY/.test(said), `${where}, a key`);
  }
});
