import { makePlugins } from "../admission/plugins.ts";
import { nodeMode } from "../authorization/node/node.ts";
import { rbacMode } from "../authorization/rbac/rbac.ts";
import { isAdmissionPluginOn } from "../config/admission-plugins.ts";
import { dataDirectory } from "../config/data-files.ts";
import type { JsonObject } from "../object/json.ts";
import type { ApiRequest } from "../request/exchange.ts";
import { systemClient, type SystemClient } from "../registry/system-client.ts";
import { behaviours } from "../resources/behaviours.ts";
import { builtinDefinitions } from "../resources/builtin.ts";
import { Definitions } from "../resources/definitions.ts";
import { loadResourceTables } from "../resources/tables.ts";
import { loadTypes } from "../schema/load.ts";
import { serviceResolver } from "../webhook/service-address.ts";
import { openMemoryStorage } from "../storage/memory/memory.ts";
import type { Storage } from "../storage/storage.ts";
import { bootstrapObjects } from "./bootstrap.ts";
import { nodeRules } from "./authorization-modes.ts";
import { bootstrapRoles, readBootstrapRoles } from "./bootstrap-rbac.ts";
import { createControlPlane, type ControlPlane, type ControlPlaneOptions } from "./control-plane.ts";

/** Who asks, in tests: a name and groups; system:authenticated comes with them. */
export interface TestUser {
  readonly name: string;
  readonly groups?: readonly string[];
}

/** One who may do everything. */
export const ADMIN: TestUser = { name: "admin", groups: ["system:masters"] };

/** The plugins that are on by default, and the one that every cluster turns on. */
function isOnInTests(name: string): boolean {
  return isAdmissionPluginOn(name, { enable: ["NodeRestriction"], disable: [] });
}

/** A whole control plane over a memory store, without sockets: what a test asks goes through the chain. */
export interface TestPlane {
  readonly plane: ControlPlane;
  readonly storage: Storage;
  readonly client: SystemClient;
  as(user: TestUser, method: string, target: string, body?: unknown, headers?: Record<string, string>): Promise<TestPlaneAnswer>;
  /** A request that can be handed to `plane.handle` again and again. */
  request(user: TestUser, method: string, target: string, body?: unknown, headers?: Record<string, string>): ApiRequest;
}

/** What a test sees of an answer. */
export interface TestPlaneAnswer {
  readonly status: number;
  readonly body: JsonObject;
  readonly text: string;
}

/** Starts a control plane with the objects of a new cluster; `change` replaces some of its parts. Two on one store are replicas. */
export async function testPlane(change: Partial<ControlPlaneOptions> = {}): Promise<TestPlane> {
  const data = dataDirectory();
  const bootstrap = readBootstrapRoles(data);
  const types = loadTypes(data);
  const { storage = openMemoryStorage({ historyWindow: 0 }) } = change;
  let count = 0;
  const plane = createControlPlane({
    storage,
    types,
    definitions: new Definitions(builtinDefinitions({ types, tables: loadResourceTables(data), behaviours, eventTtlSeconds: 3600 })),
    settings: { allowPrivileged: true, nodePortRange: { from: 30000, to: 32767 }, serviceCidrs: ["10.0.0.0/24"], eventTtlSeconds: 3600 },
    admissionPlugins: (parts) =>
      makePlugins({ ...parts, configurations: new Map(), resolveService: serviceResolver(parts.view, "endpoint", () => 0.5) }, isOnInTests),
    // The user stands in a header: who asks is not what these tests are about.
    authenticate: async ({ headers }) => {
      const user = headers["test-user"];
      if (typeof user !== "string") return undefined;
      const { name, groups = [] } = JSON.parse(user) as TestUser;
      return { name, groups: [...groups, "system:authenticated"] };
    },
    anonymous: () => true,
    actions: [],
    authorizationModes: ({ roles, nodes }) => [nodeMode({ ...nodes, rules: nodeRules(bootstrap) }), rbacMode(roles)],
    documents: async () => undefined,
    requestTimeoutMs: 60_000,
    minWatchSeconds: 1800,
    clock: Date.now,
    random: () => 0.5,
    randomBytes: (size) => Uint8Array.from({ length: size }, () => (count = (count * 31 + 7) % 251)),
    uuid: () => "00000000-0000-4000-8000-000000000000",
    onBug: (error) => {
      throw error;
    },
    onFailure: (error) => {
      throw error;
    },
    ...change,
  });
  await plane.start();
  const client = systemClient(plane.registry);
  await bootstrapObjects(client, ["10.0.0.0/24"]);
  await bootstrapRoles(client, bootstrap);
  const request = (user: TestUser, method: string, target: string, body?: unknown, headers: Record<string, string> = {}): ApiRequest => {
    const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
    return {
      method,
      target,
      headers: { "user-agent": "test/1", "test-user": JSON.stringify(user), ...headers },
      peer: { address: "127.0.0.1", certificate: undefined },
      body: async () => bytes,
      signal: new AbortController().signal,
    };
  };
  return {
    plane,
    storage,
    client,
    request,
    async as(user, method, target, body, headers) {
      const answer = await plane.handle(request(user, method, target, body, headers));
      const text = Buffer.isBuffer(answer.body) ? answer.body.toString("utf8") : "";
      return { status: answer.status, text, body: text.startsWith("{") ? (JSON.parse(text) as JsonObject) : {} };
    },
  };
}
