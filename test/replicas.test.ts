import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startServer, type RunningServer, type ServerOptions } from "../src/index.ts";
import { ask } from "./ask.ts";
import { startEtcd, type EtcdServer } from "./etcd-server.ts";
import { needs } from "./programs.ts";

// Two servers on one etcd: what is done through one holds on the other.

interface Body {
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly items?: readonly Body[];
  readonly message?: string;
  readonly spec?: {
    readonly clusterIP?: string;
    readonly ports?: readonly { readonly nodePort?: number }[];
    readonly storageClassName?: string;
  };
  readonly status?: { readonly token?: string };
  readonly subsets?: readonly { readonly addresses: readonly { readonly ip: string }[] }[];
  readonly endpoints?: readonly { readonly addresses: readonly string[] }[];
}

interface Answer {
  readonly code: number;
  readonly body: Body;
}

/** A server, as an administrator or somebody else with a token asks it. */
interface Replica {
  readonly server: RunningServer;
  ask(method: string, path: string, body?: unknown, token?: string): Promise<Answer>;
}

const asked = { ...needs("etcd"), timeout: 120_000 };
/** What is done through one server holds on the other after so many milliseconds. */
const SOON = 1_000;
const NAMESPACE = "/api/v1/namespaces/default";
const SERVICES = `${NAMESPACE}/services`;
const CONFIG_MAPS = `${NAMESPACE}/configmaps`;

let directory: string;
let etcd: EtcdServer;
let one: Replica;
let two: Replica;

before(async () => {
  if (asked.skip !== undefined) return;
  directory = await mkdtemp(join(tmpdir(), "replicas-test-"));
  await writeFile(join(directory, "tokens.csv"), 'admin,admin,1,"system:masters"\nalice,alice,2\n');
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await writeFile(join(directory, "accounts.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
  etcd = await startEtcd();
  [one, two] = await Promise.all([start("one", "192.0.2.10"), start("two", "192.0.2.11")]);
});

after(async () => {
  if (asked.skip !== undefined) return;
  await Promise.all([one.server.close(), two.server.close()]);
  await etcd[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

async function start(name: string, advertiseAddress: string, options: ServerOptions = {}): Promise<Replica> {
  const dataDir = join(directory, name);
  const server = await startServer({
    dataDir,
    port: 0,
    storageBackend: "etcd3",
    etcd: { servers: [etcd.url], prefix: "/registry", caFile: "", certFile: "", keyFile: "" },
    advertiseAddress,
    tokenAuthFile: join(directory, "tokens.csv"),
    serviceClusterIpRanges: ["10.9.0.0/26"],
    serviceNodePortRange: { first: 31_000, last: 31_039 },
    authentication: { serviceAccounts: await accounts(), bootstrapTokens: true },
    ...options,
  });
  const ca = await readFile(join(dataDir, "pki", "ca.crt"));
  return { server, ask: (method, path, body, token = "admin") => ask<Body>(server.url, { ca, token }, method, path, body) };
}

async function accounts() {
  const issuer = "https://replicas.test";
  return {
    issuers: [issuer],
    signingKeyFile: join(directory, "accounts.key"),
    keyFiles: [],
    keysUrl: "",
    lookup: true,
    maxTokenSeconds: 0,
    extendTokens: true,
  };
}

/** Asks until the answer is as expected; gives how many milliseconds that took. */
async function until(expected: number, probe: () => Promise<number>, patience = SOON): Promise<number> {
  const begun = Date.now();
  for (;;) {
    const code = await probe();
    const passed = Date.now() - begun;
    if (code === expected) return passed;
    assert.ok(passed < patience, `${code} after ${passed} ms, not ${expected}`);
    await sleep(20);
  }
}

const rbac = "/apis/rbac.authorization.k8s.io/v1";
const admissionApi = "/apis/admissionregistration.k8s.io/v1";
const podWith = (spec: object) => ({ metadata: { name: "x" }, spec: { ...spec, containers: [{ name: "c", image: "i" }] } });
const configMap = (name: string) => ({ metadata: { name } });
const role = (name: string, apiGroup = "rbac.authorization.k8s.io") => ({ apiGroup, kind: "ClusterRole", name });
const rules = (resources: readonly string[]) => [
  { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources, scope: "Namespaced" },
];
const crd = (required: readonly string[]) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "orders.shop.example" },
  spec: {
    group: "shop.example",
    scope: "Namespaced",
    names: { plural: "orders", kind: "Order" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", required, properties: { spec: { type: "object" } } } },
      },
    ],
  },
});
const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const ORDERS = "/apis/shop.example/v1/namespaces/default/orders";
/** A create that is not stored. */
const tryCreate =
  (path: string, body: object, token?: string) =>
  async (server: Replica): Promise<number> =>
    (await server.ask("POST", `${path}?dryRun=All`, body, token)).code;

/** What a server keeps in memory, or might: a change of an object, and by which answer it shows. */
interface Cached {
  readonly what: string;
  /** Objects that are created through the one server, in this order, and removed again in the other; with their paths. */
  readonly objects: readonly (readonly [
    path: string,
    object: { readonly metadata: { readonly name: string; readonly [member: string]: unknown }; readonly [member: string]: unknown },
  ])[];
  readonly probe: (server: Replica) => Promise<number>;
  readonly without: number;
  readonly with: number;
  /** Where it is not what there was without them. */
  readonly removed?: number;
}

const cached: readonly Cached[] = [
  {
    what: "roles and their bindings",
    objects: [
      [
        `${rbac}/clusterroles`,
        { metadata: { name: "reads-secrets" }, rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["list"] }] },
      ],
      [
        `${rbac}/namespaces/default/rolebindings`,
        { metadata: { name: "alice" }, roleRef: role("reads-secrets"), subjects: [{ kind: "User", name: "alice" }] },
      ],
    ],
    probe: async (server) => (await server.ask("GET", `${NAMESPACE}/secrets`, undefined, "alice")).code,
    without: 403,
    with: 200,
  },
  {
    what: "custom resources",
    objects: [[CRDS, crd([])]],
    probe: async (server) => (await server.ask("GET", ORDERS)).code,
    without: 404,
    with: 200,
  },
  {
    what: "bootstrap tokens",
    objects: [
      [
        "/api/v1/namespaces/kube-system/secrets",
        {
          metadata: { name: "bootstrap-token-abcdef" },
          type: "bootstrap.kubernetes.io/token",
          stringData: { "token-id": "abcdef", "token-secret": "0123456789abcdef", "usage-bootstrap-authentication": "true" },
        },
      ],
    ],
    probe: async (server) => (await server.ask("GET", "/apis/authentication.k8s.io", undefined, "abcdef.0123456789abcdef")).code,
    without: 401,
    with: 200,
  },
  {
    what: "validating policies",
    objects: [
      [
        `${admissionApi}/validatingadmissionpolicies`,
        {
          metadata: { name: "none" },
          spec: {
            matchConstraints: { resourceRules: rules(["configmaps"]) },
            validations: [{ expression: "object.metadata.name != 'policed'" }],
          },
        },
      ],
      [
        `${admissionApi}/validatingadmissionpolicybindings`,
        { metadata: { name: "none" }, spec: { policyName: "none", validationActions: ["Deny"] } },
      ],
    ],
    probe: tryCreate(CONFIG_MAPS, configMap("policed")),
    without: 201,
    with: 422,
  },
  {
    what: "validating webhooks",
    objects: [
      [
        `${admissionApi}/validatingwebhookconfigurations`,
        {
          metadata: { name: "unreachable" },
          webhooks: [
            {
              name: "unreachable.example.com",
              clientConfig: { url: "https://127.0.0.1:1/" },
              rules: rules(["limitranges"]),
              sideEffects: "None",
              admissionReviewVersions: ["v1"],
            },
          ],
        },
      ],
    ],
    probe: tryCreate(`${NAMESPACE}/limitranges`, { metadata: { name: "x" }, spec: { limits: [] } }),
    without: 201,
    with: 500,
  },
  {
    what: "mutating webhooks",
    objects: [
      [
        `${admissionApi}/mutatingwebhookconfigurations`,
        {
          metadata: { name: "unreachable" },
          webhooks: [
            {
              name: "unreachable.example.com",
              clientConfig: { url: "https://127.0.0.1:1/" },
              rules: rules(["resourcequotas"]),
              sideEffects: "None",
              admissionReviewVersions: ["v1"],
            },
          ],
        },
      ],
    ],
    probe: tryCreate(`${NAMESPACE}/resourcequotas`, { metadata: { name: "x" }, spec: {} }),
    without: 201,
    with: 500,
  },
  {
    what: "mutating policies",
    objects: [
      [
        `${admissionApi}/mutatingadmissionpolicies`,
        {
          metadata: { name: "marks" },
          spec: {
            matchConstraints: { resourceRules: rules(["configmaps"]) },
            failurePolicy: "Fail",
            reinvocationPolicy: "Never",
            mutations: [
              {
                patchType: "ApplyConfiguration",
                applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"marked": "yes"}}}' },
              },
            ],
          },
        },
      ],
      [`${admissionApi}/mutatingadmissionpolicybindings`, { metadata: { name: "marks" }, spec: { policyName: "marks" } }],
    ],
    probe: async (server) => {
      const { body } = await server.ask("POST", `${CONFIG_MAPS}?dryRun=All`, configMap("marked"));
      return Object.keys(body.metadata?.labels ?? {}).length;
    },
    without: 0,
    with: 1,
  },
  {
    what: "the default class of volumes",
    objects: [
      [
        "/apis/storage.k8s.io/v1/storageclasses",
        { metadata: { name: "fast", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } }, provisioner: "p" },
      ],
    ],
    probe: async (server) => {
      const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
      const { body } = await server.ask("POST", `${NAMESPACE}/persistentvolumeclaims?dryRun=All`, { metadata: { name: "c" }, spec });
      return Number(body.spec?.storageClassName === "fast");
    },
    without: 0,
    with: 1,
  },
  {
    what: "APIs of other servers",
    objects: [
      [
        "/apis/apiregistration.k8s.io/v1/apiservices",
        {
          metadata: { name: "v1.elsewhere.example" },
          spec: {
            group: "elsewhere.example",
            version: "v1",
            groupPriorityMinimum: 100,
            versionPriority: 100,
            service: { namespace: "default", name: "nobody" },
            insecureSkipTLSVerify: true,
          },
        },
      ],
    ],
    probe: async (server) => (await server.ask("GET", "/apis/elsewhere.example/v1/things")).code,
    without: 404,
    with: 503,
  },
  {
    what: "namespaces",
    objects: [["/api/v1/namespaces", { metadata: { name: "shop" } }]],
    probe: tryCreate("/api/v1/namespaces/shop/configmaps", configMap("x")),
    without: 404,
    with: 201,
    // It waits for a loop to empty it.
    removed: 403,
  },
  {
    what: "quotas",
    objects: [
      [
        `${NAMESPACE}/resourcequotas`,
        {
          metadata: { name: "none" },
          spec: { hard: { "count/secrets": "0" } },
          status: { hard: { "count/secrets": "0" }, used: { "count/secrets": "0" } },
        },
      ],
    ],
    probe: tryCreate(`${NAMESPACE}/secrets`, { metadata: { name: "x" } }),
    without: 201,
    with: 403,
  },
  {
    what: "limits",
    objects: [
      [
        `${NAMESPACE}/limitranges`,
        { metadata: { name: "small" }, spec: { limits: [{ type: "PersistentVolumeClaim", max: { storage: "1Gi" } }] } },
      ],
    ],
    probe: tryCreate(`${NAMESPACE}/persistentvolumeclaims`, {
      metadata: { name: "large" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } } },
    }),
    without: 201,
    with: 403,
  },
  {
    what: "service accounts",
    objects: [[`${NAMESPACE}/serviceaccounts`, { metadata: { name: "runner" } }]],
    probe: tryCreate(`${NAMESPACE}/pods`, podWith({ serviceAccountName: "runner" })),
    without: 403,
    with: 201,
  },
  {
    what: "priority classes",
    objects: [["/apis/scheduling.k8s.io/v1/priorityclasses", { metadata: { name: "high" }, value: 1000 }]],
    probe: tryCreate(`${NAMESPACE}/pods`, podWith({ priorityClassName: "high" })),
    without: 403,
    with: 201,
  },
  {
    what: "runtime classes",
    objects: [["/apis/node.k8s.io/v1/runtimeclasses", { metadata: { name: "sandboxed" }, handler: "h" }]],
    probe: tryCreate(`${NAMESPACE}/pods`, podWith({ runtimeClassName: "sandboxed" })),
    without: 403,
    with: 201,
  },
  {
    what: "ranges of services",
    objects: [["/apis/networking.k8s.io/v1/servicecidrs", { metadata: { name: "more" }, spec: { cidrs: ["10.10.0.0/24"] } }]],
    probe: tryCreate(SERVICES, { metadata: { name: "x" }, spec: { clusterIP: "10.10.0.7", ports: [{ port: 80 }] } }),
    without: 422,
    with: 201,
  },
];

async function put(server: Replica, path: string, object: Cached["objects"][number][1]): Promise<void> {
  const created = await server.ask("POST", path, object);
  assert.equal(created.code, 201, created.body.message);
  if (object["status"] === undefined) return;
  const { code, body } = await server.ask("PUT", `${path}/${object.metadata.name}/status`, object);
  assert.equal(code, 200, body.message);
}

test("a change through one server holds on the other within a second", asked, async (t) => {
  await put(one, `${NAMESPACE}/serviceaccounts`, { metadata: { name: "default" } });
  for (const { what, objects, probe, without, with: withThem, removed = without } of cached) {
    await t.test(what, async () => {
      // So that whatever is kept of it is kept before it changes.
      assert.equal(await probe(two), without);
      for (const [path, object] of objects) await put(one, path, object);
      await until(withThem, () => probe(two));
      for (const [path, { metadata }] of objects.toReversed()) {
        const { code, body } = await one.ask("DELETE", `${path}/${metadata.name}`);
        assert.equal(code, 200, body.message);
      }
      await until(removed, () => probe(two));
    });
  }
});

test("a definition that changes through one server is the other's within a second", asked, async () => {
  const probe = async (): Promise<number> => (await two.ask("POST", `${ORDERS}?dryRun=All`, order)).code;
  const order = { apiVersion: "shop.example/v1", kind: "Order", metadata: { name: "o" } };
  await put(one, CRDS, crd([]));
  await until(201, probe);
  const { body } = await one.ask("GET", `${CRDS}/orders.shop.example`);
  assert.equal((await one.ask("PUT", `${CRDS}/orders.shop.example`, { ...crd(["spec"]), metadata: body.metadata })).code, 200);
  await until(422, probe);
  assert.equal((await one.ask("POST", ORDERS, { ...order, spec: {} })).code, 201);
  assert.equal((await one.ask("DELETE", `${CRDS}/orders.shop.example`)).code, 200);
  await until(404, async () => (await two.ask("GET", ORDERS)).code);
  await until(404, async () => (await two.ask("GET", `${CRDS}/orders.shop.example`)).code);
});

test("a token of one server is good on the other, and dies there with its account", asked, async () => {
  await put(one, `${NAMESPACE}/serviceaccounts`, { metadata: { name: "robot" } });
  const { body } = await one.ask("POST", `${NAMESPACE}/serviceaccounts/robot/token`, { spec: { expirationSeconds: 600 } });
  const probe = async (): Promise<number> => (await two.ask("GET", "/apis", undefined, body.status?.token)).code;
  assert.equal(await probe(), 200);
  assert.equal((await one.ask("DELETE", `${NAMESPACE}/serviceaccounts/robot`)).code, 200);
  await until(401, probe);
});

const service = (name: string, spec: object = {}) => ({ metadata: { name }, spec: { type: "NodePort", ports: [{ port: 80 }], ...spec } });

async function services(): Promise<readonly Body[]> {
  return (await two.ask("GET", SERVICES)).body.items ?? [];
}

/** No two services have an address or a node port in common, and just what they have is marked as taken. */
async function assertNothingShared(): Promise<void> {
  const all = await services();
  const addresses = all.map(({ spec }) => spec?.clusterIP ?? "").filter((ip) => ip !== "" && ip !== "None");
  const ports = all.flatMap(({ spec }) => spec?.ports ?? []).flatMap(({ nodePort }) => (nodePort === undefined ? [] : [nodePort]));
  assert.deepEqual([new Set(addresses).size, new Set(ports).size], [addresses.length, ports.length]);
  const { body } = await one.ask("GET", "/apis/networking.k8s.io/v1/ipaddresses");
  assert.deepEqual(body.items?.map(({ metadata }) => metadata?.name).sort(), addresses.toSorted());
}

test("two servers hand out no address and no port twice", asked, async () => {
  const each = <T>(count: number, work: (server: Replica, index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count * 2 }, (_, index) => work(index % 2 === 0 ? one : two, index)));
  // More than there are ports: forty of them.
  const created = await each(25, (server, index) => server.ask("POST", SERVICES, service(`s${index}`)));
  assert.equal(created.filter(({ code }) => code === 201).length, 40, JSON.stringify(created.map(({ body }) => body.message)));
  await assertNothingShared();

  // Ten are given back while others want them, by name and by chance.
  const wanted = created.flatMap(({ code, body }) => (code === 201 ? [body.spec] : [])).slice(0, 10);
  await Promise.all([
    each(5, (server, index) =>
      server.ask("DELETE", `${SERVICES}/${created.filter(({ code }) => code === 201)[index]?.body.metadata?.name}`),
    ),
    each(20, async (server, index) => {
      const { clusterIP, ports } = wanted[index % 10] ?? {};
      const chosen = index % 4 < 2 ? { clusterIP, ports: [{ port: 80, nodePort: ports?.[0]?.nodePort }] } : {};
      for (let tries = 0; tries < 10; tries++) {
        if ((await server.ask("POST", SERVICES, service(`again-${index}`, chosen))).code === 201) return;
      }
    }),
  ]);
  await assertNothingShared();

  // The same name on both: one gets it, and what the other took is given back.
  await each(5, (server, index) => server.ask("POST", SERVICES, service(`both-${index >> 1}`, { type: "ClusterIP" })));
  await assertNothingShared();
  // One service changed by both at once.
  const [first] = await services().then((all) => all.filter(({ metadata }) => metadata?.name?.startsWith("again")));
  await each(10, async (server, index) => {
    const path = `${SERVICES}/${first?.metadata?.name}`;
    const { body } = await server.ask("GET", path);
    const spec = { ...body.spec, type: index % 4 < 2 ? "NodePort" : "ClusterIP", ports: [{ port: 80 + index }] };
    await server.ask("PUT", path, { ...body, spec });
  });
  await assertNothingShared();
});

const LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";

test("servers tell of themselves, of clocks that differ, and of those that have stopped", asked, async () => {
  const { body } = await one.ask("GET", `${LEASES}?labelSelector=apiserver.kubernetes.io/identity%3Dkube-apiserver`);
  assert.equal(body.items?.length, 2, "each has a lease of its own, though they share a host");

  const announced = async (): Promise<[string[], string[]]> => {
    const found = (await one.ask("GET", `${NAMESPACE}/endpoints/kubernetes`)).body;
    const slices = (await one.ask("GET", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices")).body;
    const addresses = (found.subsets ?? []).flatMap((subset) => subset.addresses.map(({ ip }) => ip));
    const sliced = (slices.items ?? []).flatMap(({ endpoints = [] }) => endpoints.flatMap((each) => each.addresses));
    return [addresses.sort(), sliced.sort()];
  };
  const announces = async (...expected: readonly string[]): Promise<void> => {
    const text = JSON.stringify([expected, expected]);
    await until(1, async () => (JSON.stringify(await announced()) === text ? 1 : 0), 15_000);
  };
  await announces("192.0.2.10", "192.0.2.11");

  const clock = async (server: Replica): Promise<number> => (await server.ask("GET", "/readyz/clock-skew")).code;
  assert.equal(await clock(two), 200);
  const metadata = { name: "ahead", labels: { "apiserver.kubernetes.io/identity": "kube-apiserver" } };
  const ahead = () => ({
    metadata,
    spec: { holderIdentity: "x", leaseDurationSeconds: 3600, renewTime: new Date(Date.now() + 60_000).toISOString().replace("Z", "000Z") },
  });
  const created = await one.ask("POST", LEASES, ahead());
  assert.equal(created.code, 201);
  assert.equal((await one.ask("PUT", `${LEASES}/ahead`, { ...ahead(), metadata: created.body.metadata })).code, 200);
  await until(500, () => clock(two));
  assert.equal((await two.ask("GET", "/readyz")).code, 500);
  assert.equal((await two.ask("GET", "/livez")).code, 200);
  assert.equal((await one.ask("DELETE", `${LEASES}/ahead`)).code, 200);
  await until(200, () => clock(two));

  const three = await start("three", "192.0.2.12");
  await announces("192.0.2.10", "192.0.2.11", "192.0.2.12");
  await three.server.close();
  await announces("192.0.2.10", "192.0.2.11");
});
