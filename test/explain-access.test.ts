import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask, type Caller } from "./ask.ts";
import { run } from "./command.ts";

const RBAC = "rbac.authorization.k8s.io";
let directory = "";
let url = "";
let ca = "";
let server: ReturnType<typeof run>;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "explain-"));
  const tokens = join(directory, "tokens");
  await writeFile(tokens, "admins,admin,1,system:masters\nalices,alice,2,devs\n");
  const flags = ["--secure-port=0", `--data-dir=${join(directory, "data")}`, "--storage-backend=memory", "--controllers="];
  server = run("serve", ...flags, `--token-auth-file=${tokens}`, "--explain-access");
  url = /https:\S+/.exec(await server.ready)?.[0] ?? "";
  ca = await readFile(join(directory, "data", "pki", "ca.crt"), "utf8");
  const make = async (path: string, body: object): Promise<void> =>
    assert.equal((await ask(url, caller("admins"), "POST", path, body)).code, 201);
  const roles = `/apis/${RBAC}/v1/namespaces/default`;
  const rules = [{ apiGroups: [""], resources: ["configmaps"], resourceNames: ["settings"], verbs: ["get", "update"] }];
  await make(`${roles}/roles`, { metadata: { name: "settings" }, rules });
  await make(`${roles}/rolebindings`, {
    metadata: { name: "devs-settings" },
    roleRef: { apiGroup: RBAC, kind: "Role", name: "settings" },
    subjects: [{ apiGroup: RBAC, kind: "Group", name: "devs" }],
  });
  await make(`${roles}/rolebindings`, {
    metadata: { name: "lost" },
    roleRef: { apiGroup: RBAC, kind: "Role", name: "none" },
    subjects: [{ apiGroup: RBAC, kind: "User", name: "lost" }],
  });
});

after(async () => {
  server.child.kill("SIGTERM");
  await server.ended;
  await rm(directory, { recursive: true });
});

const caller = (token: string): Caller => ({ ca, token });

/** Runs `binnacle explain-access` as the administrator. */
async function explain(...args: string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const { ended, said } = run("explain-access", `--kubeconfig=${join(directory, "data", "admin.kubeconfig")}`, ...args);
  const code = await ended;
  return { code, said: said.stdout + said.stderr };
}

const BINDING = 'RoleBinding "devs-settings/default" of Role "settings" to Group "devs"';
const RULE = '{APIGroups:[""], Resources:["configmaps"], ResourceNames:["settings"], Verbs:["get" "update"]}';

test("the command says which rule of which binding allows something, or what came nearest and what it lacks", async () => {
  const alice = ["--as", "alice", "--as-group=devs", "-n", "default"];
  assert.deepEqual(await explain(...alice, "get", "configmaps", "settings"), {
    code: 0,
    said: `allowed: RBAC: allowed by ${BINDING}\n  allowed by ${BINDING}, by its rule ${RULE}\n`,
  });
  const near = (lack: string): string => `not allowed\n  ${BINDING} has the rule ${RULE}, which lacks ${lack}\n`;
  for (const [args, lack] of [
    [["delete", "configmaps", "settings"], 'the verb "delete"'],
    [["get", "configmaps", "other"], 'the name "other"'],
    [["list", "configmaps"], 'the verb "list" and any object but those that it names'],
    [["get", "secrets", "settings"], 'the resource "secrets"'],
    [["get", "configmaps.example.com", "settings"], 'the API group "example.com"'],
    [["get", "configmaps", "settings", "-n", "other"], 'the namespace "other"'],
  ] as const)
    assert.deepEqual(await explain(...alice, ...args), { code: 1, said: near(lack) }, args.join(" "));
  const nobody = await explain("--as", "bob", "delete", "nodes", "n");
  assert.equal(nobody.code, 1);
  assert.match(nobody.said, /no role that is bound to "bob" or to one of \["system:authenticated"\] comes near/);
  const lost = await explain("--as=lost", "-n=default", "get", "pods");
  assert.match(lost.said, /RoleBinding "lost\/default" of Role "none" to User "lost": there is no such role/);
  const path = await explain("--as", "bob", "get", "/version");
  assert.match(path.said, /^allowed: RBAC: allowed by ClusterRoleBinding "system:/);
  const root = await explain("--as", "root", "--as-group", "system:masters", "delete", "nodes");
  assert.match(root.said, /^allowed\n {2}members of system:masters may do everything\n/);
});

test("the command says how it is called, and what keeps it from asking", async () => {
  assert.deepEqual((await explain("get", "pods")).code, 2);
  assert.match((await explain("--as", "bob", "--what", "get", "pods")).said, /unknown flag --what; usage: explain-access --as USER/);
  const { ended, said } = run("explain-access", "--kubeconfig=/nowhere", "--as", "bob", "get", "pods");
  assert.equal(await ended, 1);
  assert.match(said.stderr, /the kubeconfig \/nowhere: .*name an administrator's kubeconfig/);
});

test("a server that is told to explains to people what they may themselves, and a refusal stays as it is", async () => {
  const review = async (attributes: object): Promise<{ readonly allowed: boolean; readonly reason?: string }> => {
    const body = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: { resourceAttributes: attributes } };
    const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    return (await ask<{ status: { allowed: boolean; reason?: string } }>(url, caller("alices"), "POST", path, body)).body.status;
  };
  const settings = { verb: "get", resource: "configmaps", name: "settings", namespace: "default" };
  assert.deepEqual(await review(settings), {
    allowed: true,
    reason: `RBAC: allowed by ${BINDING}\nRBAC: allowed by ${BINDING}, by its rule ${RULE}`,
  });
  assert.deepEqual(await review({ ...settings, name: "other" }), {
    allowed: false,
    reason: `RBAC: ${BINDING} has the rule ${RULE}, which lacks the name "other"`,
  });
  const refused = await ask<{ message: string }>(url, caller("alices"), "GET", "/api/v1/namespaces/default/configmaps/other");
  assert.equal(
    refused.body.message,
    'configmaps "other" is forbidden: User "alice" cannot get resource "configmaps" in API group "" in the namespace "default"',
  );
});
