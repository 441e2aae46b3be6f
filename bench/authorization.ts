import type { KubeObject } from "../src/object/kube-object.ts";
import { ADMIN, testPlane, type TestUser } from "../src/server/test-plane.ts";
import { handledTakes } from "./handled.ts";
import { rounded, type Result } from "./result.ts";

const SECONDS = 3;
const BINDINGS = 10_000;
const GROUP = "rbac.authorization.k8s.io";
const PATH = "/api/v1/namespaces/default/configmaps/c";

/**
 * A GET by a user whose permission stands among 10,000 bindings against the same GET as system:masters, in-process through
 * the whole chain.
 */
export async function benchAuthorization(): Promise<readonly Result[]> {
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
  const map: KubeObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "default" } };
  await client.create({ group: "", plural: "configmaps" }, map);
  const asking: readonly TestUser[] = [ADMIN, { name: `user-${BINDINGS / 2}` }];
  const [masters = NaN, rbac = NaN] = await handledTakes(
    asking.map((one) => ({ plane, request: server.request(one, "GET", PATH) })),
    SECONDS,
  );
  plane.close();
  await server.storage[Symbol.asyncDispose]();
  return [
    {
      what: "GET by RBAC with 10,000 bindings, of one as system:masters",
      measured: rbac / masters,
      unit: "",
      aim: { atMost: 1.15 },
      detail: `${rounded(rbac)} µs, ${rounded(masters)} µs`,
    },
  ];
}

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
