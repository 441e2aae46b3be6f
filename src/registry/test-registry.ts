import { admissionChain, type AdmissionPlugin } from "../admission/admission.ts";
import type { JsonObject } from "../object/json.ts";
import { StatusError } from "../object/status.ts";
import type { RequestContext } from "../request/context.ts";
import type { ApiAnswer, ApiRequest, BodySink } from "../request/exchange.ts";
import { gather } from "../request/test-sink.ts";
import { requestInfo } from "../request/info.ts";
import { behaviours } from "../resources/behaviours.ts";
import { builtinDefinitions } from "../resources/builtin.ts";
import { Definitions } from "../resources/definitions.ts";
import { loadResourceTables } from "../resources/tables.ts";
import { loadTypes } from "../schema/load.ts";
import { openMemoryStorage } from "../storage/memory/memory.ts";
import type { Storage } from "../storage/storage.ts";
import { coreActions } from "./actions/core-actions.ts";
import { ActionHandlers } from "./actions.ts";
import { Registry } from "./registry.ts";
import { serveResource } from "./serve.ts";

const DATA = new URL("../../../data/kubernetes-v1.36", import.meta.url).pathname;

/** What a test sees of an answer. */
export interface TestAnswer {
  readonly status: number;
  readonly body: JsonObject;
  readonly warnings: readonly string[];
}

/** The verbs over a memory store, for tests: all built-in kinds, no authorization, the plugins that the test names. */
export interface TestRegistry {
  readonly registry: Registry;
  readonly storage: Storage;
  call(method: string, target: string, body?: unknown, headers?: Record<string, string>): Promise<TestAnswer>;
  /** Opens a watch and gives its events as they come. */
  watch(target: string): Promise<TestWatch>;
}

interface TestWatch {
  /** The next `count` events; rejects when they do not come. */
  next(count: number): Promise<JsonObject[]>;
  /** From now on the client takes nothing. */
  stall(): void;
  /** It takes again. */
  resume(): void;
  readonly ended: Promise<void>;
  stop(): void;
}

interface TestRegistryOptions {
  readonly plugins?: readonly AdmissionPlugin[];
  readonly clock?: () => number;
  /** A store that holds something already. */
  readonly storage?: Storage;
}

export function testRegistry(options: TestRegistryOptions = {}): TestRegistry {
  const { plugins = [], clock = Date.now, storage = openMemoryStorage({ historyWindow: 0 }) } = options;
  const types = loadTypes(DATA);
  const definitions = new Definitions(builtinDefinitions({ types, tables: loadResourceTables(DATA), behaviours, eventTtlSeconds: 3600 }));
  let count = 0;
  const registry = new Registry({
    storage,
    definitions,
    types,
    clock,
    admission: admissionChain(plugins),
    settings: { allowPrivileged: true, nodePortRange: { from: 30000, to: 32767 }, serviceCidrs: ["10.0.0.0/24"], eventTtlSeconds: 3600 },
    minWatchSeconds: 1800,
    random: () => 0.5,
    randomBytes: (size) => Uint8Array.from({ length: size }, () => (count = (count * 31 + 7) % 251)),
  });
  const server = { registry, actions: new ActionHandlers(coreActions), requireAlso: async () => {} };
  let started: Promise<void> | undefined;
  const serve = async (context: RequestContext): Promise<ApiAnswer> => {
    await (started ??= registry.caches.startAll());
    return serveResource(server, context);
  };
  return {
    registry,
    storage,
    async call(method, target, body, headers = {}) {
      const context = contextOf(method, target, body, headers);
      try {
        const answer = await serve(context);
        return {
          status: answer.status,
          body: JSON.parse((await gather(answer)).toString("utf8")) as JsonObject,
          warnings: [...context.warnings],
        };
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        return { status: error.status.code, body: error.status as unknown as JsonObject, warnings: [...context.warnings] };
      }
    },
    async watch(target) {
      const answer = await serve(contextOf("GET", target, undefined, {}));
      if (typeof answer.body !== "function") throw new TypeError("no watch");
      return openWatch(answer.body);
    },
  };
}

function contextOf(method: string, target: string, body: unknown, headers: Record<string, string>): RequestContext {
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const request: ApiRequest = {
    method,
    target,
    headers: { "user-agent": "test/1", ...headers },
    peer: { address: "127.0.0.1", certificate: undefined },
    body: async () => bytes,
    signal: new AbortController().signal,
  };
  const info = requestInfo(method, target);
  if (info === undefined) throw new TypeError(`bad target ${target}`);
  return { request, info, auditId: "", receivedAt: 0, user: { name: "test", groups: [] }, warnings: new Set(), annotations: new Map() };
}

function openWatch(run: (sink: BodySink) => Promise<void>): TestWatch {
  const events: JsonObject[] = [];
  let arrived = (): void => {};
  let closed = (): void => {};
  let stalled = false;
  let drain = (): void => {};
  const sink: BodySink = {
    write(bytes) {
      for (const line of bytes.toString("utf8").split("\n")) if (line !== "") events.push(JSON.parse(line) as JsonObject);
      arrived();
      return !stalled;
    },
    drained: () => new Promise((resolve) => (stalled ? (drain = resolve) : resolve())),
    pending: 0,
    closed: false,
    onClose: (callback) => (closed = callback),
  };
  const ended = run(sink);
  return {
    async next(count) {
      const deadline = Date.now() + 2000;
      while (events.length < count) {
        if (Date.now() > deadline) throw new Error(`${events.length} of ${count} events came`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 50);
          arrived = () => (clearTimeout(timer), resolve());
        });
      }
      return events.splice(0, count);
    },
    stall: () => (stalled = true),
    resume: () => {
      stalled = false;
      drain();
    },
    ended,
    stop: () => closed(),
  };
}
