// A GET by a user whose permission stands among 10,000 bindings against the same GET as system:masters, in-process through
// the whole chain. Run: node dist/bench/authz.js [seconds]
import type { KubeObject } from "../src/object/kube-object.ts";
import { ADMIN, testPlane, type TestUser } from "../src/server/test-plane.ts";
import { handledTakes } from "./handled.ts";

const seconds = Number(process.argv[2] ?? 2);
const BINDINGS = 10_000;
const limit = 1.15;
const GROUP = "rbac.authorization.k8s.io";

const server = await testPlane();
const { client, plane } = server;
await client.create({ group: GROUP, plural: "clusterroles" }, object("ClusterRole", { name: "reader" }, { rules: [rule("configmaps")] }));
for (let start = 0; start < BINDINGS; start += 500) {
  await Promise.all(
    Array.from({ length: 500 }, (_, i) => {
      const name = `user-${start + i}`;
      const binding = object("RoleBinding", { name, namespace: "default" }, { roleRef: ref("reader"), subjects: [user(name)] });
      return client.create({ group: GROUP, plural: "rolebindings" }, binding);
    }),
  );
}
await client.create(
  { group: "", plural: "configmaps" },
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "default" } },
);

const path = "/api/v1/namespaces/default/configmaps/c";
const runs = [
  { name: "system:masters", user: ADMIN },
  { name: `RBAC, ${BINDINGS} bindings`, user: { name: `user-${BINDINGS / 2}` } satisfies TestUser },
].map(({ name, user: asking }) => ({ name, plane, request: server.request(asking, "GET", path) }));
const [masters, rbac] = (await handledTakes(runs, seconds)) as [number, number];
const ratio = rbac / masters;
console.log(`ratio ${ratio.toFixed(2)}, at most ${limit}`);
plane.close();
await server.storage[Symbol.asyncDispose]();
if (ratio > limit) process.exitCode = 1;

function object(kind: string, metadata: KubeObject["metadata"], rest: Record<string, NonNullable<KubeObject["spec"]>>): KubeObject {
  return { apiVersion: `${GROUP}/v1`, kind, metadata, ...rest };
}

function rule(resource: string) {
  return { apiGroups: [""], resources: [resource], verbs: ["get", "list", "watch"] };
}

function ref(name: string) {
  return { apiGroup: GROUP, kind: "ClusterRole", name };
}

function user(name: string) {
  return { kind: "User", apiGroup: GROUP, name };
}
