import { until } from "../../test/until.ts";
import { runController } from "../controllers/controller.ts";
import { customResourceDefinitions } from "../controllers/custom-resource-definitions.ts";
import { CustomResources } from "../extensions/custom-resources.ts";
import { isConditionTrue } from "../object/conditions.ts";
import type { JsonObject } from "../object/json.ts";
import { objectIn, stringIn } from "../object/read.ts";
import { timestamp } from "../object/timestamp.ts";
import { HookTransport } from "../webhook/transport.ts";
import type { ServiceResolver } from "../webhook/service-address.ts";
import type { ControlPlaneOptions } from "./control-plane.ts";
import { ADMIN, testPlane, type TestPlane, type TestPlaneAnswer } from "./test-plane.ts";

/** Where CustomResourceDefinitions are. */
export const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** A control plane that serves custom resources, for tests. */
export interface CustomPlane extends AsyncDisposable {
  readonly plane: TestPlane;
  /** A request by an administrator. */
  call(method: string, target: string, body?: unknown, headers?: Record<string, string>): Promise<TestPlaneAnswer>;
  /** Creates a definition and waits until it is established. */
  establish(definition: JsonObject): Promise<void>;
  /** The condition of a definition, once it has one of that type and, where it is named, that reason. */
  condition(name: string, type: string, reason?: string): Promise<JsonObject>;
}

/** Starts one; `resolveService` finds the webhooks that stand behind services, and one gets `timeoutMs`. */
export async function customPlane(
  {
    resolveService = () => Promise.reject(new Error("no services here")),
    timeoutMs,
  }: { resolveService?: ServiceResolver; timeoutMs?: number } = {},
  change: Partial<ControlPlaneOptions> = {},
): Promise<CustomPlane> {
  const plane = await testPlane(change);
  const { registry } = plane.plane;
  const conversion = { transport: new HookTransport(), resolveService, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  const resources = new CustomResources(registry, conversion);
  const loop = await runController(
    customResourceDefinitions(resources, () => timestamp(Date.now())),
    {
      registry,
      client: plane.client,
      onFailure: (_, key, error) => {
        throw new Error(`the loop of definitions failed for ${key}`, { cause: error });
      },
    },
  );
  const call: CustomPlane["call"] = (...args) => plane.as(ADMIN, ...args);
  return {
    plane,
    call,
    async establish(definition) {
      const { status, text } = await call("POST", DEFINITIONS, definition);
      if (status !== 201) throw new Error(text);
      const name = stringIn(objectIn(definition, "metadata"), "name");
      await until(async () => isConditionTrue((await call("GET", `${DEFINITIONS}/${name}`)).body, "Established"));
    },
    async condition(name, type, reason) {
      let found: JsonObject | undefined;
      await until(async () => {
        const { conditions } = objectIn((await call("GET", `${DEFINITIONS}/${name}`)).body, "status") as { conditions?: JsonObject[] };
        found = conditions?.find((one) => one["type"] === type && (reason === undefined || one["reason"] === reason));
        return found !== undefined;
      });
      return found as JsonObject;
    },
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      plane.plane.close();
    },
  };
}
